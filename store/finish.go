package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"rivgate/routing"
	"rivgate/store/db"
)

// answerKept is how much of a receiver's answer is kept with an attempt.
const answerKept = 64 << 10

// Finish records how the attempt ended and moves the lane on: delivered → the next one is due; Again set → due then; else parked. A delivered
// complaint or forward takes its case from submitted to delivered. ErrLeaseLost.
func (s *Store) Finish(ctx context.Context, d Delivery, a Attempt) error {
	lost, wait := false, a.Again.Sub(s.Now()) // a distance: the clock may step before this is written
	db.CrashPoint("answered")
	do := func(ctx context.Context, t *tx) (err error) {
		if !a.Again.IsZero() {
			a.Again = t.Now.Add(wait)
		}
		lost, err = t.finish(ctx, d, a)
		db.CrashPoint("finish")
		return err
	}
	err := s.Group(ctx, shard(d.Message), &db.Job{Do: s.in(do), Joint: grouped{&jointFinish{d: d, a: a, wait: wait}, s}, Size: len(a.Answer)})
	if err != nil {
		return fmt.Errorf("finishing a delivery: %w", err)
	}
	db.CrashPoint("finished")
	if lost {
		return ErrLeaseLost
	}
	return nil
}

// finish: the case is locked before the lane, as Accept does. The token goes up, so that nothing can be finished twice.
func (t *tx) finish(ctx context.Context, d Delivery, a Attempt) (lost bool, err error) {
	if err := t.finishCase(ctx, d, a, false); err != nil {
		return false, err
	}
	n, err := t.Exec(ctx, `UPDATE lane SET lease_until = NULL, token = token + 1, worker = '' WHERE id = $1 AND token = $2`, d.Lane, d.Token)
	if err != nil {
		return false, err
	}
	if lost = n == 0; lost && a.Repeat {
		var one int
		done, err := t.Row(ctx, []any{&one}, `SELECT 1 FROM attempt WHERE lane = $1 AND token = $2 AND outcome = $3 AND NOT late`, d.Lane, d.Token, string(a.Outcome))
		if err != nil || done {
			return false, err
		}
	}
	if err = t.noteAttempt(ctx, d, a, lost); err != nil || lost {
		return lost, err
	}
	n, err = t.Exec(ctx, endDelivery, endOfDelivery(d, a, db.Micros(t.Now))...)
	if err != nil {
		return false, err
	}
	if n == 0 {
		return false, fmt.Errorf("attempt %d is not the last one of its message", d.Attempt)
	}
	if err := t.settle(ctx, d.Lane); err != nil {
		return false, err
	}
	return false, t.finishCase(ctx, d, a, true)
}

// settled makes a lane $1 agree with its open deliveries.
const settled = `open = (SELECT count(*) FROM delivery d WHERE d.lane = $1 AND d.done_at IS NULL),
		ready_at = (SELECT CASE WHEN d.state = 'due' THEN d.next_at END` + headOfLane + `,
		address = COALESCE((SELECT d.address` + headOfLane + `, address),
		component_key = COALESCE((SELECT d.component_key` + headOfLane + `, component_key)`

const headOfLane = ` FROM delivery d WHERE d.lane = $1 AND d.done_at IS NULL ORDER BY d.seq LIMIT 1)`

// releaseLane ends a lease and settles the lane. The token goes up, so that nothing can be finished twice.
const releaseLane = `UPDATE lane SET lease_until = NULL, token = token + 1, worker = '', ` + settled + ` WHERE id = $1 AND token = $2 RETURNING ready_at IS NOT NULL`

func (t *tx) settle(ctx context.Context, lane int64) error {
	var waits bool
	_, err := t.Row(ctx, []any{&waits}, `UPDATE lane SET `+settled+` WHERE id = $1 RETURNING ready_at IS NOT NULL`, lane)
	t.Woken = t.Woken || waits
	return err
}

// changesCase tells whether the case of a delivery may change by how an attempt ended.
func (d Delivery) changesCase(a Attempt) bool {
	e := d.Message.Event
	return e != nil && a.Outcome == OutcomeDelivered && (e.arrives() || a.Case.Extension != "" || a.External.Extension != "")
}

// arrives tells whether an event brings the case to its handler.
func (e *Event) arrives() bool { return e.Kind == EventComplaint || e.Kind == EventForward }

// delivered takes over what a delivered message means for its case, and what the answer told. False: nothing changed.
func (c *Case) delivered(e *Event, a Attempt, now time.Time) bool {
	before := *c
	here := routing.SameHSAID(e.Unit, c.Handler.Unit)
	if e.arrives() && here && c.State == Submitted && !c.ForwardDue {
		c.State = Delivered
	}
	if here && c.External.Extension == "" {
		c.External = a.External
	}
	if c.Ref.Extension == "" && a.Case.Extension != "" {
		c.Ref = a.Case
	}
	if c.State == before.State && c.Ref == before.Ref && c.External == before.External {
		return false
	}
	c.Changed = now
	c.Version++
	return true
}

// finishCase locks the case of a delivery whose outcome may change it and, with store, changes it.
func (t *tx) finishCase(ctx context.Context, d Delivery, a Attempt, store bool) error {
	if !d.changesCase(a) {
		return nil
	}
	c, err := t.lockCaseID(ctx, d.CaseID)
	if err != nil || !store {
		return err
	}
	if c == nil {
		return errors.New("finding the case of a delivery: it is not there")
	}
	if c.Ref.Extension == "" && a.Case.Extension != "" {
		free, err := t.refFree(ctx, a.Case)
		if err != nil {
			return err
		}
		if !free { // an answer that names another case's id does not spoil the delivery
			a.Case = Ref{}
		}
	}
	before := *c
	if !c.delivered(d.Message.Event, a, t.Now) {
		return nil
	}
	return t.updateCase(ctx, c, &before)
}

// refFree tells whether no case has 1177's id yet.
func (t *tx) refFree(ctx context.Context, ref Ref) (bool, error) {
	var one int
	taken, err := t.Row(ctx, []any{&one}, `SELECT 1 FROM cases WHERE `+byRef, fold(ref.Root), ref.Extension)
	return !taken, err
}
