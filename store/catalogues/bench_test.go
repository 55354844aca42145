package catalogues_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"rivgate/routing"
	"rivgate/routing/catalogue"
	"rivgate/store"
	"rivgate/store/catalogues"
	"rivgate/store/storetest"
)

// manyRows publishes a catalogue of n rows, half of them routes and half permissions.
func manyRows(tb testing.TB, s *store.Store, n int) {
	tb.Helper()
	edits := make([]catalogue.Edit, 0, n)
	for i := range n / 2 {
		unit := fmt.Sprintf("SE2010123456-U%07d", i)
		edits = append(edits,
			catalogue.Edit{Action: catalogue.EditAdd, Row: catalogue.Row{
				Kind: catalogue.KindRoute, Contract: "urn:send", Receiver: unit, Address: "https://a.example/x",
				Component: "SE2010123456-AVV", From: 20260101,
			}},
			catalogue.Edit{
				Action: catalogue.EditAdd,
				Row: catalogue.Row{
					Kind: catalogue.KindPermission, Contract: "urn:send", Sender: "SE0000000001-1177", Receiver: unit, From: 20260101,
				},
			})
	}
	d, _, err := s.EditCatalogue(tb.Context(), 0, edits, routing.Rules{}, "bench", "")
	if err == nil {
		_, err = s.PublishCatalogue(tb.Context(), catalogues.Order{
			Revision: d.Revision, By: "bench", Reason: "bench",
		}, routing.Rules{})
	}
	if err != nil {
		tb.Fatal(err)
	}
}

// load is what a gateway does with a published version: read it, and make it ready for deciding.
func load(tb testing.TB, s *store.Store) *routing.Table {
	tb.Helper()
	rows, err := s.CatalogueRows(tb.Context(), 1)
	if err != nil {
		tb.Fatal(err)
	}
	table, err := routing.NewTable(catalogue.FromRows(rows), routing.Rules{})
	if err != nil {
		tb.Fatal(err)
	}
	return table
}

// BenchmarkLoadCatalogue100k loads the catalogue in force from the database and builds its table. To stay below 2 s.
func BenchmarkLoadCatalogue100k(b *testing.B) {
	for name, url := range map[string]func(testing.TB) string{"SQLite": sqlite, "PostgreSQL": storetest.Postgres} {
		b.Run(name, func(b *testing.B) {
			s := open(b, url(b), store.Options{})
			manyRows(b, s, 100_000)
			for b.Loop() {
				load(b, s)
			}
		})
	}
}

// TestALargeCatalogueLoadsBesideDecisions: while 20 000 rows are edited, published and loaded, decisions on the table
// before go on and never wait.
func TestALargeCatalogueLoadsBesideDecisions(t *testing.T) {
	s := open(t, sqlite(t), store.Options{})
	before, err := routing.NewTable(
		routing.Catalogue{Routes: []routing.Row{{Contract: "urn:send", Receiver: "SE1", Address: "https://a.example/"}}},
		routing.Rules{},
	)
	if err != nil {
		t.Fatal(err)
	}
	stop, failed := make(chan struct{}), make(chan error, 1)
	var callers sync.WaitGroup
	callers.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
			}
			if _, err := before.Route(routing.Call{Receiver: "SE1", Contract: "urn:send"}, time.Now()); err != nil {
				select {
				case failed <- err:
				default:
				}
			}
		}
	})
	manyRows(t, s, 20_000)
	table := load(t, s)
	close(stop)
	callers.Wait()
	select {
	case err := <-failed:
		t.Error(err)
	default:
	}
	if routes, permissions := table.Size(); routes != 10_000 || permissions != 10_000 {
		t.Errorf("%d routes and %d permissions", routes, permissions)
	}
	var refused *routing.Error
	if _, err := table.Route(routing.Call{Receiver: "SE2010123456-U0009999", Contract: "urn:send"}, time.Now()); errors.As(
		err, &refused,
	) {
		t.Error(err)
	}
}
