package relay

import (
	"context"
	"errors"
	"sync"
	"time"

	"go.uber.org/zap"

	"rivgate/store"
)

// wakeup keeps one signal for who listens next. The zero value is ready for use.
type wakeup struct {
	once   sync.Once
	signal chan struct{}
}

func (b *wakeup) wait() <-chan struct{} {
	b.once.Do(func() { b.signal = make(chan struct{}, 1) })
	return b.signal
}

// wake is for the case that is to be passed on; which one the worker finds itself.
func (b *wakeup) wake(string) {
	b.wait()
	select {
	case b.signal <- struct{}{}:
	default:
	}
}

// Waits between two tries to pass on a case with large files: each is twice the one before.
const (
	minForwardWait = 5 * time.Second
	maxForwardWait = 5 * time.Minute
)

// largeForwards are the cases with large files that a worker has found, and has not passed on yet. They take one way
// after the other, beside the deliveries.
type largeForwards struct {
	mu      sync.Mutex
	waiting map[string]largeForward // by case id
	busy    bool
}

// largeForward is when a case's turn comes.
type largeForward struct {
	due  time.Time
	wait time.Duration // since the try before
}

func (p *largeForwards) contains(caseID string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, known := p.waiting[caseID]
	return known
}

func (p *largeForwards) add(caseID string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.waiting == nil {
		p.waiting = map[string]largeForward{}
	}
	p.waiting[caseID] = largeForward{}
}

// startDue is all whose turn has come by now; none while others are on their way. done follows upon each, and rest
// upon all.
func (p *largeForwards) startDue(now time.Time) (ids []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.busy {
		return nil
	}
	for id, next := range p.waiting {
		if !next.due.After(now) {
			ids = append(ids, id)
		}
	}
	p.busy = len(ids) > 0
	return ids
}

func (p *largeForwards) finish(caseID string, passed bool, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if passed {
		delete(p.waiting, caseID)
		return
	}
	wait := min(max(2*p.waiting[caseID].wait, minForwardWait), maxForwardWait)
	p.waiting[caseID] = largeForward{due: now.Add(wait), wait: wait}
}

func (p *largeForwards) stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.busy = false
}

// forwardLarge passes on the cases with large files whose turn has come, on a goroutine that Run waits for.
func (w *Worker) forwardLarge(ctx context.Context) {
	ids := w.largeForwards.startDue(w.Relay.Store.Steady())
	if len(ids) == 0 {
		return
	}
	w.slots.running.Go(func() {
		defer w.largeForwards.stop()
		for _, id := range ids {
			if ctx.Err() != nil {
				return
			}
			w.largeForwards.finish(id, w.forwardLargeCase(ctx, id), w.Relay.Store.Steady())
		}
	})
}

// forwardLargeCase tells whether a case has gone its way: now, or meanwhile by another replica.
func (w *Worker) forwardLargeCase(ctx context.Context, caseID string) bool {
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
	if err := w.Relay.forwardCase(ctx, c, true); err != nil {
		w.Relay.logForwardError(ctx, c, err)
		return false
	}
	return true
}
