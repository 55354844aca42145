package web_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"rivgate/store"
)

// supplements adds to a case as its reporter.
func (w *world) supplements(id, text string) reply {
	w.t.Helper()
	return w.post("/mailbox/"+id+"/supplement", url.Values{"text": {text}, "message": {w.newID()}})
}

// closes closes a case as its handler.
func (w *world) closes(id string) {
	w.t.Helper()
	w.act(id, "close", url.Values{"text": {"Vi har svarat."}, "problem": {"3.1"}, "area": {"3"}})
}

func TestAReporterAddsToAnOpenCase(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.submit(clinic, "Tolvan Test", "Text")
	page := w.page("/mailbox/" + id)
	has(t, page, "Lägg till något i ärendet", "högst 5 filer", "Ta tillbaka ärendet")
	if r := w.supplements(id, " "); r.status != http.StatusUnprocessableEntity {
		t.Errorf("without a text: %d", r.status)
	} else {
		has(t, r.body, "Skriv det som du vill lägga till.", `aria-describedby="supplement-text-error"`)
	}
	fields := url.Values{"text": {"Jag glömde säga en sak."}, "message": {between(t, page, `name="message" value="`, `"`)}}
	for range 2 { // sent twice, it is taken once
		r := w.postFile("/mailbox/"+id+"/supplement", fields, "remiss.pdf", []byte("%PDF-1.7\n"))
		if r.status != http.StatusSeeOther {
			t.Fatalf("%d\n%s", r.status, main(r.body))
		}
	}
	has(t, w.page("/mailbox/"+id+"?done=supplement"), "ditt tillägg är skickat", "Ditt tillägg", "Jag glömde säga en sak.",
		"remiss.pdf")
	has(t, w.page("/inbox/"+id), "Tillägg från anmälaren", "Jag glömde säga en sak.", "remiss.pdf")
	has(t, w.page("/inbox?queue=new"), "Nytt från anmälaren")
	c := w.theCase(id)
	if line, err := w.Relay.Store.Unlogged().TimeLine(t.Context(), c.ID); err != nil || len(line) != 2 {
		t.Errorf("%d messages, %v", len(line), err)
	}
	w.act(id, "reply", url.Values{"text": {"Tack för tillägget."}})
	hasNot(t, w.page("/inbox?queue=ongoing"), "Nytt från anmälaren")
}

func TestASupplementWakesAParkedCase(t *testing.T) {
	t.Parallel()
	w, id := newDesk(t)
	w.did(id, "park", url.Values{"until": {"2026-03-30"}, "reason": {"väntar"}})
	has(t, w.page("/inbox?queue=parked"), id)
	w.supplements(id, "Nu har jag remissen.")
	hasNot(t, w.page("/inbox?queue=parked"), id)
}

func TestASupplementOpensAClosedCaseForATime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.submit(clinic, "Tolvan Test", "Text")
	w.closes(id)
	has(t, w.page("/mailbox/"+id), "Ärendet är avslutat. Till", "då öppnas ärendet")
	hasNot(t, w.page("/mailbox/"+id), "Ta tillbaka ärendet")
	w.pass(13 * 24 * time.Hour)
	if r := w.supplements(id, "Det gör fortfarande ont."); r.status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", r.status, main(r.body))
	}
	c := w.theCase(id)
	if c.State != store.InProgress || c.Closed != nil || c.Reopened == nil || len(c.Classification.MainProblems) == 0 ||
		c.Due.Sub(w.clock()) < 27*24*time.Hour {
		t.Errorf("the case is %+v", c)
	}
	has(t, w.page("/inbox/"+id), "Öppnat igen av ett tillägg", "Det gör fortfarande ont.")
	has(t, w.page("/inbox?queue=ongoing"), "Öppnat igen av ett tillägg")
	w.closes(id)
	w.pass(15 * 24 * time.Hour)
	hasNot(t, w.page("/mailbox/"+id), "Lägg till något i ärendet")
	r := w.supplements(id, "En sak till.")
	if r.status != http.StatusUnprocessableEntity {
		t.Fatalf("late: %d", r.status)
	}
	has(t, r.body, "Ärendet är avslutat sedan en tid", "En sak till.")
	if c = w.theCase(id); c.State != store.Closed {
		t.Errorf("the case is %s", c.State)
	}
}

func TestAReporterTakesACaseBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.submit(clinic, "Tolvan Test", "Text")
	w.act(id, "question", url.Values{"text": {"Vilken dag?"}})
	has(t, w.page("/mailbox/"+id+"/withdraw"), "Vill du ta tillbaka ärendet?", "Nej, behåll det")
	r := w.post("/mailbox/"+id+"/withdraw", url.Values{"reason": {"Det har löst sig."}, "message": {w.newID()}})
	if r.status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", r.status, main(r.body))
	}
	has(t, w.page("/mailbox/"+id+"?done=withdraw"), "Mottagaren får veta det", "du tog tillbaka ärendet",
		"Har du ångrat dig")
	hasNot(t, w.page("/mailbox/"+id), "Ta tillbaka ärendet</a>", "Svar önskas", "Skicka svaret")
	has(t, w.page("/inbox/"+id), "Anmälaren har tagit tillbaka ärendet", "Det har löst sig.")
	has(t, w.page("/inbox?queue=ongoing"), "Anmälaren har tagit tillbaka ärendet")
	if c := w.theCase(id); c.State != store.InProgress || c.Withdrawn == nil || len(c.OpenQuestions) > 0 {
		t.Errorf("the case is %+v", c)
	}
	if r := w.get("/mailbox/" + id + "/withdraw"); r.status != http.StatusSeeOther {
		t.Errorf("to take it back again: %d", r.status)
	}
	w.pass(time.Minute)
	w.supplements(id, "Jag ångrar mig.")
	for _, page := range []string{"/inbox?queue=ongoing", "/inbox/" + id} {
		has(t, w.page(page), "Anmälaren har tagit tillbaka ärendet, och skrivit igen sedan dess", "Nytt från anmälaren")
	}
	has(t, w.page("/mailbox/"+id), "du tog tillbaka ärendet", "och du skrev igen")
	w.closes(id)
	hasNot(t, w.page("/inbox?queue=finished"), "Anmälaren har tagit tillbaka ärendet")
}

func TestAnotherSystemIsNotAskedForWhatItDoesNotTake(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.submit(hospital, "Tolvan Test", "Text")
	page := w.page("/mailbox/" + id)
	has(t, page, "Sjukhuset tar inte emot tillägg på det här sättet", "kontakta Sjukhuset")
	hasNot(t, page, "Skicka tillägget", "/withdraw")
	r := w.supplements(id, "Ändå.")
	if r.status != http.StatusUnprocessableEntity {
		t.Fatalf("%d", r.status)
	}
	has(t, r.body, "Enheten tar inte emot tillägg på det här sättet", "Ändå.")
	if r := w.get("/mailbox/" + id + "/withdraw"); r.status != http.StatusSeeOther {
		t.Errorf("to take it back: %d", r.status)
	}
}
