package web_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
	"golang.org/x/crypto/argon2"

	"rivgate/routing"
	"rivgate/store/accesslog"
	"rivgate/store/accounts"
	"rivgate/web/shell"
)

// password is that of everybody in the tests.
const password = "hemligt nog för ett prov"

// hashed is it as accounts have it, but with the least work that a hash may ask for: everybody signs in in every test.
// The parameters of HashPassword are those of the tests in which somebody chooses a password.
var hashed = sync.OnceValue(func() string {
	const memory, passes, lanes = 8, 1, 1
	salt := []byte("salt of the test")
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, memory, passes, lanes, b64(salt),
		b64(argon2.IDKey([]byte(password), salt, passes, memory, lanes, 32)))
})

// people are who can sign in in the tests, by their names.
func people() map[string][]accounts.Grant {
	care, boards := routing.CareUnit, routing.PatientBoard
	one := func(role shell.Role, kind routing.UnitKind, units ...string) []accounts.Grant {
		return []accounts.Grant{{Role: string(role), Kind: kind, Units: units}}
	}
	return map[string][]accounts.Grant{
		"hanna": one(shell.RoleHandler, care, shell.AllUnits), // handles all care
		"vera":  one(shell.RoleHandler, care, clinic),         // handles one unit
		"mia":   one(shell.RoleReceiver, care, clinic),
		"nina":  one(shell.RoleHandler, boards, board),
		"tea":   one(shell.RoleHandler, routing.Other, triage),
		"adam":  one(shell.RoleAdministrator, care, clinic),
		"rita":  one(shell.RoleAdministrator, care, shell.RegionUnits+"01"),
		"iris":  one(shell.RoleIntegrator, ""),
		"olle":  one(shell.RoleOperator, ""),
		"greta": one(shell.RoleReviewer, care, clinic),
		"gunde": one(shell.RoleReviewer, care, shell.AllUnits),
		"bodil": one(shell.RoleReviewer, boards, shell.AllUnits),
		"none":  nil,
	}
}

// addPerson makes one of people an account.
func (w *world) addPerson(name string) {
	w.t.Helper()
	a := accounts.Account{
		ID: name, Name: strings.ToUpper(name[:1]) + name[1:] + " Test", Source: accounts.Local, Password: hashed(),
		Grants: people()[name],
	}
	if err := w.Relay.Store.AddAccount(w.t.Context(), a, accesslog.Row{Who: "test"}); err != nil &&
		!errors.Is(err, accounts.ErrExists) {
		w.t.Fatal(err)
	}
}

// nobody is w.person for whoever is not signed in.
const nobody = "-"

// as lets somebody else sit at the browser from here on; "" lets those sit there whose page it is.
func (w *world) as(name string) { w.person = name }

// sits is who sits at the browser for an address: the integrator at the catalogue, the operator at the monitor, a
// handler of care at the inbox.
func (w *world) sits(path string) string {
	if w.person != "" {
		return w.person
	}
	path, _, _ = strings.Cut(strings.TrimPrefix(path, "/"), "?")
	room, _, _ := strings.Cut(path, "/")
	switch room {
	case "catalogue", "resolve", "faults", "exchange":
		return "iris"
	case "monitor":
		return "olle"
	case "review":
		return "gunde"
	}
	return "hanna"
}

// cookie is the session of somebody, who signs in when there is none yet.
func (w *world) cookie(name string) string {
	w.t.Helper()
	key := w.Environment + " " + name
	w.mu.Lock()
	held := w.cookies[key]
	w.mu.Unlock()
	if held != "" {
		return held
	}
	w.addPerson(name)
	req := w.request(http.MethodPost, "/signin",
		strings.NewReader(url.Values{"account": {name}, "password": {password}}.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	r := w.do(req)
	held, _, _ = strings.Cut(sessionCookie(r), ";")
	if r.status != http.StatusSeeOther || held == "" {
		w.t.Fatalf("%s signs in: %d\n%s", name, r.status, main(r.body))
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cookies == nil {
		w.cookies = map[string]string{}
	}
	w.cookies[key] = held
	return held
}

// sit gives a request the session of who sits at the browser. Systems, monitors and the door have none.
func (w *world) sit(req *http.Request, path string) {
	if rest, letters := strings.CutPrefix(path, "/mailbox/"); letters {
		id, _, _ := strings.Cut(rest, "/")
		id, _, _ = strings.Cut(id, "?")
		req.Header.Set("Cookie", w.mailboxOf(id))
		return
	}
	for _, room := range []string{
		"/api/", "/static/", "/healthz", "/readyz", "/metrics", "/status", "/resetcache", "/mailbox", "/submit",
	} {
		if strings.HasPrefix(path, room) &&
			!(w.person != "" && strings.HasPrefix(path, "/api/") && w.Environment == shell.Production) {
			return
		}
	}
	if name := w.sits(path); name != nobody {
		req.Header.Set("Cookie", w.cookie(name))
	}
}

// mailboxOf is the session of w.citizen in 1177; where nobody is, of the reporter of a case.
func (w *world) mailboxOf(id string) string {
	w.t.Helper()
	person := w.citizen
	if person == "" {
		person = tolvan
		c, err := w.Relay.Store.Unlogged().Case(context.WithoutCancel(w.t.Context()), id)
		if err == nil && c.Facts.ReporterID != "" {
			person = c.Facts.ReporterID
		}
	}
	key := w.Environment + " citizen " + person
	w.mu.Lock()
	held := w.cookies[key]
	w.mu.Unlock()
	if held != "" {
		return held
	}
	r := w.post("/mailbox", url.Values{"person": {person}})
	held, _, _ = strings.Cut(sessionCookie(r), ";")
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cookies == nil {
		w.cookies = map[string]string{}
	}
	w.cookies[key] = held
	return held
}

// isReporter lets the reporter of a case sign in to 1177 at a browser, as who sits there anyway.
func (w *world) isReporter(ctx context.Context, id string) {
	w.t.Helper()
	for _, step := range []chromedp.Action[chromedp.Void]{
		chromedp.Navigate(w.server.URL + "/mailbox"),
		func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
			who := chromedp.SendKeys(chromedp.CSS("#person-other"), w.theCase(id).Facts.ReporterID)
			if _, err := who(ctx, t); err != nil {
				return chromedp.Void{}, err
			}
			return chromedp.Click(chromedp.CSS(`form[action="/mailbox"] button.primary`))(ctx, t)
		},
	} {
		if answer, err := chromedp.RunResponse(ctx, step); err != nil || answer.Status != http.StatusOK {
			w.t.Fatalf("signing in to 1177: %+v, %v", answer, err)
		}
	}
}

// signIn lets somebody sit at a browser: whoever was there goes, and they come in by the form.
func (w *world) signIn(ctx context.Context, name string) {
	w.t.Helper()
	w.addPerson(name)
	steps := func(what string, steps ...chromedp.Action[chromedp.Void]) {
		w.t.Helper()
		answer, err := chromedp.RunResponse(ctx, steps...)
		if err != nil || answer.Status != http.StatusOK {
			w.t.Fatalf("%s: %+v, %v", what, answer, err)
		}
	}
	there, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`document.querySelector('form[action="/signout"]') != null`))
	if err != nil {
		w.t.Fatal(err)
	}
	if there {
		steps("signing out", chromedp.Click(chromedp.CSS(`.me button`)))
	}
	steps("opening the sign-in page", chromedp.Navigate(w.server.URL+"/signin"))
	steps("signing in", chromedp.SendKeys(chromedp.CSS("#signin-account"), name),
		chromedp.SendKeys(chromedp.CSS("#signin-password"), password),
		chromedp.Click(chromedp.CSS(`form[action="/signin"] button`)))
}

func expectRedirect(t *testing.T, r reply, to string) {
	t.Helper()
	if r.status != http.StatusSeeOther || r.header.Get("Location") != to {
		t.Errorf("%d to %q, want a redirect to %q\n%s", r.status, r.header.Get("Location"), to, main(r.body))
	}
}

// sessionCookie is the cookie of a session that an answer sets, whole; "" for none.
func sessionCookie(r reply) string {
	for _, cookie := range r.header.Values("Set-Cookie") {
		if name, _, _ := strings.Cut(cookie, "="); name == "rivgate" || name == "__Host-rivgate" {
			return cookie
		}
	}
	return ""
}
