package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"rivgate/contracts"
	"rivgate/routing"
	"rivgate/store"
	"rivgate/store/accesslog"
)

const (
	triage = "SE2010123456-TRI1"     // 1177 by telephone: no care, no region
	linden = "TSTNMT2321000156-VC12" // an inbox unit of another region
)

// withTriage is a world with a unit that is no care, and a unit of another region.
func withTriage(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	send, giveBack := w.Relay.Contracts.Send().Contract, w.Relay.Contracts.Return().Contract
	inbox := func(unit string) routing.Row {
		return routing.Row{Contract: send, Receiver: unit, Address: routing.AddressInbox}
	}
	table, err := routing.NewTable(routing.Catalogue{
		Units: []routing.Unit{
			{HSAID: triage, Name: "1177 på telefon", Kind: routing.Other},
			{HSAID: clinic, Name: "Vårdcentralen Björken", Kind: routing.CareUnit, Region: "01", Attachments: true},
			{HSAID: board, Name: "Patientnämnden", Kind: routing.PatientBoard, Region: "01"},
			{HSAID: hospital, Name: "Sjukhuset", Kind: routing.CareUnit, Region: "01", Attachments: true},
			{HSAID: linden, Name: "Vårdcentralen Linden", Kind: routing.CareUnit, Region: "12", Attachments: true},
			{HSAID: "TSTNMT2321000156-PN12", Name: "Nämnden i 12", Kind: routing.PatientBoard, Region: "12"},
		},
		Routes: []routing.Row{
			inbox(triage), inbox(clinic), inbox(board), inbox(linden), inbox("TSTNMT2321000156-PN12"),
			{Contract: send, Receiver: hospital, Address: "http://127.0.0.1:9/", Component: system},
		},
		Permissions: []routing.Permission{
			{Contract: send, Sender: portal, Receiver: "*"},
			{Contract: send, Sender: gateway, Receiver: "*"},
			{Contract: giveBack, Sender: gateway, Receiver: portal},
		},
	}, routing.Rules{Durable: w.Relay.Contracts.Durable, ReturnContract: giveBack, PortalAddress: portal})
	if err != nil {
		t.Fatal(err)
	}
	w.Relay.Table = func() *routing.Table { return table }
	return w
}

// TestDayOfATriageUnit: a citizen who does not know where to turn writes to 1177 by telephone, which hands the case
// over to a unit of another region; not without what the reporter chose.
func TestDayOfATriageUnit(t *testing.T) {
	t.Parallel()
	w := withTriage(t)
	has(t, w.page("/submit?q=telefon"), "1177 på telefon", "övrig funktion")
	r := w.post("/submit", url.Values{
		"unit": {triage}, "reporter": {tolvan}, "name": {"Tolvan Test"}, "role": {"PATIENT"}, "date": {"2026-02-20"},
		"text": {"Jag vet inte vem jag ska vända mig till."}, "reply": {"yes"},
	})
	if r.status != http.StatusSeeOther {
		t.Fatalf("submitting: %d\n%s", r.status, main(r.body))
	}
	id := strings.TrimSuffix(strings.TrimPrefix(r.header.Get("Location"), "/mailbox/"), "?done=submit")
	if c := w.theCase(id); c.Handler.Kind != routing.Other || c.Handler.Region != "" || c.Facts.IncidentUnit != "" ||
		c.Facts.Attachments {
		t.Errorf("the case is %+v, takes files: %v", c.Handler, c.Facts.Attachments)
	}
	if got := w.get("/inbox/" + id); got.status != http.StatusNotFound { // hanna handles all care
		t.Errorf("care opens the case of what is no care: %d", got.status)
	}
	w.as("tea")
	has(t, w.page("/inbox"), "1177 på telefon")
	page := w.page("/inbox/" + id)
	has(t, page, "vem jag ska vända mig till", "krävs: vad anmälaren har valt")
	fields := url.Values{"version": {version(t, page)}, "unit": {linden}}
	if r := w.post("/inbox/"+id+"/forward", fields); r.status != http.StatusUnprocessableEntity ||
		!strings.Contains(r.body, "Ange grunden") {
		t.Errorf("handed over without the reporter's choice: %d", r.status)
	}
	fields.Set("ground", "Anmälaren valde enheten per telefon i dag")
	if r := w.post("/inbox/"+id+"/forward", fields); r.status != http.StatusSeeOther {
		t.Fatalf("handing over: %d\n%s", r.status, main(r.body))
	}
	if c := w.theCase(id); c.Handler.Unit != linden || c.Handler.Region != "12" || !c.Facts.Attachments {
		t.Errorf("the case is at %+v, takes files: %v", c.Handler, c.Facts.Attachments)
	}
	if got := w.get("/inbox/" + id); got.status != http.StatusNotFound {
		t.Errorf("it has left, and is opened all the same: %d", got.status)
	}
	w.as("hanna")
	has(t, w.page("/inbox/"+id), "Anmälaren valde enheten per telefon i dag")
}

// shownCode is the code that is shown once.
var shownCode = regexp.MustCompile(`id="code">([A-Z2-7-]{24})<`)

// openly is a form of the open page, filled in.
func (w *world) openly(unit string) url.Values {
	w.t.Helper()
	ticket := regexp.MustCompile(`name="ticket" value="([A-Z2-7]+)"`).FindStringSubmatch(w.page("/open?unit=" + unit))
	if ticket == nil {
		w.t.Fatal("the form has no ticket")
	}
	return url.Values{
		"unit": {unit}, "ticket": {ticket[1]}, "role": {"PATIENT"}, "date": {"2026-02-20"}, "reply": {"yes"},
		"text": {"Jag vill inte säga vem jag är."},
	}
}

// TestOpenForm: somebody reports without saying who they are, follows the case by a code, and answers; files are taken
// once a handler lets them through.
func TestOpenForm(t *testing.T) {
	t.Parallel()
	w := withTriage(t)
	if got := w.get("/open"); got.status != http.StatusNotFound {
		t.Fatalf("it is open unasked: %d", got.status)
	}
	w.OpenForm = true
	w.serve()
	list := w.page("/open")
	has(t, list, "Vårdcentralen Björken", "1177 på telefon")
	hasNot(t, list, "Sjukhuset", hospital)
	if got := w.get("/open?unit=" + hospital); got.status != http.StatusNotFound || strings.Contains(got.body,
		"Sjukhuset") {
		t.Errorf("a unit outside: %d", got.status)
	}
	fields := w.openly(clinic)
	missing := url.Values{"unit": fields["unit"], "ticket": fields["ticket"], "text": {"Kvar"}}
	again := w.post("/open", missing)
	has(t, again.body, "Kvar", "Ange vilken dag det hände.", "Välj om det gäller dig själv eller någon annan.")
	sent := w.post("/open", fields)
	if sent.status != http.StatusOK || sent.header.Get("X-Robots-Tag") == "" || sent.header.Get("Set-Cookie") != "" {
		t.Fatalf("%d %v\n%s", sent.status, sent.header, main(sent.body))
	}
	code := shownCode.FindStringSubmatch(sent.body)
	if code == nil {
		t.Fatalf("no code\n%s", main(sent.body))
	}
	if twice := w.post("/open", fields); !strings.Contains(twice.body, code[1]) {
		t.Error("a form that is sent twice has two codes")
	}
	cases, err := w.Relay.Store.Unlogged().Cases(t.Context(), store.CaseFilter{Unnumbered: true})
	if err != nil || len(cases) != 1 {
		t.Fatalf("%d cases, %v", len(cases), err)
	}
	c := cases[0]
	if c.Facts.ReporterType != contracts.TypeUnnumbered || c.Facts.Attachments || c.Facts.BirthDate != "" ||
		c.Facts.Sex != "" {
		t.Errorf("%+v", c.Facts)
	}
	has(t, w.page("/inbox?queue=new&number=none"), "Utan nummer")
	has(t, w.page("/inbox/"+c.ID), "kopplas aldrig till en person")
	w.refusesOutside(c.ID)

	seen := w.post("/open/case", url.Values{"code": {strings.ToLower(code[1])}})
	has(t, seen.body, "Jag vill inte säga vem jag är.", "Pågår")
	w.act(c.ID, "question", url.Values{"text": {"Vilken tid på dagen?"}})
	seen = w.post("/open/case", url.Values{"code": {code[1]}})
	has(t, seen.body, "Vilken tid på dagen?", "Väntar på ditt svar")
	hasNot(t, seen.body, `type="file"`)
	question := regexp.MustCompile(`name="question" value="([^"]+)"`).FindStringSubmatch(seen.body)
	w.letsFilesThrough(c.ID)
	has(t, w.post("/open/case", url.Values{"code": {code[1]}}).body, `type="file"`)
	answer := url.Values{"code": {code[1]}, "question": {question[1]}, "text": {"På morgonen."}}
	has(t, w.post("/open/case", answer).body, "Tack, det är skickat.", "På morgonen.")
	has(t, w.page("/inbox/"+c.ID), "På morgonen.")
}

// refusesOutside sees that a case without a number is not handed over to another system.
func (w *world) refusesOutside(id string) {
	w.t.Helper()
	page := w.page("/inbox/" + id)
	r := w.post("/inbox/"+id+"/forward", url.Values{"version": {version(w.t, page)}, "unit": {hospital}})
	if r.status != http.StatusUnprocessableEntity || w.theCase(id).Handler.Unit != clinic {
		w.t.Errorf("handed over to another system: %d", r.status)
	}
}

// letsFilesThrough is a handler who lets a case take files.
func (w *world) letsFilesThrough(id string) {
	w.t.Helper()
	desk, err := w.Relay.Store.Desk(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	c := w.theCase(id)
	act := store.Act{
		CaseID: id, Unit: c.Handler.Unit, By: store.Person{ID: "hanna", Name: "Hanna Test"},
		Version: desk.Version,
	}
	if err := second(w.Relay.Store.SwitchFiles(w.t.Context(), act, true)); err != nil {
		w.t.Fatal(err)
	}
}

func second[T any](_ T, err error) error { return err }

// TestOpenCodesAreNotGuessed: wrong codes show nothing, are logged without what was typed, and end in a wait.
func TestOpenCodesAreNotGuessed(t *testing.T) {
	t.Parallel()
	w := withTriage(t)
	w.OpenForm = true
	w.serve()
	const typed = "AAAA-BBBB-CCCC-DDDD-EEEE"
	for range 10 {
		if r := w.post("/open/case", url.Values{"code": {typed}}); r.status != http.StatusUnprocessableEntity {
			t.Fatalf("a wrong code: %d", r.status)
		}
	}
	if r := w.post("/open/case", url.Values{"code": {typed}}); r.status != http.StatusTooManyRequests ||
		r.header.Get("Retry-After") == "" {
		t.Errorf("the eleventh: %d", r.status)
	}
	rows := w.accesses(accesslog.Filter{})
	if len(rows) == 0 {
		t.Error("nothing is logged")
	}
	for _, row := range rows {
		if strings.Contains(row.Detail+row.Subject, "AAAA") {
			t.Errorf("what was typed is logged: %+v", row)
		}
	}
	for range 5 {
		w.post("/open", url.Values{"unit": {clinic}})
	}
	if r := w.post("/open", url.Values{"unit": {clinic}}); r.status != http.StatusTooManyRequests {
		t.Errorf("the sixth case within ten minutes: %d", r.status)
	}
	r := w.get("/open?unit=" + hospital)
	if r.status != http.StatusNotFound {
		t.Errorf("a link to a unit that cannot be chosen: %d", r.status)
	}
	has(t, r.body, "Länken leder till en mottagare som inte tar emot ärenden här.", "/open?unit="+clinic)
	hasNot(t, r.body, "Sjukhuset")
}

// TestTelephoneWithoutANumber: a caller without a number is entered, and never together with a number.
func TestTelephoneWithoutANumber(t *testing.T) {
	t.Parallel()
	w := withTriage(t)
	w.as("tea")
	fields := url.Values{
		"unit": {triage}, "number": {"none"}, "received": {"2026-03-02"}, "role": {"PATIENT"}, "date": {"2026-02-20"},
		"text": {"Ville inte säga sitt nummer."},
	}
	both := url.Values{"reporter": {tolvan}}
	for k, v := range fields {
		both[k] = v
	}
	if r := w.post("/begin", both); r.status != http.StatusUnprocessableEntity {
		t.Errorf("with and without a number: %d", r.status)
	}
	r := w.post("/begin", fields)
	if r.status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", r.status, main(r.body))
	}
	id := strings.TrimPrefix(r.header.Get("Location"), "/inbox/")
	if c := w.theCase(id); !c.Facts.Unnumbered() || c.Handler.Kind != routing.Other || !c.BegunOutside {
		t.Errorf("%+v", c)
	}
	page := w.page("/inbox/" + id)
	has(t, page, "Ville inte säga sitt nummer.", "kopplas aldrig till en person", "("+clinic+")")
	hasNot(t, page, "("+hospital+")") // an external system is not suggested for a handover, and refused where it is named
	handed := fmt.Sprintf(`{"version":%d,"update":{"type":"FORWARDED","newRecipient":{"hsaId":%q},
		"handover":{"ground":"fel enhet"}}}`, w.theCase(id).Version, hospital)
	if r := w.json("/api/cases/"+id+"/messages", handed); r.status < 400 || w.theCase(id).Handler.Kind != routing.Other {
		t.Errorf("handed over to an external system: %d %s", r.status, r.body)
	}
}

// openPages are the open pages and what they show, with a case that has a question and no answer.
func (w *world) openPages() []visit {
	w.t.Helper()
	w.OpenForm = true
	w.serve()
	sent := w.openly(clinic)
	code := shownCode.FindStringSubmatch(w.post("/open", sent).body)
	cases, err := w.Relay.Store.Unlogged().Cases(w.t.Context(), store.CaseFilter{Unnumbered: true})
	if err != nil || len(cases) != 1 || code == nil {
		w.t.Fatal(len(cases), code, err)
	}
	w.act(cases[0].ID, "question", url.Values{"text": {"Vilken dag?"}})
	const refused = http.StatusUnprocessableEntity
	return []visit{
		{who: nobody, path: "/open"},
		{who: nobody, path: "/open?unit=" + clinic},
		{who: nobody, path: "/open?unit=" + board},
		{who: nobody, path: "/open?unit=" + hospital, status: http.StatusNotFound},
		{who: nobody, path: "/open", fields: w.openly(other)},
		{who: nobody, path: "/open", fields: url.Values{"unit": {board}, "ticket": sent["ticket"]}, status: refused},
		{who: nobody, path: "/open/case"},
		{who: nobody, path: "/open/case", fields: url.Values{"code": {"ABC"}}, status: refused},
		{who: nobody, path: "/open/case", fields: url.Values{"code": {code[1]}}},
		{who: "hanna", path: "/inbox/" + cases[0].ID},
		{who: "hanna", path: "/inbox?queue=ongoing&number=none"},
	}
}
