package accesslog_test

import (
	"crypto/sha256"
	"database/sql"
	"fmt"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"

	"rivgate/store"
	"rivgate/store/accesslog"
	"rivgate/store/storetest"
)

// TestTheAccessLogShowsWhatWasDoneToIt: somebody who has the whole database in hand, and the triggers out of the way,
// is found out.
func TestTheAccessLogShowsWhatWasDoneToIt(t *testing.T) {
	for _, database := range []struct {
		name, driver, free, freeToo, freeList, freeListToo string
		open                                               func(testing.TB) string
	}{
		{
			"SQLite", "sqlite", "DROP TRIGGER access_log_kept", "DROP TRIGGER access_log_unchanged",
			"DROP TRIGGER access_case_kept", "DROP TRIGGER access_case_unchanged", sqlite,
		},
		{
			"PostgreSQL", "pgx", "DROP TRIGGER access_log_kept ON access_log", "SELECT 1",
			"DROP TRIGGER access_case_kept ON access_case", "DROP TRIGGER access_case_kept ON access_case", storetest.Postgres,
		},
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
					`DELETE FROM access_log WHERE seq = 2`, `UPDATE access_log SET seq = 2 WHERE seq = 3`,
					`UPDATE access_log SET seq = 3 WHERE seq = 4`,
					`UPDATE access_log SET seq = 4 WHERE seq = 5`, `UPDATE access_log SET seq = 5 WHERE seq = 6`,
					`UPDATE access_head SET seq = 5`,
				}, 2, "changed"},
				{
					"removes the last and moves the head's number",
					[]string{`DELETE FROM access_log WHERE seq = 6`, `UPDATE access_head SET seq = 5`},
					5, "not where the chain ended",
				},
				{"swaps two", []string{
					`UPDATE access_log SET seq = 100 WHERE seq = 2`, `UPDATE access_log SET seq = 2 WHERE seq = 3`,
					`UPDATE access_log SET seq = 3 WHERE seq = 100`,
				}, 2, "changed"},
				{"puts one in at the end", []string{
					`INSERT INTO access_log SELECT 7, at, who, name, roles, what, case_id, unit, kind, subject, detail, search, ` +
						`about, hash, cases FROM access_log WHERE seq = 6`,
				}, 6, "put in"},
				{"puts one in before the first", []string{
					`INSERT INTO access_log SELECT 0, at, who, name, roles, what, case_id, unit, kind, subject, detail, search, ` +
						`about, hash, cases FROM access_log WHERE seq = 6`,
				}, 6, "put in"},
				{"takes the cases away from a list", []string{`UPDATE access_log SET cases = '' WHERE seq = 5`}, 5, "changed"},
				{
					"puts a case into a list",
					[]string{`UPDATE access_log SET cases = '{"U":["x","y","z"]}' WHERE seq = 5`},
					5,
					"changed",
				},
				{
					"gives cases to who saw none", []string{`UPDATE access_log SET cases = '{"U":["x"]}' WHERE seq = 2`}, 2, "changed",
				},
				{"makes a list of what is none", []string{`UPDATE access_log SET cases = '{' WHERE seq = 5`}, 5, "changed"},
				{
					"hides a case from who looks for it",
					[]string{database.freeList, `DELETE FROM access_case WHERE case_id = 'y'`},
					5, "by which it is not found",
				},
				{
					"gives a case to another unit",
					[]string{database.freeListToo, `UPDATE access_case SET unit = 'V' WHERE case_id = 'y'`},
					5,
					"by which it is not found",
				},
			} {
				t.Run(c.name, func(t *testing.T) {
					url := database.open(t)
					s := open(t, url, store.Options{})
					for n := range 6 {
						row := accesslog.Row{Who: "hanna", What: accesslog.Read, Case: fmt.Sprint(n)}
						if n == 4 {
							row = accesslog.Row{Who: "hanna", What: accesslog.List, Cases: accesslog.ShownCases{"U": {"x", "y"}}}
						}
						if err := s.LogAccess(t.Context(), row); err != nil {
							t.Fatal(err)
						}
					}
					tamper(t, database.driver, url, append([]string{database.free, database.freeToo}, c.does...))
					r, err := s.VerifyAccess(t.Context(), accesslog.Head{})
					if err != nil || r.Broken != c.broken || !strings.Contains(r.Why, c.why) {
						t.Errorf("%+v, %v; want row %d %s", r, err, c.broken, c.why)
					}
				})
			}
			t.Run("the triggers stand in the way", func(t *testing.T) {
				url := database.open(t)
				s := open(t, url, store.Options{})
				if err := s.LogAccess(t.Context(), accesslog.Row{
					Who: "hanna", Cases: accesslog.ShownCases{"U": {"x"}},
				}); err != nil {
					t.Fatal(err)
				}
				db := raw(t, database.driver, url)
				for _, q := range []string{
					`UPDATE access_log SET who = ''`, `DELETE FROM access_log`, `UPDATE access_case SET unit = ''`,
					`DELETE FROM access_case`,
				} {
					if _, err := db.ExecContext(t.Context(), q); err == nil || !strings.Contains(err.Error(), "only ever added to") {
						t.Errorf("%s: %v", q, err)
					}
				}
			})
		})
	}
}

// TestANotedHeadShowsALogThatWasWrittenAnew: a chain that was made again from the start is whole, but not the one that
// was noted.
func TestANotedHeadShowsALogThatWasWrittenAnew(t *testing.T) {
	log := func(people ...string) *store.Store {
		s := open(t, sqlite(t), store.Options{})
		for _, who := range people {
			if err := s.LogAccess(t.Context(), accesslog.Row{Who: who}); err != nil {
				t.Fatal(err)
			}
		}
		return s
	}
	first, err := log("a", "b").VerifyAccess(t.Context(), accesslog.Head{})
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

// TestARowWithoutCasesHasTheHashOfBefore: rows that were written before lists named cases go on being part of the
// chain.
func TestARowWithoutCasesHasTheHashOfBefore(t *testing.T) {
	s := open(t, sqlite(t), store.Options{})
	if err := s.LogAccess(t.Context(), accesslog.Row{
		Who: "hanna", Name: "Hanna Test", Roles: "handler", What: accesslog.List, Unit: "U", Detail: "cases", Search: "d",
	}); err != nil {
		t.Fatal(err)
	}
	rows, err := s.AccessLog(t.Context(), accesslog.Filter{})
	if err != nil || len(rows) != 1 {
		t.Fatal(rows, err)
	}
	fields := fmt.Sprintf(`["",1,%d,"hanna","Hanna Test","handler","list","","U","","","cases","d",0]`,
		rows[0].At.UnixMicro())
	if want := fmt.Sprintf("%x", sha256.Sum256([]byte(fields))); rows[0].Hash != want {
		t.Errorf("the hash of %s is %s, want %s", fields, rows[0].Hash, want)
	}
}

// TestLookingForACaseReadsByIndex: who asks for a case or a person does not wait for the whole log to be read.
func TestLookingForACaseReadsByIndex(t *testing.T) {
	url := sqlite(t)
	open(t, url, store.Options{})
	db := raw(t, "sqlite", url)
	for name, f := range map[string]accesslog.Filter{
		"a case":                    {Case: "x"},
		"a case, of a reviewer":     {Case: "x", Units: []string{"U", "V"}, Kind: "care_unit"},
		"a case itself":             {Case: "x", Direct: true, Unit: "U"},
		"a person":                  {Cases: []string{"x", "y"}, Search: "d"},
		"a person, of a reviewer":   {Cases: []string{"x", "y"}, Search: "d", Units: []string{"U"}, Kind: "care_unit"},
		"somebody in one's units":   {Who: "hanna", Units: []string{"U"}},
		"a person without any case": {Cases: []string{}, Search: "d"},
	} {
		query, args := f.Query()
		for _, step := range storetest.Plan(t, db, query, args) {
			if strings.HasPrefix(step, "SCAN access_") {
				t.Errorf("%s: %s: %s", name, step, query)
			}
		}
	}
}

func raw(t *testing.T, driver, url string) *sql.DB {
	t.Helper()
	if file, sqlite := strings.CutPrefix(url, "sqlite:"); sqlite {
		url = file + "?_pragma=busy_timeout(10000)" // the store writes beside it
	}
	db, err := sql.Open(driver, url)
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

// BenchmarkLogAccess: what a page waits for, a case alone and a list of fifty.
func BenchmarkLogAccess(b *testing.B) {
	for name, cases := range map[string]int{"case": 0, "list of 50": 50} {
		b.Run(name, func(b *testing.B) {
			s := open(b, sqlite(b), store.Options{})
			n := 0
			for b.Loop() {
				shown := accesslog.ShownCases{}
				for range cases {
					n++
					shown["SE2010123456-VC01"] = append(shown["SE2010123456-VC01"],
						fmt.Sprintf("01a2017e-ac32-7d02-%016d", n*7919%100_000))
				}
				if err := s.LogAccess(b.Context(), accesslog.Row{Who: "hanna", What: accesslog.List, Cases: shown}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
