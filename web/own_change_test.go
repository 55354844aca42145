package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestASecondAnswerFromTheSamePage: nobody is refused for what they did themselves; for what others did they are, and a second click sends nothing twice.
func TestASecondAnswerFromTheSamePage(t *testing.T) {
	t.Parallel()
	w, id := newDesk(t)
	page := w.page("/inbox/" + id) // everything is sent from this one
	seen := version(t, page)
	send := func(form, text string) reply {
		t.Helper()
		return w.post("/inbox/"+id+"/"+form, url.Values{"version": {seen}, "draft": {draftVersion(t, page, form)}, "text": {text}, "do": {"send"}})
	}
	staged := "/inbox/" + id + "?done=staged"
	expectRedirect(t, send("reply", "Det första."), staged)
	expectRedirect(t, send("reply", "Det första."), staged) // a second click
	if got := w.letters(id); got != "receipt" {
		t.Errorf("the citizen got %s before the time was over", got)
	}
	expectRedirect(t, send("question", "Frågan?"), staged) // whoever goes on lets the first one leave
	if got := w.letters(id); got != "receipt partial_reply" && got != "receipt reply" {
		t.Errorf("the citizen got %s", got)
	}
	w.leave()
	expectRedirect(t, send("question", "Frågan?"), "/inbox/"+id+"?done=question") // the back button: it has left
	expectRedirect(t, send("reply", "Det andra."), staged)
	w.leave()
	if got := strings.Fields(w.letters(id)); len(got) != 4 {
		t.Errorf("the citizen got %v", got)
	}
	hasNot(t, w.page("/inbox/"+id), "kunde inte skickas", "Utkast i ärendet", `class="badge">utkast`)

	w.as("hanna")
	r := w.post("/inbox/"+id+"/reply", url.Values{"version": {seen}, "draft": {"0"}, "text": {"Hannas"}, "do": {"send"}})
	if r.status != http.StatusUnprocessableEntity {
		t.Errorf("on what another has changed: %d", r.status)
	}
	has(t, r.body, "Det har ändrats sedan sidan öppnades.", ">Hannas</textarea>")
	hasNot(t, r.body, "Någon annan")
}

// TestThePageTellsThatAnAnswerLeft: without being loaded again, and then that it arrived.
func TestThePageTellsThatAnAnswerLeft(t *testing.T) {
	t.Parallel()
	w, id := newDesk(t)
	w.sends(id, "reply", url.Values{"text": {"Hej."}})
	page := w.page("/inbox/" + id + "?done=staged")
	live := strings.ReplaceAll(between(t, page, `hx-get="`, `"`), "&amp;", "&")
	has(t, w.page(live), "skickas om 10 sekunder", `hx-trigger="every 1s"`)
	w.leave()
	left := w.page(live)
	has(t, left, "Delsvar har skickats.", "Svaret nådde 1177 kl.")
	hasNot(t, left, "Ärendet har ändrats")
	has(t, w.page("/inbox/"+id), "Svaret nådde 1177 kl.") // what a reload shows
	w.as("hanna")
	has(t, w.page(live), "Ärendet har ändrats sedan sidan öppnades")
}
