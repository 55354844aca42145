package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"rivgate/contracts"
	"rivgate/store"
)

// TestAnswersThatNobodyReads: where a caller gave no number nobody reads answers, and every page says so instead of
// promising a mailbox; no question is asked, and how the answer was given is noted. Who has a code reads.
func TestAnswersThatNobodyReads(t *testing.T) {
	t.Parallel()
	w := withTriage(t)
	w.OpenForm = true
	w.serve()
	w.as("tea")
	begun := w.post("/begin", url.Values{
		"unit": {triage}, "number": {"none"}, "name": {"Kalle"}, "role": {"PATIENT"}, "date": {"2026-02-20"},
		"received": {w.Clock().Format("2006-01-02")}, "text": {"Ringde."}, "reply": {"yes"},
	})
	if begun.status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", begun.status, main(begun.body))
	}
	path := begun.header.Get("Location")
	id := strings.TrimPrefix(path, "/inbox/")
	const warning = "Ingen läser svar här."
	page := w.page(path)
	has(t, page, warning, "Lämna svaret på annat sätt", "Notera att svaret är lämnat", "kan inte läsa det")
	hasNot(t, page, "Ställ en fråga", "nådde 1177", "Se det som anmälaren ser")
	if got := w.get(path + "/mailbox"); got.status != http.StatusNotFound {
		t.Errorf("the mailbox that it has not: %d", got.status)
	}
	asked := w.post(path+"/question", url.Values{
		"version": {version(t, page)}, "text": {"När?"}, "do": {"send"},
	})
	if asked.status != http.StatusUnprocessableEntity {
		t.Errorf("a question: %d", asked.status)
	}
	has(t, asked.body, "kan inte svara på en fråga")
	_, err := w.Relay.Reply(t.Context(), id, contracts.Update{Type: contracts.Question, Text: "När?"}, 0)
	if err == nil {
		t.Error("the line takes a question")
	}
	answer := url.Values{"version": {version(t, page)}, "text": {"Vi har läst."}, "do": {"preview"}}
	preview := w.post(path+"/reply", answer)
	if preview.status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", preview.status, main(preview.body))
	}
	seen := w.page(path + "/preview/reply")
	has(t, seen, "Så här sparas svaret i ärendet", "Lämna svaret")
	hasNot(t, seen, "ser anmälaren det i 1177")
	if _, err := w.Relay.Reply(t.Context(), id, contracts.Update{
		Type: contracts.PartialReply, Text: "Vi har läst.",
	}, 0); err != nil {
		t.Fatal(err)
	}
	page = w.page(path + "?done=reply")
	has(t, page, "lämnas på annat sätt", "notera det")
	hasNot(t, page, "nådde 1177", "på väg till anmälaren i 1177")
	desk := between(t, page, `name="desk" value="`, `"`)
	if empty := w.post(path+"/desk/given", url.Values{"desk": {desk}}); empty.status != http.StatusUnprocessableEntity {
		t.Errorf("given in no way: %d", empty.status)
	}
	given := w.post(path+"/desk/given", url.Values{"desk": {desk}, "text": {"Ringde upp i dag."}})
	if given.status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", given.status, main(given.body))
	}
	has(t, w.page(path), "Svaret lämnat på annat sätt", "Ringde upp i dag.")

	w.as("hanna")
	if sent := w.post("/open", w.openly(clinic)); sent.status != http.StatusOK {
		t.Fatalf("%d\n%s", sent.status, main(sent.body))
	}
	w.as("hanna")
	cases, err := w.Relay.Store.Unlogged().Cases(t.Context(), store.CaseFilter{Unnumbered: true})
	if err != nil || len(cases) != 2 {
		t.Fatal(len(cases), err)
	}
	for _, c := range cases {
		if c.ID == id {
			continue
		}
		open := w.page("/inbox/" + c.ID)
		has(t, open, "Ställ en fråga")
		hasNot(t, open, warning, "Notera att svaret är lämnat")
		desk := between(t, open, `name="desk" value="`, `"`)
		no := w.post("/inbox/"+c.ID+"/desk/given", url.Values{"desk": {desk}, "text": {"Ringde."}})
		if no.status != http.StatusUnprocessableEntity {
			t.Errorf("given past a reader: %d", no.status)
		}
	}
}
