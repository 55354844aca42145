package web_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"
)

// TestASessionThatIsNotUsedEnds: an open page that asks for news by itself does not keep somebody signed in; whoever
// reads, or whose draft is saved, stays. What was typed in a session that ended so waits as after any other end.
func TestASessionThatIsNotUsedEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.SessionLife, w.SessionIdle = 8*time.Hour, 30*time.Minute
	w.serve()
	id := w.submit(clinic, "Tolvan Test", "Text")
	seen := version(t, w.page("/inbox/"+id))
	reads := &browserTab{w: w, session: w.cookie("hanna"), referer: "/inbox/" + id}
	types := &browserTab{w: w, session: w.cookie("vera"), referer: "/inbox/" + id}
	operates := &browserTab{w: w, session: w.cookie("olle"), referer: "/monitor"}
	open := &browserTab{w: w, session: w.cookie("nina")}
	for range 4 {
		w.pass(10 * time.Minute)
		if r := reads.send(http.MethodGet, "/inbox/"+id, nil); r.status != http.StatusOK {
			t.Fatalf("reading: %d", r.status)
		}
		if r := types.send(http.MethodPost, "/inbox/"+id+"/draft/reply", url.Values{
			"version": {seen}, "text": {"Vi läser"},
		}); r.status >= http.StatusBadRequest {
			t.Fatalf("typing: %d\n%s", r.status, r.body)
		}
		operates.send(http.MethodGet, "/monitor/now", nil)
		open.send(http.MethodGet, "/inbox/"+id+"/live?v=1", nil)
	}
	expectRedirect(t, operates.send(http.MethodGet, "/monitor", nil), "/signin?next=%2Fmonitor")
	expectRedirect(t, open.send(http.MethodGet, "/account", nil), "/signin?next=%2Faccount")
	w.pass(30 * time.Minute)
	r := types.send(http.MethodPost, "/inbox/"+id+"/reply",
		url.Values{"version": {seen}, "text": {"Vi läser din journal."}})
	if r.status != http.StatusUnauthorized {
		t.Fatalf("sending after it: %d", r.status)
	}
	has(t, r.body, "Det du skrev är kvar")
	expectRedirect(t, types.send(http.MethodPost, "/signin", url.Values{
		"account": {"vera"}, "password": {password}, "next": {"/inbox/" + id},
	}), "/inbox/"+id)
	has(t, types.send(http.MethodGet, "/inbox/"+id, nil).body, ">Vi läser din journal.</textarea>")
	for range 16 { // used all the time
		w.pass(29 * time.Minute)
		if r := types.send(http.MethodGet, "/account", nil); r.status != http.StatusOK {
			t.Fatalf("used within the idle time: %d", r.status)
		}
	}
	w.pass(20 * time.Minute) // and over after the working day
	expectRedirect(t, types.send(http.MethodGet, "/account", nil), "/signin?next=%2Faccount")
}
