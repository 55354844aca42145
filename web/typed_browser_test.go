package web_test

import (
	"net/http"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// scripts turns the scripts of a tab's pages on or off.
func scripts(b tab, on bool) {
	b.t.Helper()
	_, err := chromedp.Call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{
		Value: !on,
	})
	must(b.t, "turning scripts on or off", err)
}

// TestWhatWasTypedSurvivesTheBackButton: in the forms without drafts, until the form was accepted, and never beyond the
// session.
func TestWhatWasTypedSurvivesTheBackButton(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.submit(clinic, "Tolvan Test", "Text")
	b := tab{browser(t), t}
	w.signIn(b, "hanna")
	rests := func() int { return eval[int](b, `sessionStorage.length + localStorage.length`) }
	back := func() {
		t.Helper()
		b.goes(http.StatusOK, "going back", chromedp.NavigateBack())
	}
	away := func() { b.goes(http.StatusOK, "going away", chromedp.Navigate(w.server.URL+"/help")) }
	holds := func(css, want string) {
		t.Helper()
		if got := eval[string](b, `document.querySelector(`+"`"+css+"`"+`).value`); got != want {
			t.Errorf("%s holds %q, not %q", css, got, want)
		}
	}
	types := func(css, text string) {
		t.Helper()
		must(t, "typing", chromedp.Do(b, chromedp.SendKeys(chromedp.CSS(css), text)))
	}

	b.goes(http.StatusOK, "opening the case", chromedp.Navigate(w.server.URL+"/inbox/"+id))
	must(t, "opening the note", chromedp.Do(b, chromedp.Click(chromedp.CSS(`details:has(#note-text) > summary`))))
	types("#note-text", "Ringde, inget svar.")
	away()
	back()
	holds("#note-text", "Ringde, inget svar.")
	if !eval[bool](b, `document.querySelector("#note-text").closest("details").open`) {
		t.Error("what was typed is folded away")
	}
	b.goes(http.StatusOK, "saving the note", chromedp.Click(chromedp.CSS(`form[action$="/desk/note"] button`)))
	b.sees("Ringde, inget svar.")
	if n := rests(); n != 0 {
		t.Errorf("%d things rest after the form was accepted", n)
	}
	back()
	holds("#note-text", "")

	must(t, "opening the parking", chromedp.Do(b, chromedp.Click(chromedp.CSS(`details:has(#park-reason) > summary`))))
	types("#park-reason", "Väntar på journalen")
	eval[bool](b,
		`(document.querySelector("#park-until").type = "text", document.querySelector("#park-until").value = `+
			`"2020-01-01", true)`)
	b.goes(http.StatusUnprocessableEntity, "parking until a day that has been",
		chromedp.Click(chromedp.CSS(`form[action$="/desk/park"] button`)))
	back()
	holds("#park-reason", "Väntar på journalen")

	for _, path := range []string{"/begin?unit=" + clinic, "/submit?unit=" + clinic} {
		b.goes(http.StatusOK, "opening "+path, chromedp.Navigate(w.server.URL+path))
		types(`main textarea[name="text"]`, "Det här hände.")
		must(t, "choosing", chromedp.Do(b, chromedp.Click(chromedp.CSS(`main input[name="role"][value="RELATIVE"]`))))
		away()
		back()
		holds(`main textarea[name="text"]`, "Det här hände.")
		if !eval[bool](b, `document.querySelector('main input[name="role"][value="RELATIVE"]').checked`) {
			t.Errorf("%s: what was chosen is lost", path)
		}
	}
	b.goes(http.StatusOK, "signing out", chromedp.Click(chromedp.CSS(`.me button`)))
	if n := rests(); n != 0 {
		t.Errorf("%d things rest after signing out", n)
	}
	w.signIn(b, "vera")
	b.goes(http.StatusOK, "opening the form", chromedp.Navigate(w.server.URL+"/begin?unit="+clinic))
	holds(`main textarea[name="text"]`, "")
}

// TestWhatWasTypedOnTheBoardsPage survives the back button too, and is gone with the session in every tab.
func TestWhatWasTypedOnTheBoardsPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.submit(board, "Tolvan Test", "Text")
	b := tab{browser(t), t}
	w.signIn(b, "nina")
	b.goes(http.StatusOK, "opening the board's page", chromedp.Navigate(w.server.URL+"/inbox/"+id+"/board"))
	const field = `#request-text`
	eval[bool](b, `(document.querySelectorAll("main details").forEach((d) => d.open = true), true)`)
	must(t, "typing", chromedp.Do(b, chromedp.SendKeys(chromedp.CSS(field), "Samtycke per telefon")))
	b.goes(http.StatusOK, "going away", chromedp.Navigate(w.server.URL+"/help"))
	b.goes(http.StatusOK, "going back", chromedp.NavigateBack())
	if got := eval[string](b, `document.querySelector('`+field+`').value`); got != "Samtycke per telefon" {
		t.Errorf("the field holds %q", got)
	}
	eval[bool](b, `(new BroadcastChannel("signed out").postMessage(""), true)`) // as another tab does
	b.until("the tab has forgotten", `sessionStorage.length === 0`)
}
