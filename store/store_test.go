package store_test

import (
	"os"
	"path/filepath"
	"testing"

	"rivgate/store"
	"rivgate/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(storetest.Main(m)) }

func open(tb testing.TB, url string, o store.Options) *store.Store {
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

func sqlite(tb testing.TB) string { return "sqlite:" + filepath.Join(tb.TempDir(), "rivgate.db") }

func TestSQLite(t *testing.T) {
	storetest.Run(t, func(t *testing.T, o store.Options) *store.Store { return open(t, sqlite(t), o) })
}

func TestPostgreSQL(t *testing.T) {
	storetest.Run(t, func(t *testing.T, o store.Options) *store.Store { return open(t, storetest.Postgres(t), o) })
}
