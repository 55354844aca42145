package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"rivgate/store/accesslog"
	"rivgate/web/casework"
)

// TestAUnitGivesItsOpinion: a board asks, the unit reads what was consented to and nothing else, answers, and the board
// sees it; nobody else does.
func TestAUnitGivesItsOpinion(t *testing.T) {
	w := newWorld(t)
	id := w.submit(board, "Tolvan Test", "Ingen lyssnade på mig.")
	expectRedirect(t, w.supplements(id, "Jag glömde en sak."), "/mailbox/"+id+"?done=supplement")
	w.pass(time.Minute)
	w.as("nina")
	w.boardAct(id, "consent", url.Values{
		"unit": {clinic}, "who": {"Tolvan Test"}, "day": {"2026-03-01"}, "how": {"per telefon"}, "scoped": {"1"},
		"scope": {"vad anmälaren skriver"},
	})
	expectRedirect(t, w.post("/inbox/"+id+"/board/request", url.Values{
		"unit": {clinic}, "text": {"Yttra er om väntetiden."}, "due": {"2026-03-20"},
	}), "/inbox/"+id+"/board?done=asked")
	has(t, w.page("/inbox/"+id+"/board"), "ligger i enhetens inkorg", "omfattar vad anmälaren skriver")
	hasNot(t, w.page("/inbox/"+id+"/board"), "Anmälaren har skrivit mer sedan dess")
	w.pass(time.Minute)
	w.supplements(id, "Och en sak till.")
	w.as("nina")
	has(t, w.page("/inbox/"+id+"/board"), "Anmälaren har skrivit mer sedan dess")
	has(t, w.page("/inbox/"+id+"/board/request/1"), "Jag glömde en sak.", "Och en sak till.")
	has(t, w.get("/inbox/"+id+"/board/request/1?file").body, "Jag glömde en sak.\r\n")
	w.as("vera")
	has(t, w.page("/inbox"), "Begäran om yttrande", "svar önskas senast 2026-03-20")
	asked, err := w.Relay.Store.Opinions(t.Context(), []string{clinic}, 0)
	if err != nil || len(asked) != 1 {
		t.Fatal(len(asked), err)
	}
	there := "/opinions/" + asked[0].ID
	page := w.page(there)
	has(t, page, "Yttra er om väntetiden.", "Ingen lyssnade på mig.", "per telefon", "Jag glömde en sak.")
	hasNot(t, main(page), "Och en sak till.", "<dt>Anmälare</dt>", tolvan[2:], id)
	for _, path := range []string{"/inbox/" + id, "/inbox/" + id + "/board", "/inbox/" + id + "/export"} {
		if r := w.get(path); r.status != http.StatusNotFound {
			t.Errorf("the unit opens %s of the board: %d", path, r.status)
		}
	}
	for _, who := range []string{"nina", "adam", "iris", "olle"} {
		w.as(who)
		if r := w.get(there); r.status != http.StatusNotFound {
			t.Errorf("%s opens the request: %d", who, r.status)
		}
	}
	w.as("mia")
	if r := w.post(there+"/send", url.Values{"version": {"1"}}); r.status == http.StatusSeeOther {
		t.Error("who may not write answers")
	}
	w.as("vera")
	has(t, w.post(there+"/draft", url.Values{"version": {"1"}, "text": {" "}}).body, "Skriv yttrandet.")
	expectRedirect(t, w.post(there+"/draft", url.Values{"version": {"1"}, "text": {"Vi beklagar."}, "do": {"review"}}),
		there+"?review")
	has(t, w.page(there+"?review"), "Så läser nämnden yttrandet", "Vi beklagar.")
	w.as("nina")
	hasNot(t, w.page("/inbox/"+id+"/board"), "Vi beklagar.")
	w.as("vera")
	expectRedirect(t, w.post(there+"/send", url.Values{"version": {"2"}}), there+"?done=sent")
	w.as("nina")
	has(t, w.page("/inbox?queue=new"), "Nytt yttrande")
	has(t, w.page("/inbox/"+id+"/board"), "Vi beklagar.", "besvarad", "Vera Test")
	hasNot(t, w.page("/inbox?queue=new"), "Nytt yttrande")
	consent := url.Values{
		"unit": {clinic}, "who": {"Tolvan Test"}, "day": {"2026-03-01"}, "how": {"brev"}, "scoped": {"1"}, "scope": {"namn"},
	}
	w.boardAct(id, "consent", consent) // less than before
	w.as("vera")
	page = w.page(there)
	has(t, page, "Samtycket är återtaget", "Vi beklagar.", "står kvar")
	hasNot(t, main(page), "Ingen lyssnade på mig.", "Yttra er om väntetiden.", "per telefon")
	has(t, w.page("/opinions"), "Besvarad. Samtycket är återtaget")
	w.as("nina")
	has(t, w.page("/inbox/"+id+"/board"), "Vi beklagar.", "enheten läser bara sitt eget yttrande")
	rows := w.accesses(accesslog.Filter{Case: id, Direct: true, Who: "vera", What: accesslog.Change})
	if len(rows) != 2 || rows[0].Unit != board || rows[1].Unit != clinic {
		t.Errorf("on both records: %+v", rows)
	}
}

// TestALetterFollowsAProtectedIdentity: who a request is about is not read in a letter that was sent before the
// identity was protected, on the page or through the API.
func TestALetterFollowsAProtectedIdentity(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.submit(board, "Tolvan Test", "Ingen lyssnade på mig.")
	w.as("nina")
	w.boardAct(id, "consent", url.Values{
		"unit": {clinic}, "who": {"Tolvan Test"}, "day": {"2026-03-01"}, "how": {"per telefon"}, "scoped": {"1"},
		"scope": casework.Scopes(),
	})
	expectRedirect(t, w.post("/inbox/"+id+"/board/request", url.Values{"unit": {clinic}, "text": {"Yttra er."}}),
		"/inbox/"+id+"/board?done=asked")
	asked, err := w.Relay.Store.Opinions(t.Context(), []string{clinic}, 0)
	if err != nil || len(asked) != 1 {
		t.Fatal(len(asked), err)
	}
	read := func(protected string) string {
		w.as("nina")
		w.did(id, "protect", url.Values{"protected": {protected}})
		w.as("vera")
		return main(w.page("/opinions/"+asked[0].ID)) + w.get("/api/opinions/"+asked[0].ID).body
	}
	both := func(page string) {
		t.Helper()
		if n := strings.Count(page, "Ingen lyssnade på mig."); n != 2 {
			t.Errorf("page and API tell what was consented to %d times\n%s", n, page)
		}
	}
	page := read("1")
	both(page)
	has(t, page, "Skyddad identitet", "per telefon")
	hasNot(t, page, "Tolvan Test", tolvan, tolvan[2:8]+"-"+tolvan[8:], tolvan[:8]+"-"+tolvan[8:])
	page = read("")
	both(page)
	has(t, page, "Tolvan Test, 2026-03-01: per telefon", `"consentBy": "Tolvan Test"`)
	hasNot(t, page, "Skyddad identitet")
}
