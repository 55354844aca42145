package relay

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"math"
	"sync"
	"time"

	"rivgate/contracts"
	"rivgate/soap"
	"rivgate/store"
)

// What counts as a large message, how many are taken at once where nothing else is said, and how long one may wait for its turn.
const (
	largeFrom = 1 << 20
	largeMost = 4
	largeWait = time.Minute
	largePace = 250 * time.Millisecond // for each MiB on the way to a receiver, beyond the usual time
)

// gate lets only a few large messages that must be known whole in at once. The others wait on their connections, where they cost nothing.
type gate struct {
	once  sync.Once
	slots chan struct{}
}

// gated is the body of a call that may turn out to be large.
type gated struct {
	io.Reader
	ctx    context.Context
	gate   *gate
	whole  bool // it will be read to its end before it is answered
	read   int64
	ended  bool // it was read to its end
	inside bool
	busy   bool // its turn did not come
}

// body wraps the body of a call; leave gives back what it took.
func (g *gate) body(ctx context.Context, most int, body io.Reader) *gated {
	g.once.Do(func() { g.slots = make(chan struct{}, cmp.Or(max(most, 0), largeMost)) })
	return &gated{Reader: body, ctx: ctx, gate: g}
}

// Len is how many bytes the caller said are coming, so that room for them is made once; 0 if it did not.
func (b *gated) Len() int {
	if l, ok := b.Reader.(interface{ Len() int }); ok {
		return l.Len()
	}
	return 0
}

// Read waits for the call's turn once it has become large.
func (b *gated) Read(p []byte) (int, error) {
	if b.whole && !b.inside && b.read >= largeFrom {
		timer := time.NewTimer(largeWait)
		defer timer.Stop()
		select {
		case b.gate.slots <- struct{}{}:
			b.inside = true
		case <-b.ctx.Done():
			return 0, b.ctx.Err()
		case <-timer.C:
			b.busy = true
			return 0, store.ErrBusy
		}
	}
	n, err := b.Reader.Read(p)
	b.read += int64(n)
	b.ended = b.ended || errors.Is(err, io.EOF)
	return n, err
}

func (b *gated) leave() {
	if b.inside {
		<-b.gate.slots
	}
}

// whole reads the rest of a message that must be known whole. One that is not in memory yet is condensed, and itself kept in a spool.
func (r *Relay) whole(a arrival, req *soap.Request) error {
	if req.Complete || req.Condensed() != nil {
		return nil
	}
	if body, ok := a.Body.(*gated); ok {
		body.whole = true
	}
	how := soap.Condensing{}
	if c := r.Contracts.Contract(req.Contract); c != nil {
		how = c.Condensing()
	}
	if err := req.BeginSpool(); err != nil {
		return err
	}
	return unreadable(req.Condense(how))
}

// again is the request from its start, where it was condensed: what is sent on is the message itself. Both are to be closed.
func (r *Relay) again(a arrival, req *soap.Request) (*soap.Request, error) {
	if req.Condensed() == nil {
		return req, nil
	}
	return soap.ReadRequest(req.Spool().Reader(), a.ContentType, r.Limits)
}

// stored reads an accepted message again, of any size: it passed the limits of its time.
func (r *Relay) stored(ctx context.Context, id string) (m *store.Message, req *soap.Request, err error) {
	m, large, err := r.Store.Outline(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	var envelope io.Reader = bytes.NewReader(m.Envelope)
	if large {
		envelope = r.Store.Envelope(ctx, id)
	}
	req, err = soap.ReadRequest(envelope, m.ContentType, r.acceptedLimits())
	return m, req, err
}

func (r *Relay) acceptedLimits() soap.Limits {
	limits := r.Limits
	limits.Message = math.MaxInt64 >> 1 // room for sums with it
	return limits
}

// sameContent compares a message with the first of its key. Neither is in memory if it is large: then their condensed forms are compared, in which equal
// files have equal stand-ins.
func (r *Relay) sameContent(ctx context.Context, c *contracts.Contract, req *soap.Request, first string) (bool, error) {
	_, before, err := r.stored(ctx, first)
	if err != nil {
		return false, err
	}
	defer before.Close()
	if req.Complete && before.Complete {
		return contracts.SameContent(before.UTF8(), req.UTF8())
	}
	how := c.Condensing()
	if now := req.Condensed(); now != nil {
		how.Mark = now.Mark
	} else if err := req.Condense(how); err != nil {
		return false, err
	}
	if err := before.Condense(how); err != nil {
		return false, err
	}
	return contracts.SameContent(before.Condensed().Text, req.Condensed().Text)
}
