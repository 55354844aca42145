package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"rivgate/store/db"
)

// jointFinish is a finish that goes with others of its group.
type jointFinish struct {
	d    Delivery
	a    Attempt
	wait time.Duration // until Attempt.Again
}

func (f *jointFinish) ask(q *questions) bool {
	if f.a.Repeat || !q.claim(fmt.Sprintf("l\x00%d", f.d.Lane)) {
		return false
	}
	if f.d.changesCase(f.a) {
		if !q.claim(caseMark(f.d.CaseID)) {
			return false
		}
		q.cases = append(q.cases, []any{f.d.CaseID})
	}
	q.lanes = append(q.lanes, []any{f.d.Lane, f.d.Token})
	return true
}

func (f *jointFinish) settle(ctx context.Context, t *tx, q *questions) error {
	if !q.held[f.d.Lane] { // the lease was lost: that is noted apart
		return db.ErrApart
	}
	d, a := f.d, f.a
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
		if err := f.changeCase(ctx, t, q); err != nil {
			return err
		}
	}
	db.CrashPoint("finish")
	return nil
}

func (f *jointFinish) changeCase(ctx context.Context, t *tx, q *questions) error {
	known := q.known[caseMark(f.d.CaseID)]
	if known == nil || known.c.Ref.Extension == "" && f.a.Case.Extension != "" {
		return db.ErrApart
	}
	before := *known.c
	if !known.c.delivered(f.d.Message.Event, f.a, t.Now) {
		return nil
	}
	return t.updateCase(ctx, known.c, &before)
}

const endDelivery = `UPDATE delivery SET state = $2, next_at = $3, done_at = $4, outcome = $5, class = $6, code = $7 WHERE message_id = $1 AND attempts = $8`

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
	return t.Put(ctx, `UPDATE attempt SET outcome = $3, class = $4, code = $5, duration = $6, answer = $7, late = $8, why = $9
		WHERE lane = $1 AND token = $2 AND outcome = ''`,
		d.Lane, d.Token, string(a.Outcome), a.Class, a.Code, int64(a.Duration), a.Answer[:min(len(a.Answer), answerKept)], late, writeDiagnosis(a.Why))
}
