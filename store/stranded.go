package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// Stranded is a message that was held because of a gap, and refused when its turn came. Its sender has been told that it is kept, so a
// person must look.
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
	all, err := collect(ctx, pool{s.read}, func(rows *sql.Rows) (x Stranded, err error) {
		var at int64
		err = rows.Scan(&x.MessageID, &x.CaseID, &x.Kind, &x.Sender, &x.Reason, &at)
		x.At = moment(at)
		return x, err
	}, `SELECT m.id, h.case_id, m.kind, m.sender, h.refused, m.received FROM held h JOIN message m ON m.id = h.message_id
		WHERE h.refused <> '' ORDER BY m.seq LIMIT $1`, listLimit(limit))
	if err != nil {
		return nil, fmt.Errorf("listing stranded messages: %w", err)
	}
	return all, nil
}
