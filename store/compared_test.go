package store_test

import (
	"database/sql"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"rivgate/store"
	"rivgate/store/storetest"
)

// Rows of a schema in which names and identities were kept as they came are found after the migration as new ones are.
func TestOldRowsAreFoundByComposedNamesAndWholeIdentities(t *testing.T) {
	for name, url := range map[string]string{"sqlite": sqlite(t), "pgx": storetest.Postgres(t)} {
		t.Run(name, func(t *testing.T) {
			s := open(t, url, store.Options{})
			for n := range int64(3) {
				if _, err := s.Accept(t.Context(), complaint(n+1, []byte("<envelope/>"))); err != nil {
					t.Fatal(err)
				}
			}
			written(t, s)
			older(t, name, url)
			s = open(t, url, store.Options{})
			written(t, s)
			for query, want := range map[string]int{"öst": 1, "O\u0308st": 1, "22AB12345678": 1, "22ab-1234 5678": 1, "99 12 abc": 1, "åsa": 2} {
				cases, err := s.Cases(t.Context(), store.CaseFilter{Query: query})
				if err != nil || len(cases) != want {
					t.Errorf("%q: %d cases, %v", query, len(cases), err)
				}
			}
		})
	}
}

func written(t *testing.T, s *store.Store) {
	t.Helper()
	for n := 1; n > 0; {
		var err error
		if n, err = s.WriteWords(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// older brings a database back to before its texts were compared in one form.
func older(t *testing.T, driver, url string) {
	t.Helper()
	files, err := filepath.Glob("migrations/sqlite/*_compared.sql")
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	number, err := strconv.Atoi(strings.SplitN(filepath.Base(files[0]), "_", 2)[0])
	if err != nil {
		t.Fatal(err)
	}
	if driver == "sqlite" {
		url = strings.TrimPrefix(url, "sqlite:")
	}
	db, err := sql.Open(driver, url)
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{
		"UPDATE cases SET search = 'x\n1\n\no\u0308sten test\n' WHERE ref_extension = '1'",
		"UPDATE cases SET reporter_id = '22ab12345678' WHERE ref_extension = '2'",
		"UPDATE cases SET reporter_id = '99-12 abc' WHERE ref_extension = '3'",
		"DELETE FROM case_word WHERE case_id IN (SELECT id FROM cases WHERE ref_extension = '1')",
		"DELETE FROM goose_db_version WHERE version_id >= " + strconv.Itoa(number),
	} {
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(statement, err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}
