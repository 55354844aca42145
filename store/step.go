package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// scanner reads the row that a query is at, whichever driver it comes from.
type scanner interface{ Scan(dest ...any) error }

// step is a statement on its way with others: where the database is across a network, all of them go there in one message.
type step struct {
	query string
	args  []any               // of one run, where rows is nil
	rows  [][]any             // it is run for each
	scan  func(scanner) error // for each row that comes back; nil: nothing does
	want  int64               // how many rows it must change, where not 0

	done    bool
	changed int64
}

// errChanged means that a step changed more or fewer rows than it must have.
var errChanged = errors.New("another number of rows than expected was changed")

// run takes the steps in their order, up to the first that fails.
func (c *session) run(ctx context.Context, steps ...*step) error {
	for _, s := range steps {
		s.done, s.changed = false, 0
	}
	if c.prepared == nil {
		return c.pipeline(ctx, steps)
	}
	for _, s := range steps {
		if err := c.one(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// one runs a step for each of its rows.
func (c *session) one(ctx context.Context, s *step) error {
	rows := s.rows
	if rows == nil {
		rows = [][]any{s.args}
	}
	query := ofOneRow(s.query, len(rows[0]))
	for _, args := range rows {
		if err := c.once(ctx, s, query, args); err != nil {
			return err
		}
	}
	return s.end()
}

func (c *session) once(ctx context.Context, s *step, query string, args []any) error {
	if s.scan == nil {
		n, err := c.exec(ctx, query, args...)
		s.changed += n
		return err
	}
	found, err := c.query(ctx, query, args...)
	if err != nil {
		return err
	}
	for found.Next() {
		s.changed++
		if err := s.scan(found); err != nil {
			return errors.Join(err, found.Close())
		}
	}
	return errors.Join(found.Err(), found.Close())
}

func (s *step) end() error {
	if s.want != 0 && s.changed != s.want {
		return fmt.Errorf("%w: %d, not %d", errChanged, s.changed, s.want)
	}
	s.done = true
	return nil
}

// pipeline sends all steps at once and then reads what became of them. The server leaves out whatever comes after one that fails, a COMMIT too.
func (c *session) pipeline(ctx context.Context, steps []*step) error {
	var batch pgx.Batch
	for _, s := range steps {
		query, args := s.query, s.args
		if len(s.rows) > 0 {
			query, args = ofManyRows(s.query, s.rows)
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

func (s *step) receive(results pgx.BatchResults) error {
	found, err := results.Query()
	if err != nil {
		return err
	}
	defer found.Close()
	for found.Next() {
		if s.scan == nil {
			continue
		}
		if err := s.scan(found); err != nil {
			return err
		}
	}
	found.Close()
	if err := found.Err(); err != nil {
		return err
	}
	if s.changed = found.CommandTag().RowsAffected(); s.query == commitText && found.CommandTag().String() != commitText {
		return errors.New("committing: the transaction was rolled back")
	}
	return s.end()
}
