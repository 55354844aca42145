package store_test

import (
	"database/sql"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"

	"rivgate/store"
	"rivgate/store/storetest"
)

// seedCases writes n cases of 2 000 units over 25 years straight into the tables, with the codes of their problems: Accept would take an hour.
func seedCases(tb testing.TB, url string, n int) {
	tb.Helper()
	driver, address := "pgx", url
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		driver, address = "sqlite", "file:"+path+"?_pragma=synchronous(off)"
	}
	db, err := sql.Open(driver, address)
	if err != nil {
		tb.Fatal(err)
	}
	defer db.Close()
	const numbers = `WITH RECURSIVE n (i) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i + 1 < $1) `
	// Of 300 months k, the year y and the month m; the day is found by the arithmetic of the calendar, with years that begin in March.
	const months = `, months (i, y, m) AS (SELECT i, 2000 + i * 300 / $1 / 12, i * 300 / $1 % 12 + 1 FROM n),
		march (i, month, y, m) AS (SELECT i, CAST(y * 100 + m AS TEXT), CASE WHEN m <= 2 THEN y - 1 ELSE y END, CASE WHEN m <= 2 THEN m + 9 ELSE m - 3 END FROM months),
		days (i, month, day) AS (SELECT i, month, 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 - 719468 FROM march) `
	text := strings.Repeat("x", 1200) // as long as a case's document is
	for _, query := range []string{
		strings.TrimSuffix(numbers, " ") + months + `INSERT INTO cases (id, ref_root, ref_extension, state, unit, via, region, provider, received, changed, version, forward_due,
			reporter_id, patient_id, search, age, sex, area, incident_unit, incident_month, received_month, closed_month, doc, due, kind, stale)
			SELECT 'case-' || i, '', '', 'closed', 'SE2010123456-U' || (i * 7919 % 2000), 'inbox', CAST(i * 7919 % 2000 % 21 AS TEXT), 'SE2010123456-R' || (i * 7919 % 2000 % 21),
			((day + 10) * 86400 + i % 1000 * 600) * 1000000, 0, 1, FALSE, '', '', '', CAST(i * 31 % 97 AS TEXT), CAST(i % 3 AS TEXT), CAST(i % 9 + 1 AS TEXT), '', month, month, month,
			'` + text + `', 0, CASE WHEN i % 4 = 0 THEN 'patient_board' ELSE 'care_unit' END, FALSE FROM days`,
		numbers + `INSERT INTO case_code (case_id, kind, code) SELECT 'case-' || i, 'main_problem', CAST(i % 9 + 1 AS TEXT) FROM n`,
		numbers + `INSERT INTO case_code (case_id, kind, code) SELECT 'case-' || i, 'sub_problem', CAST(i % 9 + 1 AS TEXT) || '.' || CAST(i % 5 AS TEXT) FROM n`,
		numbers + `INSERT INTO case_code (case_id, kind, code) SELECT 'case-' || i, 'experienced', CAST(i % 7 + 1 AS TEXT) FROM n`,
	} {
		if driver == "pgx" {
			query = strings.ReplaceAll(query, "$1", "$1::bigint")
		}
		if _, err := db.ExecContext(tb.Context(), query, n); err != nil {
			tb.Fatal(err)
		}
	}
}

// BenchmarkStatistics1M counts a million cases. To stay below 1 s.
func BenchmarkStatistics1M(b *testing.B) {
	for name, url := range map[string]func(testing.TB) string{"SQLite": sqlite, "PostgreSQL": storetest.Postgres} {
		b.Run(name, func(b *testing.B) {
			address := url(b)
			s := open(b, address, store.Options{})
			seedCases(b, address, 1_000_000)
			began := time.Now()
			if _, err := s.Statistics(b.Context(), store.StatisticsFilter{}); err != nil {
				b.Fatal(err)
			}
			b.Logf("gathering all months once took %v", time.Since(began))
			for _, by := range []string{"", "unit", "age,sex", "main_problem", "sub_problem,received"} {
				b.Run(by, func(b *testing.B) {
					for b.Loop() {
						f := store.StatisticsFilter{}
						if by != "" {
							f.By = strings.Split(by, ",")
						}
						if _, err := s.Statistics(b.Context(), f); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		})
	}
}
