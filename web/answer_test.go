package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"rivgate/relay"
	"rivgate/store"
)

func TestAnAnswerIsPreviewedUndoneAndSent(t *testing.T) {
	t.Parallel()
	w, id := newDesk(t)
	expectRedirect(t, w.answer(id, "reply", "preview", url.Values{"text": {"Vi läser din journal."}}),
		"/inbox/"+id+"/preview/reply")
	preview := w.page("/inbox/" + id + "/preview/reply")
	has(t, preview, "Så här ser anmälaren det i 1177", "Delsvar", "Vi läser din journal.", "Vårdcentralen Björken",
		"Du kan ångra i 10 sekunder")
	if got := w.letters(id); got != "receipt" {
		t.Fatalf("a preview reached the citizen: %s", got)
	}
	fields := url.Values{
		"version": {version(t, preview)}, "draft": {between(t, preview, `name="draft" value="`, `"`)},
		"text": {"Vi läser din journal."}, "do": {"send"},
	}
	expectRedirect(t, w.post("/inbox/"+id+"/reply", fields), "/inbox/"+id+"?done=staged")
	page := w.page("/inbox/" + id + "?done=staged")
	has(t, page, "Delsvaret skickas om 10 sekunder", ">Ångra</button>")
	w.pass(undo - 3*time.Second)
	has(t, w.page("/inbox/"+id+"/live?case=1&desk=0"), "Delsvaret skickas om 3 sekunder")

	undone := "/inbox/" + id + "/outgoing/" + between(t, page, "/outgoing/", "/undo") + "/undo"
	expectRedirect(t, w.post(undone, nil), "/inbox/"+id+"?done=undone&do=reply#do")
	has(t, w.page("/inbox/"+id+"?done=undone&do=reply"), "Ångrat: det du skrev ligger kvar som utkast.",
		"Inget har skickats", ">Vi läser din journal.</textarea>", `<details name="do" open><summary>Skriv delsvar`,
		"Delsvaret ångrat innan det skickades")
	w.leave()
	if got := w.letters(id); got != "receipt" {
		t.Fatalf("what was undone reached the citizen: %s", got)
	}

	w.sends(id, "reply", url.Values{"text": {"Vi har läst din journal."}})
	page = w.page("/inbox/" + id)
	w.leave()
	if got := w.letters(id); got != "receipt partial_reply" {
		t.Errorf("the citizen got %s", got)
	}
	expectRedirect(t, w.post("/inbox/"+id+"/outgoing/"+between(t, page, "/outgoing/", "/undo")+"/undo", nil),
		"/inbox/"+id+"?done=left")
	page = w.page("/inbox/" + id + "?done=left")
	has(t, page, "Det gick inte att ångra: det har redan skickats.", "Vi har läst din journal.",
		"Svaret nådde 1177 kl. 10:42", "Vera Test, ")
	hasNot(t, page, ">Vi har läst din journal.</textarea>", "Ångra</button>")
	hasNot(t, w.page("/inbox/"+id+"?done=staged"), "på väg. Du kan ångra")
	has(t, w.page("/inbox/"+id+"/live?case=1&desk=0"), "Delsvar har skickats.", "Svaret nådde 1177 kl. 10:42")
}

// Two answers of one case never wait at once, and nothing is sent from what somebody else changed.
func TestTwoPeopleAnswerAtOnce(t *testing.T) {
	t.Parallel()
	w, id := newDesk(t)
	w.as("hanna")
	seen := version(t, w.page("/inbox/"+id))
	w.as("vera")
	w.sends(id, "reply", url.Values{"text": {"Det första svaret"}})
	w.as("hanna")
	has(t, w.page("/inbox/"+id), "Delsvaret skickas om")
	r := w.answer(id, "reply", "send", url.Values{"text": {"Det andra svaret"}})
	if r.status != http.StatusUnprocessableEntity {
		t.Fatalf("a second answer while one waits: %d", r.status)
	}
	has(t, r.body, "Ett annat svar i ärendet är på väg att skickas", ">Det andra svaret</textarea>")
	w.leave()
	r = w.post("/inbox/"+id+"/reply", url.Values{
		"version": {seen}, "draft": {"1"}, "text": {"Det andra svaret"}, "do": {"send"},
	})
	if r.status != http.StatusUnprocessableEntity {
		t.Fatalf("an answer to an old version: %d", r.status)
	}
	has(t, r.body, "Ärendet har ändrats", ">Det andra svaret</textarea>", "Det första svaret")
	if got := w.letters(id); got != "receipt partial_reply" {
		t.Errorf("the citizen got %s", got)
	}
}

// An answer that the line does not take any more is told, keeps its text, and can be made a draft again, or thrown
// away.
func TestAFailedAnswerBecomesADraftAgain(t *testing.T) {
	t.Parallel()
	w, id := newDesk(t)
	w.sends(id, "reply", url.Values{"text": {"Vi ringer dig."}})
	// the case is another now
	if _, err := w.Relay.Reply(t.Context(), id, begun(w.clock()), w.theCase(id).Version); err != nil {
		t.Fatal(err)
	}
	w.leave()
	page := w.page("/inbox/" + id)
	has(t, page, "Delsvaret kunde inte skickas.", "Ärendet ändrades innan svaret hann skickas.", "Gör till utkast igen",
		"Kasta")
	w.supplements(id, "En sak till.") // what is new there hides nothing
	for _, page := range []string{"/inbox?answer=unsent", "/inbox/" + id} {
		has(t, w.page(page), "Ett svar kunde inte skickas", "Nytt från anmälaren")
	}
	has(t, w.page("/"), "Svar som inte kunde skickas")
	if got := w.letters(id); strings.Contains(got, "partial_reply") {
		t.Fatalf("the citizen got %s", got)
	}
	failed := "/inbox/" + id + "/outgoing/" + between(t, page, "/outgoing/", "/undo")
	expectRedirect(t, w.post(failed+"/undo", nil), "/inbox/"+id+"?done=undone&do=reply#do")
	has(t, w.page("/inbox/"+id), ">Vi ringer dig.</textarea>")
	hasNot(t, w.page("/inbox/"+id), "Gör till utkast igen")
	hasNot(t, w.page("/inbox?answer=unsent"), id)
	hasNot(t, w.page("/"), "Svar som inte kunde skickas")

	w.sends(id, "reply", url.Values{"text": {"Vi ringer dig."}})
	if _, err := w.Relay.Reply(t.Context(), id, begun(w.clock()), w.theCase(id).Version); err != nil {
		t.Fatal(err)
	}
	w.leave()
	failed = "/inbox/" + id + "/outgoing/" + between(t, w.page("/inbox/"+id), "/outgoing/", "/undo")
	expectRedirect(t, w.post(failed+"/drop", nil), "/inbox/"+id+"?done=dropped")
	page = w.page("/inbox/" + id + "?done=dropped")
	has(t, page, "Det som inte kunde skickas är borttaget.")
	hasNot(t, page, "Gör till utkast igen", "Vi ringer dig.</textarea>")
}

// An answer that waits when the process dies leaves from another one, once.
func TestAKillBetweenSendingAndLeavingLosesNothing(t *testing.T) {
	t.Parallel()
	w, id := newDesk(t)
	w.sends(id, "reply", url.Values{"text": {"Vi ringer dig."}})
	w.Later = relay.NewReplyOutbox(w.Relay, undo) // what the process remembered is gone
	w.serve()
	has(t, w.page("/inbox/"+id), "Delsvaret skickas om 10 sekunder")
	w.leave()
	w.leave()
	if got := w.letters(id); got != "receipt partial_reply" {
		t.Errorf("the citizen got %s", got)
	}
}

func TestHandOverIsReviewedFirst(t *testing.T) {
	t.Parallel()
	w, id := newDesk(t)
	w.did(id, "note", url.Values{"text": {"Hemlig anteckning på Björken"}})
	page := w.page("/inbox/" + id)
	form := between(t, page, `action="/inbox/`+id+`/forward"`, "</form>")
	hasNot(t, form, `value="send"`) // only what was reviewed is handed over
	if r := w.answer(id, "forward", "preview", url.Values{
		"text": {"Det hände hos er."},
	}); r.status != http.StatusUnprocessableEntity || !strings.Contains(r.body, "Välj den enhet som ska ta över") {
		t.Fatalf("a review of a hand-over to nobody: %d", r.status)
	}
	fields := url.Values{"unit": {"Vårdcentralen Eken (" + other + ")"}, "text": {"Det hände hos er."}}
	expectRedirect(t, w.answer(id, "forward", "preview", fields), "/inbox/"+id+"/preview/forward")
	preview := w.page("/inbox/" + id + "/preview/forward")
	has(t, preview, "Överlämna ärendet till Vårdcentralen Eken?", "Det hände hos er.", "lämnar den här inkorgen")
	w.sends(id, "forward", fields)
	w.leave()
	r := w.get("/inbox/" + id + "?done=staged")
	if r.status != http.StatusNotFound {
		t.Errorf("the unit that handed the case over still reads it: %d", r.status)
	}
	has(t, r.body, "Ärendet är överlämnat till Vårdcentralen Eken", `href="/inbox">Till inkorgen`)
	hasNot(t, r.body, "Ingen ringde upp.", "Tolvan", "Svaret", "Kontrollera adressen")
	before := len(w.looks(id, "vera"))
	has(t, w.page("/inbox/"+id+"/live?case=1&desk=0"), "Ärendet har lämnat enheten.")
	if after := len(w.looks(id, "vera")); after != before {
		t.Errorf("the page that was open writes %d rows", after-before)
	}
	w.as("hanna") // is of the other unit too
	page = w.page("/inbox/" + id)
	has(t, page, "Överlämnat", "Det hände hos er.", "Vårdcentralen Eken")
	hasNot(t, page, "Hemlig anteckning", "Vera Test läste")
	late := w.post("/inbox/"+id+"/desk/note", url.Values{
		"desk": {deskVersion(t, page)}, "unit": {clinic}, "text": {"Skrivet på Björkens sida"},
	})
	if late.status != http.StatusUnprocessableEntity {
		t.Errorf("a note from a page of the unit before: %d", late.status)
	}
	has(t, late.body, "Ärendet har ändrats sedan sidan öppnades.", ">Skrivet på Björkens sida</textarea>")
	if got := w.letters(id); got != "receipt forwarded" {
		t.Errorf("the citizen got %s", got)
	}
	if events, err := w.Relay.Store.Unlogged().DeskEvents(t.Context(), id, []string{clinic}); err != nil ||
		!kinds(events, store.DeskNote) {
		t.Errorf("the note is not the unit's any more: %v, %v", events, err)
	}
}

// A hand-over is judged where it is reviewed, beside the field, and what was reviewed is what is sent: the unit by its
// HSA-id.
func TestAHandOverIsJudgedInItsReview(t *testing.T) {
	t.Parallel()
	w, id := newDesk(t)
	for typed, reason := range map[string]string{
		"SE2010123456-FINNSEJ":  "Katalogen har ingen enhet med det HSA-id",
		"Vårdcentralen Björken": "eller har ärendet redan",
		clinic:                  "eller har ärendet redan",
		"Vårdcentralen":         "Flera enheter stämmer",
		"Tandläkaren":           "Ingen enhet i katalogen heter så",
	} {
		r := w.answer(id, "forward", "preview", url.Values{"unit": {typed}})
		if r.status != http.StatusUnprocessableEntity {
			t.Errorf("the review of %s: %d", typed, r.status)
			continue
		}
		has(t, between(t, r.body, `id="forward-unit-error">`, "</p>"), reason)
	}
	expectRedirect(t, w.answer(id, "forward", "preview", url.Values{"unit": {"vårdcentralen eken"}}),
		"/inbox/"+id+"/preview/forward")
	page := w.page("/inbox/" + id + "/preview/forward")
	has(t, page, "Överlämna ärendet till Vårdcentralen Eken?", `name="unit" value="Vårdcentralen Eken (`+other+`)"`)
	fields := url.Values{
		"version": {version(t, page)}, "draft": {between(t, page, `name="draft" value="`, `"`)}, "do": {"send"},
		"unit": {between(t, page, `name="unit" value="`, `"`)},
	}
	expectRedirect(t, w.post("/inbox/"+id+"/forward", fields), "/inbox/"+id+"?done=staged")
	w.leave()
	if got := w.theCase(id).Handler.Unit; got != other {
		t.Errorf("the case is at %s", got)
	}
}

func kinds(events []store.DeskEvent, kind store.DeskEventKind) bool {
	for _, e := range events {
		if e.Kind == kind {
			return true
		}
	}
	return false
}
