package store

import (
	"context"
	"errors"
	"fmt"
	"os"
)

// Space is how much room the database takes and has, in bytes.
type Space struct {
	Database int64
	Free     int64 // of the file system that it is on; 0 where that is not known: PostgreSQL's is another host's
	Total    int64
}

// Space asks for the room that the database takes and has.
func (s *Store) Space(ctx context.Context) (Space, error) {
	if s.path == "" {
		var space Space
		if err := s.read.QueryRowContext(ctx, `SELECT pg_database_size(current_database())`).Scan(&space.Database); err != nil {
			return space, fmt.Errorf("asking for the size of the database: %w", err)
		}
		return space, nil
	}
	space, err := roomAt(s.path)
	if err != nil {
		return space, fmt.Errorf("asking for the room on the disk: %w", err)
	}
	for _, end := range []string{"", "-wal", "-shm"} {
		info, err := os.Stat(s.path + end)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return space, fmt.Errorf("asking for the size of the database: %w", err)
		}
		space.Database += info.Size()
	}
	return space, nil
}
