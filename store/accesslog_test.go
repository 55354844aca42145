package store_test

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"

	"rivgate/store"
	"rivgate/store/storetest"
)

// TestTheAccessLogShowsWhatWasDoneToIt: somebody who has the whole database in hand, and the triggers out of the way, is found out.
func TestTheAccessLogShowsWhatWasDoneToIt(t *testing.T) {
	for _, database := range []struct {
		name, driver, free, freeToo string
		open                        func(testing.TB) string
	}{
		{"SQLite", "sqlite", "DROP TRIGGER access_log_kept", "DROP TRIGGER access_log_unchanged", sqlite},
		{"PostgreSQL", "pgx", "DROP TRIGGER access_log_kept ON access_log", "SELECT 1", storetest.Postgres},
	} {
		t.Run(database.name, func(t *testing.T) {
			for _, c := range []struct {
				name   string
				does   []string
				broken int64
				why    string
			}{
				{"nothing", nil, 0, ""},
				{"changes who it was", []string{`UPDATE access_log SET who = 'nobody' WHERE seq = 3`}, 3, "changed"},
				{"changes when it was", []string{`UPDATE access_log SET at = at + 1 WHERE seq = 1`}, 1, "changed"},
				{"removes one in the middle", []string{`DELETE FROM access_log WHERE seq = 4`}, 4, "removed"},
				{"removes the last", []string{`DELETE FROM access_log WHERE seq = 6`}, 6, "removed"},
				{"removes all", []string{`DELETE FROM access_log`}, 1, "removed"},
				{"removes one and closes the gap", []string{
					`DELETE FROM access_log WHERE seq = 2`, `UPDATE access_log SET seq = 2 WHERE seq = 3`, `UPDATE access_log SET seq = 3 WHERE seq = 4`,
					`UPDATE access_log SET seq = 4 WHERE seq = 5`, `UPDATE access_log SET seq = 5 WHERE seq = 6`, `UPDATE access_head SET seq = 5`,
				}, 2, "changed"},
				{"removes the last and moves the head's number", []string{`DELETE FROM access_log WHERE seq = 6`, `UPDATE access_head SET seq = 5`}, 5, "not where the chain ended"},
				{"swaps two", []string{
					`UPDATE access_log SET seq = 100 WHERE seq = 2`, `UPDATE access_log SET seq = 2 WHERE seq = 3`, `UPDATE access_log SET seq = 3 WHERE seq = 100`,
				}, 2, "changed"},
				{"puts one in at the end", []string{
					`INSERT INTO access_log SELECT 7, at, who, name, roles, what, case_id, unit, kind, subject, detail, search, about, hash FROM access_log WHERE seq = 6`,
				}, 6, "put in"},
				{"puts one in before the first", []string{
					`INSERT INTO access_log SELECT 0, at, who, name, roles, what, case_id, unit, kind, subject, detail, search, about, hash FROM access_log WHERE seq = 6`,
				}, 6, "put in"},
			} {
				t.Run(c.name, func(t *testing.T) {
					url := database.open(t)
					s := open(t, url, store.Options{})
					for n := range 6 {
						if err := s.LogAccess(t.Context(), store.Access{Who: "hanna", What: store.AccessRead, Case: fmt.Sprint(n)}); err != nil {
							t.Fatal(err)
						}
					}
					tamper(t, database.driver, url, append([]string{database.free, database.freeToo}, c.does...))
					r, err := s.VerifyAccess(t.Context(), store.AccessHead{})
					if err != nil || r.Broken != c.broken || !strings.Contains(r.Why, c.why) {
						t.Errorf("%+v, %v; want row %d %s", r, err, c.broken, c.why)
					}
				})
			}
			t.Run("the triggers stand in the way", func(t *testing.T) {
				url := database.open(t)
				s := open(t, url, store.Options{})
				if err := s.LogAccess(t.Context(), store.Access{Who: "hanna"}); err != nil {
					t.Fatal(err)
				}
				db := raw(t, database.driver, url)
				for _, q := range []string{`UPDATE access_log SET who = ''`, `DELETE FROM access_log`} {
					if _, err := db.ExecContext(t.Context(), q); err == nil || !strings.Contains(err.Error(), "only ever added to") {
						t.Errorf("%s: %v", q, err)
					}
				}
			})
		})
	}
}

// TestANotedHeadShowsALogThatWasWrittenAnew: a chain that was made again from the start is whole, but not the one that was noted.
func TestANotedHeadShowsALogThatWasWrittenAnew(t *testing.T) {
	log := func(people ...string) *store.Store {
		s := open(t, sqlite(t), store.Options{})
		for _, who := range people {
			if err := s.LogAccess(t.Context(), store.Access{Who: who}); err != nil {
				t.Fatal(err)
			}
		}
		return s
	}
	first, err := log("a", "b").VerifyAccess(t.Context(), store.AccessHead{})
	if err != nil || first.Broken != 0 {
		t.Fatal(first, err)
	}
	for name, c := range map[string]struct {
		people []string
		broken int64
	}{"shorter": {[]string{"a"}, 2}, "another": {[]string{"a", "x", "c"}, 2}} {
		r, err := log(c.people...).VerifyAccess(t.Context(), first.Head)
		if err != nil || r.Broken != c.broken {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
	}
}

func raw(t *testing.T, driver, url string) *sql.DB {
	t.Helper()
	db, err := sql.Open(driver, strings.TrimPrefix(url, "sqlite:"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func tamper(t *testing.T, driver, url string, queries []string) {
	t.Helper()
	db := raw(t, driver, url)
	for _, q := range queries {
		if _, err := db.ExecContext(t.Context(), q); err != nil {
			t.Fatalf("%s: %v", q, err)
		}
	}
}
