package store_test

import (
	"testing"

	"rivgate/store"
	"rivgate/store/storetest"
)

func TestDeskSQLite(t *testing.T) {
	storetest.RunDesk(t, func(t *testing.T, o store.Options) *store.Store { return open(t, sqlite(t), o) })
}

func TestDeskPostgreSQL(t *testing.T) {
	storetest.RunDesk(t, func(t *testing.T, o store.Options) *store.Store { return open(t, storetest.Postgres(t), o) })
}
