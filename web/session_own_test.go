package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"rivgate/store/accesslog"
)

// signsInWith is a browser in which somebody signs in, by the name that it gives itself.
func (w *world) signsInWith(name, agent string) *browserTab {
	w.t.Helper()
	w.addPerson(name)
	req := w.request(http.MethodPost, "/signin",
		strings.NewReader(url.Values{"account": {name}, "password": {password}}.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("User-Agent", agent)
	r := w.do(req)
	held, _, _ := strings.Cut(sessionCookie(r), ";")
	if r.status != http.StatusSeeOther || held == "" {
		w.t.Fatalf("%s signs in: %d\n%s", name, r.status, main(r.body))
	}
	return &browserTab{w: w, session: held}
}

// TestOwnSessionsAreListedAndEnded: somebody sees where they are signed in, and signs out there, in one or in all
// others; nobody ends another's.
func TestOwnSessionsAreListedAndEnded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const firefox = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
	const edge = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 " +
		"Edg/140.0"
	here := w.signsInWith("vera", firefox)
	w.pass(10 * time.Minute)
	first, second := w.signsInWith("vera", edge), w.signsInWith("vera", "curl/8")
	another := w.signsInWith("nina", firefox)
	page := here.send(http.MethodGet, "/account", nil).body
	has(t, page, "Firefox, Windows", "Edge, Windows", "okänd webbläsare", "nätet\n  127.0.0.0/24", "lösenord", "den här")
	if n := strings.Count(page, `name="session"`); n != 2 {
		t.Errorf("%d sessions can be ended, want 2", n)
	}
	hasNot(t, page, "127.0.0.1")
	session := func(of *browserTab, browser string) string {
		t.Helper()
		_, row, found := strings.Cut(of.send(http.MethodGet, "/account", nil).body, browser)
		_, row, button := strings.Cut(row, `name="session"`)
		_, row, _ = strings.Cut(row, `value="`)
		id, _, _ := strings.Cut(row, `"`)
		if !found || !button || len(id) != 16 {
			t.Fatalf("the session of %s is %q", browser, id)
		}
		return id
	}
	edges := session(here, "Edge, Windows")
	another.send(http.MethodPost, "/account/sessions", url.Values{"session": {edges}})
	if r := first.send(http.MethodGet, "/account", nil); r.status != http.StatusOK {
		t.Fatalf("another person ended it: %d", r.status)
	}
	expectRedirect(t, here.send(http.MethodPost, "/account/sessions", url.Values{"session": {edges}}),
		"/account?ended#sessions")
	expectRedirect(t, first.send(http.MethodGet, "/account", nil), "/signin?next=%2Faccount")
	if r := second.send(http.MethodGet, "/account", nil); r.status != http.StatusOK {
		t.Errorf("the third session: %d", r.status)
	}
	if r := here.send(http.MethodPost, "/account/sessions", url.Values{}); r.status != http.StatusBadRequest {
		t.Errorf("a form that says nothing: %d", r.status)
	}
	expectRedirect(t, here.send(http.MethodPost, "/account/sessions", url.Values{"do": {"others"}}),
		"/account?ended#sessions")
	expectRedirect(t, second.send(http.MethodGet, "/account", nil), "/signin?next=%2Faccount")
	for who, tab := range map[string]*browserTab{"here": here, "another person": another} {
		if r := tab.send(http.MethodGet, "/account", nil); r.status != http.StatusOK {
			t.Errorf("%s: %d", who, r.status)
		}
	}
	if n := len(w.accesses(accesslog.Filter{What: accesslog.SignOut, Who: "vera"})); n != 2 {
		t.Errorf("%d rows in the access log, want 2", n)
	}
}
