// Package store remembers: accepted messages, the cases that they make up, deliveries, the inbox and the citizen's
// mailbox. Most statements have one text for SQLite and PostgreSQL; those that every message passes are written out for
// each in statements.go. The engine under it is store/db.
//
// It does not know the network, XML, or any contract: what a message means for its case comes in as an Event. The rules
// of a case's life live here (state.go), because they must be judged in the transaction that changes the case.
package store

import (
	"cmp"
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"go.uber.org/zap"

	"rivgate/store/accesslog"
	"rivgate/store/accounts"
	"rivgate/store/catalogues"
	"rivgate/store/db"
)

// What the engine's verbs return is the callers' too.
type (
	// Schema is where the schema of a database stands.
	Schema = db.Schema
	// SchemaError says that a store has another schema than the program.
	SchemaError = db.SchemaError
	// OwnedError says who has a store's file open.
	OwnedError = db.OwnedError
	// Space is what is left on the disk.
	Space = db.Space
)

// Errors of the engine and of all rooms.
var (
	ErrClosed   = db.ErrClosed
	ErrConflict = db.ErrConflict
	ErrDiskFull = db.ErrDiskFull
	ErrExists   = db.ErrExists
	ErrNoStore  = db.ErrNoStore
	ErrNotFound = db.ErrNotFound
	ErrOwned    = db.ErrOwned
)

// Options of Open. The zero value is usable.
type Options struct {
	Now func() time.Time // the clock of leases, retries and stamps; default the database's own
	// NewID makes ids of cases and letters; default UUIDs of version 7. Called by several goroutines.
	NewID func() string
	Log   *zap.Logger // default: none
	// Existing neither creates a database nor changes its schema: ErrNoStore where there is none, *SchemaError where it is
	// another than this program's.
	Existing bool
	// Own makes this process the owner of an SQLite file before its schema is looked at, see DB.Own.
	Own bool
	// PasswordFile holds the password of a PostgreSQL. It is read at each connect, so that a new password needs no
	// restart. "": the URL's.
	PasswordFile string
	// Waiting is how many accepts may wait at once; beyond it they end with ErrBusy. Default 1024.
	Waiting int
	// DueDays is how many days after its receipt a case is to be answered, DueDaysMinor the same where the patient was
	// under 18 then. Default 28 for both.
	DueDays, DueDaysMinor int
}

// Store is an open database. Safe for concurrent use.
type Store struct {
	*db.DB // what concerns the database as a whole: its clock, its file, its schema

	*accesslog.Log      // who did what with which case
	*accounts.Directory // who can sign in
	*catalogues.Shelf   // the catalogue

	read  db.Pool
	log   *zap.Logger
	newID func() string
	due   dueDays

	waiting    atomic.Int64 // accepts
	maxWaiting int64
}

//go:embed migrations/*/*.sql
var migrationFiles embed.FS

// Migrations are the steps of the schema. Nobody changes it but tests, which add a step (storetest.NextStep).
var Migrations fs.FS = migrationFiles

// migrations are those of both databases, each in its folder.
func migrations() fs.FS {
	files, err := fs.Sub(Migrations, "migrations")
	if err != nil {
		panic(err) // the folder is embedded
	}
	return files
}

// retryAll is what a person does when the clock of the database went far back.
const retryAll = "what waits for its time waits so much longer: rivgate queue retry --state due --all"

// Open opens "sqlite:PATH" or "postgres://…" and migrates it to today's schema. An SQLite file is created where there
// is none, with its folder; one whose schema changes is copied first. With Options.Existing it does neither. A schema
// newer than this program knows is a *SchemaError.
func Open(ctx context.Context, url string, o Options) (*Store, error) {
	s := &Store{log: o.Log, newID: o.NewID, due: dueDays{o.DueDays, cmp.Or(o.DueDaysMinor, o.DueDays)}}
	s.maxWaiting = int64(cmp.Or(o.Waiting, acceptsWaiting))
	if s.newID == nil {
		s.newID = func() string { return uuid.Must(uuid.NewV7()).String() }
	}
	if s.log == nil {
		s.log = zap.NewNop()
	}
	var err error
	s.DB, err = db.Open(ctx, url, db.Options{
		Now: o.Now, Log: o.Log, Existing: o.Existing, Own: o.Own, PasswordFile: o.PasswordFile, Migrations: migrations(),
		Questions: func() db.Questions { return newQuestions() }, Order: groupOrder(), Stepped: shift, Remedy: retryAll,
	})
	if err != nil {
		return nil, err
	}
	s.read = db.Readers(s.DB)
	s.Log, s.Directory = accesslog.New(s.DB), accounts.New(s.DB)
	s.Shelf = catalogues.New(s.DB, s.newID, catalogues.Cases{Open: s.OpenCases, TakeOver: s.takeOver})
	if err := s.compareClock(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	if !o.Existing {
		if _, err := s.FillFacts(ctx); err != nil {
			return nil, errors.Join(err, s.Close())
		}
	}
	return s, nil
}

// compareClock tells the engine the newest time that was taken from the database's clock and stored.
func (s *Store) compareClock(ctx context.Context) error {
	var newest sql.NullInt64
	err := s.read.QueryRowContext(ctx, `SELECT max(at) FROM (SELECT at FROM heartbeat
		UNION ALL SELECT at FROM (SELECT at FROM access_log ORDER BY seq DESC LIMIT 1) latest) stored`).Scan(&newest)
	if err != nil {
		return fmt.Errorf("comparing the database's clock with what is stored: %w", err)
	}
	s.CompareClock(db.Moment(newest.Int64))
	return nil
}

// SchemaOf looks at the schema of a database and changes nothing. Of Options it uses PasswordFile.
func SchemaOf(ctx context.Context, url string, o Options) (Schema, error) {
	return db.SchemaOf(ctx, url, db.Options{PasswordFile: o.PasswordFile, Migrations: migrations()})
}

// UnverifiedHosts are the hosts of a PostgreSQL URL that are reached across a network without TLS that verifies who
// they are.
func UnverifiedHosts(address string) ([]string, error) { return db.UnverifiedHosts(address) }

// tx is a transaction under way, as the verbs see it.
type tx struct {
	*db.Tx
	newID func() string
	due   dueDays
}

// change is what a verb does inside its transaction. It may run more than once, so it begins by forgetting what it
// found before.
type change func(ctx context.Context, t *tx) error

func (s *Store) tx(t *db.Tx) *tx { return &tx{t, s.newID, s.due} }

// engineChange makes a change a db.Change.
func (s *Store) engineChange(do change) db.Change {
	return func(ctx context.Context, t *db.Tx) error { return do(ctx, s.tx(t)) }
}

// write runs do in a transaction.
func (s *Store) write(ctx context.Context, do change) error { return s.Write(ctx, s.engineChange(do)) }

// shift moves all that waits by a step of the clock, what is due already too: else it would lie ahead after a step
// back.
func shift(ctx context.Context, t *db.Tx, by time.Duration) error {
	for _, query := range []string{
		`UPDATE lane SET lease_until = lease_until + $1 WHERE lease_until IS NOT NULL`,
		`UPDATE lane SET ready_at = ready_at + $1 WHERE ready_at IS NOT NULL`,
		`UPDATE delivery SET next_at = next_at + $1 WHERE done_at IS NULL`,
	} {
		if _, err := t.Exec(ctx, query, by.Microseconds()); err != nil {
			return err
		}
	}
	return nil
}
