package web_test

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// TestAReportersAfterthoughts: in the browser a reporter adds to an open case, adds again after it was closed, which
// opens it, and takes it back; the handler sees each of them in the inbox and in the case.
func TestAReportersAfterthoughts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.submit(clinic, "Tolvan Test", "Ingen ringde upp.")
	d := &desktop{w, browser(t)}
	const add = `form[action$="/supplement"] `
	mailbox := w.server.URL + "/mailbox/" + id
	w.signIn(d.ctx, "hanna")
	comes := func() {
		t.Helper()
		d.do("opening 1177", chromedp.Navigate(w.server.URL+"/mailbox"))
		d.goes("saying who they are", clicks(`input[name="person"][value="`+tolvan+`"]`),
			clicks(`form[action="/mailbox"] button.primary`))
	}
	comes()

	d.do("opening the mailbox", chromedp.Navigate(mailbox))
	d.sees("Lägg till något i ärendet", "Du behöver inte vänta på en fråga.")
	d.goes("adding to the case", types(add+"textarea", "Jag ringde själv i går."), clicks(add+"button"))
	d.sees("ditt tillägg är skickat", "Ditt tillägg", "Jag ringde själv i går.")
	d.do("opening the inbox", chromedp.Navigate(w.server.URL+"/inbox"))
	d.sees("Nytt från anmälaren")
	d.goes("opening the case", clicks(`table a[href="/inbox/`+id+`"]`))
	d.sees("Tillägg från anmälaren", "Jag ringde själv i går.")

	w.closes(id)
	w.pass(3 * 24 * time.Hour)
	w.signIn(d.ctx, "hanna")
	comes()
	d.do("opening the mailbox of the closed case", chromedp.Navigate(mailbox))
	d.sees("Avslutat", "då öppnas ärendet igen")
	d.goes("adding to the closed case", types(add+"textarea", "Det gör fortfarande ont."), clicks(add+"button"))
	d.sees("Pågår", "Det gör fortfarande ont.")
	d.do("opening the inbox again", chromedp.Navigate(w.server.URL+"/inbox?queue=ongoing"))
	d.sees("Öppnat igen av ett tillägg", "28 dagar kvar")

	d.do("opening the mailbox to take the case back", chromedp.Navigate(mailbox))
	d.goes("asking to take it back", clicks(`a[href$="/withdraw"]`))
	d.sees("Vill du ta tillbaka ärendet?")
	d.goes("thinking better of it", clicks(`.buttons a`))
	d.sees("Lägg till något i ärendet")
	d.goes("asking again", clicks(`a[href$="/withdraw"]`))
	d.goes("taking it back", types(`textarea[name="reason"]`, "Det löste sig."),
		clicks(`form[action$="/withdraw"] button`))
	d.sees("Du har tagit tillbaka ärendet", "Mottagaren får veta det", "Det löste sig.")
	d.do("opening the inbox in the end", chromedp.Navigate(w.server.URL+"/inbox?queue=ongoing"))
	d.sees("Anmälaren har tagit tillbaka ärendet")
	d.goes("opening the case in the end", clicks(`table a[href="/inbox/`+id+`"]`))
	d.sees("Det löste sig.", "Öppnat igen av ett tillägg")
	w.closes(id)
	d.do("opening the mailbox in the end", chromedp.Navigate(mailbox))
	d.sees("Avslutat", "du tog tillbaka ärendet")
}
