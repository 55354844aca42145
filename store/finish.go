package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// answerKept is how much of a receiver's answer is kept with an attempt.
const answerKept = 64 << 10

// Finish records how the attempt ended and moves the lane on: delivered → the next one is due; Again set → due then; else parked. A delivered
// complaint or forward takes its case from submitted to delivered. ErrLeaseLost.
func (s *Store) Finish(ctx context.Context, d Delivery, a Attempt) error {
	lost, wait := false, a.Again.Sub(s.Now()) // a distance: the clock may step before this is written
	crashPoint("answered")
	err := s.write(ctx, func(ctx context.Context, t *tx) (err error) {
		if !a.Again.IsZero() {
			a.Again = t.now.Add(wait)
		}
		lost, err = t.finish(ctx, d, a)
		crashPoint("finish")
		return err
	})
	if err != nil {
		return fmt.Errorf("finishing a delivery: %w", err)
	}
	crashPoint("finished")
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
	n, err := t.exec(ctx, `UPDATE lane SET lease_until = NULL, token = token + 1, worker = '' WHERE id = $1 AND token = $2`, d.Lane, d.Token)
	if err != nil {
		return false, err
	}
	if lost = n == 0; lost && a.Repeat {
		var one int
		done, err := t.row(ctx, []any{&one}, `SELECT 1 FROM attempt WHERE lane = $1 AND token = $2 AND outcome = $3 AND NOT late`, d.Lane, d.Token, string(a.Outcome))
		if err != nil || done {
			return false, err
		}
	}
	_, err = t.exec(ctx, `UPDATE attempt SET outcome = $3, class = $4, code = $5, duration = $6, answer = $7, late = $8
		WHERE lane = $1 AND token = $2 AND outcome = ''`,
		d.Lane, d.Token, string(a.Outcome), a.Class, a.Code, int64(a.Duration), a.Answer[:min(len(a.Answer), answerKept)], lost)
	if err != nil || lost {
		return lost, err
	}
	state, next, done := DeliveryParked, int64(0), any(nil)
	switch {
	case a.Outcome == OutcomeDelivered:
		state, done = DeliveryDelivered, micros(t.now)
	case !a.Again.IsZero():
		state, next = DeliveryDue, micros(a.Again)
	}
	n, err = t.exec(ctx, `UPDATE delivery SET state = $2, next_at = $3, done_at = $4, outcome = $5, class = $6, code = $7 WHERE message_id = $1 AND attempts = $8`,
		d.Message.ID, string(state), next, done, string(a.Outcome), a.Class, a.Code, d.Attempt)
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

// settle makes a lane's row agree with its open deliveries.
func (t *tx) settle(ctx context.Context, lane int64) error {
	const head = ` FROM delivery d WHERE d.lane = $1 AND d.done_at IS NULL ORDER BY d.seq LIMIT 1)`
	var waits bool
	_, err := t.row(ctx, []any{&waits}, `UPDATE lane SET open = (SELECT count(*) FROM delivery d WHERE d.lane = $1 AND d.done_at IS NULL),
		ready_at = (SELECT CASE WHEN d.state = 'due' THEN d.next_at END`+head+`,
		address = COALESCE((SELECT d.address`+head+`, address),
		component_key = COALESCE((SELECT d.component_key`+head+`, component_key)
		WHERE id = $1 RETURNING ready_at IS NOT NULL`, lane)
	t.woken = t.woken || waits
	return err
}

// finishCase locks the case of a delivery whose outcome may change it and, with store, changes it.
func (t *tx) finishCase(ctx context.Context, d Delivery, a Attempt, store bool) error {
	e := d.Message.Event
	if e == nil || a.Outcome != OutcomeDelivered {
		return nil
	}
	arrives := e.Kind == EventComplaint || e.Kind == EventForward
	if !arrives && a.Case.Extension == "" && a.External.Extension == "" {
		return nil
	}
	c, err := t.lockCaseID(ctx, d.CaseID)
	if err != nil || !store {
		return err
	}
	if c == nil {
		return errors.New("finding the case of a delivery: it is not there")
	}
	before := *c
	here := strings.EqualFold(e.Unit, c.Handler.Unit)
	if arrives && here && c.State == Submitted && !c.ForwardDue {
		c.State = Delivered
	}
	if here && c.External.Extension == "" {
		c.External = a.External
	}
	if c.Ref.Extension == "" && a.Case.Extension != "" {
		free, err := t.refFree(ctx, a.Case)
		if err != nil {
			return err
		}
		if free {
			c.Ref = a.Case
		}
	}
	if c.State == before.State && c.Ref == before.Ref && c.External == before.External {
		return nil
	}
	c.Changed = t.now
	c.Version++
	return t.updateCase(ctx, c, &before)
}

// refFree tells whether no case has 1177's id yet: an answer that names another case's does not spoil the delivery.
func (t *tx) refFree(ctx context.Context, ref Ref) (bool, error) {
	var one int
	taken, err := t.row(ctx, []any{&one}, `SELECT 1 FROM cases WHERE `+byRef, fold(ref.Root), ref.Extension)
	return !taken, err
}
