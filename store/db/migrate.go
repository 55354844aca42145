package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
	"modernc.org/sqlite"
)

// ErrNoStore means that there is no store at the URL, and that Open was not to create one.
var ErrNoStore = errors.New("there is no store")

// SchemaError is a schema that this program does not run on.
type SchemaError struct{ Has, Knows int64 }

func (e *SchemaError) Error() string {
	if e.Has > e.Knows {
		return fmt.Sprintf("the schema has version %d, this program knows up to %d: use a newer program", e.Has, e.Knows)
	}
	return fmt.Sprintf("the schema has version %d, this program needs %d: run rivgate migrate", e.Has, e.Knows)
}

// Schema is where the schema of a database stands.
type Schema struct {
	Has   int64    // its version; 0: there is no store
	Knows int64    // the version that this program makes
	Steps []string // the migrations from one to the other, in their order
}

// SchemaOf looks at the schema of a database and changes nothing. Of Options it uses PasswordFile and Migrations.
func SchemaOf(ctx context.Context, url string, o Options) (Schema, error) {
	o.Existing = true
	d := newDB(o)
	err := d.connect(ctx, url, o)
	if errors.Is(err, ErrNoStore) {
		d.Dialect = sqliteDialect()
		return d.steps(0)
	}
	if err != nil {
		return Schema{}, err
	}
	defer d.release()
	has, err := d.schemaVersion(ctx)
	if err != nil {
		return Schema{}, err
	}
	return d.steps(has)
}

// SchemaVersion is the version of the open database's schema.
func (d *DB) SchemaVersion(ctx context.Context) (int64, error) { return d.schemaVersion(ctx) }

// schemaVersion is 0 where there is no schema.
func (d *DB) schemaVersion(ctx context.Context) (int64, error) {
	known, err := d.hasSchema(ctx)
	if err != nil || !known {
		return 0, wrap("looking for the schema", err)
	}
	var version sql.NullInt64
	err = d.read.QueryRowContext(ctx, `SELECT max(version_id) FROM goose_db_version WHERE is_applied`).Scan(&version)
	return version.Int64, wrap("reading the schema's version", err)
}

// hasSchema looks for the table of versions. While another process makes a new SQLite file, SQLite answers that it is
// locked without waiting as it does otherwise; so this asks again, for as long as a write may wait.
func (d *DB) hasSchema(ctx context.Context) (known bool, err error) {
	for until := time.Now().Add(10 * time.Second); ; {
		err = d.read.QueryRowContext(ctx, d.Dialect.hasSchema).Scan(&known)
		var locked *sqlite.Error
		if !errors.As(err, &locked) || locked.Code()&0xff != sqliteBusy || time.Now().After(until) {
			return known, err
		}
		select {
		case <-ctx.Done():
			return false, ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// sqliteBusy is SQLITE_BUSY.
const sqliteBusy = 5

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}

// steps are the migrations that a schema of a version lacks.
func (d *DB) steps(has int64) (Schema, error) {
	found := Schema{Has: has}
	files, err := fs.Glob(d.options.Migrations, d.Dialect.migrations+"/*.sql")
	if err != nil {
		return found, err
	}
	for _, file := range files {
		name := strings.TrimSuffix(file[strings.LastIndexByte(file, '/')+1:], ".sql")
		version, err := goose.NumericComponent(name + ".sql")
		if err != nil {
			return found, fmt.Errorf("reading the migrations: %w", err)
		}
		if found.Knows = version; version > has {
			found.Steps = append(found.Steps, name)
		}
	}
	return found, nil
}

// prepare makes sure that the schema is one that this program runs on, and changes it where o allows that.
func (d *DB) prepare(ctx context.Context, o Options) error {
	has, err := d.schemaVersion(ctx)
	if err != nil {
		return err
	}
	schema, err := d.steps(has)
	switch {
	case err != nil:
		return err
	case has == schema.Knows:
		return nil
	case has > schema.Knows:
		return d.newer(ctx, schema)
	case o.Existing && has == 0:
		return ErrNoStore
	case o.Existing:
		return &SchemaError{has, schema.Knows}
	}
	if err := d.copyFirst(ctx, has); err != nil {
		return err
	}
	return wrap("migrating the database", d.migrate(ctx))
}

// newer allows a schema that is one step ahead, where that step says that this program may go on with it: so a
// migration can be made while replicas of the version before are still running, and start again.
func (d *DB) newer(ctx context.Context, schema Schema) error {
	allowed := false
	if schema.Has == schema.Knows+1 {
		query := `SELECT count(*) > 0 FROM schema_step WHERE version = $1`
		if err := d.read.QueryRowContext(ctx, query, schema.Has).Scan(&allowed); err != nil {
			return fmt.Errorf("asking whether the newer schema will do: %w", err)
		}
	}
	if !allowed {
		return &SchemaError{schema.Has, schema.Knows}
	}
	d.log.Info("the schema is one step newer than this program, and that step allows it")
	return nil
}

// copyFirst copies an SQLite file that holds something before its schema is changed.
func (d *DB) copyFirst(ctx context.Context, has int64) error {
	if d.path == "" || has == 0 {
		return nil
	}
	path := fmt.Sprintf("%s.v%d-%s", d.path, has, time.Now().UTC().Format("20060102T150405.000Z"))
	part := path + ".part"
	err := d.vacuum(ctx, part)
	if err == nil {
		err = settleFile(part, path)
	}
	if err != nil {
		_ = os.Remove(part)
		return fmt.Errorf("copying the file before its schema is changed: %w", err)
	}
	d.copied = path
	return nil
}

// CopiedTo is where Open copied an SQLite file before it changed its schema; "" where it did not.
func (d *DB) CopiedTo() string { return d.copied }

// migrate brings the schema up to date. Several processes may do so at once: PostgreSQL has a lock for it; of two that
// create one SQLite file, the slower finds the work done.
func (d *DB) migrate(ctx context.Context) error {
	files, err := fs.Sub(d.options.Migrations, d.Dialect.migrations)
	if err != nil {
		return err
	}
	options := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true)}
	if d.Dialect.goose == goose.DialectPostgres {
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return err
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	provider, err := goose.NewProvider(d.Dialect.goose, d.change, files, options...)
	if err != nil {
		return err
	}
	for try := 0; ; try++ {
		err := upgrade(ctx, provider)
		var newer *SchemaError
		if err == nil || errors.As(err, &newer) || ctx.Err() != nil || try == 3 {
			return err
		}
	}
}

func upgrade(ctx context.Context, provider *goose.Provider) error {
	has, knows, err := provider.GetVersions(ctx)
	if err != nil {
		return err
	}
	if has > knows {
		return &SchemaError{has, knows}
	}
	if has == knows {
		return nil
	}
	_, err = provider.Up(ctx)
	return err
}
