// Package store remembers: accepted messages, the cases that they make up, deliveries, the inbox and the citizen's mailbox.
// SQLite and PostgreSQL stand behind one SQL text.
//
// It does not know the network, XML, or any contract: what a message means for its case comes in as an Event. The rules
// of a case's life live here (state.go), because they must be judged in the transaction that changes the case.
package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"go.uber.org/zap"
)

// ErrClosed is returned by a Store after Close.
var ErrClosed = errors.New("store is closed")

// Options of Open. The zero value is usable.
type Options struct {
	Now func() time.Time // the clock of leases, retries and stamps; default the database's own
	// NewID makes ids of cases and letters; default UUIDs of version 7. Called by several goroutines.
	NewID func() string
	Log   *zap.Logger // default: none
	// Existing neither creates a database nor changes its schema: ErrNoStore where there is none, *SchemaError where it is another than this
	// program's.
	Existing bool
	// Own makes this process the owner of an SQLite file before its schema is looked at, see Store.Own.
	Own bool
	// PasswordFile holds the password of a PostgreSQL. It is read at each connect, so that a new password needs no restart. "": the URL's.
	PasswordFile string
	// Waiting is how many accepts may wait at once; beyond it they end with ErrBusy. Default 1024.
	Waiting int
	// DueDays is how many days after its receipt a case is to be answered, DueDaysMinor the same where the patient was under 18 then. Default 28 for both.
	DueDays, DueDaysMinor int
}

// Store is an open database. Safe for concurrent use.
type Store struct {
	now     func() time.Time
	clock   *clock // behind now; nil with Options.Now
	newID   func() string
	due     dueDays
	log     *zap.Logger
	dialect dialect
	address string                                                     // of a PostgreSQL, as a URL
	path    string                                                     // of an SQLite file
	read    *sql.DB                                                    // readers
	change  *sql.DB                                                    // changes: one connection to an SQLite file, the same pool as read otherwise
	release func()                                                     // frees what lies under read and change
	listen  func(ctx context.Context, self string, heard func()) error // hears the other replicas until ctx ends; nil where there are none

	claimer *writer   // claims, one after the other; with SQLite, the one writer
	writers []*writer // accepts are committed in groups; with SQLite, every other change too
	closing sync.RWMutex
	closed  bool
	running sync.WaitGroup
	stop    context.CancelFunc // ends what listens

	waiting     atomic.Int64 // accepts
	waitingMost int64

	wake   chan struct{}
	notify chan struct{} // something is to be told to the other replicas

	catalogue keptRows

	owning sync.Mutex
	owned  *os.File // the lock beside an SQLite file

	passwordFile string
	copied       string // of an SQLite file, before its schema was changed
}

// Open opens "sqlite:PATH" or "postgres://…" and migrates it to today's schema. An SQLite file is created where there is none, with its folder; one
// whose schema changes is copied first. With Options.Existing it does neither. A schema newer than this program knows is a *SchemaError.
func Open(ctx context.Context, url string, o Options) (*Store, error) {
	s := newStore(o)
	if err := s.connect(ctx, url, o); err != nil {
		return nil, err
	}
	if err := s.ready(ctx, o); err != nil {
		s.release()
		return nil, errors.Join(err, s.disown())
	}
	background, stop := context.WithCancel(context.Background())
	s.stop = stop
	if err := s.startClock(ctx, background); err != nil {
		stop()
		s.release()
		return nil, errors.Join(err, s.disown())
	}
	s.startWriters()
	s.startListening(background)
	s.startWatchingOthers(background)
	return s, nil
}

func newStore(o Options) *Store {
	s := &Store{now: o.Now, newID: o.NewID, log: o.Log, wake: make(chan struct{}, 1), notify: make(chan struct{}, 1), passwordFile: o.PasswordFile}
	s.due = dueDays{o.DueDays, cmp.Or(o.DueDaysMinor, o.DueDays)}
	s.waitingMost = int64(cmp.Or(o.Waiting, acceptsWaiting))
	if s.newID == nil {
		s.newID = func() string { return uuid.Must(uuid.NewV7()).String() }
	}
	if s.log == nil {
		s.log = zap.NewNop()
	}
	return s
}

// ready takes the file, where that is asked for, and looks at the schema: nobody changes it under a process that serves.
func (s *Store) ready(ctx context.Context, o Options) error {
	if o.Own {
		if err := s.Own(); err != nil {
			return err
		}
	}
	return s.prepare(ctx, o)
}

// Close waits for accepts under way and closes the database.
func (s *Store) Close() error {
	s.closing.Lock()
	if s.closed {
		s.closing.Unlock()
		return nil
	}
	s.closed = true
	for _, w := range s.writers {
		close(w.jobs)
	}
	if !s.dialect.oneWriter {
		close(s.claimer.jobs)
	}
	s.closing.Unlock()
	s.stop()
	s.running.Wait()
	err := errors.Join(s.change.Close(), s.disown())
	if s.read != s.change {
		err = errors.Join(err, s.read.Close())
	}
	s.release()
	return err
}

// Ping tells whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.read.PingContext(ctx); err != nil {
		return fmt.Errorf("asking the database: %w", err)
	}
	return nil
}

// micros is a moment as the database holds it: microseconds since 1970, UTC.
func micros(t time.Time) int64 { return t.UnixMicro() }

// moment is the opposite of micros.
func moment(us int64) time.Time { return time.UnixMicro(us).UTC() }

// moments is moment for a column that may be null.
func moments(us sql.NullInt64) *time.Time {
	if !us.Valid {
		return nil
	}
	t := moment(us.Int64)
	return &t
}
