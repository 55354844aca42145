package relay

import (
	"context"
	"errors"
	"sync"
	"time"

	"go.uber.org/zap"

	"rivgate/store"
)

// Worker delivers what was queued, lane by lane, until its context ends. It also applies messages that waited too long for the one before
// them, and sends on cases that were passed to another handler and could not be sent at once.
type Worker struct {
	Relay      *Relay
	Name       string          // in the record of attempts
	Schedule   []time.Duration // waits between attempts; the last repeats
	GiveUp     time.Duration   // from the first attempt; then the delivery is parked
	GapTimeout time.Duration   // how long a message waits for the one before it
	Lease      time.Duration
	Workers    int // deliveries under way at once
	PerAddress int // of which to one address; default half of Workers, at least 1
}

// idle is how long the worker sleeps at most when nobody wakes it: the safety net below Store.Wake and NextDue.
const idle = 10 * time.Second

// Run delivers until ctx ends, waits for the attempts under way, and returns. Attempts are not cut off by ctx: each has its own time-out,
// and what a receiver has taken shall be recorded.
func (w *Worker) Run(ctx context.Context) error {
	var running sync.WaitGroup
	defer running.Wait()
	free := make(chan struct{}, max(w.Workers, 1))
	done := make(chan struct{}, 1)
	for ctx.Err() == nil {
		w.housekeeping(ctx)
		wait := w.round(ctx, free, done, &running)
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-w.Relay.Store.Wake():
		case <-done:
		case <-timer.C:
		}
		timer.Stop()
	}
	return nil
}

// round claims as many lanes as there are free hands, and says how long to sleep if nothing happens.
func (w *Worker) round(ctx context.Context, free, done chan struct{}, running *sync.WaitGroup) time.Duration {
	hands := cap(free) - len(free)
	if hands == 0 {
		return idle
	}
	// A claim under way when ctx ends is not broken off: its lanes would be leased to nobody, with attempts that were never made.
	claimed, err := w.Relay.Store.Claim(context.WithoutCancel(ctx), w.Name, w.Lease, hands, w.perAddress(), nil)
	if err != nil {
		if ctx.Err() == nil {
			w.Relay.Log.Error("claiming deliveries", zap.Error(err))
		}
		return time.Second
	}
	for _, d := range claimed {
		free <- struct{}{}
		running.Go(func() {
			w.deliver(context.WithoutCancel(ctx), d)
			<-free
			select {
			case done <- struct{}{}:
			default:
			}
		})
	}
	if len(claimed) > 0 {
		return 0
	}
	next, err := w.Relay.Store.NextDue(ctx)
	if err != nil || next.IsZero() {
		return idle
	}
	return min(max(next.Sub(w.Relay.Now()), 10*time.Millisecond), idle)
}

func (w *Worker) perAddress() int {
	if w.PerAddress > 0 {
		return w.PerAddress
	}
	return max(w.Workers/2, 1)
}

// housekeeping does what time alone makes due.
func (w *Worker) housekeeping(ctx context.Context) {
	applied, err := w.Relay.Store.ApplyHeld(ctx, w.GapTimeout)
	if err != nil && ctx.Err() == nil {
		w.Relay.Log.Error("applying messages that were held", zap.Error(err))
	}
	if applied > 0 {
		w.Relay.Log.Warn("applied messages out of order: the one before them never came", zap.Int("messages", applied))
	}
	w.Relay.forwardCases(ctx)
}

// deliver makes one attempt and records how it ended. The lease is renewed while the attempt runs; when it could not be, the attempt is broken off,
// because another worker may have the lane.
func (w *Worker) deliver(ctx context.Context, d store.Delivery) {
	ctx, stop := context.WithCancel(ctx)
	var renewing sync.WaitGroup
	renewing.Go(func() { w.renew(ctx, stop, d) })
	started := w.Relay.Now()
	attempt := w.Relay.attempt(ctx, d)
	attempt.Duration = w.Relay.Now().Sub(started)
	stop()
	renewing.Wait()
	if attempt.Outcome == store.OutcomeTechnical || attempt.Outcome == store.OutcomeUnknown {
		attempt.Again = w.again(d, attempt.RetryAfter)
	}
	err := w.Relay.Store.Finish(context.WithoutCancel(ctx), d, attempt.Attempt)
	w.Relay.Metrics.delivery(w.Relay.label(d.Message.Call.Contract), attempt.Outcome)
	w.log(d, attempt.Attempt, err)
}

func (w *Worker) renew(ctx context.Context, stop context.CancelFunc, d store.Delivery) {
	ticker := time.NewTicker(w.Lease / 3)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			err := w.Relay.Store.Renew(ctx, d, w.Lease)
			if errors.Is(err, store.ErrLeaseLost) || (err != nil && w.Relay.Now().After(d.Lease)) {
				stop()
				return
			}
			if err == nil {
				d.Lease = w.Relay.Now().Add(w.Lease)
			}
		}
	}
}

// again is when the next attempt is due: by the schedule, or later if the receiver asked for it; zero when it is time to give up.
func (w *Worker) again(d store.Delivery, retryAfter time.Duration) time.Time {
	now := w.Relay.Now()
	if len(w.Schedule) == 0 || now.Sub(d.FirstTry) >= w.GiveUp {
		return time.Time{}
	}
	wait := w.Schedule[min(max(d.Attempt, 1), len(w.Schedule))-1]
	return now.Add(max(wait, retryAfter))
}

func (w *Worker) log(d store.Delivery, a store.Attempt, err error) {
	fields := []zap.Field{
		zap.String("event.action", "delivery"), zap.String("trace.id", d.Message.Correlation), zap.String("message.id", d.Message.ID),
		zap.String("labels.receiverid", d.Message.Call.Receiver), zap.String("url.original", d.Message.Route.Address),
		zap.Int("attempt", d.Attempt), zap.String("outcome", string(a.Outcome)), zap.String("class", a.Class),
		zap.String("labels.errorCode", a.Code), zap.Int64("event.duration", a.Duration.Nanoseconds()),
	}
	switch {
	case errors.Is(err, store.ErrLeaseLost):
		w.Relay.Log.Warn("the lease was lost before the attempt ended", fields...)
	case err != nil:
		w.Relay.Log.Error("recording an attempt", append(fields, zap.Error(err))...)
	case a.Outcome == store.OutcomeDelivered:
		w.Relay.Log.Info("delivered", fields...)
	case a.Again.IsZero():
		w.Relay.Log.Error("delivery parked: a person must retry, redirect or close it", fields...)
	default:
		w.Relay.Log.Warn("not delivered yet", append(fields, zap.Time("again", a.Again))...)
	}
}
