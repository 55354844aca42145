package store_test

import (
	"database/sql"
	"os"
	"path/filepath"
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

// older writes rows as they were before texts were compared in one form, and then does what the migration of that name does.
func older(t *testing.T, driver, url string) {
	t.Helper()
	folder := map[string]string{"sqlite": "sqlite", "pgx": "postgres"}[driver]
	files, err := filepath.Glob("migrations/" + folder + "/*_compared.sql")
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	migration, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	_, up, _ := strings.Cut(string(migration), "-- +goose Up")
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
		up,
	} {
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(statement, err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}
