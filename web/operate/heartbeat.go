package operate

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"go.uber.org/zap"
)

// How the store is followed. A database that went is seen within beatEvery + beatTimeout, one that came back too.
const (
	beatEvery   = 2 * time.Second
	beatTimeout = 5 * time.Second
)

// errSilent means that the last result is too old to be used, since the store has not answered since.
var errSilent = errors.New("the store has not answered in time")

// heartbeat writes to the store again and again and keeps the result, so that /readyz answers in microseconds also
// while the store hangs.
type heartbeat struct {
	mu      sync.Mutex
	running bool
	at      time.Time // when the store last answered, well or not
	err     error
}

// beat writes to the store once.
func (s *Health) beat(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, beatTimeout)
	defer cancel()
	if err := s.Relay.Store.Heartbeat(ctx); err != nil {
		return err
	}
	return spoolable(s.Relay.Limits.Folder)
}

// spoolable tries whether a large message could be written to disk while it is read. "" is the system's folder.
func spoolable(folder string) error {
	file, err := os.CreateTemp(folder, ".ready-*")
	if err != nil {
		return fmt.Errorf("writing to the folder of large messages: %w", err)
	}
	_, writing := file.Write([]byte{'.'})
	return errors.Join(writing, file.Close(), os.Remove(file.Name()))
}

// run writes to the store again and again until ctx ends. Each change goes to the log, once.
func (h *heartbeat) run(ctx context.Context, beat func(context.Context) error, log *zap.Logger) {
	tick := time.NewTicker(beatEvery)
	defer tick.Stop()
	before := error(nil)
	for {
		err := beat(ctx)
		if ctx.Err() != nil {
			return
		}
		h.mu.Lock()
		h.running, h.at, h.err = true, time.Now(), err
		h.mu.Unlock()
		switch {
		case err != nil && before == nil:
			log.Error("not ready: the store cannot be written to", zap.Error(err))
		case err == nil && before != nil:
			log.Info("the store can be written to again")
		}
		before = err
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// FollowStore writes to the store again and again until ctx ends.
func (s *Health) FollowStore(ctx context.Context) { s.heartbeat.run(ctx, s.beat, s.Logger()) }

// state is the last result. Before the first one the store is asked at once.
func (h *heartbeat) state(ctx context.Context, beat func(context.Context) error) error {
	h.mu.Lock()
	running, at, err := h.running, h.at, h.err
	h.mu.Unlock()
	switch {
	case !running:
		return beat(ctx)
	case time.Since(at) > beatEvery+beatTimeout+time.Second:
		return errSilent
	}
	return err
}
