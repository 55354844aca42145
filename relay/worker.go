package relay

import (
	"cmp"
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"rivgate/relay/diagnosis"
	"rivgate/store"
)

// Worker delivers what was queued, lane by lane, until its context ends. It also applies messages that waited too
// long for the one before them, and sends on cases that were passed to another handler and could not be sent at once.
type Worker struct {
	Relay      *Relay
	Name       string          // in the record of attempts
	Schedule   []time.Duration // waits between attempts; the last repeats
	GiveUp     time.Duration   // from the first attempt; then the delivery is parked
	GapTimeout time.Duration   // how long a message waits for the one before it
	Lease      time.Duration
	Workers    int // deliveries under way at once, of those to receivers that answer soon
	PerAddress int // of which to one address; default half of Workers, at least 1
	// Patience is how long a delivery counts as one of Workers: after it, its receiver holds no slot that others could
	// use. Default 500 ms.
	Patience  time.Duration
	SlowStart bool // begin with few deliveries at once: the process before ended in the middle of some
	// Random gives numbers from 0 up to 1: waits are drawn out by up to a fifth, so that what failed together does not
	// come back together. Nil: never.
	Random func() float64

	breakers      breakers
	slots         deliverySlots
	largeForwards largeForwards
	readyCache    readyCache
	lastOrder     int64 // the latest order of a person that was looked at; negative: none yet
	emptyRounds   int   // rounds in a row that found nothing to claim
}

// readyCache is what the store said is ready. Finding that out costs the more the more receivers there are, so it is
// kept for a while: for lookInterval times as long as it took, and so looking takes a fifth of the worker's time at
// most.
type readyCache struct {
	ready []store.Ready
	until time.Time
}

const (
	lookInterval    = 4
	maxLookInterval = 250 * time.Millisecond
)

// idle is how long the worker sleeps at most when nobody wakes it: the safety net below Store.Wake and NextDue.
const idle = 10 * time.Second

// Run delivers until ctx ends, waits for the attempts under way, and returns. Attempts are not cut off by ctx: each
// has its own time-out, and what a receiver has taken shall be recorded.
func (w *Worker) Run(ctx context.Context) error {
	w.breakers.log = w.Relay.Log
	w.slots.open(max(w.Workers, 1), w.perAddress(), cmp.Or(w.Patience, 500*time.Millisecond), w.SlowStart)
	w.lastOrder = -1
	w.probeOrdered(ctx)
	defer w.slots.running.Wait()
	for ctx.Err() == nil {
		w.housekeeping(ctx)
		timer := time.NewTimer(w.round(ctx))
		select {
		case <-ctx.Done():
		case <-w.Relay.Store.Wake():
			if w.breakers.anyDown() {
				w.probeOrdered(ctx)
			}
		case <-w.slots.freed:
		case <-w.Relay.largeForwardWaiting.wait():
		case <-timer.C:
		}
		timer.Stop()
	}
	return nil
}

// round claims as many lanes as there are free slots, and says how long to sleep if nothing happens.
func (w *Worker) round(ctx context.Context) time.Duration {
	w.probe(ctx)
	slots := w.slots.available()
	if slots == 0 {
		return time.Second // or until one is free
	}
	left := time.Until(w.readyCache.until)
	if left <= 0 {
		if err := w.look(ctx); err != nil {
			return time.Second
		}
	}
	down := w.breakers.down()
	claimed, err := w.claim(ctx, slots, w.slots.share(down))
	switch {
	case err != nil:
		return time.Second
	case claimed:
		w.emptyRounds = 0
		return 0
	case left > 0: // something may have become due since the last look
		return left
	}
	w.emptyRounds++
	return w.sleep(append(w.slots.fullAddresses(), down...))
}

// look asks the store what is ready.
func (w *Worker) look(ctx context.Context) error {
	before := time.Now()
	ready, err := w.Relay.Store.Ready(ctx, w.perAddress())
	if err != nil {
		if ctx.Err() == nil {
			w.Relay.Log.Error("looking for deliveries", zap.Error(err))
		}
		return err
	}
	took := time.Since(before)
	w.readyCache = readyCache{ready, time.Now().Add(min(lookInterval*took, maxLookInterval))}
	return nil
}

// claim begins as many ready deliveries as there are free slots.
func (w *Worker) claim(ctx context.Context, slots int, share func([]store.Ready, int) []store.Share) (bool, error) {
	shares := share(w.readyCache.ready, slots)
	if len(shares) == 0 {
		return false, nil
	}
	// A claim under way when ctx ends is not broken off: its lanes would be leased to nobody, with attempts that were
	// never made.
	before := time.Now()
	claimed, err := w.Relay.Store.Claim(context.WithoutCancel(ctx), w.Name, w.Lease, slots, w.perAddress(), &store.Sharing{
		Ready: w.readyCache.ready, Share: share,
	})
	if err != nil {
		if ctx.Err() == nil {
			w.Relay.Log.Error("claiming deliveries", zap.Error(err))
		}
		return false, err
	}
	w.readyCache.deduct(shares, claimed)
	for _, d := range claimed {
		w.start(ctx, d, before)
	}
	return len(claimed) > 0, nil
}

// deduct takes out what was claimed. Who had less than was asked for has no more until the next look.
func (o *readyCache) deduct(asked []store.Share, claimed []store.Delivery) {
	got, wanted := map[string]int{}, map[string]int{}
	for _, d := range claimed {
		got[d.Message.Route.Address]++
	}
	for _, s := range asked {
		wanted[s.Address] = s.Lanes
	}
	for i := range o.ready {
		a := &o.ready[i]
		if n := got[a.Address]; n < wanted[a.Address] {
			a.Claimable = 0
		} else {
			a.Claimable = max(a.Claimable-n, 0)
		}
	}
}

// sleep is until the next lane or probe is due. What is due already, and could not be claimed, others are at: it is
// looked at again, and less and less often.
func (w *Worker) sleep(skip []string) time.Duration {
	const least = 20 * time.Millisecond
	wait, now := idle, w.Relay.Store.Now()
	switch next := store.NextOf(w.readyCache.ready, skip...); {
	case next.IsZero():
	case next.After(now):
		wait = min(wait, next.Sub(now))
	default:
		wait = least << min(w.emptyRounds-1, 5)
	}
	steady := w.Relay.Store.Steady()
	if _, next := w.breakers.due(steady); !next.IsZero() {
		wait = min(wait, max(next.Sub(steady), least))
	}
	return wait
}

// probe sends one message to each receiver that was down long enough. Probes take no slot that others need.
func (w *Worker) probe(ctx context.Context) {
	due, _ := w.breakers.due(w.Relay.Store.Steady())
	for _, address := range due {
		before := time.Now()
		d, ok, err := w.Relay.Store.ClaimOf(context.WithoutCancel(ctx), w.Name, w.Lease, address)
		if err != nil {
			if ctx.Err() == nil {
				w.Relay.Log.Error("claiming deliveries", zap.Error(err))
			}
			return
		}
		w.breakers.probe(address, !ok, w.Relay.Store.Steady())
		if ok {
			w.start(ctx, d, before)
		}
	}
}

// probeOrdered makes a probe due for each address that a person ordered deliveries to since the last look: whoever
// orders that knows more than the breaker.
func (w *Worker) probeOrdered(ctx context.Context) {
	addresses, last, err := w.Relay.Store.Ordered(ctx, w.lastOrder)
	if err != nil {
		if ctx.Err() == nil {
			w.Relay.Log.Error("looking for orders", zap.Error(err))
		}
		return // the next probe is due soon anyhow
	}
	w.lastOrder = last
	w.breakers.probeNow(addresses, w.Relay.Store.Steady())
}

// start delivers in a slot of its own.
func (w *Worker) start(ctx context.Context, d store.Delivery, claimed time.Time) {
	w.slots.run(d.Message.Route.Address, len(d.Message.Envelope), func() {
		w.deliver(context.WithoutCancel(ctx), d, claimed)
	})
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
	w.Relay.forwardCases(ctx, w.largeForwards.contains, w.largeForwards.add)
	w.forwardLarge(ctx)
}

// deliver makes one attempt and records how it ended.
func (w *Worker) deliver(ctx context.Context, d store.Delivery, claimed time.Time) {
	attempt := w.try(ctx, d, claimed)
	if attempt.Outcome == store.OutcomeTechnical || attempt.Outcome == store.OutcomeUnknown {
		attempt.Again = w.again(d, attempt, w.Relay.Store.Now())
	}
	w.breakers.note(d, attempt, w.Relay.Store.Steady())
	err := w.record(ctx, d, attempt.Attempt)
	w.Relay.Metrics.delivery(w.Relay.label(d.Message.Call.Contract), attempt.Outcome)
	w.log(d, attempt.Attempt, err)
}

// record keeps at it while the database is away: a receiver's answer is not to be had again. Is it away for longer
// than leases last, the message is left to its next attempt, as one whose outcome nobody knows.
func (w *Worker) record(ctx context.Context, d store.Delivery, a store.Attempt) error {
	until := time.Now().Add(max(2*w.Lease, 10*time.Second))
	for wait := 50 * time.Millisecond; ; wait = min(2*wait, 2*time.Second) {
		asking, done := context.WithTimeout(ctx, max(w.Lease, time.Second))
		err := w.Relay.Store.Finish(asking, d, a)
		done()
		if err == nil || errors.Is(err, store.ErrLeaseLost) || errors.Is(err, store.ErrClosed) || time.Now().After(until) {
			return err
		}
		w.Relay.Log.Warn("recording an attempt: it is tried again", zap.String("message.id", d.Message.ID), zap.Error(err))
		a.Repeat = true
		time.Sleep(wait)
	}
}

// again is when the next attempt is due: by the schedule, drawn out a little, or later if the receiver asked for
// it; zero when it is time to give up.
func (w *Worker) again(d store.Delivery, a attempt, now time.Time) time.Time {
	if a.Class == classLease {
		return now
	}
	if len(w.Schedule) == 0 || now.Sub(d.FirstTry) >= w.GiveUp {
		return time.Time{}
	}
	wait := w.Schedule[min(max(d.Attempt, 1), len(w.Schedule))-1]
	if w.Random != nil {
		wait += time.Duration(w.Random() * float64(wait) / 5)
	}
	return now.Add(max(wait, a.RetryAfter))
}

func (w *Worker) log(d store.Delivery, a store.Attempt, err error) {
	fields := []zap.Field{
		zap.String("event.action", "delivery"), zap.String("trace.id", d.Message.Correlation),
		zap.String("message.id", d.Message.ID),
		zap.String("labels.receiverid", d.Message.Call.Receiver), zap.String("url.original", d.Message.Route.Address),
		zap.Int("attempt", d.Attempt), zap.String("outcome", string(a.Outcome)), zap.String("class", a.Class),
		zap.String("labels.errorCode", a.Code), zap.Int64("event.duration", a.Duration.Nanoseconds()),
	}
	if a.Why.Code != "" {
		fields = append(fields, zap.String("error.type", a.Why.Code), zap.String("error.message", diagnosis.Explain(a.Why)))
	}
	switch {
	case errors.Is(err, store.ErrLeaseLost):
		w.Relay.Log.Warn("the lease was lost before the attempt ended", fields...)
	case err != nil:
		w.Relay.Log.Error("recording an attempt", append(fields, zap.NamedError("cause", err))...)
	case a.Outcome == store.OutcomeDelivered:
		w.Relay.Log.Info("delivered", fields...)
	case a.Again.IsZero():
		w.Relay.Log.Error("delivery parked: a person must retry, redirect or close it", fields...)
	default: // a receiver that is down is one line of the breaker's, not one for each message
		w.Relay.Log.Info("not delivered yet", append(fields, zap.Time("again", a.Again))...)
	}
}
