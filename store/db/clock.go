package db

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
	clockAlarm = time.Minute // a step back of more is an alarm
)

// What the log says when the clock went far back.
const clockWentBack = "the clock of the database went back"

// clock is the database's clock, which leases, retries and stamps go by: several hosts on one database never agree on
// their own. Between two readings it goes on with this process's monotonic clock, so that a step of the host's clock is
// nothing to it.
type clock struct {
	mu   sync.Mutex
	last reading
	most time.Time // the latest that it has been before a step back
}

// reading is what the database said that its time is. It said so within slack of a moment of the monotonic clock:
// nobody knows when between question and answer.
type reading struct {
	said, at time.Time
	slack    time.Duration
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.last.said.Add(monotonic().Sub(c.last.at))
}

// differs tells by how much a reading differs from what was thought, and whether that is a step: more than both
// readings can be wrong by.
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

// ClockBehind is how long the database's clock has still to go until it is where it was before it was set back; 0 when
// it was not.
func (d *DB) ClockBehind() time.Duration {
	if d.clock == nil {
		return 0
	}
	now := d.clock.now()
	d.clock.mu.Lock()
	defer d.clock.mu.Unlock()
	return max(0, d.clock.most.Sub(now))
}

// Now is the clock of leases, retries and stamps: the database's, or Options.Now where that was given.
func (d *DB) Now() time.Time { return d.now().UTC().Truncate(time.Microsecond) }

// Steady is a clock that no step reaches, to measure with in this process: Options.Now where that was given.
func (d *DB) Steady() time.Time {
	if d.clock == nil {
		return d.now()
	}
	return monotonic()
}

// startClock reads the database's clock once, and from then on every few seconds.
func (d *DB) startClock(ctx, background context.Context) error {
	if d.now != nil {
		return nil
	}
	first, err := d.readClock(ctx)
	if err != nil {
		return err
	}
	d.clock = &clock{last: first}
	d.now = d.clock.now
	d.running.Go(func() {
		for Idle(background, clockEvery); background.Err() == nil; Idle(background, clockEvery) {
			d.FollowClock(background)
		}
	})
	return nil
}

// CompareClock compares the database's clock with the newest time that was taken from it and stored: it may have gone
// back while nobody followed it.
func (d *DB) CompareClock(newest time.Time) {
	if d.clock == nil {
		return
	}
	behind := newest.Sub(d.clock.now())
	if behind < clockAlarm {
		return
	}
	d.clock.wentBack(newest)
	d.log.Error(clockWentBack, zap.Duration("by", -behind),
		zap.String("found", "at start, by the newest time that is stored"),
		zap.String("remedy", d.options.Remedy))
}

// readClock asks the database for its time.
func (d *DB) readClock(ctx context.Context) (reading, error) {
	ctx, cancel := context.WithTimeout(ctx, clockEvery)
	defer cancel()
	var us int64
	before := monotonic()
	if err := d.read.QueryRowContext(ctx, d.Dialect.Clock).Scan(&us); err != nil {
		return reading{}, fmt.Errorf("reading the database's clock: %w", err)
	}
	half := monotonic().Sub(before) / 2
	return reading{databaseTime(us), before.Add(half), half}, nil
}

// FollowClock takes over the database's time, as happens by itself every few seconds. Where it has stepped, and nobody
// else works on this database, what is leased and what waits for its time keeps its distance: nobody else gets a lane
// that is being delivered, and nothing waits an hour longer.
func (d *DB) FollowClock(ctx context.Context) {
	r, err := d.readClock(ctx)
	if err != nil {
		return // the next one will do; who uses the database will say what is wrong
	}
	step, is := d.clock.differs(r)
	if !is {
		d.clock.follow(r)
		return
	}
	alone := d.Dialect.OneWriter && d.owns()
	d.tellStep(step, alone)
	if !alone {
		d.clock.set(r)
		return
	}
	err = d.Write(ctx, func(ctx context.Context, t *Tx) error {
		if err := d.options.Stepped(ctx, t, step); err != nil {
			return err
		}
		t.Now = t.Now.Add(step) // for what else is in this group; the next one begins after it
		d.clock.set(r)
		return nil
	})
	if err != nil {
		d.clock.set(reading{r.said.Add(-step), r.at, r.slack}) // so that the next reading finds the step again
		d.log.Error("moving leases and retries with the clock", zap.Error(err))
	}
}

// tellStep logs a step, and raises the alarm where the clock went far back: what was put off waits until the clock is
// there again.
func (d *DB) tellStep(step time.Duration, moved bool) {
	if step > -clockAlarm {
		d.log.Warn("the clock of the database has stepped", zap.Duration("by", step))
		return
	}
	d.clock.wentBack(d.clock.now())
	remedy := d.options.Remedy
	if moved {
		remedy = "none is needed: what waits was moved with the clock"
	}
	d.log.Error(clockWentBack, zap.Duration("by", step), zap.String("remedy", remedy))
}

func (d *DB) owns() bool {
	d.ownMu.Lock()
	defer d.ownMu.Unlock()
	return d.ownLock != nil
}

// Sharpen makes the transaction's moment the database's own, where other hosts judge leases by it too.
func (t *Tx) Sharpen(ctx context.Context) error {
	if !t.follows || t.Dialect.OneWriter {
		return nil
	}
	var now time.Time
	if err := t.Run(ctx, t.Dialect.askClock(&now)); err != nil {
		return fmt.Errorf("reading the database's clock: %w", err)
	}
	t.Now = now
	return nil
}

// AskClock reads the database's clock into now, beside other statements; nil where there is no need, since no other
// host works on the database or its clock is not followed.
func (d *DB) AskClock(now *time.Time) *Step {
	if d.clock == nil || d.Dialect.OneWriter {
		return nil
	}
	return d.Dialect.askClock(now)
}

func (d Dialect) askClock(now *time.Time) *Step {
	return &Step{Query: d.Clock, Scan: func(row Scanner) error {
		var us int64
		err := row.Scan(&us)
		*now = databaseTime(us)
		return err
	}}
}
