package web_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"rivgate/routing"
	"rivgate/routing/catalogue"
	"rivgate/store"
)

// Units of the world in which units are looked for.
const (
	ortho    = "SE2010123456-ORT1" // region 12, inbox
	board12  = "SE2010123456-PN12"
	dark     = "SE2010123456-MRK1" // of region 25, which has no board
	roadless = "SE2010123456-VAG0" // no route leads there
)

// regions is a world of two regions that take cases, and one that does not.
func regions(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.setCatalogue()
	return w
}

// setCatalogue gives the world a catalogue without some units.
func (w *world) setCatalogue(without ...string) {
	w.t.Helper()
	send, giveBack := w.Relay.Contracts.Send().Contract, w.Relay.Contracts.Return().Contract
	c := routing.Catalogue{
		Units: []routing.Unit{
			{HSAID: clinic, Name: "Vårdcentralen Björken", Kind: routing.CareUnit, Region: "01", Town: "Solna"},
			{
				HSAID: other, Name: "Vårdcentralen Eken", Kind: routing.CareUnit, Region: "01", Town: "Kista",
				Aliases: routing.NewNames([]string{"Husläkarna i Kista"}),
			},
			{HSAID: ortho, Name: "Ortopedmottagningen", Kind: routing.CareUnit, Region: "12", Town: "Lund"},
			{HSAID: board, Name: "Patientnämnden i Stockholm", Kind: routing.PatientBoard, Region: "01"},
			{HSAID: board12, Name: "Patientnämnden i Skåne", Kind: routing.PatientBoard, Region: "12"},
			{HSAID: dark, Name: "Vårdcentralen Mörkret", Kind: routing.CareUnit, Region: "25", Town: "Luleå"},
			{HSAID: roadless, Name: "Vårdcentralen Väglös", Kind: routing.CareUnit, Region: "01"},
		},
		Permissions: []routing.Permission{
			{Contract: send, Sender: portal, Receiver: "*"},
			{Contract: send, Sender: gateway, Receiver: "*"},
			{Contract: giveBack, Sender: gateway, Receiver: portal},
		},
	}
	c.Units = slices.DeleteFunc(c.Units, func(u routing.Unit) bool { return slices.Contains(without, u.HSAID) })
	for _, u := range c.Units {
		if u.HSAID != roadless {
			c.Routes = append(c.Routes, routing.Row{Contract: send, Receiver: u.HSAID, Address: routing.AddressInbox})
		}
	}
	table, err := routing.NewTable(c, routing.Rules{
		Durable: w.Relay.Contracts.Durable, ReturnContract: giveBack, PortalAddress: portal,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	w.Relay.Table = func() *routing.Table { return table }
}

func TestWhatACitizenFinds(t *testing.T) {
	t.Parallel()
	w := regions(t)
	for _, c := range []struct {
		sentence, query string
		want, not       []string
	}{
		{"misspelt", "q=vrdcentralen+bjökren", []string{clinic}, []string{other, ortho}},
		{"an alias", "q=husläkarna", []string{other, "Kista"}, []string{clinic}},
		{"a town", "q=lund", []string{ortho, "Region Skåne"}, []string{clinic}},
		{"within a region", "q=patientnämnden&region=12", []string{board12}, []string{board + `">P`}},
		{
			"a region without a board", "q=mörkret",
			[]string{"Ingen mottagare stämmer"},
			[]string{"Mörkret<", "/submit?unit=" + dark},
		},
		{"a unit without a route", "q=väglös", []string{"Ingen mottagare stämmer"}, []string{roadless}},
		{
			"nothing, and the boards of all regions", "q=tandläkaren+på+torget",
			[]string{
				"Ingen mottagare stämmer", "Hittar du inte mottagningen?", "Skicka till Patientnämnden i Skåne",
				"/submit?unit=" + board12 + "&amp;place=tandl%C3%A4karen%20p%C3%A5%20torget",
			},
			nil,
		},
		{
			"nothing, and the board of the region", "q=tandläkaren&region=12",
			[]string{"Skicka till Patientnämnden i Skåne"},
			[]string{"Skicka till Patientnämnden i Stockholm"},
		},
		{
			"in another region than the chosen", "q=björken&region=12",
			[]string{"Ingen mottagare i Region Skåne stämmer", "I andra regioner finns:", clinic, "Region Stockholm"},
			nil,
		},
		{
			"in another region than the text names", "q=björken+skåne",
			[]string{"Ingen mottagare i Region Skåne stämmer", clinic, "Skicka till Patientnämnden i Skåne"},
			[]string{"Skicka till Patientnämnden i Stockholm"},
		},
		{
			"in the region that is chosen, not in the one that the text names", "q=björken+skåne&region=01",
			[]string{clinic},
			[]string{"I andra regioner", ortho},
		},
		{
			"nowhere", "q=tandläkaren+skåne",
			[]string{"Ingen mottagare i Region Skåne stämmer"},
			[]string{"I andra regioner", "Skicka till Patientnämnden i Stockholm"},
		},
		{"all", "", []string{clinic, other, ortho, board, board12}, []string{dark, roadless, `id="board"`}},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			page := w.page("/submit?" + c.query)
			has(t, page, c.want...)
			hasNot(t, main(page), c.not...)
		})
	}
	page := w.page("/submit?unit=" + board12 + "&place=" + url.QueryEscape("tandläkaren på <b>torget"))
	has(t, page, ">tandläkaren på &lt;b&gt;torget</textarea>")
	hasNot(t, w.page("/submit?unit="+ortho+"&place=tandläkaren"), "tandläkaren") // a unit of care has no such field
	long := w.page("/submit?q=" + strings.Repeat("a", 4000))
	hasNot(t, long, strings.Repeat("a", 201))
}

// TestALinkToAUnitThatCannotBeChosen: whoever follows it is told so, and nothing of the unit; the log has what may be
// kept of it.
func TestALinkToAUnitThatCannotBeChosen(t *testing.T) {
	t.Parallel()
	w := regions(t)
	const sentence = "Länken leder till en mottagare som inte tar emot ärenden här."
	for _, query := range []string{
		"unit=" + dark, "unit=" + roadless, "unit=SE2010123456-NONE", "unit=" + tolvan, "unit=%3Cscript%3E", "region=25",
		"region=99", "region=" + tolvan, "region=12&unit=" + clinic, "region=25&unit=" + clinic,
	} {
		r := w.get("/submit?" + query)
		if r.status != http.StatusNotFound {
			t.Errorf("%s: %d", query, r.status)
		}
		want := sentence
		if strings.HasPrefix(query, "region=") && !strings.HasPrefix(query, "region=12") {
			want = "Länken leder till en region som inte tar emot ärenden här."
		}
		has(t, r.body, want, "Sök mottagning")
		hasNot(t, main(r.body), "Mörkret", "Väglös", tolvan, "<script>", "Ärende till")
	}
	refused := 0
	for _, entry := range w.logs.All() {
		if strings.Contains(entry.Message, "cannot be chosen") {
			refused++
		}
		if strings.Contains(fmt.Sprint(entry), tolvan) || strings.Contains(fmt.Sprint(entry.ContextMap()), tolvan) {
			t.Errorf("a number is in the log: %v", entry.Message)
		}
	}
	if refused != 10 {
		t.Errorf("%d of 10 links are in the log", refused)
	}
	has(t, w.page("/submit?region=12"), "Skicka ett ärende i Region Skåne", ortho, board12)
	hasNot(t, main(w.page("/submit?region=12")), clinic)
	has(t, w.page("/submit?unit="+clinic), "Ärende till Vårdcentralen Björken")
	has(t, w.page("/submit?region=01&unit="+clinic), "Ärende till Vårdcentralen Björken")
}

// TestAUnitThatWasTurnedOffMeanwhile: what was typed is kept when the unit can no longer be chosen.
func TestAUnitThatWasTurnedOffMeanwhile(t *testing.T) {
	t.Parallel()
	w := regions(t)
	w.page("/submit?unit=" + ortho)
	w.setCatalogue(board12)
	r := w.post("/submit", url.Values{
		"unit": {ortho}, "reporter": {tolvan}, "name": {"Tolvan Test"}, "role": {"PATIENT"}, "date": {"2026-02-20"},
		"text": {"Det som jag har skrivit länge på"}, "reply": {"yes"},
	})
	if r.status != http.StatusUnprocessableEntity {
		t.Errorf("%d", r.status)
	}
	has(t, r.body, "tar inte längre emot ärenden", ">Det som jag har skrivit länge på</textarea>")
	if r := w.post("/submit", url.Values{"unit": {"SE2010123456-NONE"}}); r.status != http.StatusNotFound {
		t.Errorf("to nobody: %d", r.status)
	}
}

func TestReceiversOfTheAPI(t *testing.T) {
	t.Parallel()
	w := regions(t)
	for _, c := range []struct {
		query string
		want  []string
		board string
	}{
		{"q=bjorkne+vardcentralen", []string{clinic}, ""},
		{"q=vårdcentralen", []string{other, clinic}, ""},
		{"q=lund&region=12", []string{ortho}, board12},
		{"q=lund&region=01", nil, board},
		{"q=" + ortho, []string{ortho}, ""},
		{"region=12", []string{ortho, board12}, board12},
		{"region=25", nil, ""},
		{"region=99", nil, ""},
		{"q=mörkret", nil, ""},
		{"limit=1", []string{clinic}, ""},
	} {
		r := w.get("/api/receivers?" + c.query)
		var got struct {
			Items []struct {
				HSAID string `json:"hsaId"`
			}
			Board struct {
				HSAID string `json:"hsaId"`
			}
		}
		if err := json.Unmarshal([]byte(r.body), &got); err != nil || r.status != http.StatusOK {
			t.Fatalf("%s: %d %v\n%s", c.query, r.status, err, r.body)
		}
		var ids []string
		for _, item := range got.Items {
			ids = append(ids, item.HSAID)
		}
		slices.Sort(ids)
		slices.Sort(c.want)
		if !slices.Equal(ids, c.want) || got.Board.HSAID != c.board {
			t.Errorf("%s: %v, board %q; want %v, %q", c.query, ids, got.Board.HSAID, c.want, c.board)
		}
	}
	for _, wrong := range []string{
		"q=" + strings.Repeat("a", 201), "region=1", "region=0x", "region=%C3%A5%C3%A4", "regoin=01", "region=01&region=12",
	} {
		if r := w.get("/api/receivers?" + wrong); r.status != http.StatusBadRequest {
			t.Errorf("%.40s: %d", wrong, r.status)
		}
	}
	has(t, w.get("/api/receivers?q=husläkarna").body, `"aliases"`, "Husläkarna i Kista", `"town": "Kista"`)
}

// TestAHandoverFindsAsCitizensDo: one unit that fits as it was typed is taken; for a slip of the finger, or where there
// are several, the handler chooses; what citizens cannot choose is not there.
func TestAHandoverFindsAsCitizensDo(t *testing.T) {
	t.Parallel()
	w := regions(t)
	handler := func(id string) string {
		c, err := w.Relay.Store.Unlogged().Case(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		return c.Handler.Unit
	}
	hand := func(id string, fields url.Values) reply {
		fields["version"] = []string{version(t, w.page("/inbox/"+id))}
		fields["do"] = []string{"send"}
		return w.post("/inbox/"+id+"/forward", fields)
	}
	id := w.submit(clinic, "Tolvan Test", "Text")
	for typed, want := range map[string][]string{
		"ortopde mottagning": {
			"Ingen enhet heter precis så. Menar du Ortopedmottagningen", "Vilken av dem?", `value="` + ortho + `"`,
		},
		"patientnämnden": {"Flera enheter stämmer", `value="` + board + `"`, `value="` + board12 + `"`},
		"mörkret":        {"finns i katalogen, men kan inte ta emot ärenden här just nu"},
		"väglös":         {"finns i katalogen, men kan inte ta emot ärenden här just nu"},
		"tandläkaren":    {"Ingen enhet i katalogen heter så."},
		"–":              {"Ingen enhet i katalogen heter så."},
	} {
		r := hand(id, url.Values{"unit": {typed}, "text": {"Det hände hos er."}})
		if r.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", typed, r.status)
		}
		has(t, r.body, append(want, ">Det hände hos er.</textarea>")...)
		hasNot(t, r.body, `value="`+dark+`"`, `value="`+roadless+`"`)
	}
	if at := handler(id); at != clinic {
		t.Fatalf("the case is at %s", at)
	}
	w.act(id, "forward", url.Values{"unit": {"ortopde mottagning"}, "unit-choice": {ortho}})
	if at := handler(id); at != ortho {
		t.Errorf("chosen, and the case is at %s", at)
	}
	id = w.submit(clinic, "Tolvan Test", "Text")
	w.act(id, "forward", url.Values{"unit": {"kista husläkarna"}})
	if at := handler(id); at != other {
		t.Errorf("by words of an alias and a town, and the case is at %s", at)
	}
}

// TestManyUnitsToBeginAt: whoever enters cases for more units than a list holds looks for the right one.
func TestManyUnitsToBeginAt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	send := w.Relay.Contracts.Send().Contract
	c := routing.Catalogue{Permissions: []routing.Permission{{Contract: send, Sender: "*", Receiver: "*"}}}
	for i := range 300 {
		id := fmt.Sprintf("SE2010123456-U%03d", i)
		c.Units = append(c.Units, routing.Unit{
			HSAID: id, Name: fmt.Sprintf("Mottagning %03d", i), Kind: routing.CareUnit, Region: "01",
		})
	}
	c.Units = append(c.Units,
		routing.Unit{HSAID: clinic, Name: "Vårdcentralen Björken", Kind: routing.CareUnit, Region: "01"},
		routing.Unit{HSAID: board, Name: "Patientnämnden", Kind: routing.PatientBoard, Region: "01"})
	for _, u := range c.Units {
		c.Routes = append(c.Routes, routing.Row{Contract: send, Receiver: u.HSAID, Address: routing.AddressInbox})
	}
	table, err := routing.NewTable(c, routing.Rules{Durable: w.Relay.Contracts.Durable})
	if err != nil {
		t.Fatal(err)
	}
	w.Relay.Table = func() *routing.Table { return table }
	has(t, w.page("/begin"), "Sök enhet", "Mottagning 000")
	found := w.page("/begin?q=bjrken")
	has(t, found, "/begin?unit="+clinic)
	hasNot(t, main(found), "Mottagning 000")
	has(t, w.page("/begin?q=tandläkaren"), "Ingen av dina enheter stämmer", "Sök enhet")
	has(t, w.page("/begin?unit="+clinic), "Registrera ärendet")
	w.as("vera") // of the one clinic, which is the last in the catalogue
	has(t, w.page("/begin"), "Vårdcentralen Björken", "Registrera ärendet")
	if r := w.get("/begin?unit=SE2010123456-U007"); r.status != http.StatusNotFound {
		t.Errorf("a unit that is not theirs: %d", r.status)
	}
}

// TestACitizenFindsTheUnitInABrowser: by a misspelt word, while typing. And who finds nothing goes to the board, with
// what was typed.
func TestACitizenFindsTheUnitInABrowser(t *testing.T) {
	t.Parallel()
	w := regions(t)
	b := tab{browser(t), t}
	open := func(path string) { t.Helper(); b.goes(http.StatusOK, path, chromedp.Navigate(w.server.URL+path)) }
	fill := func(css, text string) chromedp.Action[chromedp.Void] {
		return chromedp.SetValue(chromedp.CSS(css), text)
	}
	send := func(what string) {
		t.Helper()
		b.goes(http.StatusOK, what, fill("#submit-reporter", tolvan), fill("#submit-name", "Tolvan Test"),
			fill("#submit-date", "2026-02-20"), fill("#submit-text", "Jag fick vänta."),
			chromedp.Click(chromedp.CSS(`form[action="/submit"] button.primary`)))
		b.sees("Tack, det är skickat.")
	}

	open("/submit")
	must(t, "typing", chromedp.Do(b, chromedp.SendKeys(chromedp.CSS("#q"), "vrdcentral bjökren"),
		chromedp.WaitVisible(chromedp.CSS(`#found ul:has(a[href$="`+clinic+`"]):not(:has(a[href$="`+other+`"]))`))))
	b.sees("Vårdcentralen Björken")
	b.goes(http.StatusOK, "choosing the unit", chromedp.Click(chromedp.CSS(`#found a[href$="`+clinic+`"]`)))
	b.sees("Ärende till Vårdcentralen Björken")
	send("sending to the unit")

	scripts(b, false)
	open("/submit?region=12")
	b.goes(http.StatusOK, "looking for what is not there", chromedp.SendKeys(chromedp.CSS("#q"), "tandläkaren på torget"),
		chromedp.Click(chromedp.CSS(`form[role="search"] button`)))
	scripts(b, true)
	b.sees("Ingen mottagare i Region Skåne stämmer", "Hittar du inte mottagningen?")
	b.goes(http.StatusOK, "choosing the board", chromedp.Click(chromedp.CSS(`#found a[href*="`+board12+`"]`)))
	b.sees("Ärende till Patientnämnden i Skåne")
	if place := eval[string](b, `document.querySelector("#submit-place").value`); place != "tandläkaren på torget" {
		t.Errorf("the place is %q", place)
	}
	send("sending to the board")
	list, err := w.Relay.Store.Unlogged().Cases(t.Context(), store.CaseFilter{Unit: board12})
	if err != nil || len(list) != 1 {
		t.Fatalf("%d cases of the board, %v", len(list), err)
	}
	has(t, w.page("/mailbox/"+list[0].ID), "tandläkaren på torget")
}

// TestWhatAUnitIsCalledIsKept: town and aliases of a unit are typed in its row, come back, and are held by the rules.
func TestWhatAUnitIsCalledIsKept(t *testing.T) {
	t.Parallel()
	w := keeps(t)
	page := w.page("/catalogue/rows/new?kind=unit")
	has(t, page, "Ort", "Kallas även")
	fields := url.Values{
		"kind": {"unit"}, "revision": {revision(t, page)}, "hsaId": {"SE2010123456-VC77"}, "name": {"Vårdcentralen Asken"},
		"unitKind": {"care_unit"}, "region": {"01"}, "town": {"Solna"},
		"aliases": {"VC Asken, Askens  husläkare,, " + strings.Repeat("x", 256)},
	}
	r := w.post("/catalogue/rows", fields)
	if r.status != http.StatusUnprocessableEntity {
		t.Errorf("an alias that is too long: %d", r.status)
	}
	has(t, r.body, "är för långt, eller har kommatecken", `aria-describedby="row-aliases-error"`, `value="Solna"`)
	fields.Set("aliases", "VC Asken, Askens  husläkare,,")
	has(t, w.saves("/catalogue/rows", fields), "Solna, kallas även Askens husläkare, VC Asken")
	row := w.page("/catalogue/rows/" + w.rowID(catalogue.KindUnit, "Asken"))
	has(t, row, `value="Solna"`, `value="Askens husläkare, VC Asken"`)
}
