package web_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"rivgate/routing"
	"rivgate/store/accesslog"
	"rivgate/store/accounts"
	"rivgate/web/shell"
)

// door sends a sign-in form.
func (w *world) door(name, typed string, more url.Values) reply {
	w.t.Helper()
	fields := url.Values{"account": {name}, "password": {typed}}
	for k, v := range more {
		fields[k] = v
	}
	before := w.person
	w.as(nobody)
	defer w.as(before)
	return w.post("/signin", fields)
}

func TestSigningInAndOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.addPerson("hanna")
	w.as(nobody)
	expectRedirect(t, w.get("/inbox?queue=finished"), "/signin?next=%2Finbox%3Fqueue%3Dfinished")
	page := w.page("/signin?next=%2Finbox%3Fqueue%3Dfinished")
	has(t, page, `name="next" value="/inbox?queue=finished"`, `autocomplete="current-password"`)
	hasNot(t, page, `href="/inbox"`, "Logga ut")

	r := w.door(" HANNA ", password, url.Values{"next": {"/inbox?queue=finished"}})
	expectRedirect(t, r, "/inbox?queue=finished")
	cookie := sessionCookie(r)
	for _, want := range []string{"rivgate=", "HttpOnly", "SameSite=Lax", "Path=/"} {
		if !strings.Contains(cookie, want) {
			t.Errorf("%q has no %s", cookie, want)
		}
	}
	if strings.Contains(cookie, "Secure") || strings.Contains(cookie, "Max-Age") {
		t.Errorf("in the demo the cookie is %q", cookie)
	}
	token, _, _ := strings.Cut(strings.TrimPrefix(cookie, "rivgate="), ";")
	if _, found, err := w.Relay.Store.WebSession(t.Context(), token); found || err != nil {
		t.Errorf("the database has what the browser has: %t, %v", found, err)
	}

	w.as("hanna")
	has(t, w.page("/inbox"), "Hanna Test", "Logga ut")
	expectRedirect(t, w.get("/signin?next=/inbox"), "/inbox")
	if r := w.post("/signout", nil); r.status != http.StatusSeeOther || strings.Contains(sessionCookie(r), token) {
		t.Errorf("signing out: %d %q", r.status, r.header.Get("Set-Cookie"))
	}
	// the browser still has the cookie, and it is worth nothing
	expectRedirect(t, w.get("/inbox"), "/signin?next=%2Finbox")
	log := w.accesses(accesslog.Filter{Who: "hanna"})
	if len(log) < 3 || log[0].What != accesslog.SignOut || log[len(log)-1].What != accesslog.SignIn ||
		log[0].Roles != "handler" || log[0].Kind != routing.CareUnit {
		t.Errorf("the access log has %+v", log)
	}
}

func TestCookiesAreSecureOutsideTheDemo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.addPerson("hanna")
	for _, environment := range []string{shell.Test, shell.Production} {
		w.Environment = environment
		w.serve()
		cookie := sessionCookie(w.door("hanna", password, nil))
		if !strings.HasPrefix(cookie, "__Host-rivgate=") || !strings.Contains(cookie, "; Secure") {
			t.Errorf("%s: %q", environment, cookie)
		}
	}
}

func TestASessionIsNewAtEachSignIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.addPerson("hanna")
	req := w.request(http.MethodPost, "/signin",
		strings.NewReader(url.Values{"account": {"hanna"}, "password": {password}}.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Cookie", "rivgate=chosen-by-somebody-else")
	r := w.do(req)
	if cookie := sessionCookie(r); r.status != http.StatusSeeOther || cookie == "" || strings.Contains(cookie, "chosen") {
		t.Errorf("%d %q", r.status, cookie)
	}
}

func TestWrongPasswordsTellNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.addPerson("hanna")
	w.addPerson("vera")
	if _, err := w.Relay.Store.ChangeAccount(t.Context(), "vera", accesslog.Row{Who: "test"},
		func(a *accounts.Account) error {
			a.Disabled = true
			return nil
		}); err != nil {
		t.Fatal(err)
	}
	demo := accounts.Account{ID: "demo", Source: accounts.Local, Password: hashed(), Demo: true}
	if err := w.Relay.Store.AddAccount(t.Context(), demo, accesslog.Row{Who: "test"}); err != nil {
		t.Fatal(err)
	}
	w.Environment = shell.Production
	w.serve()
	var first string
	for _, c := range []struct{ name, account, typed string }{
		{"a wrong password", "hanna", "fel lösenord här"},
		{"an account that is not there", "nobody", password},
		{"an account that is disabled", "vera", password},
		{"a demo account in production", "demo", password},
		{"a very long password", "hanna", strings.Repeat("x", 100_000)},
	} {
		r := w.door(c.account, c.typed, nil)
		if r.status != http.StatusUnprocessableEntity || r.header.Get("Set-Cookie") != "" {
			t.Errorf("%s: %d %q", c.name, r.status, r.header.Get("Set-Cookie"))
		}
		body := strings.ReplaceAll(main(r.body), `value="`+c.account+`"`, "")
		if first == "" {
			first = body
		}
		if body != first {
			t.Errorf("%s is told apart:\n%s", c.name, body)
		}
		hasNot(t, r.body, c.typed)
	}
	has(t, w.door("", "", nil).body, "Skriv ditt användarnamn.", "Skriv ditt lösenord.",
		`aria-describedby="signin-account-error"`)
	if n := len(w.accesses(accesslog.Filter{What: accesslog.Refused})); n != 5 {
		t.Errorf("%d refusals in the access log, want 5", n)
	}
	for _, row := range w.accesses(accesslog.Filter{}) {
		if row.Subject == "nobody" || strings.Contains(row.Detail, "nobody") {
			t.Errorf("a name that is no account's is in the log: %+v", row)
		}
	}
}

// Strangers who guess make each other wait. They shut nobody out, and cost a browser nothing that its owner has used
// before.
func TestGuessesAreSlowedDown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.addPerson("hanna")
	w.addPerson("vera")
	var waited []time.Duration
	w.Signin.Pause = func(_ context.Context, wait time.Duration) error {
		waited = append(waited, wait)
		return nil
	}
	known := w.door("vera", password, nil).header.Values("Set-Cookie")
	for n := range 12 {
		for _, name := range []string{"hanna", "vera"} {
			if r := w.door(name, "gissning "+strings.Repeat("x", n), nil); r.status != http.StatusUnprocessableEntity {
				t.Fatalf("guess %d at %s: %d", n, name, r.status)
			}
		}
	}
	if len(waited) != 14 || waited[0] != time.Second || waited[2] != 2*time.Second || waited[13] != 15*time.Second {
		t.Errorf("the guesses waited %v", waited)
	}
	waited = nil
	if r := w.door("hanna", password, nil); r.status != http.StatusSeeOther || len(waited) != 1 {
		t.Errorf("the right password after many wrong ones: %d, waited %v", r.status, waited)
	}
	waited = nil
	form := url.Values{"account": {"vera"}, "password": {password}}
	req := w.request(http.MethodPost, "/signin", strings.NewReader(form.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for _, cookie := range known {
		if name, _, _ := strings.Cut(cookie, "="); name == "known-browser" {
			value, _, _ := strings.Cut(cookie, ";")
			req.Header.Set("Cookie", value)
		}
	}
	if r := w.do(req); r.status != http.StatusSeeOther || len(waited) != 0 {
		t.Errorf("in the owner's own browser: %d, waited %v", r.status, waited)
	}
	for n := range 60 {
		w.door("nobody", "gissning "+strings.Repeat("x", n), nil)
	}
	if r := w.door("nina", password, nil); r.status != http.StatusUnprocessableEntity {
		t.Errorf("from an address of many guesses: %d", r.status)
	}
	w.pass(15 * time.Minute)
	waited = nil
	if r := w.door("hanna", password, nil); r.status != http.StatusSeeOther || len(waited) != 0 {
		t.Errorf("a quarter of an hour later: %d, waited %v", r.status, waited)
	}
}

func TestNextLeadsNowhereElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.addPerson("hanna")
	for _, next := range []string{
		"https://elsewhere.example/", "//elsewhere.example/", `/\elsewhere.example`, "javascript:alert(1)", "inbox", "",
		"/signin?next=/signin", "/signout", "/\t/elsewhere.example",
		"http:/elsewhere.example", "/%2Felsewhere.example",
	} {
		r := w.door("hanna", password, url.Values{"next": {next}})
		expectRedirect(t, r, "/")
	}
}

func TestSessionsEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.SessionLife = 2 * time.Hour
	w.serve()
	w.as("hanna")
	w.page("/inbox")
	w.pass(2*time.Hour - time.Second)
	w.page("/inbox")
	w.pass(time.Second)
	expectRedirect(t, w.get("/inbox"), "/signin?next=%2Finbox")

	w.as("vera")
	w.page("/inbox")
	if _, err := w.Relay.Store.ChangeAccount(t.Context(), "vera", accesslog.Row{Who: "test"},
		func(a *accounts.Account) error {
			a.Grants = nil
			return nil
		}); err != nil {
		t.Fatal(err)
	}
	if r := w.get("/inbox"); r.status != http.StatusNotFound { // what was taken away is gone at once
		t.Errorf("without a role: %d", r.status)
	}
	if _, err := w.Relay.Store.ChangeAccount(t.Context(), "vera", accesslog.Row{Who: "test"},
		func(a *accounts.Account) error {
			a.Disabled = true
			return nil
		}); err != nil {
		t.Fatal(err)
	}
	expectRedirect(t, w.get("/"), "/signin?next=%2F")
}

func TestAnInitialPasswordIsChangedFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.as("hanna")
	w.page("/")
	if _, err := w.Relay.Store.ChangeAccount(t.Context(), "hanna", accesslog.Row{Who: "test"},
		func(a *accounts.Account) error { a.Changes = true; return nil }); err != nil {
		t.Fatal(err)
	}
	expectRedirect(t, w.get("/inbox"), "/account?next=%2Finbox")
	has(t, w.page("/account?next=%2Finbox"), "Byt lösenord innan du fortsätter", "Handläggare", "alla enheter")
	if r := w.post("/inbox", nil); r.status != http.StatusSeeOther {
		t.Errorf("a form before the change: %d", r.status)
	}
	const fresh = "ett annat långt lösenord"
	for _, c := range []struct{ name, present, fresh, again, want string }{
		{"too short", password, "kort", "kort", "minst 12 tecken"},
		{"the name in it", password, "hanna1234567890", "hanna1234567890", "användarnamnet"},
		{"one character", password, "aaaaaaaaaaaaaa", "aaaaaaaaaaaaaa", "lätt att gissa"},
		{"not the same twice", password, fresh, fresh + "x", "samma lösenord en gång till"},
		{"the one from before", password, password, password, "ett annat lösenord än det du har"},
		{"a wrong present one", "gissat lösenord", fresh, fresh, "inte ditt lösenord"},
	} {
		r := w.post("/account/password", url.Values{"present": {c.present}, "fresh": {c.fresh}, "again": {c.again}})
		if r.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", c.name, r.status)
		}
		has(t, r.body, c.want)
		hasNot(t, r.body, `value="`+c.present, `value="`+c.fresh)
	}
	old := w.cookie("hanna")
	r := w.post("/account/password", url.Values{
		"present": {password}, "fresh": {fresh}, "again": {fresh}, "next": {"/inbox"},
	})
	expectRedirect(t, r, "/inbox")
	req := w.request(http.MethodGet, "/inbox", nil)
	req.Header.Set("Cookie", old)
	if r := w.do(req); r.status != http.StatusSeeOther {
		t.Errorf("an old session after the change: %d", r.status)
	}
	fields, _, _ := strings.Cut(sessionCookie(r), ";")
	req.Header.Set("Cookie", fields)
	if r := w.do(req); r.status != http.StatusOK {
		t.Errorf("the session that made the change: %d", r.status)
	}
	if r := w.door("hanna", password, nil); r.status != http.StatusUnprocessableEntity {
		t.Errorf("the old password: %d", r.status)
	}
}

// TestNothingIsLostWhenASessionEnds: what was typed is there again when its owner is, and nobody else sees it.
func TestNothingIsLostWhenASessionEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.SessionLife = 8 * time.Hour
	w.serve()
	id := w.submit(clinic, "Tolvan Test", "Text")
	w.as("hanna")
	seen := version(t, w.page("/inbox/"+id))
	const text = "Det jag hade skrivit i en timme."
	sent := func(who string) string {
		t.Helper()
		w.as(who)
		req := w.request(http.MethodPost, "/inbox/"+id+"/reply",
			strings.NewReader(url.Values{"version": {seen}, "text": {text}}.Encode()))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Referer", w.server.URL+"/inbox/"+id)
		w.sit(req, "/inbox")
		r := w.do(req)
		if r.status != http.StatusUnauthorized {
			t.Fatalf("a form without a session: %d", r.status)
		}
		has(t, r.body, "Du är utloggad.", "Det du skrev är kvar", `name="next" value="/inbox/`+id+`"`)
		hasNot(t, r.body, text)
		held, _, _ := strings.Cut(sessionCookie(r), ";")
		return held
	}
	enter := func(who, held string) reply {
		t.Helper()
		w.addPerson(who)
		req := w.request(http.MethodPost, "/signin",
			strings.NewReader(url.Values{"account": {who}, "password": {password}, "next": {"/inbox/" + id}}.Encode()))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Cookie", held)
		r := w.do(req)
		expectRedirect(t, r, "/inbox/"+id)
		fresh, _, _ := strings.Cut(sessionCookie(r), ";")
		req = w.request(http.MethodGet, "/inbox/"+id, nil)
		req.Header.Set("Cookie", fresh)
		return w.do(req)
	}
	w.pass(9 * time.Hour)
	held := sent("hanna")
	if n := len(timeLine(t, w, id)); n != 1 {
		t.Fatalf("%d messages: the form was carried out", n)
	}
	page := enter("hanna", held).body
	has(t, page, ">"+text+"</textarea>", "Inget är skickat", `<details name="do" open>`)

	page = enter("vera", sent("hanna")).body
	hasNot(t, page, text)

	w.as(nobody) // whoever never was signed in has nothing to keep
	if r := w.post("/inbox/"+id+"/reply", url.Values{
		"version": {seen}, "text": {text},
	}); r.status != http.StatusUnauthorized || r.header.Get("Set-Cookie") != "" {
		t.Errorf("%d %q", r.status, r.header.Get("Set-Cookie"))
	}
}
