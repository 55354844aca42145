package relay_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"rivgate/relay/upkeep"
	"rivgate/routing"
	"rivgate/store"
)

const boardUnit = "SE2010123456-PN01"

// series keeps a series that gives numbers.
func (w *world) series(of store.Holder, pattern string) {
	w.t.Helper()
	_, err := w.Store.SaveSeries(w.t.Context(), store.Series{Of: of, Pattern: store.Pattern(pattern), Active: true})
	if err != nil {
		w.t.Fatal(err)
	}
}

// diary is the registration number of a case.
func (w *world) diary(extension string) string {
	w.t.Helper()
	d, err := w.Store.Desk(w.t.Context(), w.begun(extension).ID)
	if err != nil {
		w.t.Fatal(err)
	}
	return d.Diary
}

// TestRegistrarNumbersTheOpenCasesOfInboxes: by the nearest series of the unit, in the order in which they came, each
// once; what is closed, handled elsewhere, of no series, or of the other side of the wall gets none.
func TestRegistrarNumbersTheOpenCasesOfInboxes(t *testing.T) {
	w := newWorld(t)
	r := upkeep.Registrar{Relay: w.Relay}
	round := func(want int) {
		t.Helper()
		if n, err := r.Round(t.Context()); err != nil || n != want {
			t.Fatalf("%d numbers, %v; want %d", n, err, want)
		}
	}
	w.accepted(portal, complaint(inboxUnit, "first"))
	round(0)
	w.series(store.Holder{Level: store.LevelUnit, ID: inboxUnit}, "VC {year}-{nn}")
	w.series(store.Holder{Level: store.LevelRegion, ID: "01", Side: routing.CareUnit}, "R{n}")
	w.accepted(portal, complaint(boardUnit, "board"))
	w.accepted(portal, complaint(systemUnit, "external"))
	w.pass(time.Minute)
	w.accepted(portal, complaint(inboxUnit, "second"))
	w.accepted(portal, complaint("SE2010123456-VC02", "region"))
	closed := complaint(inboxUnit, "closed")
	w.accepted(portal, closed)
	if _, err := w.Reply(t.Context(), w.begun("closed").ID, *partsOf("CLOSE"), 0); err != nil {
		t.Fatal(err)
	}
	round(3)
	round(0)
	for extension, want := range map[string]string{
		"first": "VC 2026-01", "second": "VC 2026-02", "region": "R1", "board": "", "external": "", "closed": "",
	} {
		if got := w.diary(extension); got != want {
			t.Errorf("%s has the number %q, want %q", extension, got, want)
		}
	}
	w.series(store.Holder{Level: store.LevelRegion, ID: "01", Side: routing.PatientBoard}, "PN{n}")
	round(1)
	if got := w.diary("board"); got != "PN1" {
		t.Errorf("the board's case has the number %q", got)
	}
}

// TestRegistrarKnowsUnitsThatHaveLeft: a unit that is no more in the catalogue still numbers what it has by its own
// series.
func TestRegistrarKnowsUnitsThatHaveLeft(t *testing.T) {
	w := newWorld(t)
	w.accepted(portal, complaint(inboxUnit, "here"))
	w.series(store.Holder{Level: store.LevelUnit, ID: inboxUnit}, "VC{n}")
	w.mu.Lock()
	w.table = w.build(routing.Catalogue{})
	w.mu.Unlock()
	n, err := (&upkeep.Registrar{Relay: w.Relay}).Round(t.Context())
	if err != nil || n != 1 || w.diary("here") != "VC1" {
		t.Errorf("%d numbers, %v, %q", n, err, w.diary("here"))
	}
}

// TestRegistrarRunsUntilItIsTold: it numbers what is there, and ends with its context.
func TestRegistrarRunsUntilItIsTold(t *testing.T) {
	w := newWorld(t)
	w.accepted(portal, complaint(inboxUnit, "here"))
	w.series(store.Holder{Level: store.LevelUnit, ID: inboxUnit}, "VC{n}")
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- (&upkeep.Registrar{Relay: w.Relay}).Run(ctx) }()
	w.eventually("the case has a number", func() bool { return w.diary("here") == "VC1" })
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// TestHeldBackCasesAreSaid: where a purge demands a number, the cases that it leaves for the lack of one are in the
// metrics and in the log, and go when they have it.
func TestHeldBackCasesAreSaid(t *testing.T) {
	w := newWorld(t)
	registry := prometheus.NewRegistry()
	watch := &upkeep.Watch{
		Relay: w.Relay, Retention: store.Retention{ClosedCases: 24 * time.Hour, RequireRegistration: true},
	}
	watch.Register(registry)
	w.accepted(portal, complaint(inboxUnit, "a"))
	c := w.begun("a")
	if _, err := w.Reply(t.Context(), c.ID, *partsOf("CLOSE"), 0); err != nil {
		t.Fatal(err)
	}
	w.work()
	w.pass(48 * time.Hour)
	watch.Look(t.Context())
	if got := shown(t, registry); !strings.Contains(got, "rivgate_purge_held_back_cases 1") {
		t.Error(got)
	}
	if w.begun("a").ID != c.ID {
		t.Fatal("the case went without a number")
	}
	if n := w.lines("cases are not purged, for they lack a registration number"); n != 1 {
		t.Errorf("%d lines of it", n)
	}
	d, err := w.Store.Desk(t.Context(), c.ID)
	if err == nil {
		_, err = w.Store.Register(t.Context(), store.Act{CaseID: c.ID, Unit: inboxUnit, Version: d.Version}, "VC 1")
	}
	if err != nil {
		t.Fatal(err)
	}
	w.pass(24 * time.Hour)
	watch.Look(t.Context())
	if got := shown(t, registry); !strings.Contains(got, "rivgate_purge_held_back_cases 0") {
		t.Error(got)
	}
	if _, err := w.Store.Unlogged().Case(t.Context(), c.ID); err == nil {
		t.Error("the case is here though it has its number")
	}
}
