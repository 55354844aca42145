package store

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
	"time"

	"go.uber.org/zap"
)

// How the clock of the database is followed.
const (
	clockEvery = 5 * time.Second
	clockStep  = time.Second // a difference from here on is a step, below it is drift
	clockAlarm = time.Minute // a step back of more is an alarm
)

// What the log says when the clock went far back, and what a person then does.
const (
	clockWentBack = "the clock of the database went back"
	retryAll      = "what waits for its time waits so much longer: rivgate queue retry --state due --all"
)

// clock is the database's clock, which leases, retries and stamps go by: several hosts on one database never agree on their own. Between two
// readings it goes on with this process's monotonic clock, so that a step of the host's clock is nothing to it.
type clock struct {
	mu   sync.Mutex
	last reading
	most time.Time // the latest that it has been before a step back
}

// reading is what the database said that its time is. It said so within slack of a moment of the monotonic clock: nobody knows when between
// question and answer.
type reading struct {
	said, at time.Time
	slack    time.Duration
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.last.said.Add(monotonic().Sub(c.last.at))
}

// differs tells by how much a reading differs from what was thought, and whether that is a step: more than both readings can be wrong by.
func (c *clock) differs(r reading) (by time.Duration, step bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	by = r.said.Sub(c.last.said.Add(r.at.Sub(c.last.at)))
	return by, by.Abs() >= clockStep+r.slack+c.last.slack
}

// set takes a reading over.
func (c *clock) set(r reading) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last = r
}

// follow takes over a reading that is no step, unless it was so slow that it says less than is known.
func (c *clock) follow(r reading) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if r.slack < clockStep/4 || r.slack <= c.last.slack {
		c.last = r
	}
}

// wentBack notes that the clock had been at a time before it was set back.
func (c *clock) wentBack(from time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if from.After(c.most) {
		c.most = from
	}
}

// ClockBehind is how long the database's clock has still to go until it is where it was before it was set back; 0 when it was not.
func (s *Store) ClockBehind() time.Duration {
	if s.clock == nil {
		return 0
	}
	now := s.clock.now()
	s.clock.mu.Lock()
	defer s.clock.mu.Unlock()
	return max(0, s.clock.most.Sub(now))
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
	first, err := s.readClock(ctx)
	if err != nil {
		return err
	}
	s.clock = &clock{last: first}
	s.now = s.clock.now
	if err := s.compareClock(ctx); err != nil {
		return err
	}
	s.running.Go(func() {
		for idle(background, clockEvery); background.Err() == nil; idle(background, clockEvery) {
			s.followClock(background)
		}
	})
	return nil
}

// compareClock compares the database's clock with the newest time that was taken from it and stored: it may have gone back while nobody followed it.
func (s *Store) compareClock(ctx context.Context) error {
	var newest sql.NullInt64
	err := s.read.QueryRowContext(ctx, `SELECT max(at) FROM (SELECT at FROM heartbeat
		UNION ALL SELECT at FROM (SELECT at FROM access_log ORDER BY seq DESC LIMIT 1) latest) stored`).Scan(&newest)
	if err != nil {
		return fmt.Errorf("comparing the database's clock with what is stored: %w", err)
	}
	behind := moment(newest.Int64).Sub(s.clock.now())
	if behind < clockAlarm {
		return nil
	}
	s.clock.wentBack(moment(newest.Int64))
	s.log.Error(clockWentBack, zap.Duration("by", -behind), zap.String("found", "at start, by the newest time that is stored"),
		zap.String("remedy", retryAll))
	return nil
}

// readClock asks the database for its time.
func (s *Store) readClock(ctx context.Context) (reading, error) {
	ctx, cancel := context.WithTimeout(ctx, clockEvery)
	defer cancel()
	var us int64
	before := monotonic()
	if err := s.read.QueryRowContext(ctx, s.dialect.clock).Scan(&us); err != nil {
		return reading{}, fmt.Errorf("reading the database's clock: %w", err)
	}
	half := monotonic().Sub(before) / 2
	return reading{told(us), before.Add(half), half}, nil
}

// followClock takes over the database's time. Where it has stepped, and nobody else works on this database, what is leased and what waits for its
// time keeps its distance: nobody else gets a lane that is being delivered, and nothing waits an hour longer.
func (s *Store) followClock(ctx context.Context) {
	r, err := s.readClock(ctx)
	if err != nil {
		return // the next one will do; who uses the database will say what is wrong
	}
	step, is := s.clock.differs(r)
	if !is {
		s.clock.follow(r)
		return
	}
	alone := s.dialect.oneWriter && s.owns()
	s.tellStep(step, alone)
	if !alone {
		s.clock.set(r)
		return
	}
	err = s.write(ctx, func(ctx context.Context, t *tx) error {
		if err := t.shift(ctx, step); err != nil {
			return err
		}
		t.now = t.now.Add(step) // for what else is in this group; the next one begins after it
		s.clock.set(r)
		return nil
	})
	if err != nil {
		s.clock.set(reading{r.said.Add(-step), r.at, r.slack}) // so that the next reading finds the step again
		s.log.Error("moving leases and retries with the clock", zap.Error(err))
	}
}

// tellStep logs a step, and raises the alarm where the clock went far back: what was put off waits until the clock is there again.
func (s *Store) tellStep(step time.Duration, moved bool) {
	if step > -clockAlarm {
		s.log.Warn("the clock of the database has stepped", zap.Duration("by", step))
		return
	}
	s.clock.wentBack(s.clock.now())
	remedy := retryAll
	if moved {
		remedy = "none is needed: what waits was moved with the clock"
	}
	s.log.Error(clockWentBack, zap.Duration("by", step), zap.String("remedy", remedy))
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
