package web_test

import (
	"crypto/sha256"
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"rivgate/routing"
	"rivgate/web/shell"
)

const (
	farClinic  = "SE2010123456-VC12" // in another region
	farBoard   = "SE2010123456-PN12" // that region's
	soleHealth = "SE2010123456-SOLE" // provider of farClinic
)

// twoRegions has a board and two units of care under one provider, a hospital of another, and a clinic in another
// region. All are in the inbox.
func (w *world) twoRegions() {
	w.t.Helper()
	send, giveBack := w.Relay.Contracts.Send().Contract, w.Relay.Contracts.Return().Contract
	c := routing.Catalogue{
		Units: []routing.Unit{
			{HSAID: board, Kind: routing.PatientBoard, Region: "01", Provider: nearProvider},
			{HSAID: clinic, Kind: routing.CareUnit, Region: "01", Provider: nearProvider},
			{HSAID: other, Kind: routing.CareUnit, Region: "01", Provider: nearProvider},
			{HSAID: hospital, Kind: routing.CareUnit, Region: "01", Provider: farProvider},
			{HSAID: farBoard, Kind: routing.PatientBoard, Region: "12"},
			{HSAID: farClinic, Kind: routing.CareUnit, Region: "12", Provider: soleHealth},
		},
		Permissions: []routing.Permission{
			{Contract: send, Sender: portal, Receiver: "*"}, {Contract: giveBack, Sender: gateway, Receiver: portal},
		},
	}
	for i, u := range c.Units {
		c.Units[i].Name = u.HSAID
		c.Routes = append(c.Routes, routing.Row{Contract: send, Receiver: u.HSAID, Address: routing.AddressInbox})
	}
	table, err := routing.NewTable(c, routing.Rules{
		Durable: w.Relay.Contracts.Durable, ReturnContract: giveBack, PortalAddress: portal,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	w.Relay.Table = func() *routing.Table { return table }
}

// levelOfStatistics is one count over a level, broken down by the one below.
type levelOfStatistics struct {
	scope string // as the page has it
	api   string // as the API has it
	by    string
	want  string // code and count of each row; "" where it is not theirs
}

// TestEachLevelIsBrokenDownByTheOneBelow: a board and units under one provider are counted by unit, provider, region
// and nation, each for whoever may see it, and by nobody else. The page, the file and the API say the same. Care and
// boards count their own side; a token for every unit counts both.
func TestEachLevelIsBrokenDownByTheOneBelow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.twoRegions()
	for unit, n := range map[string]int{clinic: 7, other: 6, hospital: 5, board: 8, farClinic: 9} {
		for range n {
			w.submit(unit, "Tolvan Test", "Text")
		}
	}
	w.evenly() // a count that is blurred is then as large as it is
	digest := func(token string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(token))) }
	tokens, err := shell.ReadTokens(strings.NewReader(
		"- {name: alla, sha256: " + digest("all") + ", roles: [read], units: ['*']}\n" +
			"- {name: en, sha256: " + digest("one") + ", roles: [read], units: [" + clinic + "]}\n"))
	if err != nil {
		t.Fatal(err)
	}
	w.Tokens, w.Environment = tokens, shell.Production
	w.serve()
	unit := func(id string) levelOfStatistics {
		return levelOfStatistics{"own&unit=" + id, "unit=" + id, "incident_unit", ""}
	}
	provider := func(id, want string) levelOfStatistics {
		return levelOfStatistics{"provider:" + id, "provider=" + id, "unit", want}
	}
	region := func(id, by, want string) levelOfStatistics {
		return levelOfStatistics{"region:" + id, "region=" + id, by, want}
	}
	nation := func(by, want string) levelOfStatistics { return levelOfStatistics{"nation", "scope=nation", by, want} }
	own := func(by, want string) levelOfStatistics { return levelOfStatistics{"own", "scope=own", by, want} }
	is := func(l levelOfStatistics, want string) levelOfStatistics { l.want = want; return l }
	care := []levelOfStatistics{
		provider(nearProvider, clinic+":7 "+other+":6"), provider(soleHealth, ""),
		region("01", "provider", farProvider+":5 "+nearProvider+":13"),
		region("01", "unit", ""), region("12", "provider", ""),
		nation("region", "01:18 12:9"), nation("provider", farProvider+":5 "+nearProvider+":13 "+soleHealth+":9"),
		nation("unit", ""), unit(board), unit(farBoard),
	}
	for who, levels := range map[string][]levelOfStatistics{
		"vera": append([]levelOfStatistics{
			own("unit", clinic+":7"), is(unit(clinic), clinic+":7"), unit(other), unit(farClinic), provider(farProvider, ""),
		}, care...),
		"hanna": {
			own("unit", clinic+":7 "+other+":6 "+hospital+":5 "+farClinic+":9"), is(unit(farClinic), farClinic+":9"),
			provider(nearProvider, clinic+":7 "+other+":6"), provider(soleHealth, farClinic+":9"), care[2], care[3],
			region("12", "provider", soleHealth+":9"), nation("region", "01:18 12:9"), unit(board),
		},
		"nina": {
			own("unit", board+":8"), is(own("provider", ""), nearProvider+":8"), unit(clinic), unit(farBoard),
			provider(nearProvider, board+":8"), provider(farProvider, ""), region("01", "provider", nearProvider+":8"),
			region("12", "provider", ""), nation("region", "01:8"), nation("unit", ""),
		},
		"all": {
			provider(nearProvider, board+":8 "+clinic+":7 "+other+":6"), region("12", "provider", soleHealth+":9"),
			region("01", "provider", farProvider+":5 "+nearProvider+":21"), nation("region", "01:26 12:9"),
			nation("unit", board+":8 "+clinic+":7 "+other+":6 "+hospital+":5 "+farClinic+":9"),
		},
		"one": {
			own("unit", clinic+":7"), unit(other), provider(nearProvider, ""), region("01", "provider", ""),
			nation("region", ""),
		},
	} {
		for _, l := range levels {
			t.Run(who+" "+l.api+" by "+l.by, func(t *testing.T) {
				w.t = t
				if who == "all" || who == "one" {
					w.countsByAPI(l, func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+who) })
					return
				}
				w.as(who)
				w.countsByAPI(l, func(r *http.Request) { r.Header.Set("Cookie", w.cookie(who)) })
				w.countsOnPages(l)
			})
		}
	}
}

// countsByAPI compares an answer of the API with what is wanted.
func (w *world) countsByAPI(l levelOfStatistics, as func(*http.Request)) {
	w.t.Helper()
	req := w.request(http.MethodGet, "/api/statistics?by="+l.by+"&"+l.api, nil)
	as(req)
	r := w.do(req)
	if l.want == "" {
		if r.status != http.StatusForbidden && r.status != http.StatusBadRequest || strings.Contains(r.body, `"count"`) {
			w.t.Errorf("API: %d %s", r.status, r.body)
		}
		return
	}
	got := map[string]string{}
	for _, row := range field[[]hiddenCount](w.t, r, "items") {
		if row.Count == nil {
			w.t.Fatalf("API: %s", r.body)
		}
		got[row.Key[l.by]] = fmt.Sprint(*row.Count)
	}
	w.sameCounts("API", got, l.want)
}

// countsOnPages compares the file with what is wanted, and the page with the file.
func (w *world) countsOnPages(l levelOfStatistics) {
	w.t.Helper()
	path := "?by=" + l.by + "&scope=" + strings.ReplaceAll(url.QueryEscape(l.scope), "%26unit%3D", "&unit=")
	page, file := w.get("/statistics"+path), w.get("/statistics/file"+path)
	if l.want == "" {
		if page.status < 400 || file.status < 400 || strings.Contains(page.body, `<table class="numbers">`) {
			w.t.Errorf("page %d, file %d", page.status, file.status)
		}
		return
	}
	in := csv.NewReader(strings.NewReader(strings.TrimPrefix(file.body, "\uFEFF")))
	in.Comma = ';'
	lines, err := in.ReadAll()
	if err != nil || len(lines) < 2 {
		w.t.Fatalf("file: %v %s", err, file.body)
	}
	got, shown := map[string]string{}, map[string]string{}
	for _, line := range lines[1:] {
		shown[line[1]] = line[2]
		if line[1] != "Summa" {
			got[line[0]] = line[2]
		}
	}
	w.sameCounts("file", got, l.want)
	if on := fmt.Sprint(cells(w.t, page.body)); on != fmt.Sprint(shown) {
		w.t.Errorf("the page shows %s, the file %v", on, shown)
	}
}

func (w *world) sameCounts(where string, got map[string]string, want string) {
	w.t.Helper()
	wanted := map[string]string{}
	for _, row := range strings.Fields(want) {
		key, n, _ := strings.Cut(row, ":")
		wanted[key] = n
	}
	if fmt.Sprint(got) != fmt.Sprint(wanted) {
		w.t.Errorf("%s: %v, want %v", where, got, wanted)
	}
}
