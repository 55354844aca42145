package web_test

import (
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"rivgate/routing"
	"rivgate/routing/catalogue"
	"rivgate/store/catalogues"
	"rivgate/store/storetest"
)

// The limits of issue 5 are 50 ms and 100 KB. The time that fails is generous: the machine may have others on it.
const (
	benchCases    = 100_000
	slowest       = 250 * time.Millisecond
	biggest       = 100 << 10
	benchAttempts = 15
)

// manyCases are cases of one unit each from 300, one in fifty open, with one message; and one delivery for each case of
// the hospital's.
var manyCases = []string{
	`CREATE TEMP TABLE k AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)
		SELECT i, 'case-' || (10000000 - i) AS id, 'K' || i AS ref, 1772000000000000 - i * 157000000 AS received,
		CASE WHEN i %% 4 = 0 THEN 'SE2010123456-VC01' WHEN i %% 4 = 1 THEN 'SE2010123456-SJ01' ELSE 'SE2010123456-U' || (i * 31 %% 300) END AS unit,
		CASE WHEN i %% 53 > 0 THEN 'closed' WHEN i %% 4 = 2 THEN 'in_progress' ELSE 'delivered' END AS state,
		'namn' || (i %% 997) || ' efternamn' || (i * 7 %% 9973) AS name FROM n`,
	`INSERT INTO cases (id, ref_root, ref_extension, state, unit, via, received, changed, version, forward_due, reporter_id, patient_id,
		area, incident_unit, closed_month, doc, due, kind)
		SELECT id, 'SE0000000001-1177', ref, state, unit, CASE WHEN unit LIKE '%%SJ01' THEN 'queue' ELSE 'inbox' END, received, received, 3, FALSE, '', '',
		CAST(1 + i %% 5 AS TEXT), unit, '', '{"Case":{"id":"' || id || '","caseId":{"root":"SE0000000001-1177","extension":"' || ref || '"},"state":"' || state
		|| '","handler":{"unit":"' || unit || '","kind":"care_unit","via":"inbox","address":"rivgate:inbox"},"received":"2026-01-01T00:00:00Z","due":"2026-01-29T00:00:00Z","changed":"2026-01-01T00:00:00Z","version":3},"Facts":{"ReporterName":"' || name || '"}}',
		received + 2419200000000, 'care_unit' FROM k`,
	`INSERT INTO case_search (case_id, words) SELECT id, ` +
		storetest.TokensSQL(false, "substr(name, 1, instr(name, ' ') - 1)",
			"substr(name, instr(name, ' ') + 1)", "lower(ref)") + ` FROM k`,
	`INSERT INTO case_code (case_id, kind, code) SELECT id, 'main_problem', CAST(1 + i %% 8 AS TEXT) FROM k`,
	`INSERT INTO statistic (id, weight, case_id, unit, kind, provider, region, incident_unit, incident_month, received_month, age, sex, area,
		main_problem, sub_problem, experienced, mark)
		SELECT i, i * 31 %% 3, id, unit, 'care_unit', '', '01', unit, 202601, 202500 + 1 + i %% 12, 40 + i %% 7, '1', CAST(1 + i %% 5 AS TEXT),
		CAST(1 + i %% 8 AS TEXT), '', '', i FROM k`,
	`INSERT INTO message (id, sender, contract, key_id, call_sender, receiver, profile, via, route, correlation, soap_action, content_type, received, case_id, kind, sequence, late, receipt, event, content)
		SELECT 'message-' || i, 'SE0000000001-1177', m.contract, 'key-' || i, m.call_sender, m.receiver, m.profile, m.via, m.route, '', m.soap_action, m.content_type, k.received, k.id, m.kind, 1, FALSE, m.receipt, m.event, m.content
		FROM k, (SELECT * FROM message WHERE via = 'queue' LIMIT 1) AS m WHERE unit = 'SE2010123456-SJ01'`,
	`INSERT INTO lane (order_key, receiver_key, component_key, address, case_id, open, ready_at, token, worker)
		SELECT k.id, l.receiver_key, l.component_key, l.address, k.id, 0, NULL, 1, '' FROM k, (SELECT * FROM lane LIMIT 1) AS l WHERE unit = 'SE2010123456-SJ01'`,
}

// TestPagesOnManyCases measures every list page on a database of 100 000 cases, 25 000 deliveries and a catalogue of
// 100 000 rows: time to the first byte, and size. It takes minutes, so only BENCH_PAGES=1 runs it.
func TestPagesOnManyCases(t *testing.T) {
	if os.Getenv("BENCH_PAGES") == "" {
		t.Skip("a measurement: BENCH_PAGES=1 go test ./web -run TestPagesOnManyCases -v")
	}
	w := keeps(t)
	w.submit(hospital, "Tolvan Test", "Text")
	id := w.submit(clinic, "Tolvan Test", "Text")
	began := time.Now()
	w.fillMany()
	t.Logf("the cases took %v", time.Since(began))
	w.bigCatalogue()
	t.Logf("and the catalogue %v in all", time.Since(began))
	table := w.Relay.Table() // the gateway's own is at hand, and asks no database
	w.Relay.Table = func() *routing.Table { return table }
	w.run()
	rows := []struct{ who, path string }{
		{"hanna", "/"},
		{"hanna", "/inbox"},
		{"vera", "/inbox"},
		{"vera", "/inbox?queue=ongoing"},
		{"hanna", "/inbox?queue=finished"},
		{"vera", "/inbox?queue=finished"},
		{"hanna", "/inbox?problem=3&area=2"},
		{"hanna", "/inbox/" + id},
		{"nina", "/board"},
		{"nina", "/"},
		{"adam", "/"},
		{"hanna", "/statistics"},
		{"hanna", "/statistics?by=age"},
		{"hanna", "/statistics?by=unit&by2=received"},
		{"hanna", "/statistics?by=main_problem&by2=received"},
		{"hanna", "/statistics?by=region&scope=nation"},
		{"hanna", "/statistics/file?by=age&by2=sex"},
		{"olle", "/"},
		{"olle", "/monitor"},
		{"olle", "/monitor/deliveries"},
		{"olle", "/monitor/deliveries?state=delivered"},
		{"iris", "/faults"},
		{"iris", "/"},
		{"iris", "/catalogue"},
		{"iris", "/catalogue?q=u0004711"},
		{"iris", "/catalogue?way=none"},
		{"iris", "/catalogue/rows"},
		{"iris", "/catalogue/rows?q=u0004711"},
		{"iris", "/catalogue/rows/new?kind=route"},
		{"iris", "/catalogue/draft"},
		{"iris", "/catalogue/versions"},
		{"iris", "/catalogue/history"},
		{"iris", "/catalogue/move"},
		{"iris", "/resolve?contract=SendComplaint&to=" + clinic + "&from=" + portal},
		{"gunde", "/review"},
	}
	for _, row := range rows {
		if only := os.Getenv("BENCH_PAGES"); only != "1" && !strings.Contains(row.who+row.path, only) {
			continue
		}
		cookie := w.cookie(row.who)
		var times []time.Duration
		size := 0
		for n := range benchAttempts {
			if n > 2 && times[0] > time.Second {
				break
			}
			req := w.request(http.MethodGet, row.path, nil)
			req.Header.Set("Cookie", cookie)
			began := time.Now()
			answer, err := http.DefaultTransport.RoundTrip(req)
			must(t, row.path, err)
			times = append(times, time.Since(began))
			size = 0
			for b := make([]byte, 1<<16); ; {
				n, err := answer.Body.Read(b)
				size += n
				if err != nil {
					break
				}
			}
			_ = answer.Body.Close()
			if answer.StatusCode != http.StatusOK {
				t.Fatalf("%s: %d %v", row.path, answer.StatusCode, w.logs.FilterLevelExact(zap.ErrorLevel).All())
			}
		}
		slices.Sort(times)
		t.Logf("| `%s` | %s | %.1f | %.1f | %d |", row.path, row.who, times[0].Seconds()*1e3,
			times[len(times)/2].Seconds()*1e3, (size+1023)/1024)
		if times[0] > slowest || size > biggest {
			t.Errorf("%s: first byte after %v at best, %d bytes", row.path, times[0], size)
		}
	}
}

// fillMany makes the cases behind the store's back.
func (w *world) fillMany() {
	w.t.Helper()
	db := w.database()
	db.SetMaxOpenConns(1)
	for _, statement := range append([]string{"PRAGMA foreign_keys = 0", "PRAGMA synchronous = 0"}, manyCases...) {
		if strings.Contains(statement, "%") {
			statement = strings.ReplaceAll(strings.ReplaceAll(statement, "%d", fmt.Sprint(benchCases)), "%%", "%")
		}
		if _, err := db.ExecContext(w.t.Context(), statement); err != nil {
			w.t.Fatalf("%v\n%.200s", err, statement)
		}
	}
}

// bigCatalogue publishes a catalogue of 100 000 rows more, and leaves a draft open.
func (w *world) bigCatalogue() {
	w.t.Helper()
	send := w.Relay.Contracts.Send().Contract
	var edits []catalogue.Edit
	for i := range 50_000 {
		id := fmt.Sprintf("SE2010123456-U%07d", i)
		edits = append(edits,
			catalogue.Edit{
				Action: catalogue.EditAdd,
				Row: catalogue.Row{
					Kind: catalogue.KindUnit, HSAID: id, Name: "Enhet " + id, UnitKind: routing.CareUnit, Region: "01",
					Provider: "SE2010123456-REG",
				},
			},
			catalogue.Edit{
				Action: catalogue.EditAdd,
				Row:    catalogue.Row{Kind: catalogue.KindRoute, Contract: send, Receiver: id, Address: routing.AddressInbox},
			})
	}
	d, err := w.Relay.Store.CatalogueDraft(w.t.Context())
	must(w.t, "reading the draft", err)
	d, _, err = w.Relay.Store.EditCatalogue(w.t.Context(), d.Revision, edits, w.Catalogue.Rules, "bench", "")
	must(w.t, "editing", err)
	_, err = w.Relay.Store.PublishCatalogue(w.t.Context(),
		catalogues.Order{Revision: d.Revision, By: "bench", Reason: "bench"}, w.Catalogue.Rules)
	must(w.t, "publishing", err)
	d, err = w.Relay.Store.CatalogueDraft(w.t.Context())
	must(w.t, "reading the draft again", err)
	changed := d.Rows[len(d.Rows)-1]
	changed.Until = 20991231
	_, _, err = w.Relay.Store.EditCatalogue(w.t.Context(), d.Revision,
		[]catalogue.Edit{{Action: catalogue.EditChange, Row: changed}}, w.Catalogue.Rules, "bench", "")
	must(w.t, "leaving a draft open", err)
}
