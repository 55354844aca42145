package web_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"rivgate/routing"
	"rivgate/routing/catalogue"
)

// offered are the HSA-ids that citizens can choose.
func (w *world) offered() (ids []string) {
	for _, u := range w.Relay.Receivers("", "", 100) {
		ids = append(ids, u.HSAID)
	}
	return ids
}

// strand removes the route of the board in the draft.
func (w *world) strand() {
	w.t.Helper()
	id := w.rowID(catalogue.KindRoute, board)
	page := w.page("/catalogue/rows/" + id)
	w.saves("/catalogue/rows/"+id+"/remove", url.Values{"revision": {revision(w.t, page)}})
}

func TestTurningUnitsOffIsConfirmedOnThePage(t *testing.T) {
	t.Parallel()
	w := keeps(t)
	w.submit(clinic, "Tolvan Test", "Före")
	w.strand()
	page := w.page("/catalogue/draft")
	has(t, page, "Enheter som stängs av för invånarna", "4 enheter stängs av",
		"Patientnämnden i region 01, "+board+", går inte att nå.", "Ja, 4 enheter ska stängas av för invånarna")
	order := url.Values{"revision": {revision(t, page)}, "when": {"now"}, "reason": {"nämnden flyttar"}}
	for _, confirmed := range []string{"", "3", "x"} {
		order.Set("turnsoff", confirmed)
		r := w.post("/catalogue/draft/publish", order)
		if r.status != http.StatusUnprocessableEntity {
			t.Fatalf("%q confirmed: %d", confirmed, r.status)
		}
		has(t, r.body, "Läs listan ovan och kryssa", `aria-describedby="publish-turnsoff-error"`, `value="nämnden flyttar"`)
	}
	if got := w.offered(); len(got) != 4 {
		t.Errorf("citizens can choose %v before it is published", got)
	}
	order.Set("turnsoff", "4")
	w.saves("/catalogue/draft/publish", order)
	w.follow()
	if got := w.offered(); len(got) != 0 {
		t.Errorf("citizens can still choose %v", got)
	}
	// back to the version with the board: nothing is turned off by that, so nothing is to be confirmed
	page = w.page("/catalogue/versions/1")
	hasNot(t, main(page), "stängs av")
	w.saves("/catalogue/versions/1/rollback", url.Values{"reason": {"ångrat"}, "inforce": {"2"}})
	page = w.page("/catalogue/versions/2")
	has(t, page, "4 enheter stängs av")
	again := url.Values{"reason": {"ändå"}, "inforce": {"3"}}
	if r := w.post("/catalogue/versions/2/rollback", again); r.status != http.StatusUnprocessableEntity {
		t.Errorf("going back without a word: %d", r.status)
	}
	again.Set("turnsoff", "4")
	w.saves("/catalogue/versions/2/rollback", again)
}

func TestTurningUnitsOffIsConfirmedInTheAPI(t *testing.T) {
	t.Parallel()
	w := keeps(t)
	w.strand()
	var diff struct {
		TurnsOff []routing.TurnedOff `json:"turnsOff"`
		Confirm  int                 `json:"confirm"`
	}
	r := w.get("/api/catalogue/diff")
	if err := json.Unmarshal([]byte(r.body), &diff); err != nil || diff.Confirm != 4 || len(diff.TurnsOff) != 4 {
		t.Fatalf("the difference turns off %+v %v", diff, err)
	}
	draft := w.get("/api/catalogue/draft")
	tag := draft.header.Get("ETag")
	r = w.catalogueCall("", http.MethodPost, "/api/catalogue/publish", tag, `{"reason": "x"}`)
	if r.status != http.StatusConflict || !strings.Contains(r.body, "urn:rivgate:problem:turns-off") ||
		!strings.Contains(r.body, `"unit":"`+clinic+`"`) {
		t.Fatalf("publishing without a word: %d %s", r.status, r.body)
	}
	r = w.catalogueCall("", http.MethodPost, "/api/catalogue/publish", tag, `{"reason": "x", "turnsOff": 4}`)
	if r.status != http.StatusCreated {
		t.Fatalf("publishing with it: %d %s", r.status, r.body)
	}
	w.catalogueCall("", http.MethodPost, "/api/catalogue/rollback", "", `{"version": 1, "reason": "x"}`)
	r = w.catalogueCall("", http.MethodPost, "/api/catalogue/rollback", "", `{"version": 2, "reason": "x"}`)
	if r.status != http.StatusConflict {
		t.Errorf("going back without a word: %d %s", r.status, r.body)
	}
}

func TestTurningUnitsOffIsConfirmedInABrowser(t *testing.T) {
	t.Parallel()
	w := keeps(t)
	w.strand()
	b := tab{browser(t), t}
	w.signIn(b, "iris")
	press := func(label string) chromedp.Action[chromedp.Void] {
		return chromedp.Click(chromedp.Search(`//main//button[normalize-space()="` + label + `"]`))
	}
	b.goes(http.StatusOK, "the draft", chromedp.Navigate(w.server.URL+"/catalogue/draft"))
	b.sees("4 enheter stängs av", "En region förlorar sin patientnämnd")
	b.goes(http.StatusUnprocessableEntity, "without a tick",
		chromedp.SendKeys(chromedp.CSS("#publish-reason"), "Nämnden läggs ner"), press("Publicera"))
	b.sees("Läs listan ovan och kryssa för att det är avsikten.")
	if on := eval[string](b, `document.querySelector("#publish-reason").value`); on != "Nämnden läggs ner" {
		t.Errorf("the reason is %q after the refusal", on)
	}
	b.goes(http.StatusOK, "with a tick", chromedp.Click(chromedp.CSS("#publish-turnsoff")), press("Publicera"))
	b.sees("Utkastet är publicerat.", "Version 2 gäller")
}

func TestABoardsCasesAreTakenOverOnThePage(t *testing.T) {
	t.Parallel()
	w := keeps(t)
	const renamed = "SE2010123456-PN02"
	id := w.submit(board, "Tolvan Test", "Före")
	// both rows at once, as a file or the API brings them: the route refers to the unit
	draft, err := w.Relay.Store.CatalogueDraft(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var edits []catalogue.Edit
	for _, e := range draft.Rows {
		switch {
		case e.Kind == catalogue.KindUnit && e.HSAID == board:
			e.HSAID = renamed
		case e.Kind == catalogue.KindRoute && e.Receiver == board:
			e.Receiver = renamed
		default:
			continue
		}
		edits = append(edits, catalogue.Edit{Action: catalogue.EditChange, Row: e})
	}
	_, _, err = w.Relay.Store.EditCatalogue(t.Context(), draft.Revision, edits, w.Catalogue.Rules, "anna", "")
	if err != nil {
		t.Fatal(err)
	}
	page := w.page("/catalogue/draft")
	has(t, page, renamed+" tar över "+board+"s alla ärenden (1 pågående)")
	w.saves("/catalogue/draft/publish", url.Values{
		"revision": {revision(t, page)}, "when": {"now"}, "reason": {"nytt id"}, "takeover": {board + "=" + renamed},
	})
	w.follow()
	if c := w.theCase(id); c.Handler.Unit != renamed || c.Handler.Via != routing.Inbox || !c.HandledBy(board) {
		t.Errorf("the case is with %+v", c.Handler)
	}
	has(t, w.page("/catalogue/history"), renamed+" tog över 1 ärende från "+board)
	has(t, w.page("/catalogue"), "Inget känt konto kan öppna ärendena")
}

// TestABoardsIDIsChangedRowByRowOnThePage: whoever changes the HSA-id in the board's row alone takes its route along,
// is offered the takeover on the draft's page, and gets the board's cases, roles and statistics to the new id by
// ticking it. A pair that the page did not offer is refused, and nothing is published.
func TestABoardsIDIsChangedRowByRowOnThePage(t *testing.T) {
	t.Parallel()
	w := keeps(t)
	const renamed = "SE2010123456-PN02"
	id := w.submit(board, "Tolvan Test", "Före")
	w.as("nina")
	has(t, w.page("/inbox/"+id), "Före")
	w.as("")
	row := w.rowID(catalogue.KindUnit, board)
	page := w.page("/catalogue/rows/" + row)
	has(t, page, `value="`+board+`"`)
	change := url.Values{
		"revision": {revision(t, page)}, "kind": {"unit"}, "hsaId": {renamed}, "name": {"Patientnämnden"},
		"unitKind": {string(routing.PatientBoard)}, "region": {"01"}, "attachments": {"yes"}, "reason": {"nytt id"},
	}
	page = w.saves("/catalogue/rows/"+row+"/change", change)
	has(t, page, renamed+" tar över "+board+"s alla ärenden (1 pågående)")
	hasNot(t, page, `name="turnsoff"`) // the board goes on: nothing is to be confirmed
	draft, err := w.Relay.Store.CatalogueDraft(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range draft.Rows {
		if e.HSAID == board || e.Receiver == board {
			t.Errorf("the draft still has %s", e)
		}
	}
	order := url.Values{
		"revision": {revision(t, page)}, "when": {"now"}, "reason": {"nytt id"}, "takeover": {clinic + "=" + renamed},
	}
	if r := w.post("/catalogue/draft/publish", order); r.status != http.StatusUnprocessableEntity {
		t.Errorf("a clinic's cases for the board: %d", r.status)
	}
	if c := w.theCase(id); c.Handler.Unit != board {
		t.Errorf("the case is with %s before anything is published", c.Handler.Unit)
	}
	order.Set("takeover", board+"="+renamed)
	w.saves("/catalogue/draft/publish", order)
	w.follow()
	has(t, w.page("/catalogue/history"), renamed+" tog över 1 ärende från "+board)
	if c := w.theCase(id); c.Handler.Unit != renamed || c.Handler.Via != routing.Inbox || !c.HandledBy(board) {
		t.Errorf("the case is with %+v", c.Handler)
	}
	if ids := w.offered(); !slices.Contains(ids, renamed) || slices.Contains(ids, board) {
		t.Errorf("citizens can choose %v", ids)
	}
	w.as("nina") // her role is the new id's
	has(t, w.page("/inbox/"+id), "Före")
	if got := cells(t, w.page("/statistics?by=unit")); got["Patientnämnden"] != "1" {
		t.Errorf("the board counts %v", got)
	}
}
