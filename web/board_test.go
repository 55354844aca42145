package web_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"rivgate/contracts"
	"rivgate/store"
	"rivgate/store/accesslog"
)

// boardAct fills in a form of a board's page and expects it to be carried out.
func (w *world) boardAct(id, verb string, fields url.Values) {
	w.t.Helper()
	r := w.post("/inbox/"+id+"/board/"+verb, fields)
	expectRedirect(w.t, r, "/inbox/"+id+"/board?done="+verb)
}

// placed are the fields that set the place of a case.
func (w *world) placed(id, unit string) url.Values {
	w.t.Helper()
	return url.Values{"version": {version(w.t, w.page("/inbox/"+id+"/board"))}, "unit": {unit}}
}

func TestBoardSetsTheUnitLater(t *testing.T) {
	w := newWorld(t)
	id := w.submit(board, "Tolvan Test", "Text")
	w.as("nina")
	list := w.page("/board")
	has(t, list, "Akuten på sjukhuset", "/inbox/"+id+"/board")
	hasNot(t, main(list), "Tolvan")
	has(t, w.page("/"), `<li class="worry"><a href="/board"><span class="number">1</span>`)
	has(t, w.page("/inbox/"+id), "Saknar enhet", `href="/inbox/`+id+`/board"`)
	has(t, w.page("/inbox/"+id+"/board"), "Akuten på sjukhuset", "Sätt rätt enhet")

	r := w.post("/inbox/"+id+"/board/place", w.placed(id, "vårdcentralen"))
	if r.status != http.StatusUnprocessableEntity {
		t.Fatalf("a name of two units: %d", r.status)
	}
	has(t, r.body, "Flera enheter stämmer", "Vårdcentralen Björken", "Vårdcentralen Eken", `name="unit-choice"`,
		`value="vårdcentralen"`)
	has(t, w.post("/inbox/"+id+"/board/place", w.placed(id, "ingenstans")).body, "Ingen enhet i katalogen heter så.")
	has(t, w.post("/inbox/"+id+"/board/place", w.placed(id, board)).body, "Det är en patientnämnd.")
	if n := len(timeLine(t, w, id)); n != 1 {
		t.Fatalf("%d messages, want the complaint alone", n)
	}

	w.boardAct(id, "place", w.placed(id, "sjukh"))
	if c := w.theCase(id); c.Classification.IncidentUnit != hospital || len(c.Classification.MainProblems) != 0 ||
		c.State == store.Closed {
		t.Errorf("the unit is set at once, without a classification: %+v", c)
	}
	if n := len(timeLine(t, w, id)); n != 1 {
		t.Fatalf("%d messages: nothing is sent before the case is classified", n)
	}
	w.pass(time.Minute)
	chosen := w.placed(id, "vårdcentralen")
	chosen.Set("unit-choice", clinic)
	w.boardAct(id, "place", chosen)
	page := w.page("/inbox/" + id + "/board")
	if a, b, c := strings.Index(page, "”Akuten"), strings.Index(page, "<li>Sjukhuset"),
		strings.Index(page, "<li>Vårdcentralen Björken"); a < 0 || a > b || b > c {
		t.Errorf("the history is in the order %d %d %d\n%s", a, b, c, main(page))
	}
	has(t, page, "<strong>Vårdcentralen Björken ("+clinic+")</strong>", "Nina Test, Patientnämnden")
	has(t, w.page("/board"), "Alla ärenden har en enhet.")
	hasNot(t, w.page("/mailbox/"+id), "Rättad")

	stale := url.Values{"version": {"1"}, "unit": {hospital}, "problem": {"3"}, "area": {"1"}}
	if r := w.post("/inbox/"+id+"/board/place", stale); r.status != http.StatusUnprocessableEntity ||
		!strings.Contains(r.body, "Ärendet har ändrats") {
		t.Errorf("an old version: %d", r.status)
	}
}

// A note that reads as a consent, or as the end of one, is a note.
func TestAFreeNoteIsNoConsent(t *testing.T) {
	w := newWorld(t)
	id := w.submit(board, "Tolvan Test", "Text")
	request := url.Values{"unit": {clinic}, "text": {"Yttra er."}}
	about := "\nEnhet: Vårdcentralen Björken (" + clinic + ")\nDag: 2026-03-01\nVem: Tolvan Test\nHur: påhittat"
	note := func(text string) reply {
		return w.post("/inbox/"+id+"/desk/note", url.Values{"desk": {"0"}, "text": {text}})
	}
	w.as("nina")
	if r := note("Samtycke till att ärendet lämnas till en vårdgivare" + about); r.status != http.StatusSeeOther {
		t.Fatalf("a note: %d\n%s", r.status, main(r.body))
	}
	has(t, w.page("/inbox/"+id), "påhittat")
	hasNot(t, w.page("/inbox/"+id+"/board"), "påhittat")
	if r := w.post("/inbox/"+id+"/board/request", request); r.status != http.StatusUnprocessableEntity {
		t.Fatalf("a request on a note: %d", r.status)
	}
	w.boardAct(id, "consent", url.Values{
		"unit": {clinic}, "who": {"Tolvan Test"}, "day": {"2026-03-01"}, "how": {"per telefon"},
	})
	if r := note("Samtycke återtaget" + about); r.status != http.StatusSeeOther {
		t.Fatalf("a note: %d", r.status)
	}
	expectRedirect(t, w.post("/inbox/"+id+"/board/request", request), "/inbox/"+id+"/board?done=asked")
}

func TestRequestNeedsConsent(t *testing.T) {
	w := newWorld(t)
	id := w.submit(board, "Tolvan Test", "Ingen lyssnade.")
	w.as("nina")
	request := url.Values{
		"unit": {"Sjukhuset (" + hospital + ")"}, "text": {"Yttra er om väntetiden."}, "due": {"2026-03-20"},
	}
	r := w.post("/inbox/"+id+"/board/request", request)
	if r.status != http.StatusUnprocessableEntity {
		t.Fatalf("a request without consent: %d", r.status)
	}
	has(t, r.body, "Det finns inget samtycke noterat", ">Yttra er om väntetiden.</textarea>", `value="2026-03-20"`)
	r = w.post("/inbox/"+id+"/board/consent", url.Values{
		"unit": {hospital}, "who": {""}, "day": {"2026-03-03"}, "how": {""},
	})
	has(t, r.body, "Skriv vem som samtyckte.", "Dagen har inte varit än.", "Skriv hur samtycket gavs.")

	for _, unit := range []string{hospital, clinic} {
		w.boardAct(id, "consent", url.Values{
			"unit": {unit}, "who": {"Tolvan Test"}, "day": {"2026-03-01"}, "how": {"per telefon"},
		})
	}
	w.boardAct(id, "request", request)
	expectRedirect(t, w.post("/inbox/"+id+"/board/request", url.Values{
		"unit": {clinic}, "text": {"Yttra er ni också."},
	}), "/inbox/"+id+"/board?done=asked") // it has its inbox here
	page := w.page("/inbox/" + id + "/board")
	has(t, page, "Samtycke av Tolvan Test 2026-03-01: per telefon", "noterat av Nina Test", "Väntar på yttrande",
		"svar önskas senast 2026-03-20")
	letter := w.page("/inbox/" + id + "/board/request/1")
	has(t, letter, "Sjukhuset", "Yttra er om väntetiden.", "Ingen lyssnade.", "per telefon",
		"Begäran skickas inte av den här tjänsten")
	hasNot(t, letter, tolvan)
	file := w.get("/inbox/" + id + "/board/request/1?file")
	if !strings.HasPrefix(file.header.Get("Content-Disposition"), "attachment") ||
		!strings.Contains(file.body, "Ingen lyssnade.") || strings.Contains(file.body, tolvan) {
		t.Errorf("the file is %v\n%s", file.header, file.body)
	}

	w.pass(24 * 30 * time.Hour)
	has(t, w.page("/inbox/"+id+"/board"), "Yttrandet är försenat.")
	w.boardAct(id, "opinion", url.Values{
		"unit": {hospital}, "day": {"2026-03-25"}, "text": {"Vi beklagar.\n\nBemanningen var låg."},
		"files": {"Journalkopia, aktbilaga 4"},
	})
	w.boardAct(id, "opinion", url.Values{"unit": {clinic}, "day": {"2026-03-26"}, "text": {"Vi remitterade samma dag."}})
	page = w.page("/inbox/" + id + "/board")
	has(t, page, "Yttrande 2026-03-25", "Vi beklagar.\n\nBemanningen var låg.", "Journalkopia, aktbilaga 4",
		"Yttrande 2026-03-26", "Vi remitterade samma dag.")
	hasNot(t, page, "Väntar på yttrande", "försenat")
	has(t, w.page("/inbox/"+id), "Vi beklagar.", "Begäran om yttrande") // on the time line too
	if c := w.theCase(id); c.Handler.Unit != board {
		t.Errorf("the case has left for %s", c.Handler.Unit)
	}
	if n := len(timeLine(t, w, id)); n != 1 {
		t.Errorf("%d messages: a request is none", n)
	}

	w.boardAct(id, "withdraw", url.Values{"unit": {hospital}, "who": {"Tolvan Test"}})
	if r := w.get("/inbox/" + id + "/board/request/1"); r.status != http.StatusConflict {
		t.Errorf("printing after the consent was withdrawn: %d", r.status)
	}
	if r := w.post("/inbox/"+id+"/board/request", request); r.status != http.StatusUnprocessableEntity {
		t.Errorf("asking after the consent was withdrawn: %d", r.status)
	}
}

func TestBoardHandsOverWithConsentAlone(t *testing.T) {
	w := newWorld(t)
	id := w.submit(board, "Tolvan Test", "Text")
	w.as("nina")
	forward := func(do string) reply {
		return w.post("/inbox/"+id+"/forward", url.Values{
			"version": {version(t, w.page("/inbox/"+id))}, "unit": {clinic}, "text": {"Ni tar över."}, "do": {do},
		})
	}
	for _, do := range []string{"", "send", "preview"} {
		if r := forward(do); r.status != http.StatusUnprocessableEntity ||
			!strings.Contains(r.body, "Det finns inget samtycke noterat") ||
			!strings.Contains(r.body, ">Ni tar över.</textarea>") {
			t.Fatalf("handing over (%s) without consent: %d", do, r.status)
		}
	}
	body := `{"update": {"type": "FORWARDED", "text": "x", "newRecipient": {"hsaId": "` + clinic + `"}}, "version": ` +
		version(t, w.page("/inbox/"+id)) + `}`
	if r := w.json("/api/cases/"+id+"/messages", body); r.status != http.StatusBadRequest ||
		!strings.Contains(r.body, "inget samtycke") {
		t.Fatalf("handing over by the API without consent: %d\n%s", r.status, r.body)
	}
	w.boardAct(id, "consent", url.Values{
		"unit": {other}, "who": {"Tolvan Test"}, "day": {"2026-03-01"}, "how": {"per telefon"},
	})
	if r := forward("send"); r.status != http.StatusUnprocessableEntity {
		t.Fatalf("with a consent for another unit: %d", r.status)
	}
	w.boardAct(id, "consent", url.Values{
		"unit": {clinic}, "who": {"Tolvan Test"}, "day": {"2026-03-01"}, "how": {"per telefon"},
	})
	if r := forward("send"); r.status != http.StatusSeeOther {
		t.Fatalf("with consent: %d\n%s", r.status, main(r.body))
	}
	if c := w.theCase(id); c.Handler.Unit != clinic {
		t.Errorf("the case is at %s", c.Handler.Unit)
	}
}

func TestBoardIsWalled(t *testing.T) {
	w := newWorld(t)
	mine, care := w.submit(board, "Tolvan Test", "Text"), w.submit(clinic, "Tolvan Test", "Text")
	for _, c := range []struct {
		who, path string
		want      int
	}{
		{"hanna", "/board", 404},
		{"hanna", "/board/export?year=2026", 404},
		{"hanna", "/inbox/" + mine + "/board", 404},
		{"hanna", "/inbox/" + care + "/board", 404},
		{"mia", "/board", 404},
		{"adam", "/board", 404},
		{"olle", "/board", 404},
		{"bodil", "/board", 404},
		{"none", "/board", 404},
		{"nina", "/inbox/" + care + "/board", 404},
		{"nina", "/inbox/" + mine + "/board", 200},
		{"nina", "/board", 200},
		{"nina", "/inbox/" + mine + "/board/request/1", 404},
		{"nina", "/board/export?year=2026&unit=" + clinic, 404},
		{"olle", "/begin", 404},
		{"mia", "/begin", 404},
	} {
		w.as(c.who)
		if r := w.get(c.path); r.status != c.want {
			t.Errorf("%s opens %s: %d, want %d", c.who, c.path, r.status, c.want)
		}
	}
	w.as("hanna")
	for _, verb := range []string{"place", "consent", "request", "opinion", "child"} {
		if r := w.post("/inbox/"+care+"/board/"+verb, url.Values{"how": {"x"}}); r.status != http.StatusNotFound {
			t.Errorf("care posts %s: %d", verb, r.status)
		}
	}
	hasNot(t, w.page("/"), "Saknar enhet")
	hasNot(t, w.page("/inbox/"+care), "/board")
	if rows := w.accesses(accesslog.Filter{Case: mine, Direct: true, Who: "nina"}); len(rows) == 0 ||
		rows[0].Detail != "board" {
		t.Errorf("on record: %+v", rows)
	}
}

func TestBoardMarks(t *testing.T) {
	w := newWorld(t)
	id := w.submit(board, "Tolvan Test", "Text")
	w.as("nina")
	has(t, w.post("/inbox/"+id+"/board/child", url.Values{"how": {" "}}).body, "Skriv hur det är känt")
	w.boardAct(id, "child", url.Values{"how": {"enligt vårdnadshavaren"}})
	has(t, w.page("/inbox/"+id+"/board"), "Ja: enligt vårdnadshavaren", "Nina Test", "<strong>barn</strong>")
	w.boardAct(id, "nochild", nil)
	hasNot(t, w.page("/inbox/"+id+"/board"), "<strong>barn</strong>")
	if r := w.post("/inbox/"+id+"/board/nochild", nil); r.status != http.StatusUnprocessableEntity {
		t.Errorf("taking away a mark that is not there: %d", r.status)
	}
	if r := w.post("/inbox/"+id+"/board/nothing", nil); r.status != http.StatusNotFound {
		t.Errorf("a verb that does not exist: %d", r.status)
	}
}

func TestYearlyExport(t *testing.T) {
	w := newWorld(t)
	id := w.submit(board, "Tolvan Test",
		"=SUMMA(1) Jag heter Tolvan, 18900101-9802. Tolvans nummer är 070-123 45 67, tolvan@example.se.")
	w.pass(time.Hour)
	w.submit(board, "Anna-Karin Öberg", "Öbergs ärende den 3 mars, rum 12.")
	w.submit(clinic, "Vården Test", "Vårdens ärende")
	w.as("nina")
	w.boardAct(id, "place", w.placed(id, hospital))
	w.act(id, "close", url.Values{"text": {"Tack Tolvan."}, "problem": {"3.1"}, "area": {"1"}, "place": {hospital}})
	file := w.get("/board/export?year=2026&format=csv")
	for _, want := range []string{
		"enhet;enhetens namn;", board, "Kommunikation", "2026-02-20", "2026-03-02", hospital, "Sjukhuset",
	} {
		if !strings.Contains(file.body, want) {
			t.Errorf("%q is missing in %s", want, file.body)
		}
	}
	if n := strings.Count(strings.TrimSpace(file.body), "\n"); n != 2 {
		t.Errorf("%d rows, want 2\n%s", n, file.body)
	}
	var rows []map[string]string
	if err := json.Unmarshal([]byte(w.get("/board/export?from=2026-03-02&to=2026-03-02&by=closed&format=json").body),
		&rows); err != nil || len(rows) != 1 || rows[0]["ålder"] != "136" {
		t.Errorf("closed on the day: %v, %v", rows, err)
	}
	texts := w.get("/board/export?year=2026&what=texts&format=csv")
	for _, c := range []reply{file, texts} {
		for _, secret := range []string{
			"Tolvan", "tolvan", "9802", "123 45", "Öberg", "Anna", "Vården Test", "Vårdens ärende", id,
		} {
			if strings.Contains(c.body, secret) {
				t.Errorf("%q is in\n%s", secret, c.body)
			}
		}
	}
	for _, want := range []string{
		"'=SUMMA(1) Jag heter [namn], [nummer]. [namn] nummer är [nummer], [e-post].", "[namn] ärende den 3 mars, rum 12.",
		"Tack [namn].", "Akuten på sjukhuset",
	} {
		if !strings.Contains(texts.body, want) {
			t.Errorf("%q is missing in %s", want, texts.body)
		}
	}
	if got := w.get("/board/export?year=2020&format=json").body; strings.TrimSpace(got) != "[]" {
		t.Errorf("an empty year is %q", got)
	}
	logged := w.accesses(accesslog.Filter{Who: "nina", What: accesslog.Export})
	if len(logged) != 4 || logged[0].Unit != board || !strings.HasPrefix(logged[0].Detail, "board numbers json 2020") {
		t.Errorf("on record: %+v", logged)
	}
	r := w.get("/board/export?from=2026-03-05&to=2026-03-01&format=csv")
	if r.status != http.StatusUnprocessableEntity {
		t.Errorf("a period that ends before it begins: %d", r.status)
	}
	has(t, r.body, "Den sista dagen måste vara samma", `value="2026-03-05"`)
	has(t, w.get("/board/export?year=x").body, "Ange ett år")
	if len(w.accesses(accesslog.Filter{Who: "nina", What: accesslog.Export})) != 4 {
		t.Error("what was refused is on record as exported")
	}
}

// A board's page shows an attack as text.
func TestBoardPageShowsTextAsText(t *testing.T) {
	w := newWorld(t)
	id := w.submit(board, attack, attack)
	w.as("nina")
	w.boardAct(id, "consent", url.Values{"unit": {hospital}, "who": {attack}, "day": {"2026-03-01"}, "how": {attack}})
	w.boardAct(id, "opinion", url.Values{"unit": {hospital}, "text": {attack}, "day": {"2026-03-01"}, "files": {attack}})
	w.boardAct(id, "request", url.Values{"unit": {hospital}, "text": {attack}})
	refused := w.post("/inbox/"+id+"/board/place", url.Values{"version": {"1"}, "unit": {attack}})
	for _, page := range []string{
		w.page("/inbox/" + id + "/board"), w.page("/inbox/" + id + "/board/request/1"), w.page("/board"), refused.body,
	} {
		hasNot(t, ownScripts(page), "<script", "<img")
	}
}

// TestAUnitThatWasSetGoesWithTheClassification: what the board set at once is in the answer that closes the case, and
// corrections go through the line from then on.
func TestAUnitThatWasSetGoesWithTheClassification(t *testing.T) {
	w := newWorld(t)
	id := w.submit(board, "Tolvan Test", "Text")
	w.as("nina")
	w.boardAct(id, "place", w.placed(id, "sjukh"))
	has(t, w.page("/inbox/"+id), "Enheten där det hände", `name="place" value="`+hospital)
	body := `{"update": {"type": "CORRECTION", "classification": {"problems": [{"code": "3", "codeSystem": "1.2.752.129.5.1.22", "displayName": "Kommunikation"}],
		"areaOfActivity": {"code": "1", "codeSystem": "urn:rivgate:kodverk:verksamhetsomrade", "displayName": "x"}}}, "version": ` + version(t, w.page("/inbox/"+id)) + `}`
	if r := w.json("/api/cases/"+id+"/messages", body); r.status != http.StatusCreated {
		t.Fatalf("%d %s", r.status, r.body)
	}
	if c := w.theCase(id); c.Classification.IncidentUnit != hospital || len(c.Classification.MainProblems) != 1 {
		t.Errorf("a classification that names no unit took it away: %+v", c.Classification)
	}
	n := len(timeLine(t, w, id))
	chosen := w.placed(id, "vårdcentralen")
	chosen.Set("unit-choice", clinic)
	w.boardAct(id, "place", chosen)
	if c := w.theCase(id); c.Classification.IncidentUnit != clinic || len(c.Classification.MainProblems) != 1 ||
		len(timeLine(t, w, id)) != n+1 {
		t.Errorf("a correction of what is classified: %+v", c.Classification)
	}
}

// TestHandingOverHasANoteAndAGround: the note is the next unit's alone, and between care and board nothing passes
// without a ground, by page and API.
func TestHandingOverHasANoteAndAGround(t *testing.T) {
	w := newWorld(t)
	id := w.submit(clinic, "Tolvan Test", "Text")
	w.as("vera")
	forward := func(to string, more url.Values) reply {
		fields := url.Values{
			"version": {version(t, w.page("/inbox/"+id))}, "unit": {to}, "text": {"Ni får svar av en annan enhet."},
			"do": {"send"},
		}
		for name, values := range more {
			fields[name] = values
		}
		return w.post("/inbox/"+id+"/forward", fields)
	}
	if r := forward(board, nil); r.status != http.StatusUnprocessableEntity || !strings.Contains(r.body, "Ange grunden") ||
		!strings.Contains(r.body, `id="forward-ground-error"`) {
		t.Fatalf("to the board without a ground: %d\n%s", r.status, main(r.body))
	}
	if rows := w.accesses(accesslog.Filter{Who: "vera", What: accesslog.Refused}); len(rows) != 1 ||
		rows[0].Detail != "forward: no ground" {
		t.Errorf("care hands over without a ground, and the access log says %+v", rows)
	}
	body := `{"update": {"type": "FORWARDED", "newRecipient": {"hsaId": "` + board + `"}}, "version": ` +
		version(t, w.page("/inbox/"+id)) + `}`
	if r := w.json("/api/cases/"+id+"/messages", body); r.status != http.StatusBadRequest ||
		!strings.Contains(r.body, "Ange grunden") {
		t.Fatalf("by the API without a ground: %d\n%s", r.status, r.body)
	}
	handed := contracts.Update{Type: contracts.Forwarded, NewRecipient: &contracts.OrgUnit{HSAID: board}}
	var refused *contracts.Error
	if _, err := w.Relay.Reply(t.Context(), id, handed, 0); !errors.As(err, &refused) ||
		refused.SubCode != contracts.SubFieldMissing {
		t.Fatalf("as the command line does, without a ground: %v", err)
	}
	if r := forward(board, url.Values{
		"note": {"Ring henne först."}, "ground": {"Samtycke av Tolvan Test 2026-03-01, per telefon."},
	}); r.status != http.StatusSeeOther {
		t.Fatalf("with a ground: %d\n%s", r.status, main(r.body))
	}
	hasNot(t, w.page("/mailbox/"+id), "Ring henne", "Samtycke av Tolvan")
	has(t, w.page("/mailbox/"+id), "Ni får svar av en annan enhet.")
	w.as("nina")
	has(t, w.page("/inbox/"+id), "Ring henne först.", "Grund: Samtycke av Tolvan Test", "som tar över ärendet",
		"syns bara för den enhet som lämnade över och den som tog emot")
	hasNot(t, w.page("/inbox/"+id), "· syns bara för enheten")
	// And back, with another ground than a consent that was noted.
	body = `{"update": {"type": "FORWARDED", "newRecipient": {"hsaId": "` + other +
		`"}, "handover": {"note": "Till er igen.", "ground": "Enligt anmälarens begäran", "byName": "Någon Annan"}}, ` +
		`"version": ` +
		version(t, w.page("/inbox/"+id)) + `}`
	if r := w.json("/api/cases/"+id+"/messages", body); r.status != http.StatusCreated {
		t.Fatalf("by the API with a ground: %d\n%s", r.status, r.body)
	}
	w.as("hanna")
	page := w.page("/inbox/" + id)
	has(t, page, "Till er igen.", "Enligt anmälarens begäran", `class="meta">web`)
	hasNot(t, page, "Ring henne först.", "Någon Annan")
}

// A choice of the export that is none is refused, and not taken for another.
func TestTheExportTakesOnlyItsChoices(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.as("nina")
	for _, wrong := range []string{"what=zz", "by=zz", "format=exe"} {
		if r := w.get("/board/export?year=2026&" + wrong); r.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", wrong, r.status)
		}
	}
	if r := w.get("/board/export?year=2026&what=numbers&by=closed&format=json"); r.status != http.StatusOK {
		t.Errorf("what can be chosen: %d", r.status)
	}
}
