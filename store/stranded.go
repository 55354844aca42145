package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"rivgate/store/db"
)

// Stranded is a message that was held because of a gap, and refused when its turn came. Its sender has been told that
// it is kept, so a person must look.
type Stranded struct {
	MessageID string    `json:"messageId"`
	CaseID    string    `json:"caseId"` // ours
	Kind      EventKind `json:"kind"`
	Sender    string    `json:"sender"`
	Reason    Reason    `json:"reason"`
	At        time.Time `json:"at"` // received here
}

// Strandeds lists the stranded messages of all cases, the oldest first; limit as in CaseFilter.
func (s *Store) Strandeds(ctx context.Context, limit int) ([]Stranded, error) {
	all, err := db.Collect(ctx, s.read, func(rows *sql.Rows) (x Stranded, err error) {
		var at int64
		err = rows.Scan(&x.MessageID, &x.CaseID, &x.Kind, &x.Sender, &x.Reason, &at)
		x.At = db.Moment(at)
		return x, err
	}, `SELECT m.id, h.case_id, m.kind, m.sender, h.refused, m.received FROM held h CROSS JOIN message m
		WHERE m.id = h.message_id AND `+stranded+` ORDER BY m.seq LIMIT $1`, db.ListLimit(limit))
	if err != nil {
		return nil, fmt.Errorf("listing stranded messages: %w", err)
	}
	return all, nil
}

// stranded is a condition on a held message h: it was refused when its turn came, and nobody has dismissed it.
const stranded = `h.refused <> '' AND NOT h.dismissed`

// Dismiss ends stranded messages of f: a person has looked, and nothing more is to come of them. They stay in their
// case's time line, as closed, with why they were refused; by and reason are kept with each. It tells how many.
func (s *Store) Dismiss(ctx context.Context, f DeliveryFilter, by, reason string) (int, error) {
	held, err := s.heldWhich(ctx, f, stranded)
	if err != nil {
		return 0, err
	}
	o, total := order{verb: string(VerbDismiss), by: by, reason: reason}, 0
	err = s.write(ctx, func(ctx context.Context, t *tx) error {
		total = 0
		for _, h := range held {
			n, err := t.Exec(ctx,
				`UPDATE held SET dismissed = TRUE WHERE message_id = $1 AND refused <> '' AND NOT dismissed`, h.id)
			if err != nil {
				return err
			}
			if n == 0 { // somebody else was quicker
				continue
			}
			total++
			if err := t.note(ctx, o, h.id, h.receiver); err != nil {
				return err
			}
		}
		return t.audit(ctx, o, f.text(), total)
	})
	if err != nil {
		return 0, fmt.Errorf("dismissing stranded messages: %w", err)
	}
	return total, nil
}
