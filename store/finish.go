package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"rivgate/routing"
	"rivgate/store/db"
)

// maxAnswer is how many bytes of a receiver's answer are stored with an attempt.
const maxAnswer = 64 << 10

// Finish records how the attempt ended and moves the lane on: delivered → the next one is due; Again set → due then;
// else parked. A delivered complaint or forward takes its case from submitted to delivered. ErrLeaseLost.
func (s *Store) Finish(ctx context.Context, d Delivery, a Attempt) error {
	f := &finishChange{d: d, a: a, wait: a.Again.Sub(s.Now())}
	db.CrashPoint("answered")
	err := s.Group(ctx, shard(d.Message), &db.Job{Shared: groupJob{f, s}, Size: len(a.Answer)})
	if err != nil {
		return fmt.Errorf("finishing a delivery: %w", err)
	}
	db.CrashPoint("finished")
	if f.lost {
		return ErrLeaseLost
	}
	return nil
}

// finishChange is a finish under way, alone or with others of its group.
type finishChange struct {
	d    Delivery
	a    Attempt
	wait time.Duration // until Attempt.Again: a distance, for the clock may step before this is written
	lost bool          // the lease
}

func (f *finishChange) ask(q *questions, _ bool) bool {
	marks := []string{laneMark(f.d.Lane)}
	changes := f.d.changesCase(f.a)
	if changes {
		marks = append(marks, caseMark(f.d.CaseID))
	}
	if changes && f.a.Case.Extension != "" {
		marks = append(marks, refMark(fold(f.a.Case.Root), f.a.Case.Extension))
	}
	if !q.claim(marks...) {
		return false
	}
	if changes {
		q.cases = append(q.cases, []any{f.d.CaseID})
	}
	q.lanes = append(q.lanes, []any{f.d.Lane, f.d.Token})
	return true
}

func (f *finishChange) settle(ctx context.Context, t *tx, q *questions) error {
	d, a := f.d, f.a
	if f.lost = false; !q.leased[d.Lane] {
		return f.noteLate(ctx, t)
	}
	if !a.Again.IsZero() {
		a.Again = t.Now.Add(f.wait)
	}
	if err := t.noteAttempt(ctx, d, a, false); err != nil {
		return err
	}
	if err := t.PutOne(ctx, endDelivery, endOfDelivery(d, a, db.Micros(t.Now))...); err != nil {
		return err
	}
	err := t.PutReturning(ctx, func(row db.Scanner) error {
		var waits bool
		err := row.Scan(&waits)
		t.Woken = t.Woken || waits
		return err
	}, releaseLane, d.Lane, d.Token)
	if err != nil {
		return err
	}
	if d.changesCase(a) {
		err = f.changeCase(ctx, t, q)
	}
	db.CrashPoint("finish")
	return err
}

// noteLate notes a result whose lease was lost, unless a call of Finish before this one has written it.
func (f *finishChange) noteLate(ctx context.Context, t *tx) error {
	if f.a.Repeat {
		var one int
		done, err := t.Row(ctx, []any{&one},
			`SELECT 1 FROM attempt WHERE lane = $1 AND token = $2 AND outcome = $3 AND NOT late`,
			f.d.Lane, f.d.Token, string(f.a.Outcome))
		if err != nil || done {
			return err
		}
	}
	f.lost = true
	return t.noteAttempt(ctx, f.d, f.a, true)
}

// changeCase changes the case of a delivery by its outcome.
func (f *finishChange) changeCase(ctx context.Context, t *tx, q *questions) error {
	known, a := q.known[caseMark(f.d.CaseID)], f.a
	if known == nil {
		return errors.New("finding the case of a delivery: it is not there")
	}
	if known.c.Ref.Extension == "" && a.Case.Extension != "" {
		free, err := t.refFree(ctx, a.Case)
		if err != nil {
			return err
		}
		if !free { // an answer that names another case's id does not spoil the delivery
			a.Case = Ref{}
		}
	}
	before := *known.c
	if !known.c.delivered(f.d.Message.Event, a, t.Now) {
		return nil
	}
	return t.updateCase(ctx, known.c, &before)
}

// settle makes a lane agree with its open deliveries.
func (t *tx) settle(ctx context.Context, lane int64) error {
	var waits bool
	_, err := t.Row(ctx, []any{&waits}, settleLane, lane)
	t.Woken = t.Woken || waits
	return err
}

// changesCase tells whether the case of a delivery may change by how an attempt ended.
func (d Delivery) changesCase(a Attempt) bool {
	e := d.Message.Event
	return e != nil && a.Outcome == OutcomeDelivered &&
		(e.reachesHandler() || a.Case.Extension != "" || a.External.Extension != "")
}

// reachesHandler tells whether an event brings the case to its handler.
func (e *Event) reachesHandler() bool { return e.Kind == EventComplaint || e.Kind == EventForward }

// delivered changes the case by a message that was delivered and by its answer. False: nothing changed.
func (c *Case) delivered(e *Event, a Attempt, now time.Time) bool {
	before := *c
	here := routing.SameHSAID(e.Unit, c.Handler.Unit)
	if e.reachesHandler() && here && c.State == Submitted && !c.ForwardDue {
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

// refFree tells whether no case has 1177's id yet.
func (t *tx) refFree(ctx context.Context, ref Ref) (bool, error) {
	var one int
	taken, err := t.Row(ctx, []any{&one}, `SELECT 1 FROM cases WHERE `+byRef, fold(ref.Root), ref.Extension)
	return !taken, err
}

// endOfDelivery are the values of endDelivery.
func endOfDelivery(d Delivery, a Attempt, now int64) []any {
	state, next, done := DeliveryParked, int64(0), sql.NullInt64{}
	switch {
	case a.Outcome == OutcomeDelivered:
		state, done = DeliveryDelivered, sql.NullInt64{Int64: now, Valid: true}
	case !a.Again.IsZero():
		state, next = DeliveryDue, db.Micros(a.Again)
	}
	return []any{d.Message.ID, string(state), next, done, string(a.Outcome), a.Class, a.Code, d.Attempt}
}

func (t *tx) noteAttempt(ctx context.Context, d Delivery, a Attempt, late bool) error {
	return t.Put(ctx, endAttempt, d.Lane, d.Token, string(a.Outcome), a.Class, a.Code, int64(a.Duration),
		contentBytes(a.Answer[:min(len(a.Answer), maxAnswer)]), late, writeDiagnosis(a.Why))
}
