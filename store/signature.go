package store

import (
	"context"
	"fmt"
	"time"

	"rivgate/store/db"
)

// NoteSignature notes a signed message by what tells its signature from all others, until when it would be accepted
// again. first is false where it was noted before, here or at another replica. What is over is forgotten, so that no
// more is kept than came within that time.
func (s *Store) NoteSignature(ctx context.Context, id string, until time.Time) (first bool, err error) {
	err = s.write(ctx, func(ctx context.Context, t *tx) error {
		if _, err := t.Exec(ctx, `DELETE FROM signature_seen WHERE until <= $1`, db.Micros(s.Now())); err != nil {
			return err
		}
		n, err := t.Exec(ctx, `INSERT INTO signature_seen (id, until) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING`, id,
			db.Micros(until))
		first = n == 1
		return err
	})
	if err != nil {
		return false, fmt.Errorf("noting a signature: %w", err)
	}
	return first, nil
}

// ForgetSignature forgets one of a message of which nothing was accepted or sent.
func (s *Store) ForgetSignature(ctx context.Context, id string) error {
	err := s.write(ctx, func(ctx context.Context, t *tx) error {
		_, err := t.Exec(ctx, `DELETE FROM signature_seen WHERE id = $1`, id)
		return err
	})
	if err != nil {
		return fmt.Errorf("forgetting a signature: %w", err)
	}
	return nil
}
