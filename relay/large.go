package relay

import (
	"context"
	"io"
	"sync"
	"time"

	"rivgate/store"
)

// What counts as a large message, and how long one may wait for its turn.
const (
	largeFrom = 1 << 20
	largeWait = time.Minute
)

// gate lets only a few large messages that must be known whole into memory at once. The others wait on their connections, where they cost nothing.
type gate struct {
	once  sync.Once
	slots chan struct{}
}

// gated is the body of a call that may turn out to be large.
type gated struct {
	io.Reader
	ctx    context.Context
	gate   *gate
	whole  bool // it will be read into memory
	read   int64
	inside bool
	busy   bool // its turn did not come
}

// body wraps the body of a call; leave gives back what it took.
func (g *gate) body(ctx context.Context, most int, body io.Reader) *gated {
	g.once.Do(func() { g.slots = make(chan struct{}, max(most, 1)) })
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
	return n, err
}

func (b *gated) leave() {
	if b.inside {
		<-b.gate.slots
	}
}
