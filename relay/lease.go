package relay

import (
	"context"
	"errors"
	"time"

	"rivgate/relay/diagnosis"
	"rivgate/store"
)

// classLease is the class of an attempt that was broken off because its lease could not be kept.
const classLease = "lease"

// safe is how long a lease may be relied on, counted from the request for it.
func (w *Worker) safe() time.Duration { return w.Lease - w.Lease/10 }

// try makes one attempt. The lease is renewed while it runs; when it could not be, the attempt is broken off before
// the lease ends, because another worker may have the lane then.
func (w *Worker) try(ctx context.Context, d store.Delivery, claimed time.Time) attempt {
	if time.Since(claimed) >= w.safe() { // this process stood still
		return attempt{
			Attempt: store.Attempt{
				Outcome: store.OutcomeTechnical, Class: classLease, Why: store.Diagnosis{Code: diagnosis.Lease},
			},
		}
	}
	ctx, stop := context.WithCancel(ctx)
	lost := make(chan bool, 1)
	go func() { lost <- w.renew(ctx, stop, d, claimed) }()
	started := time.Now()
	out := w.Relay.attempt(ctx, d)
	out.Duration = time.Since(started)
	stop()
	if <-lost && out.connection != answered && out.Outcome != store.OutcomeRefused {
		out.connection, out.Class, out.Why = noConnection, classLease, store.Diagnosis{Code: diagnosis.Lease}
	}
	return out
}

// renew keeps a lease until ctx ends, and stops the attempt when it could not: then it says true.
func (w *Worker) renew(ctx context.Context, stop context.CancelFunc, d store.Delivery, renewed time.Time) (lost bool) {
	wait := w.Lease / 3
	for {
		timer := time.NewTimer(max(min(wait, w.safe()-time.Since(renewed)), 0))
		select {
		case <-ctx.Done():
			timer.Stop()
			return false
		case <-timer.C:
		}
		left := w.safe() - time.Since(renewed)
		if left <= 0 {
			stop()
			return true
		}
		before := time.Now()
		asking, done := context.WithTimeout(ctx, left)
		err := w.Relay.Store.Renew(asking, d, w.Lease)
		done()
		switch {
		case errors.Is(err, store.ErrLeaseLost):
			stop()
			return true
		case err == nil:
			renewed, wait = before, w.Lease/3
		default:
			wait = w.Lease / 30
		}
	}
}
