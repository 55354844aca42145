package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5/stdlib"
)

// session is one connection with its statements made ready.
type session struct {
	conn      *sql.Conn
	prepared  map[string]*sql.Stmt // nil where the driver keeps them itself
	beginText string
	setup     string
	setUp     bool
	broken    bool
}

// session takes a connection. setup is run on it before its first transaction; "": nothing is.
func (d *DB) session(ctx context.Context, tune string) (*session, error) {
	conn, err := d.change.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("connecting to the database: %w", err)
	}
	if d.Dialect.OneWriter {
		return &session{conn: conn, prepared: map[string]*sql.Stmt{}, beginText: "BEGIN IMMEDIATE"}, nil
	}
	return &session{conn: conn, setup: tune, beginText: "BEGIN"}, nil
}

// replace gives a session another connection instead of a broken one.
func (d *DB) replace(ctx context.Context, c *session) error {
	other, err := d.session(ctx, c.setup)
	if err != nil {
		return err
	}
	c.discard()
	c.close()
	*c = *other
	return nil
}

// ready runs setup on a new connection.
func (c *session) ready(ctx context.Context) error {
	if c.setup == "" || c.setUp {
		return nil
	}
	err := c.Run(ctx, &Step{Query: c.setup})
	c.setUp = err == nil
	return err
}

// lost tells whether the server has cut the connection.
func (c *session) lost() bool {
	if c.prepared != nil {
		return false
	}
	lost := true
	err := c.conn.Raw(func(driver any) error {
		if conn, ok := driver.(*stdlib.Conn); ok {
			lost = conn.Conn().IsClosed()
		}
		return nil
	})
	return lost || err != nil
}

func (c *session) close() {
	c.closeStatements()
	_ = c.conn.Close()
}

// discard keeps the connection from being used again. Its statements are closed first: SQLite's driver panics on
// statements of a closed connection.
func (c *session) discard() {
	c.closeStatements()
	_ = c.conn.Raw(func(any) error { return driver.ErrBadConn })
}

func (c *session) closeStatements() {
	for _, statement := range c.prepared {
		_ = statement.Close()
	}
	clear(c.prepared)
}

// rollback undoes the transaction under way. If that fails, the connection is not used again.
func (c *session) rollback() {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if _, err := c.conn.ExecContext(ctx, "ROLLBACK"); err != nil {
		c.broken = true
		c.discard()
	}
}

// Statements are the texts that were made ready on the connection; none where the driver keeps them itself.
func (c *session) Statements() []string { return slices.Collect(maps.Keys(c.prepared)) }

func (c *session) statement(ctx context.Context, query string) (*sql.Stmt, error) {
	if statement, ok := c.prepared[query]; ok {
		return statement, nil
	}
	statement, err := c.conn.PrepareContext(ctx, query)
	if err == nil {
		c.prepared[query] = statement
	}
	return statement, err
}

// Exec runs a statement and tells how many rows it changed.
func (c *session) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	var result sql.Result
	var err error
	if c.prepared == nil {
		result, err = c.conn.ExecContext(ctx, query, args...)
	} else {
		var statement *sql.Stmt
		if statement, err = c.statement(ctx, query); err == nil {
			result, err = statement.ExecContext(ctx, args...)
		}
	}
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// Query runs a statement that returns rows.
func (c *session) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if c.prepared == nil {
		return c.conn.QueryContext(ctx, query, args...)
	}
	statement, err := c.statement(ctx, query)
	if err != nil {
		return nil, err
	}
	return statement.QueryContext(ctx, args...)
}

// Row reads the first row into dest and tells whether there was one.
func (c *session) Row(ctx context.Context, dest []any, query string, args ...any) (bool, error) {
	rows, err := c.Query(ctx, query, args...)
	if err != nil {
		return false, err
	}
	found := rows.Next()
	if found {
		err = rows.Scan(dest...)
	}
	return found && err == nil, errors.Join(err, rows.Close(), rows.Err())
}

// Querier is what reads run on: the readers' pool, or the transaction that goes on to change what it read.
type Querier interface {
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// Pool lets a verb that only reads do so on any connection.
type Pool struct{ *sql.DB }

// Query runs a statement that returns rows, on any connection.
func (p Pool) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return p.QueryContext(ctx, query, args...)
}

// Collect reads all rows of a query.
func Collect[T any](
	ctx context.Context, q Querier, scan func(*sql.Rows) (T, error), query string, args ...any,
) ([]T, error) {
	rows, err := q.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	var all []T
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return nil, errors.Join(err, rows.Close())
		}
		all = append(all, one)
	}
	return all, errors.Join(rows.Err(), rows.Close())
}
