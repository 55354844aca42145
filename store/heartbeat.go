package store

import (
	"context"
	"fmt"

	"rivgate/store/db"
)

// Heartbeat writes to the database, as an accept does, and returns when that is on disk. Its error means that nothing
// can be accepted.
func (s *Store) Heartbeat(ctx context.Context) error {
	if err := s.Room(); err != nil {
		return err
	}
	err := s.write(ctx, func(ctx context.Context, t *tx) error {
		_, err := t.Exec(ctx, `UPDATE heartbeat SET at = $1 WHERE id = 1`, db.Micros(t.Now))
		return err
	})
	if err != nil {
		return fmt.Errorf("writing to the database: %w", err)
	}
	return nil
}
