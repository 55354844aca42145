package web_test

import (
	"encoding/csv"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"rivgate/routing"
	"rivgate/store"
	"rivgate/store/accesslog"
	"rivgate/web/shell"
)

// TestSystemsAreReviewedApart: what systems read through the API does not stand among what people look at, and is
// there for who asks for it.
func TestSystemsAreReviewedApart(t *testing.T) {
	w := newWorld(t)
	id := w.submit(clinic, "Tolvan Test", "Ingen ringde upp.")
	w.as("")
	if r := w.get("/api/cases/" + id); r.status != http.StatusOK {
		t.Fatal(r.status)
	}
	w.as("greta")
	hasNot(t, main(w.page("/review")), `<span class="hint">ärendet</span>`)
	for _, by := range []string{"systems", "all"} {
		has(t, main(w.post("/review", url.Values{"by": {by}}).body), `<span class="hint">ärendet</span>`)
	}
	has(t, main(w.post("/review", url.Values{"who": {accesslog.SystemID("")}}).body), `<span class="hint">ärendet</span>`)
}

// TestTheWishForAnAnswerIsShown: in the list, on the case's page and in the file.
func TestTheWishForAnAnswerIsShown(t *testing.T) {
	w := newWorld(t)
	r := w.json("/api/cases", strings.Replace(complaint(clinic, "Tolvan Test", "Text"), `"replyWanted":true`,
		`"replyWanted":true,"replyChannel":{"originalText":"Telefon"}`, 1))
	id := field[string](t, r, "id")
	w.as("vera")
	has(t, w.page("/inbox"), "Vill ha svar: Ja (Telefon)")
	has(t, w.page("/inbox/"+id), "<dt>Vill ha svar</dt><dd>Ja (Telefon)</dd>")
	has(t, pdfText(t, w.get("/inbox/"+id+"/pdf").body), "Vill ha svar", "Ja (Telefon)")
}

// TestAReviewerFindsALookUp: whoever opens or looks for a case is on record, and a reviewer of the unit finds it,
// checks a sample and takes an extract.
func TestAReviewerFindsALookUp(t *testing.T) {
	w := newWorld(t)
	id := w.submit(clinic, "Tolvan Test", "Ingen ringde upp.")
	w.as("vera")
	w.page("/inbox/" + id)
	w.post("/inbox", url.Values{"q": {"18900101-9802"}})
	w.post("/inbox", url.Values{"q": {"Tolvan"}})
	w.act(id, "reply", url.Values{"text": {"Vi läser din journal."}})

	w.as("greta")
	page := w.page("/review")
	has(t, page, "Vera Test", "läste", "sökte", "ändrade", id, "Vårdcentralen Björken",
		`<span class="hint">handläggare</span>`, `<span class="hint">ärendet</span>`)
	for _, row := range w.accesses(accesslog.Filter{}) {
		if text := fmt.Sprintf("%+v", row); strings.Contains(text, tolvan) || strings.Contains(text, tolvan[2:]) ||
			strings.Contains(text, "Tolvan") || strings.Contains(text, "journal") {
			t.Errorf("the log tells of a person: %s", text)
		}
	}
	if rows := w.accesses(accesslog.Filter{What: accesslog.Search, Who: "vera"}); len(rows) != 2 ||
		rows[1].Search == "" || rows[0].Search != "" {
		t.Errorf("searches are %+v", rows)
	}

	w.as("gunde") // all of care: sees searches too, which are of no unit
	found := w.post("/review", url.Values{"patient": {"18900101-9802"}})
	has(t, found.body, "läste", "(ett personnummer)", `value="18900101-9802"`)
	hasNot(t, main(found.body), "loggade in <span")
	nobodys := main(w.post("/review", url.Values{"patient": {child}}).body)
	has(t, nobodys, "Gunde Test") // who looked for them just now
	hasNot(t, nobodys, "Vera Test")
	has(t, w.post("/review", url.Values{"case": {w.theCase(id).Ref.Extension}, "what": {"change"}}).body, "ändrade")
	hasNot(t, main(w.post("/review", url.Values{"who": {"hanna"}}).body), "vera")
	if r := w.post("/review", url.Values{
		"patient": {"1234"}, "from": {"i går"}, "do": {"sample"}, "n": {"0"},
	}); r.status != http.StatusUnprocessableEntity {
		t.Errorf("nonsense: %d", r.status)
	} else {
		has(t, r.body, "tolv siffror", "2026-01-31", "ett tal från 1 till 200", `value="1234"`)
	}
	r := w.post("/review", url.Values{"do": {"sample"}, "n": {"2"}})
	expectRedirect(t, r, "/review/samples/1")
	has(t, w.page("/review/samples/1"), "Stickprov 1", "0 av 2", "bara människor", "utan granskarens egna rader",
		"utan in- och utloggningar")
	if rows := w.accesses(accesslog.Filter{Who: "gunde", What: accesslog.Search}); len(rows) < 5 ||
		rows[2].Subject != "access log" {
		t.Errorf("the reviewer's own look-ups: %+v", rows)
	}
}

func TestACheckIsDocumented(t *testing.T) {
	w := newWorld(t)
	id := w.submit(clinic, "Tolvan Test", "Text")
	far := w.submit(other, "Tolvan Test", "Text")
	w.as("hanna")
	w.page("/inbox/" + id)
	w.page("/inbox/" + far)
	mine := w.accesses(accesslog.Filter{Case: id})[0]
	theirs := w.accesses(accesslog.Filter{Case: far})[0]

	w.as("greta")
	if r := w.post("/review/check", url.Values{
		"row": {fmt.Sprint(mine.Seq)}, "note": {" "},
	}); r.status != http.StatusUnprocessableEntity || !strings.Contains(r.body, "skriv vad du kom fram till") {
		t.Errorf("a check without a note: %d", r.status)
	}
	for name, row := range map[string]string{"another unit's": fmt.Sprint(theirs.Seq), "one that is not there": "9999"} {
		if r := w.post("/review/check", url.Values{"row": {row}, "note": {"x"}}); r.status != http.StatusNotFound {
			t.Errorf("checking %s: %d", name, r.status)
		}
	}
	expectRedirect(t,
		w.post("/review/check", url.Values{"row": {fmt.Sprint(mine.Seq)}, "note": {"=Hade ärendet; i ordning"}}),
		"/review?done")
	page := w.page("/review")
	has(t, page, "Kontrollerad", "av Greta Test: =Hade ärendet; i ordning", "kontrollerade")

	r := w.post("/review/export", url.Values{"case": {id}})
	if r.status != http.StatusOK ||
		!strings.HasPrefix(r.header.Get("Content-Disposition"), `attachment; filename="logg-`) ||
		!strings.HasPrefix(r.header.Get("Content-Type"), "text/csv") {
		t.Fatalf("%d %v", r.status, r.header)
	}
	reader := csv.NewReader(strings.NewReader(r.body))
	reader.Comma = ';'
	rows, err := reader.ReadAll()
	if err != nil || len(rows) < 3 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for _, row := range rows[1:] {
		if row[4] == "handler" || row[4] == "reviewer" || row[6] != id ||
			row[0] == fmt.Sprint(mine.Seq) && (row[11] != "greta" || row[12] != "'=Hade ärendet; i ordning") {
			t.Errorf("row %q", row)
		}
	}
	if last := w.accesses(accesslog.Filter{Who: "greta"})[0]; last.What != accesslog.Export || last.Case != id {
		t.Errorf("the export is on record as %+v", last)
	}
	report, err := w.Relay.Store.VerifyAccess(t.Context(), accesslog.Head{})
	if err != nil || report.Broken != 0 || report.Rows == 0 {
		t.Errorf("%+v, %v", report, err)
	}
}

// TestReviewersStayOnTheirSide: neither units nor the wall are crossed by looking into the log.
func TestReviewersStayOnTheirSide(t *testing.T) {
	w := newWorld(t)
	looked := map[string]string{clinic: "vera", other: "hanna", board: "nina"}
	ids := map[string]string{}
	for unit, who := range looked {
		ids[unit] = w.submit(unit, "Tolvan Test", "Text")
		w.as(who)
		w.page("/inbox/" + ids[unit])
	}
	for who, sees := range map[string][]string{"greta": {clinic}, "gunde": {clinic, other}, "bodil": {board}} {
		w.as(who)
		pages := []string{w.page("/review")}
		for _, f := range []url.Values{
			{"patient": {tolvan}}, {"case": {ids[board]}}, {"case": {ids[other]}}, {"unit": {board}},
		} {
			pages = append(pages, main(w.post("/review", f).body), w.post("/review/export", f).body)
		}
		sample := w.post("/review", url.Values{"do": {"sample"}, "n": {"200"}}).header.Get("Location")
		pages = append(pages, main(w.page(sample)))
		for unit, reader := range looked {
			name := strings.ToUpper(reader[:1]) + reader[1:] + " Test"
			if found := strings.Contains(strings.Join(pages, ""), name); found != slices.Contains(sees, unit) {
				t.Errorf("%s sees who looked at the case of %s: %t", who, unit, found)
			}
		}
	}
}

// TestNoLogNoContent: where the access log cannot be written, nothing is shown.
func TestNoLogNoContent(t *testing.T) {
	w := newWorld(t)
	id := w.submit(clinic, "Tolvan Test", "Text")
	w.as("hanna")
	w.page("/inbox/" + id)
	db := w.database()
	if _, err := db.ExecContext(t.Context(),
		`CREATE TRIGGER full BEFORE INSERT ON access_log BEGIN SELECT RAISE(ABORT, 'no room'); END`); err != nil {
		t.Fatal(err)
	}
	file := "/files/" + messageOf(t, w, id, store.EventComplaint) + "/0"
	paths := []string{
		"/inbox/" + id, "/inbox", "/inbox/" + id + file, "/inbox/" + id + "/pdf", "/inbox/" + id + "/export",
		"/mailbox/" + id, "/mailbox/" + id + file,
		"/api/cases", "/api/cases/" + id, "/api/cases/" + id + "/messages", "/api/cases/" + id + "/mailbox",
	}
	forms := map[string]url.Values{
		"/mailbox":                      {"person": {tolvan}},
		"/inbox/" + id + "/correct":     {"version": {"1"}}, // refused, and the case is shown again
		"/inbox/" + id + "/desk/assign": {"desk": {"0"}},
	}
	for _, path := range slices.AppendSeq(paths, maps.Keys(forms)) {
		r := w.get(path)
		if forms[path] != nil {
			r = w.post(path, forms[path])
		}
		if strings.Contains(r.body, "Tolvan") ||
			r.status != http.StatusInternalServerError && r.status != http.StatusNotFound {
			t.Errorf("%s: %d\n%s", path, r.status, main(r.body))
		}
		if strings.Contains(r.body, "no room") {
			t.Errorf("%s tells of the database", path)
		}
	}
	if r := w.post("/inbox/"+id+"/reply", url.Values{
		"version": {"1"}, "text": {"Svar"},
	}); r.status != http.StatusInternalServerError {
		t.Errorf("replying: %d", r.status)
	}
	if n := len(timeLine(t, w, id)); n != 1 {
		t.Errorf("%d messages: a reply went without being on record", n)
	}
}

// TestWalls: a table of who reaches what over HTTP. What is not theirs does not exist.
func TestWalls(t *testing.T) {
	w := newWorld(t)
	a, b, p := w.submit(clinic, "Ada Test", "Text"), w.submit(other, "Bea Test", "Text"),
		w.submit(board, "Pia Test", "Text")
	cases := map[string]string{"a": a, "b": b, "p": p}
	for _, c := range []struct {
		who   string
		reads string // cases that open
		lists string // cases in the inbox
		names bool   // and with the reporter's name
		pages []string
	}{
		{"hanna", "ab", "ab", true, []string{"/", "/inbox", "/account"}},
		{"vera", "a", "a", true, []string{"/", "/inbox", "/account"}},
		{"mia", "a", "a", true, []string{"/", "/inbox", "/account"}},
		{"adam", "", "a", false, []string{"/", "/inbox", "/account"}},
		{"nina", "p", "p", true, []string{"/", "/inbox", "/account"}},
		{"iris", "", "", false, []string{"/", "/catalogue", "/monitor", "/resolve", "/account"}},
		{"olle", "", "", false, []string{"/", "/catalogue", "/monitor", "/resolve", "/account"}},
		{"greta", "", "", false, []string{"/", "/review", "/account"}},
		{"none", "", "", false, []string{"/", "/account"}},
	} {
		t.Run(c.who, func(t *testing.T) {
			w.t = t
			w.as(c.who)
			inbox := w.get("/inbox?queue="+string(store.QueueNew)).body + w.get("/inbox?queue="+string(store.QueueOngoing)).body
			for key, id := range cases {
				name := strings.ToUpper(key[:1]) + map[string]string{"a": "da", "b": "ea", "p": "ia"}[key] + " Test"
				r := w.get("/inbox/" + id)
				want := map[bool]int{true: http.StatusOK, false: http.StatusNotFound}[strings.Contains(c.reads, key)]
				if r.status != want || strings.Contains(r.body, name) != (want == http.StatusOK) {
					t.Errorf("case %s: %d", key, r.status)
				}
				if listed := strings.Contains(inbox, w.theCase(id).Ref.Extension); listed != strings.Contains(c.lists, key) {
					t.Errorf("case %s is listed: %t", key, listed)
				}
				if named := strings.Contains(inbox, name); named != (c.names && strings.Contains(c.lists, key)) {
					t.Errorf("case %s is listed by name: %t", key, named)
				}
				before := len(timeLine(t, w, id))
				r = w.post("/inbox/"+id+"/reply", url.Values{"version": {fmt.Sprint(w.theCase(id).Version)}, "text": {"Svar"}})
				writes := strings.Contains(c.reads, key) && c.who != "mia"
				if changed := len(timeLine(t, w, id)) != before; changed != writes || !writes && r.status != http.StatusNotFound {
					t.Errorf("writing in case %s: %d, changed %t", key, r.status, changed)
				}
			}
			for _, path := range []string{"/", "/inbox", "/catalogue", "/monitor", "/resolve", "/review", "/account"} {
				want := http.StatusNotFound
				for _, page := range c.pages {
					if page == path {
						want = http.StatusOK
					}
				}
				if r := w.get(path); r.status != want {
					t.Errorf("%s: %d, want %d", path, r.status, want)
				}
			}
			start := w.page("/")
			// the menu has what opens, and nothing else
			for _, entry := range []string{"/inbox", "/catalogue", "/monitor", "/review"} {
				opens := w.get(entry).status == http.StatusOK
				if shown := strings.Contains(start, `<li><a href="`+entry+`"`); shown != opens {
					t.Errorf("%s is in the menu: %t, and opens: %t", entry, shown, opens)
				}
			}
			if n := len(w.accesses(accesslog.Filter{Who: c.who, What: accesslog.Refused})); n == 0 {
				t.Error("nothing of what was refused is in the access log")
			}
		})
	}
}

// TestTheAPITakesASession: in production people's programs may use their own session, with their own rights.
func TestTheAPITakesASession(t *testing.T) {
	w := newWorld(t)
	a, p := w.submit(clinic, "Ada Test", "Text"), w.submit(board, "Pia Test", "Text")
	w.Environment = shell.Production
	w.serve()
	w.as("vera")
	if r := w.get("/api/cases/" + a); r.status != http.StatusOK {
		t.Errorf("own case: %d", r.status)
	}
	if r := w.get("/api/cases/" + p); r.status != http.StatusNotFound {
		t.Errorf("the board's case: %d", r.status)
	}
	list := w.get("/api/cases")
	has(t, list.body, "Ada Test")
	hasNot(t, list.body, "Pia Test")
	for _, path := range []string{"/api/deliveries", "/api/audit", "/api/catalogue/draft"} {
		if r := w.get(path); r.status != http.StatusForbidden {
			t.Errorf("%s: %d", path, r.status)
		}
	}
	if r := w.get("/api/statistics?unit=" + board); r.status != http.StatusForbidden {
		t.Errorf("the board's statistics: %d", r.status)
	}
	w.as("hanna")
	list = w.get("/api/cases?unit=" + board)
	hasNot(t, list.body, "Pia Test")
	rows := w.accesses(accesslog.Filter{Who: "vera", Case: a, Direct: true, Since: w.clock().Add(-time.Hour)})
	if len(rows) == 0 || rows[0].What != accesslog.Read || rows[0].Kind != routing.CareUnit || rows[0].Unit != clinic {
		t.Errorf("reading over the API is on record as %+v", rows)
	}
}

// TestOrdersAreInTheChain: what operators and integrators change is on record before it is changed, whichever room they
// do it in.
func TestOrdersAreInTheChain(t *testing.T) {
	w := newWorld(t)
	w.submit(hospital, "Tolvan Test", "Text")
	if r := w.json("/api/deliveries/retry", `{"all":true,"reason":"rättat"}`); r.status != http.StatusOK {
		t.Fatalf("%d %s", r.status, r.body)
	}
	w.as("iris")
	w.post("/catalogue/draft/discard", url.Values{"revision": {"0"}})
	w.as("olle")
	w.post("/monitor/order", url.Values{"verb": {"retry"}})
	rows := w.accesses(accesslog.Filter{What: accesslog.Change, Since: w.clock()})
	var got []string
	for _, row := range rows {
		if row.Subject != "hanna" && row.Subject != "iris" && row.Subject != "olle" { // accounts of the test itself
			got = append(got, row.Who+": "+row.Detail+" "+row.Subject)
		}
	}
	want := []string{
		"olle: POST /monitor/order ", "iris: POST /catalogue/draft/{verb} discard",
		"api:open: POST /api/deliveries/{verb} retry",
	}
	if !slices.Equal(got, want) {
		t.Errorf("the log has %q, want %q", got, want)
	}
}

// TestASampleIsAThingOfItsOwn: chance chooses once, without the reviewer's own rows and sign-ins; the rows stay, are
// noted each once, and the end is a protocol.
func TestASampleIsAThingOfItsOwn(t *testing.T) {
	w := newWorld(t)
	id := w.submit(clinic, "Tolvan Test", "Text")
	w.as("vera")
	for range 3 {
		w.page("/inbox/" + id)
	}
	w.as("gunde")
	for range 3 {
		w.post("/review", url.Values{"patient": {tolvan}})
	}
	path := w.post("/review", url.Values{"do": {"sample"}, "n": {"200"}, "patient": {tolvan}}).header.Get("Location")
	page := main(w.page(path))
	has(t, page, "Rad 1 av 3", "Vera Test", "en patient")
	hasNot(t, page, tolvan, "loggade in", `<span class="hint">gunde</span>`)
	if again := main(w.page(path)); strings.Count(again, "<tr") != strings.Count(page, "<tr") {
		t.Error("the rows change")
	}
	all := main(
		w.page(
			w.post("/review", url.Values{"do": {"sample"}, "n": {"200"}, "own": {"yes"}, "signins": {"yes"}}).header.Get(
				"Location",
			),
		),
	)
	has(t, all, "loggade in", `<span class="hint">gunde</span>`)

	note := func(status int, fields url.Values) string {
		t.Helper()
		r := w.post(path+"/note", fields)
		if r.status != status {
			t.Errorf("%v: %d", fields, r.status)
		}
		return r.body
	}
	has(t, note(http.StatusUnprocessableEntity, url.Values{"position": {"1"}, "verdict": {"deviation"}}),
		"Skriv vad som avviker")
	note(http.StatusSeeOther, url.Values{"position": {"1"}, "verdict": {"fine"}})
	has(t, note(http.StatusUnprocessableEntity, url.Values{"position": {"1"}, "verdict": {"fine"}}), "redan noterad",
		"Rad 2 av 3")
	note(http.StatusSeeOther, url.Values{"position": {"3"}, "verdict": {"deviation"}, "note": {"Inget uppdrag."}})
	if r := w.post(path+"/note", url.Values{"position": {"4"}, "verdict": {"fine"}}); r.status != http.StatusBadRequest {
		t.Errorf("a row that is not in it: %d", r.status)
	}
	has(t, main(w.page("/review")), "Fortsätt med stickprov 1", "2 av 3", "1 avvikelse")
	if r := w.post(path+"/end", url.Values{}); r.status != http.StatusUnprocessableEntity ||
		!strings.Contains(r.body, "Skriv varför stickprovet avslutas") {
		t.Errorf("ended before its time without a word: %d", r.status)
	}
	expectRedirect(t, w.post(path+"/end", url.Values{"note": {"Vera pratar med chefen."}}), path+"?done")
	has(t, main(w.page(path)), "Protokoll för stickprov 1", "Vera pratar med chefen.", "Avvikelse: Inget uppdrag.",
		"I ordning", "1 rad")
	note(http.StatusUnprocessableEntity, url.Values{"position": {"2"}, "verdict": {"fine"}})

	for _, who := range []string{"greta", "bodil"} { // of one unit, and of the other side
		w.as(who)
		if r := w.get(path); r.status != http.StatusNotFound {
			t.Errorf("%s opens the sample: %d", who, r.status)
		}
		hasNot(t, w.page("/review"), "Fortsätt med", "Protokoll för")
	}
	report, err := w.Relay.Store.VerifyAccess(t.Context(), accesslog.Head{})
	if err != nil || report.Broken != 0 {
		t.Errorf("%+v, %v", report, err)
	}
}
