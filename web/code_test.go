package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"rivgate/store/accesslog"
	"rivgate/store/accounts"
	"rivgate/web/shell"
)

// What looks at a link in a letter uses nothing up; a code is good once, for three days, for nobody who is shut out.
func TestACodeIsThePersonsAlone(t *testing.T) {
	w := newWorld(t)
	w.account("vilma", held(shell.RoleHandler, clinic))
	w.as("adam")
	give := func() string {
		t.Helper()
		r := w.onUser("vilma", "password", nil)
		return between(t, r.body, `<code class="address">`, `</code>`)
	}
	first := give()
	if old := w.signsIn("vilma", password); old.status == http.StatusSeeOther {
		t.Error("the password from before still lets in")
	}
	w.as(nobody)
	for range 3 { // a scanner
		has(t, w.page("/signin/code"), "Välj lösenord")
		w.get("/signin/code?code=" + url.QueryEscape(first))
	}
	const fresh = "en lång fras att minnas"
	refused := func(what, code, typed, words string) {
		t.Helper()
		r := w.setsPassword(code, typed)
		if r.status != http.StatusUnprocessableEntity || !strings.Contains(r.body, words) || strings.Contains(r.body, fresh) {
			t.Errorf("%s: %d\n%s", what, r.status, main(r.body))
		}
	}
	refused("a wrong code", "AAAA-BBBB", fresh, "Koden gäller inte")
	refused("no code", "", fresh, "Koden gäller inte")
	refused("a short password", first, "kort", "minst")
	w.as("adam")
	second := give()
	refused("a code that another has followed", first, fresh, "Koden gäller inte")
	expectRedirect(t, w.onUser("vilma", "disable", nil), "/users?account=vilma&done=disable")
	refused("an account that is shut", second, fresh, "Koden gäller inte")
	expectRedirect(t, w.onUser("vilma", "enable", nil), "/users?account=vilma&done=enable")
	if in := w.setsPassword(second, fresh); in.status != http.StatusSeeOther || w.theAccount("vilma").Changes {
		t.Errorf("%d\n%s", in.status, main(in.body))
	}
	refused("a used code", second, fresh+"!", "Koden gäller inte")
	rows := w.accesses(accesslog.Filter{Who: "vilma"})
	if len(rows) == 0 || rows[0].Detail != "password by code" {
		t.Errorf("%+v", rows)
	}
	code, digest := accounts.NewCode()
	if _, err := w.Relay.Store.ChangeAccount(t.Context(), "vilma", accesslog.Row{Who: "adam"},
		func(a *accounts.Account) error {
			a.GiveCode(digest, w.Relay.Now().Add(-accounts.CodeTime-time.Hour))
			return nil
		}); err != nil {
		t.Fatal(err)
	}
	refused("a code of last week", code, fresh, "Koden gäller inte")
}
