// Package db is the engine under the store: it opens SQLite or PostgreSQL, brings the schema up to date, and runs
// transactions, many small ones as one group. It follows the database's clock, wakes who waits, and copies the whole
// database.
//
// It does not know any table but goose's: which migrations there are, what a group asks first, in which order it
// writes, and what moves with the clock comes in with Options.
package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"

	"go.uber.org/zap"
)

// ErrClosed is returned by a DB after Close.
var ErrClosed = errors.New("store is closed")

// What the verbs of all rooms above the engine return.
var (
	// ErrNotFound is returned where a single thing is asked for and is not there.
	ErrNotFound = errors.New("not found")
	// ErrConflict means that somebody else changed meanwhile what a person saw: a desk, a draft, a phrase, a sample, or
	// who has the case. Nothing was stored.
	ErrConflict = errors.New("changed meanwhile")
)

// Options of Open.
type Options struct {
	Now func() time.Time // the clock; default the database's own
	Log *zap.Logger      // default: none
	// Existing neither creates a database nor changes its schema: ErrNoStore where there is none, *SchemaError where it is
	// another than this program's.
	Existing bool
	// Own makes this process the owner of an SQLite file before its schema is looked at, see DB.Own.
	Own bool
	// PasswordFile holds the password of a PostgreSQL. It is read at each connect, so that a new password needs no
	// restart. "": the URL's.
	PasswordFile string

	Migrations fs.FS            // of goose, in the folders sqlite and postgres; both have the same names
	Questions  func() Questions // of a new group
	Order      []*Statement     // by which a group changes something, in the order in which they are run
	// Stepped moves what waits for a time when the clock of the database has stepped and nobody else works on it.
	Stepped func(ctx context.Context, t *Tx, by time.Duration) error
	// Remedy is what a person does, as the log says it, when the clock has gone back and nothing was moved with it.
	Remedy string
}

// DB is an open database. Safe for concurrent use.
type DB struct {
	Dialect Dialect // of the database; not to be changed but by tests

	options Options
	now     func() time.Time
	clock   *clock // behind now; nil with Options.Now
	log     *zap.Logger
	address string  // of a PostgreSQL, as a URL
	path    string  // of an SQLite file
	read    *sql.DB // readers
	// changes: one connection to an SQLite file, the same pool as read otherwise
	change  *sql.DB
	release func() // frees what lies under read and change
	// hears the other replicas until ctx ends; nil where there are none
	listen func(ctx context.Context, self string, heard func()) error

	claimer *writer   // claims, one after the other; with SQLite, the one writer
	writers []*writer // changes are committed in groups; with SQLite, all of them
	closing sync.RWMutex
	closed  bool
	running sync.WaitGroup
	stop    context.CancelFunc // ends what listens

	wake   chan struct{}
	notify chan struct{} // there is something to signal to the other replicas

	ownMu   sync.Mutex
	ownLock *os.File // the lock file of an SQLite file

	copied string // of an SQLite file, before its schema was changed
}

// Open opens "sqlite:PATH" or "postgres://…" and migrates it to today's schema. An SQLite file is created where there
// is none, with its folder; one whose schema changes is copied first. With Options.Existing it does neither. A schema
// newer than this program knows is a *SchemaError.
func Open(ctx context.Context, url string, o Options) (*DB, error) {
	d := newDB(o)
	if err := d.connect(ctx, url, o); err != nil {
		return nil, err
	}
	if err := d.ready(ctx, o); err != nil {
		d.release()
		return nil, errors.Join(err, d.releaseFile())
	}
	background, stop := context.WithCancel(context.Background())
	d.stop = stop
	if err := d.startClock(ctx, background); err != nil {
		stop()
		d.release()
		return nil, errors.Join(err, d.releaseFile())
	}
	d.startWriters()
	d.startListening(background)
	d.startWatchingOthers(background)
	return d, nil
}

func newDB(o Options) *DB {
	d := &DB{options: o, now: o.Now, log: o.Log, wake: make(chan struct{}, 1), notify: make(chan struct{}, 1)}
	if d.log == nil {
		d.log = zap.NewNop()
	}
	return d
}

// ready takes the file, where that is asked for, and looks at the schema: nobody changes it under a process that
// serves.
func (d *DB) ready(ctx context.Context, o Options) error {
	if o.Own {
		if err := d.Own(); err != nil {
			return err
		}
	}
	return d.prepare(ctx, o)
}

// Close waits for changes under way and closes the database.
func (d *DB) Close() error {
	d.closing.Lock()
	if d.closed {
		d.closing.Unlock()
		return nil
	}
	d.closed = true
	for _, w := range d.writers {
		close(w.jobs)
	}
	if !d.Dialect.OneWriter {
		close(d.claimer.jobs)
	}
	d.closing.Unlock()
	d.stop()
	d.running.Wait()
	err := errors.Join(d.change.Close(), d.releaseFile())
	if d.read != d.change {
		err = errors.Join(err, d.read.Close())
	}
	d.release()
	return err
}

// Ping tells whether the database answers.
func (d *DB) Ping(ctx context.Context) error {
	if err := d.read.PingContext(ctx); err != nil {
		return fmt.Errorf("asking the database: %w", err)
	}
	return nil
}

// Readers are the connections that only read.
func Readers(d *DB) Pool { return Pool{d.read} }

// Micros is a moment as the database holds it: microseconds since 1970, UTC.
func Micros(t time.Time) int64 { return t.UnixMicro() }

// Moment is the opposite of Micros.
func Moment(us int64) time.Time { return time.UnixMicro(us).UTC() }

// Moments is Moment for a column that may be null.
func Moments(us sql.NullInt64) *time.Time {
	if !us.Valid {
		return nil
	}
	t := Moment(us.Int64)
	return &t
}
