package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"rivgate/store/db"
)

// turn is where a message stands among its sender's in the case.
type turn int

const (
	inTurn  turn = iota // applied, and what it lets go on with it
	early               // a number is missing before it: held
	late                // at or below the last one applied: applied at once
	anyTime             // not numbered, or its number was used or refused before: applied at once, and late for nothing
)

// turnOf finds out by the sequence number, and what is known of the sender. Two messages of one number are both
// applied: which of them is the right one cannot be told here.
//
// Deviation: the message that begins a case is never early, whatever its number: nothing that comes before it can be of
// a case known here. The numbers of a case that came here by a forward begin wherever they begin.
func turnOf(number int64, f *knownCase) turn {
	switch {
	case number <= 0: // a message that is not numbered is never early
		return anyTime
	case number == f.last.Int64+1, !f.last.Valid && f.c.BegunByForward:
		return inTurn
	case number > f.last.Int64:
		return early
	case f.used:
		return anyTime
	}
	return late
}

func (t *tx) setLast(ctx context.Context, caseID, sender string, number int64) error {
	if number <= 0 {
		return nil
	}
	return t.Put(ctx, putLast, caseID, fold(sender), number)
}

// hold stores a message whose turn has not come.
func (t *tx) hold(ctx context.Context, in *incoming) error {
	in.receipt.OutOfOrder = true
	if err := t.insertMessage(ctx, in); err != nil {
		return err
	}
	return t.Put(ctx, insertHeld, in.m.ID, in.c.ID, fold(in.m.Key.Sender), in.m.Event.Sequence, db.Micros(t.Now))
}

// waitingTurn is a held message.
type waitingTurn struct {
	id       string
	sequence int64
	since    int64
}

func (t *tx) held(ctx context.Context, caseID, sender string) ([]waitingTurn, error) {
	return db.Collect(ctx, t, func(rows *sql.Rows) (w waitingTurn, err error) {
		return w, rows.Scan(&w.id, &w.sequence, &w.since)
	}, `SELECT h.message_id, h.sequence, h.since FROM held h JOIN message m ON m.id = h.message_id
		WHERE h.case_id = $1 AND h.sender = $2 AND h.refused = '' ORDER BY h.sequence, m.seq`, caseID, fold(sender))
}

// release applies the sender's held messages, as far as their numbers follow last without a gap. Refused numbers leave
// no gap.
func (t *tx) release(ctx context.Context, c *Case, sender string, last int64) error {
	waiting, err := t.held(ctx, c.ID, sender)
	if err != nil {
		return err
	}
	refused, err := t.refusedNumbers(ctx, c.ID, sender, last)
	if err != nil {
		return err
	}
	before := last
	for {
		for len(refused) > 0 && refused[0] <= last+1 {
			last, refused = max(last, refused[0]), refused[1:]
		}
		if len(waiting) == 0 || waiting[0].sequence > last+1 {
			break
		}
		last = max(last, waiting[0].sequence)
		if err := t.releaseOne(ctx, c, waiting[0], false); err != nil {
			return err
		}
		waiting = waiting[1:]
	}
	if last == before {
		return nil
	}
	return t.setLast(ctx, c.ID, sender, last)
}

// refusedNumbers are the sender's numbers above last whose messages were refused, in order.
func (t *tx) refusedNumbers(ctx context.Context, caseID, sender string, last int64) ([]int64, error) {
	return db.Collect(ctx, t, func(rows *sql.Rows) (n int64, err error) { return n, rows.Scan(&n) },
		`SELECT sequence FROM refused_number WHERE case_id = $1 AND sender = $2 AND sequence > $3 ORDER BY sequence`, caseID,
		fold(sender), last)
}

// numbersAhead is how far above the last number applied one that was refused is remembered.
const numbersAhead = 1000

// CountRefused notes that a sender's message with a number was refused for good: the number counts as seen, so that the
// next is in order, and it may be used again by a message that mends the refused one. Of a case that is not known, and
// of a number that was used, nothing is noted.
func (s *Store) CountRefused(ctx context.Context, ref, external Ref, sender string, number int64) error {
	if number <= 0 {
		return nil
	}
	err := s.write(ctx, func(ctx context.Context, t *tx) error {
		c, err := t.lockCase(ctx, &Event{Case: ref, External: external})
		if err != nil || c == nil {
			return err
		}
		return t.countRefused(ctx, c, sender, number)
	})
	if err != nil {
		return fmt.Errorf("noting a refused number: %w", err)
	}
	return nil
}

func (t *tx) countRefused(ctx context.Context, c *Case, sender string, number int64) error {
	var last int64
	var one int
	known, err := t.Row(ctx, []any{&last}, `SELECT last FROM case_sender WHERE case_id = $1 AND sender = $2`, c.ID,
		fold(sender))
	if err != nil || number > last+numbersAhead {
		return err
	}
	used, err := t.Row(ctx, []any{&one},
		`SELECT 1 FROM message WHERE case_id = $1 AND sender = $2 AND sequence = $3 LIMIT 1`, c.ID, fold(sender), number)
	if err != nil || used {
		return err
	}
	_, err = t.Exec(ctx,
		`INSERT INTO refused_number (case_id, sender, sequence) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, c.ID,
		fold(sender), number)
	if err != nil {
		return err
	}
	if !known && c.BegunByForward { // its numbers begin wherever they begin
		last = number - 1
	}
	return t.release(ctx, c, sender, last)
}

// releaseOne applies a held message whose turn has come. If the case refuses it now, it stays for a person to look at,
// since its sender was answered that it is accepted. late marks it: its gap did not close.
func (t *tx) releaseOne(ctx context.Context, c *Case, w waitingTurn, late bool) error {
	m, err := loadMessage(ctx, t, w.id, false)
	if err != nil {
		return err
	}
	m.Event.CaseVersion = 0 // was judged when it came
	in := incoming{m: m, late: late}
	err = t.applyTo(ctx, c, &in)
	var refusal *Refusal
	if errors.As(err, &refusal) {
		_, err = t.Exec(ctx, `UPDATE held SET refused = $2 WHERE message_id = $1`, w.id, string(refusal.Reason))
		return err
	}
	if err != nil {
		return err
	}
	if late {
		if _, err := t.Exec(ctx, `UPDATE message SET late = TRUE WHERE id = $1`, w.id); err != nil {
			return err
		}
	}
	if _, err := t.Exec(ctx, `DELETE FROM held WHERE message_id = $1`, w.id); err != nil {
		return err
	}
	return t.putInPlace(ctx, &in)
}

// ApplyHeld applies messages that were held because of a gap that is older than gap, marks them, and tells how many.
// Messages of the same sender and case that came before or directly after them go with them.
func (s *Store) ApplyHeld(ctx context.Context, gap time.Duration) (int, error) {
	before := db.Micros(s.Now().Add(-gap))
	type key struct{ caseID, sender string }
	gaps, err := db.Collect(ctx, s.read, func(rows *sql.Rows) (k key, err error) {
		return k, rows.Scan(&k.caseID, &k.sender)
	}, `SELECT DISTINCT case_id, sender FROM held WHERE refused = '' AND since <= $1`, before)
	if err != nil {
		return 0, fmt.Errorf("finding held messages: %w", err)
	}
	total := 0
	for _, k := range gaps {
		var applied int
		err := s.write(ctx, func(ctx context.Context, t *tx) (err error) {
			applied, err = t.giveUpGap(ctx, k.caseID, k.sender, before)
			return err
		})
		if err != nil {
			return total, fmt.Errorf("applying held messages: %w", err)
		}
		total += applied
	}
	return total, nil
}

func (t *tx) giveUpGap(ctx context.Context, caseID, sender string, before int64) (int, error) {
	c, err := t.lockCaseID(ctx, caseID)
	if err != nil || c == nil {
		return 0, err
	}
	waiting, err := t.held(ctx, caseID, sender)
	if err != nil {
		return 0, err
	}
	upTo := int64(-1)
	for _, w := range waiting {
		if w.since <= before {
			upTo = max(upTo, w.sequence)
		}
	}
	applied := 0
	for _, w := range waiting {
		if upTo < 0 || w.sequence > upTo+1 {
			break
		}
		upTo = max(upTo, w.sequence)
		if err := t.releaseOne(ctx, c, w, true); err != nil {
			return 0, err
		}
		if err := t.setLast(ctx, caseID, sender, w.sequence); err != nil {
			return 0, err
		}
		applied++
	}
	if applied > 0 {
		err = t.release(ctx, c, sender, upTo)
	}
	return applied, err
}
