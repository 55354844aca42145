package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// TestSigningInAgainInABrowser: an administrator whose sign-in is old gives a role, shows who they are, and goes on;
// then they see where else they are signed in, and sign out there. The pages of this are accessible.
func TestSigningInAgainInABrowser(t *testing.T) {
	t.Parallel()
	w := worldAgain(t)
	w.addPerson("vera")
	i := newInspector(t, w)
	w.signIn(i, "adam")
	w.pass(16 * time.Minute)
	elsewhere := w.signsInWith("adam", "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/140.0")
	press := func(what string, steps ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		answer, err := chromedp.RunResponse(i, steps...)
		if err != nil || answer.Status != http.StatusOK {
			t.Fatalf("%s: %+v, %v", what, answer, err)
		}
	}
	shows := func(want ...string) {
		t.Helper()
		text, err := chromedp.Run(i, chromedp.Evaluate[string](`document.querySelector("main").innerText`))
		must(t, "reading the page", err)
		for _, one := range want {
			if !strings.Contains(text, one) {
				t.Errorf("%q is missing in\n%s", one, text)
			}
		}
	}
	press("opening a user", chromedp.Navigate(w.server.URL+"/users?account=vera"))
	press("giving a role", chromedp.SetValue(chromedp.CSS("#give-role"), "receiver"),
		chromedp.SetValue(chromedp.CSS("#give-unit"), clinic), chromedp.Click(chromedp.CSS(`button[value="give"]`)))
	shows("Det var en stund sedan du loggade in")
	i.judges(visit{who: "adam", path: againPath + " before"})
	press("the password", chromedp.SendKeys(chromedp.CSS("#again-password"), password),
		chromedp.Click(chromedp.CSS(`form[action="/account/again"] button`)))
	shows("Du har loggat in igen", "inte gjort än")
	i.judges(visit{who: "adam", path: againPath + " after"})
	press("going on", chromedp.Click(chromedp.CSS("[data-go-on]")))
	shows("Rollen är given", "Mottagare")
	press("the account", chromedp.Navigate(w.server.URL+"/account"))
	shows("den här", "Firefox, Windows", "Chrome")
	i.judges(visit{who: "adam", path: "/account"})
	press("signing out elsewhere", chromedp.Click(chromedp.CSS(`button[value="others"]`)))
	shows("Du är utloggad där")
	expectRedirect(t, elsewhere.send(http.MethodGet, "/account", nil), "/signin?next=%2Faccount")
}
