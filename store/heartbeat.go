package store

import (
	"context"
	"errors"
	"fmt"
)

// leastRoom is how much the disk of an SQLite file must have left. Below it a small write may still go well where the next message does not.
const leastRoom = 8 << 20

// ErrDiskFull means that the disk of an SQLite file has no room for the next message.
var ErrDiskFull = errors.New("the disk is full")

// Heartbeat writes to the database, as an accept does, and returns when that is on disk. Its error means that nothing can be accepted.
func (s *Store) Heartbeat(ctx context.Context) error {
	if s.path != "" {
		room, err := roomAt(s.path)
		if err != nil {
			return fmt.Errorf("asking for the room on the disk: %w", err)
		}
		if room.Total > 0 && room.Free < leastRoom {
			return ErrDiskFull
		}
	}
	err := s.write(ctx, func(ctx context.Context, t *tx) error {
		_, err := t.exec(ctx, `UPDATE heartbeat SET at = $1 WHERE id = 1`, micros(t.now))
		return err
	})
	if err != nil {
		return fmt.Errorf("writing to the database: %w", err)
	}
	return nil
}
