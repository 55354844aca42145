package relay

import (
	"cmp"
	"context"
	"math"
	"sync"
	"time"

	"rivgate/contracts"
	"rivgate/soap"
	"rivgate/store"
)

// How many large messages are taken at once where nothing else is said, and how long one may wait for its turn.
const (
	maxLarge        = 4
	largeTurnWait   = time.Minute
	largeTimePerMiB = 250 * time.Millisecond // for each MiB on the way to a receiver, beyond the usual time
)

// semaphore lets only a few large messages that must be known whole in at once. The others wait on their connections,
// where they cost nothing.
type semaphore struct {
	once  sync.Once
	slots chan struct{}
}

// acquire waits for a turn among most at once, and gives back what ends it. The error is store.ErrBusy where the
// turn did not come in time, and a *soap.Error where the caller is gone.
func (g *semaphore) acquire(ctx context.Context, most int) (leave func(), err error) {
	g.once.Do(func() { g.slots = make(chan struct{}, cmp.Or(max(most, 0), maxLarge)) })
	timer := time.NewTimer(largeTurnWait)
	defer timer.Stop()
	select {
	case g.slots <- struct{}{}:
		return func() { <-g.slots }, nil
	case <-ctx.Done():
		return nil, &soap.Error{Kind: soap.Interrupted, Reason: "the caller is gone", Cause: ctx.Err()}
	case <-timer.C:
		return nil, store.ErrBusy
	}
}

// readWhole reads the rest of a message that must be known whole.
func (r *Relay) readWhole(req *soap.Request) error {
	how := soap.Condensing{}
	if c := r.Contracts.Contract(req.Contract); c != nil {
		how = c.Condensing()
	}
	return readRefusal(req.ReadWhole(how))
}

// stored reads an accepted message again, of any size: it passed the limits of its time.
func (r *Relay) stored(ctx context.Context, id string) (m *store.Message, req *soap.Request, err error) {
	if m, err = r.Store.Unlogged().Outline(ctx, id); err != nil {
		return nil, nil, err
	}
	req, _, err = r.reopen(ctx, m)
	return m, req, err
}

// reopen reads an accepted message of any size again, up to its head where it is long, and says how many bytes it has.
func (r *Relay) reopen(ctx context.Context, m *store.Message) (*soap.Request, int64, error) {
	envelope, size, err := r.Store.Unlogged().OpenEnvelope(ctx, m)
	if err != nil {
		return nil, 0, err
	}
	req, err := soap.ReadRequest(soap.Sized(envelope, size), m.ContentType, r.acceptedLimits())
	return req, size, err
}

func (r *Relay) acceptedLimits() soap.Limits {
	limits := r.Limits
	limits.Message = math.MaxInt64 >> 1 // room for sums with it
	return limits
}

// sameContent compares a message with the first of its key. Neither is in memory if it is large: then their condensed
// forms are compared, in which equal files have equal stand-ins.
func (r *Relay) sameContent(ctx context.Context, c *contracts.Contract, req *soap.Request, first string) (bool, error) {
	_, before, err := r.stored(ctx, first)
	if err != nil {
		return false, err
	}
	defer before.Close()
	now, then, err := req.ComparableTexts(before, c.Condensing())
	if err != nil {
		return false, err
	}
	return contracts.SameContent(then, now)
}
