package web_test

import (
	"encoding/csv"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"rivgate/routing"
)

// counted makes cases: seven at one unit, three at another, six at a hospital with a system of its own, and five at the
// board.
func counted(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	for unit, n := range map[string]int{clinic: 7, other: 3, hospital: 6, board: 5} {
		for range n {
			w.submit(unit, "Tolvan Test", "Text")
		}
	}
	w.evenly()
	return w
}

// evenly lets every case count as one where counts are blurred, so that a test can say what it expects.
func (w *world) evenly() {
	w.t.Helper()
	if _, err := w.database().Exec(`UPDATE statistic SET weight = 1, mark = mark + 1`); err != nil {
		w.t.Fatal(err)
	}
}

// cells are the rows of the table on a page, as they are read.
func cells(t *testing.T, page string) map[string]string {
	t.Helper()
	out := map[string]string{}
	body := strings.Join(strings.Fields(between(t, page, `<table class="numbers">`, "</table>")), " ")
	for _, row := range strings.Split(body, "<tr>")[2:] {
		name := between(t, row, `<th scope="row">`, "</th>")
		name, _, _ = strings.Cut(name, " <span")
		var counts []string
		for _, c := range strings.Split(row, `<td class="n">`)[1:] {
			n, _, _ := strings.Cut(c, "</td>")
			counts = append(counts, strings.ReplaceAll(n, "&lt;", "<"))
		}
		out[name] = strings.Join(counts, " ")
	}
	return out
}

func TestStatisticsOnThePage(t *testing.T) {
	t.Parallel()
	w := counted(t)
	page := w.page("/statistics?by=unit")
	has(t, page, "Mina enheter", "hela tiden", "<strong>16</strong> ärenden", `href="/statistics/file?`)
	if got := cells(t, page); got["Vårdcentralen Eken"] != "3" || got["Sjukhuset"] != "6" ||
		got["Vårdcentralen Björken"] != "7" || got["Summa"] != "16" || got["Patientnämnden"] != "" {
		t.Errorf("by unit: %v", got)
	}
	drawings(t, page, 1)
	page = w.page("/statistics?by=age&by2=received&step=quarter")
	has(t, page, "2026-K1", "Ålder och när ärendet kom in")
	if got := cells(t, page); got["80– år"] != "16 16" {
		t.Errorf("by age and quarter: %v", got)
	}
	drawings(t, page, 1)
	if got := cells(t, w.page("/statistics?by=received&from=2026-01&to=2026-04")); got["2026-02"] != "0" ||
		got["2026-03"] != "16" || got["Summa"] != "16" {
		t.Errorf("by month: %v", got)
	}
	has(t, w.page("/statistics?by=unit&from=2025-01&to=2025-02"), "Inga ärenden i urvalet.")
	for path, want := range map[string]string{
		"/statistics?by=shoe":                        "Välj vad ärendena ska räknas efter.",
		"/statistics?by=age&by2=age":                 "Välj något annat än i det första fältet",
		"/statistics?by=age&from=mars":               "Ange en månad",
		"/statistics?by=age&from=2026-03&to=2026-01": "Den sista månaden",
		"/statistics?by=unit&scope=nation":           "räknas ärenden inte för varje enhet",
		"/statistics?by=age&scope=galaxy":            "Välj bland de urval som finns",
	} {
		if r := w.get(path); r.status != http.StatusUnprocessableEntity || !strings.Contains(r.body, want) {
			t.Errorf("%s: %d, want %q\n%s", path, r.status, want, main(r.body))
		}
	}
}

// drawings finds drawings on a page, and reads each as XML.
func drawings(t *testing.T, page string, want int) {
	t.Helper()
	found := strings.Split(page, "<svg ")[1:]
	if len(found) != want {
		t.Errorf("%d drawings, want %d", len(found), want)
	}
	for _, svg := range found {
		svg, _, _ = strings.Cut(svg, "</svg>")
		d := xml.NewDecoder(strings.NewReader("<svg " + svg + "</svg>"))
		elements := map[string]int{}
		for {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("a drawing is no XML: %v\n%s", err, svg)
			}
			if e, ok := token.(xml.StartElement); ok {
				elements[e.Name.Local]++
				for _, a := range e.Attr {
					if a.Name.Local == "style" || strings.HasPrefix(a.Name.Local, "on") {
						t.Errorf("a drawing has %s", a.Name.Local)
					}
				}
			}
		}
		if elements["title"] < 1 || elements["desc"] != 1 || elements["rect"]+elements["circle"] == 0 {
			t.Errorf("a drawing has %v", elements)
		}
	}
}

func TestStatisticsFile(t *testing.T) {
	t.Parallel()
	w := counted(t)
	r := w.get("/statistics/file?by=unit&by2=sex")
	if r.status != http.StatusOK || !strings.HasPrefix(r.header.Get("Content-Type"), "text/csv") ||
		!strings.Contains(r.header.Get("Content-Disposition"), "statistik-2026-03-02.csv") {
		t.Fatalf("%d %v", r.status, r.header)
	}
	text, marked := strings.CutPrefix(r.body, "\uFEFF")
	if !marked || !strings.Contains(text, "\r\n") {
		t.Errorf("the file begins with %q", r.body[:10])
	}
	in := csv.NewReader(strings.NewReader(text))
	in.Comma = ';'
	lines, err := in.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{
		{"Enhet (kod)", "Enhet", "kvinna", "Summa"},
		{hospital, "Sjukhuset", "6", "6"},
		{clinic, "Vårdcentralen Björken", "7", "7"},
		{other, "Vårdcentralen Eken", "3", "3"},
		{"", "Summa", "16", "16"},
	}
	for i, line := range want {
		if i >= len(lines) || strings.Join(lines[i], "|") != strings.Join(line, "|") {
			t.Fatalf("line %d of %q, want %q", i, lines, line)
		}
	}
	if r := w.get("/statistics/file?by=shoe"); r.status != http.StatusBadRequest {
		t.Errorf("a file of nonsense: %d", r.status)
	}
}

func TestFileHoldsNoFormula(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	send := w.Relay.Contracts.Send().Contract
	evil := `=HYPERLINK("http://x";"y")`
	table, err := routing.NewTable(routing.Catalogue{
		Units:       []routing.Unit{{HSAID: clinic, Name: evil, Kind: routing.CareUnit, Region: "01"}},
		Routes:      []routing.Row{{Contract: send, Receiver: clinic, Address: routing.AddressInbox}},
		Permissions: []routing.Permission{{Contract: send, Sender: portal, Receiver: "*"}},
	}, routing.Rules{Durable: w.Relay.Contracts.Durable})
	if err != nil {
		t.Fatal(err)
	}
	for range 6 {
		w.submit(clinic, "Tolvan Test", "Text")
	}
	w.Relay.Table = func() *routing.Table { return table }
	if body := w.page("/statistics/file?by=unit"); !strings.Contains(body, `"'=HYPERLINK(`) {
		t.Errorf("the file has a formula: %s", body)
	}
}

// TestWhoCountsWhat: a table of who counts over whose cases. Above the own units there are sums of the own side of the
// wall alone.
func TestWhoCountsWhat(t *testing.T) {
	t.Parallel()
	w := counted(t)
	for _, c := range []struct {
		who, query string
		status     int
		total      string
	}{
		{"hanna", "by=area&scope=own", 200, "16"},
		{"vera", "by=area&scope=own", 200, "7"},
		{"adam", "by=area&scope=own", 200, "7"},
		{"vera", "by=area&unit=" + clinic, 200, "7"},
		{"vera", "by=area&unit=" + other, 403, ""},
		{"vera", "by=area&unit=" + board, 403, ""},
		{"vera", "by=area&scope=region:01", 200, "16"},
		{"vera", "by=area&scope=region:12", 403, ""},
		{"vera", "by=region&scope=nation", 200, "16"},
		{"vera", "by=unit&scope=region:01", 422, ""},
		{"vera", "by=sex&by2=unit&scope=nation", 422, ""},
		{"vera", "by=incident_unit&scope=region:01", 422, ""},
		{"vera", "by=area&scope=nation&incident_unit=" + clinic, 422, ""},
		{"vera", "by=provider&scope=region:01", 200, "16"},
		{"vera", "by=incident_unit&scope=own", 200, "7"},
		{"nina", "by=area&scope=own", 200, "5"},
		{"nina", "by=area&scope=nation", 200, "5"},
		{"nina", "by=area&unit=" + clinic, 403, ""},
		{"olle", "by=area", 404, ""},
		{"iris", "by=area", 404, ""},
		{"greta", "by=area", 404, ""},
		{"none", "by=area", 404, ""},
	} {
		t.Run(c.who+" "+c.query, func(t *testing.T) {
			w.t = t
			w.as(c.who)
			r := w.get("/statistics?" + c.query)
			file := w.get("/statistics/file?" + c.query)
			if c.status != http.StatusOK {
				if r.status == http.StatusOK || file.status == http.StatusOK || c.status == 422 && r.status != 422 {
					t.Errorf("page %d, file %d, want %d", r.status, file.status, c.status)
				}
				return
			}
			if got := cells(t, r.body); r.status != http.StatusOK || got["Summa"] != c.total {
				t.Errorf("%d, sum %s, want %s", r.status, got["Summa"], c.total)
			}
			if !strings.HasSuffix(strings.TrimSpace(file.body), "Summa;"+c.total) {
				t.Errorf("the file ends with another sum: %s", file.body)
			}
		})
	}
}

func TestStatisticsOfTheAPI(t *testing.T) {
	t.Parallel()
	w := counted(t)
	counted := map[string]int{}
	for _, row := range field[[]hiddenCount](t, w.get("/api/statistics?by=unit"), "items") {
		if row.Count == nil || row.Hidden != "" {
			t.Fatalf("a token that reads every case: %+v", row)
		}
		counted[row.Key["unit"]] = *row.Count
	}
	if counted[other] != 3 || counted[board] != 5 || counted[clinic] != 7 || counted[hospital] != 6 {
		t.Errorf("counted: %v", counted)
	}
	if rows := field[[]hiddenCount](t, w.get("/api/statistics"), "items"); len(rows) != 1 || rows[0].Count == nil ||
		*rows[0].Count != 21 {
		t.Errorf("all: %+v", rows)
	}
	if r := w.get("/api/statistics?by=unit,age,sex"); r.status != http.StatusBadRequest {
		t.Errorf("three parameters: %d", r.status)
	}
}
