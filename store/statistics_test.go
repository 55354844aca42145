package store_test

import (
	"database/sql"
	"slices"
	"strings"
	"testing"

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
		change(t, url, `UPDATE case_fact SET area = '9' WHERE case_id = '`+cases[0].ID+`'`)
		breaches("statistics differ from the case: " + cases[0].ID)
		change(t, url, `DELETE FROM case_fact WHERE case_id = '`+cases[1].ID+`'`,
			`UPDATE case_fact SET age = NULL WHERE case_id = '`+cases[2].ID+`'`)
		differ := []string{
			"statistics differ from the case: " + cases[0].ID, "statistics differ from the case: " + cases[1].ID,
			"statistics differ from the case: " + cases[2].ID,
		}
		breaches(differ...)
		change(t, url, `UPDATE case_fact SET case_id = 'gone' WHERE case_id = '`+cases[2].ID+`'`)
		breaches(append(differ, "statistics count a case that is gone: gone")...)
	})
}
