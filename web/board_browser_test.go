package web_test

import (
	"net/http"
	"testing"

	"github.com/chromedp/chromedp"
)

// A day of a patient board: a citizen describes the place in own words, the board finds the unit, notes the consent,
// asks the care provider, and asks the citizen, who answers in the mailbox.
func TestABoardsDayInABrowser(t *testing.T) {
	w := newWorld(t)
	ctx := browser(t)
	css := func(selector string) chromedp.CSS { return chromedp.CSS(selector) }
	sees := tab{ctx, t}.sees
	go200 := func(what string, steps ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		answer, err := chromedp.RunResponse(ctx, steps...)
		if err != nil || answer.Status != http.StatusOK {
			t.Fatalf("%s: %+v, %v", what, answer, err)
		}
	}
	to := func(path string) {
		t.Helper()
		go200(path, chromedp.Navigate(w.server.URL+path))
	}
	type step = chromedp.Action[chromedp.Void]
	typed := func(selector, text string) step { return chromedp.SendKeys(css(selector), text) }
	click := func(selector string) step { return chromedp.Click(css(selector)) }
	chosen := func(selector, value string) step { return chromedp.SetValue(css(selector), value) }

	to("/submit?q=nämnd")
	go200("choosing the board", click(`a[href="/submit?unit=`+board+`"]`))
	go200("submitting", typed("#submit-reporter", tolvan), typed("#submit-name", "Tolvan Test"),
		chosen("#submit-date", "2026-02-20"),
		typed("#submit-place", "Akuten på sjukhuset"), typed("#submit-text", "Ingen lyssnade på mig."),
		click(`form[action="/submit"] button`))
	sees("Tack, det är skickat.", "Ärendebekräftelse", "Akuten på sjukhuset")

	w.signIn(ctx, "nina")
	to("/")
	sees("Saknar enhet")
	go200("opening the list", click(`a[href="/board"]`))
	sees("Akuten på sjukhuset")
	go200("opening the case", click(`td a[href$="/board"]`))
	sees("Sätt rätt enhet")
	go200("setting the unit", typed("#place-unit", "sjukhuset"), click(`form[action$="/board/place"] button`))
	sees("Enheten är sparad", "Sjukhuset ("+hospital+")")

	form := func(verb string) string { return `form[action$="/board/` + verb + `"]` }
	open := func(verb string) step { return click(`details:has(` + form(verb) + `) > summary`) }
	go200("noting the consent", open("consent"), typed("#consent-unit", "sjukhuset"), typed("#consent-how", "per telefon"),
		click(form("consent")+" button"))
	sees("Samtycket är noterat.", "Samtycke av Tolvan Test 2026-03-02: per telefon")
	go200("asking the provider", open("request"), typed("#request-unit", "sjukhuset"),
		typed("#request-text", "Yttra er om väntetiden."), click(form("request")+" button"))
	sees("Begäran är noterad.", "Väntar på yttrande", "skriv ut begäran 1")
	go200("printing it", click(`a[href$="/board/request/1"]`))
	sees("Yttra er om väntetiden.", "Ingen lyssnade på mig.")
	go200("going back", click(`.back a`))
	go200("writing the opinion", open("opinion"), typed("#opinion-unit", "sjukhuset"),
		typed("#opinion-text", "Vi beklagar."), click(form("opinion")+" button"))
	sees("Yttrandet är noterat i ärendet.", "Vi beklagar.")

	go200("opening the case", click(`.back a[href^="/inbox/"]`))
	go200("asking the citizen", click(`details:has(form[action$="/question"]) > summary`),
		typed("#question-text", "Vill du ha ett möte?"), click(`form[action$="/question"] button[value="send"]`))
	sees("Vill du ha ett möte?")
	to("/mailbox")
	go200("choosing who I am", click(`input[value="`+tolvan+`"]`), click(`form[action="/mailbox"] button`))
	sees("Väntar på ditt svar", "Patientnämnden har ärendet")
	go200("opening it", click(`.units a[href^="/mailbox/"]`))
	sees("Vill du ha ett möte?")
	go200("answering", typed(`textarea[name="text"]`, "Ja, gärna."), click(`form[action$="/answer"] button`))
	sees("Tack, det är skickat.", "Ja, gärna.")
	to("/inbox?queue=ongoing")
	go200("opening the case again", click(`table a[href^="/inbox/"]`))
	sees("Svar från anmälaren", "Ja, gärna.")

	path, err := chromedp.Run(ctx, chromedp.Evaluate[string](`location.pathname`))
	if err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(320, 640)); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{
		"/", "/board", path, path + "/board", path + "/board/request/1", "/begin", "/mailbox", "/submit?unit=" + board,
	} {
		to(path)
		if wide, err := chromedp.Run(ctx, chromedp.Evaluate[float64](`document.documentElement.scrollWidth`)); err != nil ||
			wide > 320 {
			t.Errorf("%s is %v pixels wide at 320: %v", path, wide, err)
		}
	}
}
