package store_test

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"rivgate/store"
	"rivgate/store/storetest"
)

// both runs a test on both databases.
func both(t *testing.T, test func(t *testing.T, s *store.Store, url string)) {
	for name, url := range map[string]func(testing.TB) string{"SQLite": sqlite, "PostgreSQL": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			address := url(t)
			test(t, open(t, address, store.Options{}), address)
		})
	}
}

// change runs statements on a database, beside the store.
func change(t *testing.T, url string, queries ...string) {
	t.Helper()
	driver, address := "pgx", url
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		driver, address = "sqlite", "file:"+path+"?_pragma=busy_timeout(10000)"
	}
	db, err := sql.Open(driver, address)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, query := range queries {
		if _, err := db.ExecContext(t.Context(), query); err != nil {
			t.Fatal(err)
		}
	}
}

// answer is the number that a query finds.
func answer(t *testing.T, url, query string) (n int) {
	t.Helper()
	driver, address := "pgx", url
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		driver, address = "sqlite", "file:"+path+"?_pragma=busy_timeout(10000)"
	}
	db, err := sql.Open(driver, address)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.QueryRowContext(t.Context(), query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// What statistics count is part of the invariant: a fact that was changed past its case, one that is missing, and one
// of a case that is gone are breaches.
func TestStatisticsArePartOfTheInvariant(t *testing.T) {
	both(t, func(t *testing.T, s *store.Store, url string) {
		for n := range int64(3) {
			if _, err := s.Accept(t.Context(), complaint(n+1, []byte("<envelope/>"))); err != nil {
				t.Fatal(err)
			}
		}
		cases, err := s.Unlogged().Cases(t.Context(), store.CaseFilter{})
		if err != nil || len(cases) != 3 {
			t.Fatal(cases, err)
		}
		breaches := func(want ...string) {
			t.Helper()
			lines, err := s.Check(t.Context())
			slices.Sort(want)
			slices.Sort(lines)
			if err != nil || !slices.Equal(lines, want) {
				t.Errorf("%q %v, want %q", lines, err, want)
			}
		}
		breaches()
		change(t, url, `UPDATE statistic SET area = '9' WHERE case_id = '`+cases[0].ID+`'`)
		breaches("statistics differ from the case: " + cases[0].ID)
		change(t, url, `DELETE FROM statistic WHERE case_id = '`+cases[1].ID+`'`,
			`UPDATE statistic SET age = NULL WHERE case_id = '`+cases[2].ID+`'`)
		differ := []string{
			"statistics differ from the case: " + cases[0].ID, "statistics differ from the case: " + cases[1].ID,
			"statistics differ from the case: " + cases[2].ID,
		}
		breaches(differ...)
		change(t, url, `UPDATE statistic SET case_id = 'gone' WHERE case_id = '`+cases[2].ID+`'`)
		breaches(append(differ, "statistics count a case that is gone: gone")...)
	})
}

// everyCount is what statistics count, by each and by every two parameters, exact and blurred.
func everyCount(t *testing.T, s *store.Store) (out []string) {
	t.Helper()
	names := []string{
		"unit", "provider", "region", "age", "sex", "main_problem", "sub_problem", "experienced", "area", "incident_unit",
		"incident", "received", "closed",
	}
	for i, one := range names {
		for _, other := range names[i+1:] {
			for _, blurred := range []bool{false, true} {
				counted, err := s.Statistics(t.Context(), store.StatisticsFilter{By: []string{one, other}, Blurred: blurred})
				if err != nil {
					t.Fatal(err)
				}
				out = append(out, fmt.Sprint(one, other, blurred, counted))
			}
		}
	}
	return out
}

// A start, and a purge, change no number, exact or blurred; of the case nothing is left that leads to it.
func TestNoStartAndNoPurgeChangesANumber(t *testing.T) {
	both(t, func(t *testing.T, s *store.Store, url string) {
		for n := range int64(8) {
			if _, err := s.Accept(t.Context(), complaint(n+1, []byte("<envelope/>"))); err != nil {
				t.Fatal(err)
			}
		}
		want := everyCount(t, s)
		s = open(t, url, store.Options{Now: func() time.Time { return time.Now().Add(20 * 365 * 24 * time.Hour) }})
		if got := everyCount(t, s); !slices.Equal(got, want) {
			t.Errorf("after a start: %q, want %q", got, want)
		}
		change(t, url, `UPDATE cases SET state = 'closed'`, `UPDATE delivery SET done_at = 1`,
			`UPDATE lane SET open = 0, ready_at = NULL`)
		if n, err := s.Purge(t.Context(), store.Retention{ClosedCases: time.Hour}, "test"); err != nil || n != 8 {
			t.Fatal(n, err)
		}
		if got := everyCount(t, s); !slices.Equal(got, want) {
			t.Errorf("after a purge: %q, want %q", got, want)
		}
		if got := answer(t, url, `SELECT count(*) FROM statistic WHERE case_id IS NOT NULL`); got != 0 {
			t.Errorf("%d facts lead to a case that is gone", got)
		}
	})
}

// What the program before has counted, this one takes over: all of it after a migration, what is written meanwhile,
// and what is gone meanwhile.
func TestFactsOfTheProgramBefore(t *testing.T) {
	both(t, func(t *testing.T, s *store.Store, url string) {
		for n := range int64(3) {
			if _, err := s.Accept(t.Context(), complaint(n+1, []byte("<envelope/>"))); err != nil {
				t.Fatal(err)
			}
		}
		want := everyCount(t, s)
		cases, err := s.Unlogged().Cases(t.Context(), store.CaseFilter{})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range cases {
			change(t, url, `INSERT INTO case_fact (case_id, unit, kind, provider, region, incident_unit, received,
				received_month, sex, area, main_problem, sub_problem, experienced, mark)
				VALUES ('`+c.ID+`', '', '', '', '', '', 1, 202611, '', '', '', '', '', 1)`)
		}
		change(t, url, `UPDATE statistic SET area = '9', age = NULL`)
		if n, err := s.FillFacts(t.Context()); n != 3 || err != nil {
			t.Errorf("took over %d, %v", n, err)
		}
		if got := everyCount(t, s); !slices.Equal(got, want) {
			t.Errorf("taken over: %q, want %q", got, want)
		}
		change(t, url, `UPDATE statistic SET case_id = 'gone' WHERE case_id = '`+cases[0].ID+`'`)
		if n, err := s.FillFacts(t.Context()); n != 0 || err != nil {
			t.Errorf("took over %d, %v", n, err)
		}
		if got := answer(t, url, `SELECT count(*) FROM statistic WHERE case_id IS NULL`); got != 1 {
			t.Errorf("%d facts of a case that is gone", got)
		}
	})
}
