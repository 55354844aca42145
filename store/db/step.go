package db

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// Scanner reads the row that a query is at, whichever driver it comes from.
type Scanner interface{ Scan(dest ...any) error }

// Statement is a statement that is written out for each database. Its address is its identity.
type Statement struct {
	// SQLite takes the values of one row: $1, $2, …. It is prepared once and run for each row. "": SQLite needs no such
	// statement.
	SQLite string
	// Postgres takes, where it is run for rows, their columns: unnest($1::text[], …). It is run once for all.
	Postgres string
}

// Step is a statement on its way with others: where the database is across a network, all of them go there in one
// message.
type Step struct {
	Query     string              // the same for both databases; else
	Statement *Statement          // each database has its own
	Args      []any               // the parameters as they are; else
	Rows      [][]any             // of Statement: it is run for all of them
	Scan      func(Scanner) error // for each row that comes back; nil: nothing does
	Want      int64               // how many rows it must change; 0: any number

	done    bool
	changed int64
}

// errChanged means that a step changed more or fewer rows than it must have.
var errChanged = errors.New("another number of rows than expected was changed")

// Run takes the steps in their order, up to the first that fails.
func (c *session) Run(ctx context.Context, steps ...*Step) error {
	for _, s := range steps {
		s.done, s.changed = false, 0
	}
	if c.prepared == nil {
		return c.pipeline(ctx, steps)
	}
	for _, s := range steps {
		if err := c.runStep(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// runStep runs a step, where it has rows for each of them.
func (c *session) runStep(ctx context.Context, s *Step) error {
	query, rows := s.Query, s.Rows
	if s.Statement != nil {
		query = s.Statement.SQLite
	}
	if rows == nil {
		rows = [][]any{s.Args}
	}
	if query == "" {
		return s.checkRows()
	}
	for _, args := range rows {
		if err := c.runRow(ctx, s, query, args); err != nil {
			return err
		}
	}
	return s.checkRows()
}

func (c *session) runRow(ctx context.Context, s *Step, query string, args []any) error {
	if s.Scan == nil {
		n, err := c.Exec(ctx, query, args...)
		s.changed += n
		return err
	}
	found, err := c.Query(ctx, query, args...)
	if err != nil {
		return err
	}
	for found.Next() {
		s.changed++
		if err := s.Scan(found); err != nil {
			return errors.Join(err, found.Close())
		}
	}
	return errors.Join(found.Err(), found.Close())
}

func (s *Step) checkRows() error {
	if s.Want != 0 && s.changed != s.Want {
		return fmt.Errorf("%w: %d, not %d", errChanged, s.changed, s.Want)
	}
	s.done = true
	return nil
}

// pipeline sends all steps at once and then reads what became of them. The server leaves out whatever comes after one
// that fails, a COMMIT too.
func (c *session) pipeline(ctx context.Context, steps []*Step) error {
	var batch pgx.Batch
	for _, s := range steps {
		query, args := s.Query, s.Args
		if s.Statement != nil {
			query = s.Statement.Postgres
		}
		if len(s.Rows) > 0 {
			args = columns(s.Rows)
		}
		batch.Queue(query, args...)
	}
	return c.conn.Raw(func(driver any) error {
		conn, ok := driver.(*stdlib.Conn)
		if !ok {
			return errors.New("sending several statements: the driver is another one")
		}
		results := conn.Conn().SendBatch(ctx, &batch)
		for _, s := range steps {
			if err := s.receive(results); err != nil {
				return errors.Join(err, ignoring(results.Close()))
			}
		}
		return results.Close()
	})
}

// ignoring drops what Close says after a step has failed: the same again.
func ignoring(error) error { return nil }

func (s *Step) receive(results pgx.BatchResults) error {
	found, err := results.Query()
	if err != nil {
		return err
	}
	defer found.Close()
	for found.Next() {
		if s.Scan == nil {
			continue
		}
		if err := s.Scan(found); err != nil {
			return err
		}
	}
	found.Close()
	if err := found.Err(); err != nil {
		return err
	}
	if s.changed = found.CommandTag().RowsAffected(); s.Query == commitText && found.CommandTag().String() != commitText {
		return errors.New("committing: the transaction was rolled back")
	}
	return s.checkRows()
}
