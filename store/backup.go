package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"rivgate/store/db"
)

// auditBackup is the verb of an Audit that a back-up leaves.
const auditBackup = "backup"

// Backup writes a consistent copy of the whole database to a new file, as DB.Copy does. That it was made is an Audit,
// which LastBackup tells. ErrExists.
func (s *Store) Backup(ctx context.Context, path string) error {
	if err := s.Copy(ctx, path); err != nil {
		return err
	}
	if err := s.write(ctx, func(ctx context.Context, t *tx) error {
		return t.audit(ctx, order{verb: auditBackup, by: "rivgate"}, "{}", 1)
	}); err != nil {
		return fmt.Errorf("noting a back-up, which is whole and in its place: %w", err)
	}
	return nil
}

// LastBackup is when the last back-up of this database was made by Backup; zero for never, or by other means.
func (s *Store) LastBackup(ctx context.Context) (time.Time, error) {
	var at sql.NullInt64
	if err := s.read.QueryRowContext(ctx, `SELECT max(at) FROM audit WHERE verb = $1`, auditBackup).Scan(&at); err != nil {
		return time.Time{}, fmt.Errorf("looking for the last back-up: %w", err)
	}
	if !at.Valid {
		return time.Time{}, nil
	}
	return db.Moment(at.Int64), nil
}
