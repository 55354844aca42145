package store_test

import (
	"os"
	"testing"

	"rivgate/store"
	"rivgate/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(storetest.Main(m)) }

var open, sqlite = storetest.OpenAt, storetest.SQLite

func TestSQLite(t *testing.T) {
	storetest.Run(t, func(t *testing.T, o store.Options) *store.Store { return open(t, sqlite(t), o) })
}

func TestPostgreSQL(t *testing.T) {
	storetest.Run(t, func(t *testing.T, o store.Options) *store.Store { return open(t, storetest.Postgres(t), o) })
}
