package db

import (
	"context"
	"errors"
	"fmt"
	"os"
)

// leastRoom is how much the disk of an SQLite file must have left. Below it a small write may still go well where the
// next message does not.
const leastRoom = 8 << 20

// ErrDiskFull means that the disk of an SQLite file has no room for the next message.
var ErrDiskFull = errors.New("the disk is full")

// Room is ErrDiskFull where the disk of an SQLite file has none.
func (d *DB) Room() error {
	if d.path == "" {
		return nil
	}
	room, err := roomAt(d.path)
	if err != nil {
		return fmt.Errorf("asking for the room on the disk: %w", err)
	}
	if room.Total > 0 && room.Free < leastRoom {
		return ErrDiskFull
	}
	return nil
}

// Space is how much room the database takes and has, in bytes.
type Space struct {
	Database int64
	Free     int64 // of the file system that it is on; 0 where that is not known: PostgreSQL's is another host's
	Total    int64
}

// Space asks for the room that the database takes and has.
func (d *DB) Space(ctx context.Context) (Space, error) {
	if d.path == "" {
		var space Space
		if err := d.read.QueryRowContext(ctx, `SELECT pg_database_size(current_database())`).Scan(
			&space.Database,
		); err != nil {
			return space, fmt.Errorf("asking for the size of the database: %w", err)
		}
		return space, nil
	}
	space, err := roomAt(d.path)
	if err != nil {
		return space, fmt.Errorf("asking for the room on the disk: %w", err)
	}
	for _, end := range []string{"", "-wal", "-shm"} {
		info, err := os.Stat(d.path + end)
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
