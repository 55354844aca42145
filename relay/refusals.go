package relay

import (
	"context"
	"sync"
	"time"

	"go.uber.org/zap"

	"rivgate/store"
)

// refusalsEvery is how often what was counted goes to the store, and refusalsLast how long that may take at the end.
const (
	refusalsEvery = 2 * time.Second
	refusalsLast  = 5 * time.Second
)

// Refusals counts the calls that were refused, by contract, code and sender, for the list of faults. Callers are not
// kept waiting for the store: what was counted goes there every two seconds. A nil *Refusals counts nothing.
type Refusals struct {
	Log *zap.Logger // nil: failures of the store are not logged

	mu    sync.Mutex
	calls map[refusedKind]*store.RefusedCall
}

type refusedKind struct{ contract, code, sender string }

// note counts one call. Beyond store.RefusedMost kinds between two writes the sender is not told apart any more, so
// strangers cannot fill the memory.
func (f *Refusals) note(contract, code, sender, correlation string, at time.Time) {
	if f == nil || code == "" {
		return
	}
	f.add(store.RefusedCall{
		Contract: contract, Code: code, Sender: sender, Count: 1, First: at, Last: at, Correlations: []string{correlation},
	})
}

func (f *Refusals) add(call store.RefusedCall) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.calls == nil {
		f.calls = map[refusedKind]*store.RefusedCall{}
	}
	key := refusedKind{call.Contract, call.Code, call.Sender}
	if f.calls[key] == nil && len(f.calls) >= store.RefusedMost {
		key.sender, call.Sender = "", ""
	}
	if f.calls[key] == nil {
		f.calls[key] = &store.RefusedCall{Contract: call.Contract, Code: call.Code, Sender: call.Sender}
	}
	f.calls[key].Merge(call)
}

// Flush puts what was counted into the store. What cannot be kept stays counted.
func (f *Refusals) Flush(ctx context.Context, db *store.Store) error {
	if f == nil {
		return nil
	}
	f.mu.Lock()
	counted := f.calls
	f.calls = nil
	f.mu.Unlock()
	calls := make([]store.RefusedCall, 0, len(counted))
	for _, call := range counted {
		calls = append(calls, *call)
	}
	err := db.NoteRefused(ctx, calls)
	if err != nil {
		for _, call := range calls {
			f.add(call)
		}
	}
	return err
}

// Run flushes every two seconds until ctx ends, and once more then. It returns nil.
func (f *Refusals) Run(ctx context.Context, db *store.Store) error {
	tick := time.NewTicker(refusalsEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			f.logError(ctx, f.Flush(ctx, db))
		case <-ctx.Done():
			last, stop := context.WithTimeout(context.WithoutCancel(ctx), refusalsLast)
			defer stop()
			f.logError(last, f.Flush(last, db))
			return nil
		}
	}
}

func (f *Refusals) logError(ctx context.Context, err error) {
	if err != nil && ctx.Err() == nil && f.Log != nil {
		f.Log.Warn("refused calls are not kept", zap.Error(err))
	}
}
