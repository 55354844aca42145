package relay

import (
	"context"
	"errors"
	"sync"
	"time"

	"go.uber.org/zap"

	"rivgate/store"
)

// bell keeps one signal for who listens next. The zero value is ready for use.
type bell struct {
	once   sync.Once
	signal chan struct{}
}

func (b *bell) heard() <-chan struct{} {
	b.once.Do(func() { b.signal = make(chan struct{}, 1) })
	return b.signal
}

// ring is for the case that is to be passed on; which one the worker finds itself.
func (b *bell) ring(string) {
	b.heard()
	select {
	case b.signal <- struct{}{}:
	default:
	}
}

// Waits between two tries to pass on a case with large files: each is twice the one before.
const (
	passLeast = 5 * time.Second
	passMost  = 5 * time.Minute
)

// passes are the cases with large files that a worker has found, and has not passed on yet. They take one way after the other, beside the deliveries.
type passes struct {
	mu    sync.Mutex
	again map[string]pass // by case id
	busy  bool
}

// pass is when a case's turn comes.
type pass struct {
	at   time.Time
	wait time.Duration // since the try before
}

func (p *passes) knows(caseID string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, known := p.again[caseID]
	return known
}

func (p *passes) add(caseID string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.again == nil {
		p.again = map[string]pass{}
	}
	p.again[caseID] = pass{}
}

// take is all whose turn has come by now; none while others are on their way. done follows upon each, and rest upon all.
func (p *passes) take(now time.Time) (ids []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.busy {
		return nil
	}
	for id, next := range p.again {
		if !next.at.After(now) {
			ids = append(ids, id)
		}
	}
	p.busy = len(ids) > 0
	return ids
}

func (p *passes) done(caseID string, passed bool, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if passed {
		delete(p.again, caseID)
		return
	}
	wait := min(max(2*p.again[caseID].wait, passLeast), passMost)
	p.again[caseID] = pass{at: now.Add(wait), wait: wait}
}

func (p *passes) rest() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.busy = false
}

// passLarge passes on the cases with large files whose turn has come, on a goroutine that Run waits for.
func (w *Worker) passLarge(ctx context.Context) {
	ids := w.passes.take(w.Relay.Store.Steady())
	if len(ids) == 0 {
		return
	}
	w.hands.running.Go(func() {
		defer w.passes.rest()
		for _, id := range ids {
			if ctx.Err() != nil {
				return
			}
			w.passes.done(id, w.passOne(ctx, id), w.Relay.Store.Steady())
		}
	})
}

// passOne tells whether a case has gone its way: now, or meanwhile by another replica.
func (w *Worker) passOne(ctx context.Context, caseID string) bool {
	c, err := w.Relay.Store.Unlogged().Case(ctx, caseID)
	if errors.Is(err, store.ErrNotFound) { // and gone altogether
		return true
	}
	if err != nil {
		if ctx.Err() == nil {
			w.Relay.Log.Error("reading a case to forward", zap.String("case.id", caseID), zap.Error(err))
		}
		return false
	}
	if !c.ForwardDue {
		return true
	}
	if err := w.Relay.pass(ctx, c, true); err != nil {
		w.Relay.notPassed(ctx, c, err)
		return false
	}
	return true
}
