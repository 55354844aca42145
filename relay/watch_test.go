package relay_test

import (
	"database/sql"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"

	"rivgate/relay/upkeep"
	"rivgate/store"
)

// shown is a registry as /metrics writes it.
func shown(t *testing.T, registry *prometheus.Registry) string {
	t.Helper()
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for _, family := range families {
		if _, err := expfmt.MetricFamilyToText(&out, family); err != nil {
			t.Fatal(err)
		}
	}
	return out.String()
}

func TestMessagesThatWaitTooLongAreSaidOnce(t *testing.T) {
	w := newWorld(t)
	registry := prometheus.NewRegistry()
	watch := &upkeep.Watch{Relay: w.Relay}
	watch.Register(registry)
	w.accepted(portal, complaint(systemUnit, "a"))
	const old, fine = "messages wait too long", "messages no longer wait too long"
	for _, step := range []struct {
		wait  time.Duration
		lines int
	}{
		{0, 0},
		{14 * time.Minute, 0},
		{time.Minute, 1},
		{time.Hour, 1},
		{3 * time.Hour, 2},
		{21 * time.Hour, 3},
		{24 * time.Hour, 3},
	} {
		w.pass(step.wait)
		watch.Look(t.Context())
		watch.Look(t.Context())
		if got := w.lines(old); got != step.lines {
			t.Errorf("after another %s: %d lines, want %d", step.wait, got, step.lines)
		}
	}
	if want := `rivgate_waiting_alarm{component="` + system + `",receiver="` + systemUnit +
		`",threshold="4h"} 1`; !strings.Contains(shown(t, registry), want) {
		t.Errorf("no %s in\n%s", want, shown(t, registry))
	}
	w.work()
	watch.Look(t.Context())
	if w.lines(fine) != 3 || strings.Contains(shown(t, registry), "rivgate_waiting_alarm{") {
		t.Errorf("%d lines that it is over\n%s", w.lines(fine), shown(t, registry))
	}
}

func TestBrokenInvariantIsSaid(t *testing.T) {
	w := newWorld(t)
	registry := prometheus.NewRegistry()
	watch := &upkeep.Watch{Relay: w.Relay}
	watch.Register(registry)
	w.accepted(portal, complaint(systemUnit, "a"))
	watch.Look(t.Context())
	if !strings.Contains(shown(t, registry), "rivgate_invariant_breaches 0") {
		t.Error(shown(t, registry))
	}
	db, err := sql.Open("sqlite", w.database)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), `UPDATE lane SET ready_at = NULL`); err != nil {
		t.Fatal(err)
	}
	watch.Look(t.Context())
	watch.Look(t.Context())
	if !strings.Contains(shown(t, registry), "rivgate_invariant_breaches 1") ||
		w.lines("the invariant is broken: see docs/operations.md") != 1 {
		t.Errorf("%s\n%v", shown(t, registry), w.logs.All())
	}
}

func TestRetentionTakesOnlyWhatItsRulesLetGo(t *testing.T) {
	w := newWorld(t)
	w.accepted(portal, complaint(systemUnit, "a"))
	w.work()
	watch := &upkeep.Watch{Relay: w.Relay, Retention: store.Retention{Delivered: time.Hour, ClosedCases: time.Hour}}
	w.pass(48 * time.Hour)
	watch.Look(t.Context())
	w.wants("a", store.DeliveryDelivered, "ok", 1) // its case is open
}
