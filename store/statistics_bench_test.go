package store_test

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"

	"rivgate/store"
	"rivgate/store/storetest"
)

// seedFacts writes what statistics count of n cases of 2 000 units over 25 years straight into its table: Accept would
// take an hour.
func seedFacts(tb testing.TB, url string, n int) {
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
	// Of 300 months k, the year and the month.
	query := fmt.Sprintf(`WITH RECURSIVE n (i) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i + 1 < %[1]d),
		m (i, u, month) AS (SELECT i, i * 7919 %% 2000, (2000 + i * 300 / %[1]d / 12) * 100 + i * 300 / %[1]d %% 12 + 1 FROM n)
		INSERT INTO statistic (id, weight, case_id, unit, kind, provider, region, incident_unit, incident_month,
			received_month, closed_month, age, sex, area, main_problem, sub_problem, experienced, mark)
		SELECT i, i * 31 %% 3, 'case-' || (10000000 + i), 'SE2010123456-U' || u, CASE WHEN u %% 4 = 0 THEN 'patient_board' ELSE 'care_unit' END,
			'SE2010123456-R' || u %% 21, CAST(u %% 21 AS TEXT), 'SE2010123456-U' || u, month,
			month, month, i * 31 %% 97, CAST(i %% 3 AS TEXT), CAST(i %% 9 + 1 AS TEXT), CAST(i %% 9 + 1 AS TEXT),
			CAST(i %% 9 + 1 AS TEXT) || '.' || i %% 5, CAST(i %% 7 + 1 AS TEXT) || CASE WHEN i %% 2 = 0 THEN '
8' ELSE '' END, i FROM m`, n)
	statements := []string{query}
	if driver == "pgx" {
		statements = append(statements, "VACUUM ANALYZE statistic")
	}
	for _, statement := range statements {
		if _, err := db.ExecContext(tb.Context(), statement); err != nil {
			tb.Fatal(err)
		}
	}
}

// BenchmarkStatistics counts 100 000 cases, of which a page is to show within 300 ms.
func BenchmarkStatistics(b *testing.B) {
	for name, url := range map[string]func(testing.TB) string{"SQLite": sqlite, "PostgreSQL": storetest.Postgres} {
		b.Run(name, func(b *testing.B) {
			address := url(b)
			s := open(b, address, store.Options{})
			seedFacts(b, address, 100_000)
			b.Run("revision", func(b *testing.B) {
				for b.Loop() {
					if _, err := s.StatisticsRevision(b.Context()); err != nil {
						b.Fatal(err)
					}
				}
			})
			for _, by := range []string{"unit", "age,sex", "main_problem", "experienced,received"} {
				b.Run(by, func(b *testing.B) {
					for b.Loop() {
						if _, err := s.Statistics(b.Context(), store.StatisticsFilter{By: strings.Split(by, ",")}); err != nil {
							b.Fatal(err)
						}
					}
				})
				b.Run(by+" blurred", func(b *testing.B) {
					f := store.StatisticsFilter{By: strings.Split(by, ","), Blurred: true}
					for b.Loop() {
						if _, err := s.Statistics(b.Context(), f); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		})
	}
}
