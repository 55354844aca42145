package web_test

import (
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"rivgate/store/storetest"
)

// crowd are n more cases of clinic beside those that came through the line: two in a hundred open: new, ongoing, or
// somebody's.
const crowd = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d),
	k AS (SELECT i, 'crowd-' || i AS id, 'K' || i AS ref, 1772444520000000 - i * 60000000 AS received,
		CASE WHEN i %% 50 > 0 THEN 'closed' WHEN i %% 3 = 0 THEN 'in_progress' ELSE 'delivered' END AS state,
		CASE WHEN i %% 200 = 0 THEN 'vera' ELSE '' END AS assignee, 'Förnamn' || (i %% 997) || ' Efternamn' || (i * 7 %% 9973) AS name FROM n)
	`

// fill writes the crowd behind the store's back, as quickly as it goes.
func (w *world) fill(n int) {
	w.t.Helper()
	db := w.database()
	db.SetMaxOpenConns(1)
	with := fmt.Sprintf(crowd, n)
	const handler = `{"unit":"` + clinic +
		`","name":"Vårdcentralen Björken","kind":"care_unit","region":"01","via":"inbox","address":"rivgate:inbox"}`
	doc := `'{"Case":{"id":"' || id || '","caseId":{"root":"` + portal +
		`","extension":"' || ref || '"},"state":"' || state || '","handler":` + handler +
		`,"received":"2026-01-01T00:00:00Z","due":"2026-04-29T00:00:00Z","changed":"2026-01-01T00:00:00Z","version":3},"Facts":{"ReporterID":"person-' || i || '","Role":"PATIENT","ReporterName":"' || name || '"}}'`
	for _, statement := range []string{
		"PRAGMA synchronous = off", "PRAGMA foreign_keys = off",
		with +
			`INSERT INTO cases (id, ref_root, ref_extension, state, unit, via, received, changed, version, forward_due, reporter_id, patient_id,
			area, incident_unit, closed_month, doc, due, kind, assignee, parked_until)
			SELECT id, '` + portal + `', ref, state, '` + clinic + `', 'inbox', received, received, 3, FALSE, 'person-' || i, '',
			'3', '` + clinic + `', '', ` + doc + `, received + 2419200000000, 'care_unit', assignee, 0 FROM k`,
		with + `INSERT INTO case_search (case_id, words) SELECT id, ` +
			storetest.TokensSQL(false, "lower(substr(name, 1, instr(name, ' ') - 1))",
				"lower(substr(name, instr(name, ' ') + 1))", "lower(ref)") + ` FROM k`,
	} {
		if _, err := db.ExecContext(w.t.Context(), statement); err != nil {
			w.t.Fatal(err)
		}
	}
}

// TestInboxOfManyCases: with 100 000 cases in one unit a page is at most 100 KB and holds what it should. How long each
// took is told, not judged: the machine may have other things to do. BENCH_CASES asks for another number of cases.
func TestInboxOfManyCases(t *testing.T) {
	n := 100_000
	if testing.Short() {
		n = 10_000
	}
	if text := os.Getenv("BENCH_CASES"); text != "" {
		if _, err := fmt.Sscan(text, &n); err != nil {
			t.Fatal(err)
		}
	}
	w, id := newDesk(t)
	w.fill(n)
	w.as("vera")
	w.page("/inbox")
	for _, c := range []struct{ name, path, typed, holds string }{
		{"where work begins", "/inbox", "", "Mina"},
		{"new cases", "/inbox?queue=new", "", "Nya"},
		{"ongoing cases", "/inbox?queue=ongoing", "", "Pågående"},
		{"closed cases", "/inbox?queue=finished", "", "Avslutade"},
		{"a month", "/inbox?queue=finished&from=2026-01-01&until=2026-01-31", "", "Avslutade"},
		{"an area", "/inbox?queue=ongoing&area=3", "", "Pågående"},
		{"a name", "/inbox", "Förnamn77", "Förnamn77"},
		{"two names", "/inbox", "förnamn77 efternamn", "Förnamn77"},
		{"a case", "/inbox", "K4711", "K4711"},
		{"a personal number", "/inbox", tolvan, "18900101-****"},
		{"the case itself", "/inbox/" + id, "", "Ingen ringde upp."},
		{"the start page", "/", "", "Nya"},
	} {
		best := time.Hour
		for range 3 {
			started := time.Now()
			var page string
			if c.typed == "" {
				page = w.page(c.path)
			} else {
				page = w.post(c.path, url.Values{"q": {c.typed}}).body
			}
			best = min(best, time.Since(started))
			if len(page) > 100_000 {
				t.Fatalf("%s: %d bytes", c.name, len(page))
			}
			has(t, page, c.holds)
			if strings.Contains(c.path, "?") || c.typed != "" {
				hasNot(t, strings.ReplaceAll(page, `value="`+tolvan+`"`, ""), tolvan)
			}
		}
		t.Logf("%-20s %s", c.name, best.Round(100*time.Microsecond))
	}
}
