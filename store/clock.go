package store

import (
	"context"
	"fmt"
	"sync"
	"time"

	"go.uber.org/zap"
)

// How the clock of the database is followed.
const (
	clockEvery = 5 * time.Second
	clockStep  = time.Second // a difference from here on is a step, below it is drift
)

// clock is the database's clock, which leases, retries and stamps go by: several hosts on one database never agree on their own. Between two
// readings it goes on with this process's monotonic clock, so that a step of the host's clock is nothing to it.
type clock struct {
	mu   sync.Mutex
	base time.Time // what the database said
	read time.Time // when that was, by the monotonic clock
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.base.Add(monotonic().Sub(c.read))
}

// set takes over what the database said at a moment of the monotonic clock, and tells by how much that differs from what was thought.
func (c *clock) set(said, at time.Time) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	thought := c.base.Add(at.Sub(c.read))
	c.base, c.read = said, at
	return said.Sub(thought)
}

// Now is the clock of leases, retries and stamps: the database's, or Options.Now where that was given.
func (s *Store) Now() time.Time { return s.now().UTC().Truncate(time.Microsecond) }

// Steady is a clock that no step reaches, to measure with in this process: Options.Now where that was given.
func (s *Store) Steady() time.Time {
	if s.clock == nil {
		return s.now()
	}
	return monotonic()
}

// startClock reads the database's clock once, and from then on every few seconds.
func (s *Store) startClock(ctx, background context.Context) error {
	if s.now != nil {
		return nil
	}
	s.clock = &clock{read: monotonic()}
	said, at, err := s.readClock(ctx)
	if err != nil {
		return err
	}
	s.clock.set(said, at)
	s.now = s.clock.now
	s.running.Go(func() {
		for idle(background, clockEvery); background.Err() == nil; idle(background, clockEvery) {
			s.followClock(background)
		}
	})
	return nil
}

// readClock asks the database for its time, and says at which moment of ours that was.
func (s *Store) readClock(ctx context.Context) (said, at time.Time, err error) {
	ctx, cancel := context.WithTimeout(ctx, clockEvery)
	defer cancel()
	var us int64
	before := monotonic()
	if err := s.read.QueryRowContext(ctx, s.dialect.clock).Scan(&us); err != nil {
		return said, at, fmt.Errorf("reading the database's clock: %w", err)
	}
	return told(us), before.Add(monotonic().Sub(before) / 2), nil
}

// followClock takes over the database's time. Where it has stepped, and nobody else works on this database, what is leased and what waits for its
// time keeps its distance: nobody else gets a lane that is being delivered, and nothing waits an hour longer.
func (s *Store) followClock(ctx context.Context) {
	said, at, err := s.readClock(ctx)
	if err != nil {
		return // the next one will do; who uses the database will say what is wrong
	}
	thought := s.clock.now().Add(-monotonic().Sub(at))
	step := said.Sub(thought)
	if step.Abs() < clockStep {
		s.clock.set(said, at)
		return
	}
	s.log.Warn("the clock of the database has stepped", zap.Duration("by", step))
	if !s.dialect.oneWriter || !s.owns() {
		s.clock.set(said, at)
		return
	}
	err = s.write(ctx, func(ctx context.Context, t *tx) error {
		if err := t.shift(ctx, step); err != nil {
			return err
		}
		t.now = t.now.Add(step) // for what else is in this group; the next one begins after it
		s.clock.set(said, at)
		return nil
	})
	if err != nil {
		s.clock.set(thought, at) // so that the next reading finds the step again
		s.log.Error("moving leases and retries with the clock", zap.Error(err))
	}
}

// shift moves all that waits by a step of the clock, what is due already too: else it would lie ahead after a step back.
func (t *tx) shift(ctx context.Context, step time.Duration) error {
	for _, query := range []string{
		`UPDATE lane SET lease_until = lease_until + $1 WHERE lease_until IS NOT NULL`,
		`UPDATE lane SET ready_at = ready_at + $1 WHERE ready_at IS NOT NULL`,
		`UPDATE delivery SET next_at = next_at + $1 WHERE done_at IS NULL`,
	} {
		if _, err := t.exec(ctx, query, step.Microseconds()); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) owns() bool {
	s.owning.Lock()
	defer s.owning.Unlock()
	return s.owned != nil
}

// sharpen makes the transaction's moment the database's own, where other hosts judge leases by it too.
func (t *tx) sharpen(ctx context.Context) error {
	if !t.follows || t.dialect.oneWriter {
		return nil
	}
	var now time.Time
	if err := t.run(ctx, t.dialect.askClock(&now)); err != nil {
		return fmt.Errorf("reading the database's clock: %w", err)
	}
	t.now = now
	return nil
}

// askClock reads the database's clock into now, beside other statements.
func (d dialect) askClock(now *time.Time) *step {
	return &step{query: d.clock, scan: func(row scanner) error {
		var us int64
		err := row.Scan(&us)
		*now = told(us)
		return err
	}}
}
