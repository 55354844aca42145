package storetest

import (
	"errors"
	"fmt"
	"time"

	"rivgate/store"
)

// process is what a gateway asks of the store about itself: that it can write, and which schema this is.
func process(w *world) {
	w.must(w.s.Heartbeat(w.ctx))
	version, err := w.s.SchemaVersion(w.ctx)
	w.must(err)
	if version < 1 {
		w.t.Errorf("a new store has a schema of version %d", version)
	}
	equal(w, "a clock that is given is never behind", w.s.ClockBehind(), 0)
	w.must(w.s.Close())
	equal(w, "a heartbeat of a store that is closed", errors.Is(w.s.Heartbeat(w.ctx), store.ErrClosed), true)
}

// origins: a list of messages tells where each came from, and when it was tried last.
func origins(w *world) {
	f := w.file(unit)
	waiting, none := w.file(inboxUnit), "no-such-message"
	d, ok, err := w.s.ClaimOf(w.ctx, "worker", time.Minute, there)
	w.must(err)
	equal(w, "claimed", ok, true)
	w.must(w.s.Finish(w.ctx, d, store.Attempt{Outcome: store.OutcomeDelivered}))
	got, err := w.s.Origins(w.ctx, []string{f.first.ID, waiting.first.ID, none})
	w.must(err)
	equal(w, "known", len(got), 2)
	tried := got[f.first.ID]
	equal(w, "of one that was tried", fmt.Sprint(tried.Sender, tried.Correlation, tried.Tried.Equal(w.clock.Now())),
		fmt.Sprint(portal, f.first.Correlation, true))
	equal(w, "of one that nobody tries", got[waiting.first.ID].Tried.IsZero(), true)
}

// ordered: a worker hears to which addresses people ordered what waits, once for each order.
func ordered(w *world) {
	f := w.file(unit)
	_, last, err := w.s.Ordered(w.ctx, -1)
	w.must(err)
	_, err = w.s.Retry(w.ctx, store.DeliveryFilter{ID: f.first.ID}, "anna", "it is up")
	w.must(err)
	addresses, next, err := w.s.Ordered(w.ctx, last)
	w.must(err)
	equal(w, "ordered", fmt.Sprint(addresses, next > last), fmt.Sprint([]string{there}, true))
	addresses, again, err := w.s.Ordered(w.ctx, next)
	w.must(err)
	equal(w, "nothing new", fmt.Sprint(addresses, again), fmt.Sprint([]string(nil), next))
}
