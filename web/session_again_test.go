package web_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"rivgate/store/accesslog"
)

// worldAgain is a world in which a sign-in is good for fifteen minutes for what is not done in a session left open.
func worldAgain(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.SignInAgain = 15 * time.Minute
	w.serve()
	return w
}

// againPath is where somebody signs in again.
const againPath = "/account/again"

var hiddenField = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)

// goesOn presses the button of the page on which somebody has signed in again.
func (b *browserTab) goesOn() reply {
	b.w.t.Helper()
	page := b.send(http.MethodGet, againPath, nil).body
	_, form, found := strings.Cut(main(page), `<form method="post" action="`)
	if !found || !strings.Contains(page, "data-go-on") {
		b.w.t.Fatalf("there is nothing to go on with:\n%s", main(page))
	}
	action, form, _ := strings.Cut(form, `"`)
	fields := url.Values{}
	for _, one := range hiddenField.FindAllStringSubmatch(form, -1) {
		fields.Add(html.UnescapeString(one[1]), html.UnescapeString(one[2]))
	}
	return b.send(http.MethodPost, html.UnescapeString(action), fields)
}

// TestRolesAskForANewSignIn: whoever signed in long ago shows who they are before a role is given; the form waits and
// goes on. A wrong password lets nobody go on.
func TestRolesAskForANewSignIn(t *testing.T) {
	t.Parallel()
	w := worldAgain(t)
	w.addPerson("vera")
	adam := w.signsInWith("adam", "Firefox/1")
	grants := func() int {
		t.Helper()
		a, err := w.Relay.Store.Account(t.Context(), "vera")
		if err != nil {
			t.Fatal(err)
		}
		return len(a.Grants)
	}
	before := grants()
	give := func() reply {
		t.Helper()
		page := adam.send(http.MethodGet, "/users?account=vera", nil).body
		_, seen, _ := strings.Cut(page, `name="seen" value="`)
		seen, _, _ = strings.Cut(seen, `"`)
		adam.referer = "/users?account=vera"
		return adam.send(http.MethodPost, "/users", url.Values{
			"account": {"vera"}, "seen": {seen}, "do": {"give"}, "role": {"receiver"}, "unit": {clinic},
		})
	}
	w.pass(16 * time.Minute)
	expectRedirect(t, give(), againPath)
	if grants() != before {
		t.Fatal("the role was given without a new sign-in")
	}
	page := adam.send(http.MethodGet, againPath, nil).body
	has(t, page, "Logga in igen", "Det du skickade väntar", `href="/users?account=vera"`)
	hasNot(t, page, "data-go-on", clinic)
	r := adam.send(http.MethodPost, againPath, url.Values{"password": {"fel lösenord som inte går"}})
	if r.status != http.StatusUnprocessableEntity || strings.Contains(r.body, "data-go-on") {
		t.Errorf("a wrong password: %d\n%s", r.status, main(r.body))
	}
	old := adam.session
	expectRedirect(t, adam.send(http.MethodPost, againPath, url.Values{"password": {password}}), againPath)
	if adam.session == old {
		t.Error("the session has the same token as before")
	}
	if grants() != before {
		t.Fatal("the role was given before anybody went on")
	}
	if r := adam.goesOn(); r.status != http.StatusSeeOther || grants() != before+1 {
		t.Errorf("going on: %d, %d grants\n%s", r.status, grants(), main(r.body))
	}
	expectRedirect(t, adam.send(http.MethodGet, againPath, nil), "/account") // nothing waits any longer
	if r := adam.send(http.MethodPost, "/users", url.Values{"account": {"vera"}, "do": {"signout"}}); r.header.Get(
		"Location") == againPath {
		t.Error("shutting somebody out is held up")
	}

	w.pass(16 * time.Minute) // what waits for one person is not another's
	expectRedirect(t, give(), againPath)
	adam.send(http.MethodPost, "/signout", url.Values{})
	w.addPerson("rita")
	adam.send(http.MethodPost, "/signin", url.Values{"account": {"rita"}, "password": {password}})
	expectRedirect(t, adam.send(http.MethodGet, againPath, nil), "/account")
}

// TestWhatAsksForANewSignIn: each of them does once the sign-in is old, and none before; systems are not asked.
func TestWhatAsksForANewSignIn(t *testing.T) {
	t.Parallel()
	w := worldAgain(t)
	id := w.submit(clinic, "Tolvan Test", "Text")
	boards := w.submit(board, "Tolvan Test", "Text")
	tabs := map[string]*browserTab{}
	for _, name := range []string{"hanna", "nina", "gunde", "adam", "olle"} {
		tabs[name] = w.signsInWith(name, "Firefox/1")
	}
	asks := []struct {
		who, method, path string
		fields            url.Values
	}{
		{"hanna", http.MethodGet, "/inbox/" + id + "/export", nil},
		{"hanna", http.MethodGet, "/inbox/" + id + "/pdf", nil},
		{"nina", http.MethodGet, "/inbox/" + boards + "/export", nil},
		{"nina", http.MethodGet, "/board/export", nil},
		{"gunde", http.MethodPost, "/review/export", url.Values{}},
		{"adam", http.MethodPost, "/users", url.Values{"do": {"add"}, "account": {"frida"}}},
	}
	for _, old := range []bool{false, true} {
		for _, a := range asks {
			r := tabs[a.who].send(a.method, a.path, a.fields)
			if asked := r.status == http.StatusSeeOther && r.header.Get("Location") == againPath; asked != old {
				t.Errorf("%s %s: %d to %q, and the sign-in is old: %t", a.method, a.path, r.status, r.header.Get("Location"), old)
			}
		}
		w.pass(16 * time.Minute)
	}
	// a file goes on as a link: the address with all that was chosen
	tabs["nina"].send(http.MethodGet, "/board/export?from=2026-01-01&until=2026-03-31", nil)
	expectRedirect(t, tabs["nina"].send(http.MethodPost, againPath, url.Values{"password": {password}}), againPath)
	has(t, tabs["nina"].send(http.MethodGet, againPath, nil).body,
		`href="/board/export?from=2026-01-01&amp;until=2026-03-31"`)
}

// TestRedirectsAskForANewSignIn: in the pages, and for a session in the API, which gets a problem; a token is not
// asked.
func TestRedirectsAskForANewSignIn(t *testing.T) {
	t.Parallel()
	w := worldAgain(t)
	w.submit(hospital, "Tolvan Test", "Text")
	olle := w.signsInWith("olle", "Firefox/1")
	w.pass(16 * time.Minute)
	order := url.Values{
		"verb": {"redirect"}, "receiver": {hospital}, "address": {"http://127.0.0.1:9/annan"}, "reason": {"Flyttat"},
		"count": {"1"}, "all": {"yes"}, "force": {"yes"},
	}
	expectRedirect(t, olle.send(http.MethodPost, "/monitor/order", order), againPath)
	expectRedirect(t, olle.send(http.MethodPost, againPath, url.Values{"password": {password}}), againPath)
	r := olle.goesOn()
	if to := r.header.Get("Location"); r.status != http.StatusSeeOther || !strings.HasPrefix(to, "/monitor") {
		t.Errorf("going on: %d to %q\n%s", r.status, to, main(r.body))
	}
	order.Set("verb", "retry") // and what leads nowhere else does not ask
	w.pass(16 * time.Minute)
	if r := olle.send(http.MethodPost, "/monitor/order", order); r.header.Get("Location") == againPath {
		t.Error("sending again is held up")
	}
}

// TestSigningInAgainAtAProvider: it is asked to let somebody show who they are, and only a token that says that they
// just did counts; a sign-in that it kept does not.
func TestSigningInAgainAtAProvider(t *testing.T) {
	t.Parallel()
	w, p := withProvider(t)
	w.SignInAgain = 15 * time.Minute
	w.serve()
	w.Signin.Provider.PublicURL = w.server.URL
	id := w.submit(clinic, "Tolvan Test", "Text")
	export := "/inbox/" + id + "/export"
	p.claims["auth_time"] = w.clock().Add(-time.Hour).Unix() // let in here, on a sign-in there that is an hour old
	_, session := w.browse("/inbox", nil)
	expectRedirect(t, w.getWith(export, session), againPath)
	has(t, w.getWith(againPath, session).body, `href="/signin/oidc?again"`, "Provtjänsten")
	again := func() reply {
		t.Helper()
		req := w.request(http.MethodGet, "/signin/oidc?again", nil)
		req.Header.Set("Cookie", session)
		away := w.do(req)
		to, err := url.Parse(away.header.Get("Location"))
		if err != nil || to.Query().Get("prompt") != "login" || to.Query().Get("max_age") != "0" {
			t.Fatalf("the provider is asked with %q, %v", away.header.Get("Location"), err)
		}
		there, err := http.NewRequestWithContext(t.Context(), http.MethodGet, to.String(), nil)
		if err != nil {
			t.Fatal(err)
		}
		back, err := url.Parse(w.do(there).header.Get("Location"))
		if err != nil {
			t.Fatal(err)
		}
		var r reply
		r, session = w.comeBack(back, session)
		return r
	}
	for name, at := range map[string]any{
		"an old sign-in": w.clock().Add(-10 * time.Minute).Unix(), "no time": nil, "a text": "nyss",
		"the future": w.clock().Add(10 * time.Minute).Unix(),
	} {
		p.claims["auth_time"] = at
		if r := again(); r.status != http.StatusForbidden || !strings.Contains(r.body, "Du loggade inte in igen") {
			t.Errorf("%s: %d\n%s", name, r.status, main(r.body))
		}
		expectRedirect(t, w.getWith(export, session), againPath)
	}
	if rows := w.accesses(accesslog.Filter{What: accesslog.Refused}); len(rows) != 4 ||
		rows[0].Detail != "sign-in at the provider: not again" {
		t.Errorf("the access log says %+v", rows)
	}
	p.claims["auth_time"] = w.clock().Unix()
	expectRedirect(t, again(), againPath)
	has(t, w.getWith(againPath, session).body, "data-go-on", `href="`+export+`"`)
	if r := w.getWith(export, session); r.status != http.StatusOK {
		t.Errorf("the package: %d", r.status)
	}
	w.pass(16 * time.Minute)
	expectRedirect(t, w.getWith(export, session), againPath)
}
