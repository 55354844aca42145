package web_test

import (
	"net/http"
	"testing"

	"github.com/chromedp/chromedp"
)

// A proxy's day: a daughter reports for her father, the handler writes to her only with a reason, a son with a power of
// attorney takes the case over, the daughter sees what had come until then, and the son gets the next answer.
func TestAProxysDayInABrowser(t *testing.T) {
	w := newWorld(t)
	ctx := browser(t)
	sees := tab{ctx, t}.sees
	type step = chromedp.Action[chromedp.Void]
	expects := func(status int64, what string, steps ...step) {
		t.Helper()
		answer, err := chromedp.RunResponse(ctx, steps...)
		if err != nil || answer.Status != status {
			t.Fatalf("%s: %+v, %v", what, answer, err)
		}
	}
	go200 := func(what string, steps ...step) { t.Helper(); expects(http.StatusOK, what, steps...) }
	to := func(path string) { t.Helper(); go200(path, chromedp.Navigate(w.server.URL+path)) }
	typed := func(selector, text string) step { return chromedp.SendKeys(chromedp.CSS(selector), text) }
	click := func(selector string) step { return chromedp.Click(chromedp.CSS(selector)) }
	chosen := func(selector, value string) step { return chromedp.SetValue(chromedp.CSS(selector), value) }
	open := func(form string) step { return click(`details:has(form[action$="` + form + `"]) > summary`) }
	citizen := func(person string) {
		t.Helper()
		to("/mailbox")
		go200("choosing who I am", click(`input[value="`+person+`"]`), click(`form[action="/mailbox"] button`))
	}
	const son = "191401682396"

	to("/submit?unit=" + clinic)
	go200("submitting", typed("#submit-reporter", ombud), typed("#submit-name", "Anna Test"),
		click(`input[name="role"][value="RELATIVE"]`), typed("#submit-patient", tolvan),
		typed("#submit-patientname", "Tolvan Test"), chosen("#submit-date", "2026-02-20"),
		typed("#submit-text", "Min far fick vänta."), click(`form[action="/submit"] button`))
	sees("Tack, det är skickat.", "Min far fick vänta.")

	w.signIn(ctx, "vera")
	to("/inbox")
	go200("opening the case", click(`table a[href^="/inbox/"]`))
	sees("närstående · ingen rätt uppgiven", "Inget går till anmälaren utan ett skäl.")
	path, err := chromedp.Run(ctx, chromedp.Evaluate[string](`location.pathname`))
	if err != nil {
		t.Fatal(err)
	}
	expects(http.StatusUnprocessableEntity, "answering without a reason", open("/reply"),
		typed("#reply-text", "Vi ser på det."), click(`form[action$="/reply"] button[value="send"]`))
	sees("Kontrollera den först, eller skriv varför det skickas ändå.")
	go200("answering with a reason", typed("#reply-unchecked", "Känd sedan tidigare"),
		click(`form[action$="/reply"] button[value="send"]`))
	sees("Vi ser på det.", "Känd sedan tidigare")
	w.pass(undo)

	takeover := []step{
		open("/desk/takeover"), typed("#takeover-reporter", son), typed("#takeover-name", "Bo Test"),
		chosen("#takeover-right", "power_of_attorney"), typed("#takeover-note", "Original visat"),
	}
	expects(http.StatusUnprocessableEntity, "taking over, undecided",
		append(takeover, click(`form[action$="/desk/takeover"] button`))...)
	sees("Välj vad den som anmäler nu ska se.")
	go200("taking over", click(`input[name="former"][value="sees"]`), click(`form[action$="/desk/takeover"] button`))
	sees("Ärendet är övertaget.", "Bo Test", "ombud · fullmakt", "Anmälde tidigare")
	w.pass(undo)
	go200("answering the son", open("/reply"), typed("#reply-text", "Bara till Bo."),
		click(`form[action$="/reply"] button[value="send"]`))
	sees("Bara till Bo.")
	go200("looking at what he sees", click(`a[href="`+path+`/mailbox"]`))
	sees("Så här ser anmälaren ärendet", "Bara till Bo.")

	citizen(ombud)
	sees("övertaget av ett ombud")
	go200("what the daughter sees", click(`.units a[href^="/mailbox/"]`))
	sees("Min far fick vänta.", "Vi ser på det.", "Ett ombud tog över ärendet")
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.body.innerText`))
	if err != nil || shows(text, "Bara till Bo.") {
		t.Errorf("the daughter sees what came after: %v\n%s", err, text)
	}
	citizen(son)
	go200("what the son sees", click(`.units a[href^="/mailbox/"]`))
	sees("Min far fick vänta.", "Bara till Bo.")
	citizen("202402292383")
	expects(http.StatusNotFound, "a guessed case", chromedp.Navigate(w.server.URL+"/mailbox"+path[len("/inbox"):]))
}
