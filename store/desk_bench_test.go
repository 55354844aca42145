package store_test

import (
	"database/sql"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"

	"rivgate/routing"
	"rivgate/store"
	"rivgate/store/storetest"
)

// many are n cases, with ids that sort by time as they do in life: two in a hundred open; one unit with five in a
// hundred and 300 small ones; words, areas and problems from frequent to rare.
const many = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d),
	k AS (SELECT i, 'case-' || CAST(10000000 - i AS TEXT) AS id, 'K' || CAST(i AS TEXT) AS ref, 1790000000000000 - CAST(i AS BIGINT) * 157000000 AS received,
		CASE WHEN i %% 19 = 0 THEN 'SE2010123456-BIG' ELSE 'SE2010123456-U' || CAST(i * 31 %% 300 AS TEXT) END AS unit,
		CASE WHEN i %% 53 > 0 THEN 'closed' WHEN i %% 4 = 0 THEN 'in_progress' WHEN i %% 4 = 1 THEN 'awaiting_reporter' ELSE 'delivered' END AS state,
		CASE WHEN i %% 3 = 0 THEN 'user' || CAST(i %% 41 AS TEXT) ELSE '' END AS assignee,
		CASE WHEN i %% 53 = 0 AND i %% 11 = 0 THEN 4000000000000000 ELSE 0 END AS parked,
		CASE WHEN i %% 9973 = 0 THEN '6' ELSE CAST(1 + i %% 5 AS TEXT) END AS area,
		CASE WHEN i %% 99991 = 0 THEN 'ovanlig' WHEN i %% 10 = 0 THEN 'vanlig' ELSE 'namn' || CAST(i %% 997 AS TEXT) END AS first,
		'efternamn' || CAST(i * 7 %% 9973 AS TEXT) AS last, 'person-' || CAST(i / 3 AS TEXT) AS person FROM n)
	`

// fillings make n cases with what they are listed by.
func fillings(n int, postgres bool) []string {
	with := fmt.Sprintf(many, n)
	doc := `'{"Case":{"id":"' || id || '","caseId":{"root":"SE0000000001-1177","extension":"' || ref || '"},"state":"' || state || '","handler":{"unit":"' || unit
		|| '","kind":"care_unit","via":"inbox","address":"rivgate:inbox"},"received":"2026-01-01T00:00:00Z","due":"2026-01-29T00:00:00Z","changed":"2026-01-01T00:00:00Z","version":3},"Facts":{"ReporterID":"'
		|| person || '","ReporterName":"' || first || ' ' || last || '","PlaceText":"` + strings.Repeat("x", 800) + `"}}'`
	return []string{
		with +
			`INSERT INTO cases (id, ref_root, ref_extension, state, unit, via, received, changed, version, forward_due, reporter_id, patient_id,
			area, incident_unit, closed_month, doc, due, kind, assignee, parked_until)
			SELECT id, 'SE0000000001-1177', ref, state, unit, 'inbox', received, received, 3, FALSE, person, '',
			area, unit, '', ` + doc + `, received + 2419200000000, 'care_unit', assignee, parked FROM k`,
		with + `INSERT INTO case_search (case_id, words) SELECT id, ` +
			storetest.TokensSQL(postgres, "first", "last", "id", "lower(ref)") + ` FROM k`,
		with +
			`INSERT INTO case_code (case_id, kind, code) SELECT id, 'main_problem', CAST(1 + i % 8 AS TEXT) FROM k UNION ALL SELECT id, 'sub_problem', '5.1' FROM k WHERE i % 101 = 0
			UNION ALL SELECT id, 'sub_problem', '8.2' FROM k WHERE i % 49999 = 0`,
	}
}

// fillSQLite fills a new database behind a store's back, as quickly as it goes.
func fillSQLite(tb testing.TB, n int) string {
	url := sqlite(tb)
	if err := open(tb, url, store.Options{}).Close(); err != nil {
		tb.Fatal(err)
	}
	db, err := sql.Open("sqlite",
		"file:"+strings.TrimPrefix(url, "sqlite:")+
			"?_pragma=synchronous(off)&_pragma=cache_size(-400000)&_pragma=foreign_keys(0)")
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	db.SetMaxOpenConns(1)
	drop, again := indexes(tb, db,
		`SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name IN ('cases', 'case_code') AND sql <> ''`)
	for _, statement := range slices.Concat(drop, fillings(n, false), again) {
		if _, err := db.Exec(statement); err != nil {
			tb.Fatal(err)
		}
	}
	return url
}

// indexes are what drops the indexes of a query, and what makes them again: of many rows they are made quicker at the
// end.
func indexes(tb testing.TB, db *sql.DB, query string) (drop, again []string) {
	rows, err := db.Query(query)
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var name, text string
		if err := rows.Scan(&name, &text); err != nil {
			tb.Fatal(err)
		}
		drop, again = append(drop, "DROP INDEX "+name), append(again, text)
	}
	return drop, again
}

// fillPostgres is the same there, with its statistics as they come by themselves.
func fillPostgres(tb testing.TB, n int) string {
	url := storetest.Postgres(tb)
	if err := open(tb, url, store.Options{}).Close(); err != nil {
		tb.Fatal(err)
	}
	db, err := sql.Open("pgx", url)
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	db.SetMaxOpenConns(1)
	drop, again := indexes(tb, db,
		`SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema() AND tablename IN ('cases', 'case_code', 'case_search')
		AND indexname NOT LIKE '%pkey'`)
	fast := []string{
		"SET synchronous_commit = off", "SET session_replication_role = replica", "SET maintenance_work_mem = '256MB'",
	}
	for _, statement := range slices.Concat(fast, drop, fillings(n, true), again, []string{
		"VACUUM ANALYZE cases", "VACUUM ANALYZE case_search", "VACUUM ANALYZE case_code",
	}) {
		if _, err := db.Exec(statement); err != nil {
			tb.Fatal(err)
		}
	}
	return url
}

// listFilters are what people ask for, of every kind, alone and together.
func listFilters() map[string]store.CaseFilter {
	const small, big = "SE2010123456-U7", "SE2010123456-BIG"
	units := []string{big}
	for n := range 20 {
		units = append(units, fmt.Sprintf("SE2010123456-U%d", n))
	}
	filters := map[string]store.CaseFilter{
		"all": {}, "all by due": {Order: store.DueFirst}, "closed": {State: store.Closed},
		"closed by due": {State: store.Closed, Order: store.DueFirst},
		"state":         {State: store.AwaitingReporter}, "via": {Via: routing.Inbox},
		"no such via": {Via: routing.Queue, Unit: small}, "kind": {Kind: routing.CareUnit},
		"rare word": {Query: "ovanlig"}, "frequent word": {Query: "vanlig"}, "beginning": {Query: "efternamn7"},
		"every word": {Query: "efternamn"}, "two words": {Query: "vanlig efternamn77"},
		"no word": {Query: "ingenting"}, "id": {Query: "K4711"}, "personal number": {Query: "19900101-2391"},
		"word in a unit":           {Query: "vanlig", Unit: small},
		"frequent words in a unit": {Query: "vanlig efternamn", Unit: big}, "word in units": {Query: "namn7", Units: units},
		"word and no unit": {Query: "vanlig", Unit: "SE2010123456-NO"},
		"area":             {Area: "3"}, "rare area": {Area: "6"}, "area in a unit": {Area: "6", Unit: small},
		"rare area in a big unit": {Area: "6", Unit: big}, "problem": {Problem: "3"},
		"less frequent problem": {Problem: "5.1"},
		"rare problem":          {Problem: "8.2"}, "rare problem in a unit": {Problem: "8.2", Unit: big},
		"problem and word": {Problem: "5.1", Query: "vanlig"},
		"assignee":         {Assignee: "user7"}, "assignee in a unit": {Assignee: "user7", Unit: small},
		"nobody's": {Assignee: "nobody"},
		"period":   {Since: time.UnixMicro(1_789_000_000_000_000), Until: time.UnixMicro(1_789_100_000_000_000)},
		"period in a unit": {
			Since: time.UnixMicro(1_700_000_000_000_000), Until: time.UnixMicro(1_700_100_000_000_000), Unit: small,
		},
		"due before":    {Queue: store.QueueOngoing, Due: time.UnixMicro(1_700_000_000_000_000), Order: store.DueFirst},
		"late in units": {Queue: store.QueueOngoing, Units: units, Order: store.DueFirst},
		"unprotected":   {Unprotected: true, Unit: big}, "placeless": {WithoutIncidentUnit: true, Unit: big, Units: units},
		"placeless in units": {WithoutIncidentUnit: true, Units: units, Via: routing.Inbox, Kind: routing.PatientBoard},
		"placeless anywhere": {WithoutIncidentUnit: true}, "no units": {Units: []string{}},
		"second page":          {After: "1780000000000000.case-9963694"},
		"second page by due":   {Order: store.DueFirst, After: "1780000000000000.case-9999995"},
		"second page in units": {Units: units, After: "1700000000000000.case-9963694"},
	}
	for _, q := range []store.Queue{
		store.QueueNew, store.QueueMine, store.QueueOngoing, store.QueueParked, store.QueueFinished,
	} {
		for name, unit := range map[string][]string{
			"everywhere": nil, "a small unit": {small}, "a big unit": {big}, "many units": units,
		} {
			f := store.CaseFilter{Queue: q, Units: unit, Order: store.DueFirst, Via: routing.Inbox}
			if q == store.QueueMine {
				f.Assignee = "user7"
			}
			filters[string(q)+" in "+name] = f
		}
	}
	return filters
}

// BenchmarkList lists and counts cases by every kind of filter; with BENCH_LARGE=1 among a million, too. It tells the
// slowest filters by name.
func BenchmarkList(b *testing.B) {
	sizes := []int{10_000, 100_000}
	if os.Getenv("BENCH_LARGE") != "" {
		sizes = append(sizes, 1_000_000)
	}
	for _, n := range sizes {
		for name, fill := range map[string]func(testing.TB, int) string{"sqlite": fillSQLite, "postgres": fillPostgres} {
			b.Run(fmt.Sprintf("cases=%d/%s", n, name), func(b *testing.B) {
				started := time.Now()
				s := open(b, fill(b, n), store.Options{})
				b.Logf("filled in %s", time.Since(started).Round(time.Second))
				b.Run("list", func(b *testing.B) {
					listBench(b, func(f store.CaseFilter) error {
						_, err := s.Unlogged().Cases(b.Context(), f)
						return err
					})
				})
				b.Run("count", func(b *testing.B) {
					listBench(b, func(f store.CaseFilter) error {
						_, err := s.QueueCounts(b.Context(), f, "user7")
						return err
					})
				})
			})
		}
	}
}

func listBench(b *testing.B, ask func(f store.CaseFilter) error) {
	type slow struct {
		name string
		p95  time.Duration
	}
	var all []time.Duration
	var by []slow
	filters := listFilters()
	const times = 10
	for b.Loop() {
		all, by = nil, nil
		for name, f := range filters {
			var took []time.Duration
			for range times {
				started := time.Now()
				if err := ask(f); err != nil {
					b.Fatal(name, err)
				}
				took = append(took, time.Since(started))
			}
			slices.Sort(took)
			all, by = append(all, took...), append(by, slow{name, took[times*95/100]})
		}
	}
	slices.Sort(all)
	slices.SortFunc(by, func(x, y slow) int { return int(y.p95 - x.p95) })
	b.ReportMetric(float64(all[len(all)*95/100].Microseconds())/1000, "p95-ms")
	b.ReportMetric(float64(all[len(all)/2].Microseconds())/1000, "p50-ms")
	for _, s := range by[:8] {
		b.Logf("%8s %s", s.p95.Round(10*time.Microsecond), s.name)
	}
}
