package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// migrate brings the schema up to date. Several processes may do so at once: PostgreSQL has a lock for it; of two that create
// one SQLite file, the slower finds the work done.
func (s *Store) migrate(ctx context.Context) error {
	files, err := fs.Sub(migrationFiles, s.dialect.migrations)
	if err != nil {
		return err
	}
	options := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true)}
	if s.dialect.goose == goose.DialectPostgres {
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return err
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	provider, err := goose.NewProvider(s.dialect.goose, s.change, files, options...)
	if err != nil {
		return err
	}
	for try := 0; ; try++ {
		err := upgrade(ctx, provider)
		var newer *schemaError
		if err == nil || errors.As(err, &newer) || ctx.Err() != nil || try == 3 {
			return err
		}
	}
}

// schemaError is a schema that a later program made.
type schemaError struct{ has, knows int64 }

func (e *schemaError) Error() string {
	return fmt.Sprintf("the schema has version %d, this program knows up to %d: use a newer program", e.has, e.knows)
}

func upgrade(ctx context.Context, provider *goose.Provider) error {
	has, knows, err := provider.GetVersions(ctx)
	if err != nil {
		return err
	}
	if has > knows {
		return &schemaError{has: has, knows: knows}
	}
	if has == knows {
		return nil
	}
	_, err = provider.Up(ctx)
	return err
}

// SchemaVersion is the version of the open database's schema.
func (s *Store) SchemaVersion(ctx context.Context) (int64, error) {
	var version int64
	err := s.read.QueryRowContext(ctx, `SELECT max(version_id) FROM goose_db_version WHERE is_applied`).Scan(&version)
	if err != nil {
		return 0, fmt.Errorf("reading the schema's version: %w", err)
	}
	return version, nil
}
