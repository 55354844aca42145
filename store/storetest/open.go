package storetest

import (
	"database/sql"
	"path/filepath"
	"testing"

	"rivgate/store"
)

// SQLite is the address of a new SQLite file of a test.
func SQLite(tb testing.TB) string { return "sqlite:" + filepath.Join(tb.TempDir(), "rivgate.db") }

// OpenAt opens a store for a test, and closes it when the test ends.
func OpenAt(tb testing.TB, url string, o store.Options) *store.Store {
	tb.Helper()
	s, err := store.Open(tb.Context(), url, o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Error(err)
		}
	})
	return s
}

// Plan is how an SQLite file carries out a query, step by step.
func Plan(t *testing.T, db *sql.DB, query string, args []any) (all []string) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+query, args...)
	if err != nil {
		t.Fatal(query, err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			t.Fatal(err)
		}
		all = append(all, step)
	}
	return all
}
