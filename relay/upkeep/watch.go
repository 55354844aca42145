// Package upkeep does what time alone makes due beside the line: it looks for breaches of the invariant and for
// messages that wait too long, lets go what retention allows, and gives cases their registration numbers.
//
// It does not know a message on its way.
package upkeep

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"rivgate/relay"
	"rivgate/store"
)

// Watch looks every minute at what must never happen, and at what must not last: breaches of the store's invariant,
// and messages that wait too long. Once an hour it lets go what retention allows.
type Watch struct {
	Relay     *relay.Relay
	Retention store.Retention

	breaches *prometheus.GaugeVec
	checked  prometheus.Gauge
	alarms   *prometheus.GaugeVec
	purged   prometheus.Counter
	heldBack prometheus.Gauge // cases that a purge holds back

	checker *store.Checker
	known   map[string]bool // breaches that are in the log
	raised  map[alarm]bool
	next    time.Time // no purge before
	filled  time.Time // no look at what the version before has counted before
}

// alarm is a receiver whose oldest message is older than a threshold.
type alarm struct{ receiver, component, threshold string }

// How old the oldest waiting message of a receiver may become, as labels of the metric.
func thresholds() []threshold {
	return []threshold{{"15m", 15 * time.Minute}, {"4h", 4 * time.Hour}, {"24h", 24 * time.Hour}}
}

type threshold struct {
	name string
	age  time.Duration
}

const (
	watchEvery = time.Minute
	watchShare = 20 // a check that reads for a second is made at most every 20 seconds: it must not become the load itself
	purgeEvery = time.Hour
)

// Register makes the metrics. Before Run, once.
func (w *Watch) Register(registerer prometheus.Registerer) {
	gauge := func(name, help string, labels ...string) *prometheus.GaugeVec {
		return prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: name, Help: help}, labels)
	}
	w.breaches = gauge("rivgate_invariant_breaches",
		"Breaches of the invariant that the last check found; anything but 0 is an alarm.")
	w.checked = prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "rivgate_invariant_checked_timestamp_seconds", Help: "When the invariant was last checked.",
	})
	w.alarms = gauge("rivgate_waiting_alarm",
		"1 while a receiver's oldest message that is not delivered is older than the threshold.", "receiver", "component",
		"threshold")
	w.purged = prometheus.NewCounter(prometheus.CounterOpts{
		Name: "rivgate_purged_messages_total", Help: "Messages that retention took away.",
	})
	w.heldBack = prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "rivgate_purge_held_back_cases",
		Help: "Cases that retention would let go if they had a registration number.",
	})
	registerer.MustRegister(w.breaches, w.checked, w.alarms, w.purged, w.heldBack)
}

// Run looks until ctx ends.
func (w *Watch) Run(ctx context.Context) error {
	for {
		started := time.Now()
		w.Look(ctx)
		timer := time.NewTimer(max(watchEvery, watchShare*time.Since(started)))
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-timer.C:
		}
	}
}

// Look looks once.
func (w *Watch) Look(ctx context.Context) {
	w.check(ctx)
	w.ages(ctx)
	w.purge(ctx)
	w.fill(ctx)
}

// fill takes over what replicas of the version before have counted, every hour.
func (w *Watch) fill(ctx context.Context) {
	now := w.Relay.Store.Now()
	if now.Before(w.filled) {
		return
	}
	w.filled = now.Add(purgeEvery)
	if _, err := w.Relay.Store.FillFacts(ctx); err != nil {
		w.failed(ctx, "filling statistics", err)
	}
}

// check logs each breach once, for as long as it lasts.
func (w *Watch) check(ctx context.Context) {
	if w.checker == nil {
		w.checker = &store.Checker{Store: w.Relay.Store}
	}
	lines, err := w.checker.Look(ctx)
	if err != nil {
		w.failed(ctx, "checking the invariant", err)
		return
	}
	known := map[string]bool{}
	for _, line := range lines {
		if known[line] = true; !w.known[line] {
			w.Relay.Log.Error("the invariant is broken: see docs/operations.md", zap.String("breach", line))
		}
	}
	w.known = known
	if w.breaches != nil {
		w.breaches.WithLabelValues().Set(float64(len(lines)))
		w.checked.SetToCurrentTime()
	}
}

// ages logs each crossing of a threshold once, up and down.
func (w *Watch) ages(ctx context.Context) {
	rows, err := w.Relay.Store.Waitings(ctx)
	if err != nil {
		w.failed(ctx, "looking for messages that wait too long", err)
		return
	}
	now, raised := w.Relay.Store.Now(), map[alarm]bool{}
	oldest := map[alarm]time.Duration{}
	for _, row := range rows {
		for _, t := range thresholds() {
			if age := now.Sub(row.Oldest); age >= t.age {
				a := alarm{row.Receiver, row.Component, t.name}
				raised[a], oldest[a] = true, max(oldest[a], age)
			}
		}
	}
	for a := range raised {
		if !w.raised[a] {
			w.Relay.Log.Error("messages wait too long", zap.String("labels.receiverid", a.receiver),
				zap.String("component", a.component),
				zap.String("threshold", a.threshold), zap.Duration("oldest", oldest[a]))
		}
	}
	for a := range w.raised {
		if !raised[a] {
			w.Relay.Log.Warn("messages no longer wait too long", zap.String("labels.receiverid", a.receiver),
				zap.String("component", a.component),
				zap.String("threshold", a.threshold))
		}
	}
	w.raised = raised
	if w.alarms != nil {
		w.alarms.Reset()
		for a := range raised {
			w.alarms.WithLabelValues(a.receiver, a.component, a.threshold).Set(1)
		}
	}
}

func (w *Watch) purge(ctx context.Context) {
	now := w.Relay.Store.Now()
	if w.Retention == (store.Retention{}) || now.Before(w.next) {
		return
	}
	w.next = now.Add(purgeEvery)
	n, err := w.Relay.Store.Purge(ctx, w.Retention, "serve")
	if err != nil {
		w.failed(ctx, "purging", err)
	}
	if n > 0 {
		w.Relay.Log.Info("purged by the rules of retention", zap.Int("messages", n))
	}
	held, err := w.Relay.Store.HeldBack(ctx, w.Retention)
	if err != nil {
		w.failed(ctx, "counting what a purge holds back", err)
	}
	if held > 0 {
		w.Relay.Log.Warn("cases are not purged, for they lack a registration number", zap.Int("cases", held))
	}
	if w.purged != nil {
		w.purged.Add(float64(n))
		w.heldBack.Set(float64(held))
	}
}

func (w *Watch) failed(ctx context.Context, what string, err error) {
	if ctx.Err() == nil {
		w.Relay.Log.Error(what, zap.Error(err))
	}
}
