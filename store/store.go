// Package store remembers: accepted messages, the cases that they make up, deliveries, the inbox and the citizen's mailbox.
// SQLite and PostgreSQL stand behind one SQL text.
//
// It does not know the network, XML, or any contract: what a message means for its case comes in as an Event. The rules
// of a case's life live here (state.go), because they must be judged in the transaction that changes the case.
package store

import (
	"context"
	"time"

	"go.uber.org/zap"
)

// Options of Open. The zero value is usable.
type Options struct {
	Now func() time.Time // the clock of leases, retries and stamps; default time.Now
	Log *zap.Logger      // default: none
}

// Store is an open database. Safe for concurrent use.
type Store struct{}

// Open opens "sqlite:PATH" or "postgres://…" and migrates it to today's schema. An SQLite file is created where there is none, with its folder.
// A schema newer than this program knows is an error that says so.
func Open(ctx context.Context, url string, o Options) (*Store, error) { panic("unbuilt") }

// Close waits for accepts under way and closes the database.
func (s *Store) Close() error { panic("unbuilt") }

// Ping tells whether the database answers.
func (s *Store) Ping(ctx context.Context) error { panic("unbuilt") }
