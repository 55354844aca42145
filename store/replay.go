package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"rivgate/store/db"
)

// Replay delivers delivered messages of f once more, with the same message ids: for a receiver that lost what it had
// taken. The messages of a case keep their order among themselves. Lanes in which something still waits are left out:
// it would be overtaken.
func (s *Store) Replay(ctx context.Context, f DeliveryFilter, by, reason string) (int, error) {
	return s.operate(ctx, f, replaying(by, reason))
}

// Would tells how many deliveries a verb would touch, if it were ordered now.
func (s *Store) Would(ctx context.Context, verb Verb, f DeliveryFilter) (int, error) {
	var o order
	switch verb {
	case VerbRetry:
		o = retrying("", "")
	case VerbReplay:
		o = replaying("", "")
	case VerbRedirect:
		o = redirecting("", "", "")
	case VerbClose:
		o = closing("", "")
	case VerbRelease:
		held, err := s.heldOf(ctx, f)
		return len(held), err
	case VerbDismiss:
		held, err := s.heldWhich(ctx, f, stranded)
		return len(held), err
	default:
		return 0, fmt.Errorf("counting deliveries: %q is no verb", verb)
	}
	c := f.conditions(s.Now())
	o.narrow(c)
	limit := ""
	if f.Limit > 0 {
		c.Args = append(c.Args, f.Limit)
		limit = fmt.Sprintf(" LIMIT $%d", len(c.Args))
	}
	var n int
	err := s.read.QueryRowContext(ctx,
		`SELECT count(*) FROM (SELECT d.seq FROM delivery d JOIN lane l ON l.id = d.lane`+c.Where()+limit+`) AS chosen`,
		c.Args...).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("counting deliveries: %w", err)
	}
	return n, nil
}

// heldMessage is a message that waits for the one before it.
type heldMessage struct{ id, caseID, sender, receiver string }

// heldOf finds what waits because of a gap.
func (s *Store) heldOf(ctx context.Context, f DeliveryFilter) ([]heldMessage, error) {
	return s.heldWhich(ctx, f, "h.refused = ''")
}

// heldWhich finds held messages h of which a condition holds. A filter by state chooses none: these are no deliveries
// yet.
func (s *Store) heldWhich(ctx context.Context, f DeliveryFilter, which string) ([]heldMessage, error) {
	if f.State != "" {
		return nil, nil
	}
	c := &db.Conditions{Parts: []string{which}}
	if f.ID != "" {
		c.Add("m.id = $?", f.ID)
	}
	if f.Case != "" {
		c.Add(`h.case_id IN (SELECT c.id FROM cases c WHERE c.id = $? OR c.ref_extension = $? AND c.ref_extension <> '')`,
			f.Case, f.Case)
	}
	if !f.Since.IsZero() {
		c.Add("m.received >= $?", db.Micros(f.Since))
	}
	if !f.Until.IsZero() {
		c.Add("m.received < $?", db.Micros(f.Until))
	}
	held, err := db.Collect(ctx, s.read, func(rows *sql.Rows) (h heldMessage, err error) {
		return h, rows.Scan(&h.id, &h.caseID, &h.sender, &h.receiver)
	},
		`SELECT m.id, h.case_id, h.sender, m.receiver FROM held h JOIN message m ON m.id = h.message_id`+c.Where()+
			` ORDER BY h.case_id, h.sender, h.sequence`, c.Args...)
	if err != nil {
		return nil, fmt.Errorf("finding held messages: %w", err)
	}
	if f.Receiver != "" { // here, since no two databases fold alike
		held = slices.DeleteFunc(held, func(h heldMessage) bool { return fold(h.receiver) != fold(f.Receiver) })
	}
	return held, nil
}

// Release applies messages of f that wait for the one before them, without waiting any longer: those of the same sender
// and case that come before them go with them. It tells how many were applied; what its case refuses by now is
// stranded, and not counted out.
func (s *Store) Release(ctx context.Context, f DeliveryFilter, by, reason string) (int, error) {
	held, err := s.heldOf(ctx, f)
	if err != nil {
		return 0, err
	}
	o := order{verb: string(VerbRelease), by: by, reason: reason}
	total := 0
	for _, h := range held {
		var applied int
		err := s.write(ctx, func(ctx context.Context, t *tx) (err error) {
			if applied, err = t.releaseUpTo(ctx, h); err != nil || applied == 0 {
				return err
			}
			return t.note(ctx, o, h.id, h.receiver)
		})
		if err != nil {
			return total, fmt.Errorf("releasing held messages: %w", err)
		}
		total += applied
	}
	err = s.write(ctx, func(ctx context.Context, t *tx) error { return t.audit(ctx, o, f.text(), total) })
	if err != nil {
		return total, fmt.Errorf("noting a release: %w", err)
	}
	return total, nil
}

// releaseUpTo applies what its sender has waiting up to and with h. None: it was released meanwhile, perhaps with one
// before.
func (t *tx) releaseUpTo(ctx context.Context, h heldMessage) (int, error) {
	c, err := t.lockCaseID(ctx, h.caseID)
	if err != nil || c == nil {
		return 0, err
	}
	waiting, err := t.held(ctx, h.caseID, h.sender)
	if err != nil {
		return 0, err
	}
	last := -1
	for i, w := range waiting {
		if w.id == h.id {
			last = i
		}
	}
	for _, w := range waiting[:last+1] {
		if err := t.releaseOne(ctx, c, w, true); err != nil {
			return 0, err
		}
		if err := t.setLast(ctx, h.caseID, h.sender, w.sequence); err != nil {
			return 0, err
		}
	}
	if last >= 0 {
		err = t.release(ctx, c, h.sender, waiting[last].sequence)
	}
	return last + 1, err
}
