package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"rivgate/store"
	"rivgate/store/accesslog"
	"rivgate/web/shell"
)

// ownScripts is a page without the scripts that every page has: any other is foreign.
func ownScripts(page string) string {
	for _, name := range []string{"htmx.min.js", "desk.js", "typed.js"} {
		page = strings.Replace(page, `<script src="/static/`+name+`" defer></script>`, "", 1)
	}
	return page
}

const attack = `"><script>alert(1)</script>{{.}}'<img src=x onerror=alert(2)>`

func TestNothingTypedBecomesMarkup(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.postFile("/submit", url.Values{
		"unit": {board}, "reporter": {tolvan}, "name": {attack}, "role": {"RELATIVE"}, "patient": {child},
		"patientname": {attack},
		"phone":       {attack}, "email": {attack}, "date": {"2026-02-20"}, "text": {attack}, "place": {attack},
		"reply": {"yes"},
	}, attack+".txt", []byte("text"))
	if r.status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", r.status, main(r.body))
	}
	box := strings.TrimSuffix(r.header.Get("Location"), "?done=submit")
	id := strings.TrimPrefix(box, "/mailbox/")
	w.as("nina")
	w.act(id, "reply", url.Values{"text": {attack}, "unchecked": {attack}})
	w.act(id, "question", url.Values{"text": {attack}, "unchecked": {attack}})
	question := between(t, w.page(box), `name="question" value="`, `"`)
	pages := map[string]string{
		"answer": w.post(box+"/answer", url.Values{"question": {question}, "text": {attack}}).body,
		"search": w.post("/inbox", url.Values{"q": {attack}, "unit": {attack}}).body,
		"refused submit": w.post("/submit", url.Values{
			"unit": {board}, "reporter": {attack}, "name": {attack}, "role": {attack}, "patient": {attack},
			"patientname": {attack}, "date": {attack}, "text": {attack}, "place": {attack}, "problem": {attack},
		}).body,
		"refused close": w.post("/inbox/"+id+"/close", url.Values{
			"version": {version(t, w.page("/inbox/"+id))}, "text": {attack}, "problem": {attack}, "area": {attack},
			"date": {attack}, "place": {attack},
		}).body,
		"refused forward": w.post("/inbox/"+id+"/forward", url.Values{
			"version": {version(t, w.page("/inbox/"+id))}, "text": {attack}, "unit": {attack},
		}).body,
	}
	w.act(id, "close", url.Values{"unchecked": {attack}, "text": {attack}, "problem": {"3"}, "area": {"3"}})
	q := url.QueryEscape(attack)
	for _, path := range []string{
		"/inbox", "/inbox/" + id, box, "/inbox?queue=finished", "/inbox?unit=" + q, "/signin?next=" + q, "/submit?q=" + q,
		"/monitor?receiver=" + q,
		"/inbox?queue=" + q, "/submit?unit=" + q, "/inbox/" + q, "/mailbox/" + q, "/monitor?state=" + q, "/" + q,
	} {
		w.as("nina")
		if strings.HasPrefix(path, "/monitor") {
			w.as("olle")
		}
		pages[path] = w.get(path).body
	}
	for name, page := range pages {
		page = ownScripts(page)
		if strings.Contains(page, "<script") || strings.Contains(page, "<img") {
			t.Errorf("%s has the attack as markup:\n%s", name, main(page))
		}
	}
	w.as("nina")
	has(t, pages["/inbox/"+id], "&lt;script&gt;alert(1)&lt;/script&gt;")
	has(t, pages[box], "&lt;script&gt;alert(1)&lt;/script&gt;")
	file := w.get("/inbox/" + id + "/files/" + messageOf(t, w, id, store.EventComplaint) + "/0")
	if file.status != http.StatusOK || !strings.HasPrefix(file.header.Get("Content-Disposition"), "attachment;") ||
		file.header.Get("Content-Type") != "text/plain" {
		t.Errorf("%d %v", file.status, file.header)
	}
}

func TestHeadersOfEveryPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.submit(clinic, "Tolvan Test", "Text")
	for _, path := range []string{
		"/", "/inbox", "/inbox/" + id, "/mailbox/" + id, "/submit", "/submit?unit=" + clinic, "/monitor", "/nowhere",
		"/inbox/nobody", "/static/style.css",
		"/api/cases", "/healthz",
	} {
		r := w.get(path)
		policy := r.header.Get("Content-Security-Policy")
		if !strings.HasPrefix(policy, "default-src 'none'; style-src 'self'; script-src 'self';") ||
			strings.Contains(policy, "unsafe") || strings.Contains(policy, "http") {
			t.Errorf("%s: policy %q", path, policy)
		}
		if r.header.Get("X-Content-Type-Options") != "nosniff" || r.header.Get("Referrer-Policy") != "same-origin" {
			t.Errorf("%s: %v", path, r.header)
		}
		if !strings.HasPrefix(r.header.Get("Content-Type"), "text/html") {
			continue
		}
		has(t, r.body, `<html lang="sv">`, `<main id="main"`, `href="#main"`, "<h1>")
		hasNot(t, ownScripts(r.body), "<script", " style=", "<style", " onclick", "http://", "https://")
	}
}

func TestOtherSitesCannotPost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.submit(clinic, "Tolvan Test", "Text")
	for name, headers := range map[string][2]string{
		"by fetch metadata": {"Sec-Fetch-Site", "cross-site"}, "by origin": {"Origin", "https://elsewhere.example"},
		"from an opaque origin": {"Origin", "null"},
	} {
		for _, path := range []string{"/inbox/" + id + "/reply", "/submit", "/api/cases", "/api/deliveries/retry"} {
			req := w.request(http.MethodPost, path, strings.NewReader("text=x&version=1"))
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			req.Header.Set(headers[0], headers[1])
			w.sit(req, path)
			if r := w.do(req); r.status != http.StatusForbidden || !strings.Contains(r.body, "annan webbplats") {
				t.Errorf("%s %s: %d", name, path, r.status)
			}
		}
	}
	if n := len(timeLine(t, w, id)); n != 1 {
		t.Errorf("%d messages", n)
	}
	// The first ten alike within a minute have rows of their own; what comes beyond them is counted in one more after the
	// minute.
	if n := len(w.accesses(accesslog.Filter{What: accesslog.CrossSite})); n != 10 {
		t.Errorf("%d rows are in the access log", n)
	}
}

func TestListsMaskPersonalNumbers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.submit(clinic, "Tolvan Test", "Text")
	w.submit(hospital, "Tolvan Test", "Text")
	for _, path := range []string{
		"/", "/inbox", "/monitor", "/api/cases", "/api/deliveries", "/api/statistics?by=unit,age", "/metrics", "/status",
	} {
		r := w.get(path)
		if r.status != http.StatusOK || strings.Contains(r.body, tolvan) || strings.Contains(r.body, tolvan[2:]) {
			t.Errorf("%s: %d, or a personal number in\n%s", path, r.status, r.body)
		}
	}
	has(t, w.get("/api/cases").body, "18900101-****")
	for _, entry := range w.logs.All() {
		for _, f := range entry.Context {
			if strings.Contains(f.String, tolvan) {
				t.Errorf("a personal number in the log: %s %s", entry.Message, f.Key)
			}
		}
	}
}

func TestWhoGetsIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	handler := w.Handler()
	ask := func(path, peer, host string) int {
		req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
		req.RemoteAddr, req.Host = peer, host
		rec := httptest.NewRecorder()
		handler.ServeHTTP(rec, req)
		return rec.Code
	}
	for _, c := range []struct {
		name, path, peer, host string
		want                   int
	}{
		{"loopback, nobody", "/inbox", "127.0.0.1:1", "127.0.0.1:8081", 303},
		{"the door", "/signin", "127.0.0.1:1", "127.0.0.1:8081", 200},
		{"another machine at the door", "/signin", "192.0.2.7:1", "localhost", 403},
		{"loopback, IPv6", "/api/cases", "[::1]:1", "[::1]:8081", 200},
		{"loopback by name", "/api/cases", "127.0.0.1:1", "localhost:8081", 200},
		{"another machine's page", "/inbox", "192.0.2.7:1", "localhost", 403},
		{"another machine's call", "/api/cases", "192.0.2.7:1", "localhost", 403},
		{"a foreign name that points here", "/api/cases", "127.0.0.1:1", "evil.example:8081", 403},
		{"another machine's monitor", "/healthz", "192.0.2.7:1", "gateway.example", 200},
		{"another machine resets", "/resetcache", "192.0.2.7:1", "gateway.example", 403},
	} {
		if got := ask(c.path, c.peer, c.host); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
}

func TestProductionOpensWithSigningIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.submit(clinic, "Tolvan Test", "Text")
	for _, environment := range []string{shell.Production, "prodcution"} { // misspelt: as closed
		w.Environment = environment
		w.serve()
		w.as(nobody)
		for _, path := range []string{"/", "/inbox", "/inbox/" + id, "/monitor", "/account", "/review"} {
			expectRedirect(t, w.get(path), "/signin?next="+url.QueryEscape(path))
		}
		for _, path := range []string{"/mailbox/" + id, "/submit"} { // the citizen's stand-in is for trying things out
			if r := w.get(path); r.status != http.StatusNotFound {
				t.Errorf("%s: %d", path, r.status)
			}
		}
		if r := w.get("/api/cases"); r.status != http.StatusUnauthorized {
			t.Errorf("the API for nobody: %d", r.status)
		}
		w.as("")
		has(t, w.page("/inbox/"+id), "Tolvan Test")
		hasNot(t, w.page("/inbox"), "/submit", "Demo")
	}
}

func TestUnknownAddressesAndMethods(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, c := range []struct {
		method, path string
		status       int
		kind         string
	}{
		{"GET", "/nowhere", 404, "text/html"},
		{"GET", "/api/nowhere", 404, "application/problem+json"},
		{"DELETE", "/inbox", 405, "text/html"},
		{"PUT", "/api/cases", 405, "application/problem+json"},
		{"GET", "/static/..%2Fweb.go", 404, "application/problem+json"},
		{"GET", "/static/nothing.css", 404, "application/problem+json"},
		{"GET", "/inbox/none", 404, "text/html"},
		{"GET", "/monitor/deliveries/none", 404, "text/html"},
		{"GET", "/inbox?queue=odd", 400, "text/html"},
	} {
		req := w.request(c.method, c.path, nil)
		w.sit(req, c.path)
		r := w.do(req)
		if r.status != c.status || !strings.HasPrefix(r.header.Get("Content-Type"), c.kind) {
			t.Errorf("%s %s: %d %s", c.method, c.path, r.status, r.header.Get("Content-Type"))
		}
		if c.status == 405 && !strings.Contains(r.header.Get("Allow"), "GET") {
			t.Errorf("%s %s: Allow is %q", c.method, c.path, r.header.Get("Allow"))
		}
	}
}
