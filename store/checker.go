package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"rivgate/store/db"
)

// Checker proves the invariant bit by bit, for a database that is too large to be read whole every minute: each time it
// looks at all that came since the time before, at the next rows of those that are older, and again at what was broken.
// So every row is looked at again and again, and no look takes long.
//
// What only a whole reading shows, a key that has lost its message, is left to Store.Check. Not safe for concurrent
// use.
type Checker struct {
	Store *Store
	Rows  int64 // of each table in one look, beside what is new; default 10 000

	newest map[string]int64 // the last row that was there at the look before
	next   map[string]int64 // where the pass through older rows is
	broken map[string]spot
}

// spot is where a breach was found.
type spot struct {
	breach breach
	row    int64
}

// span is rows after from, up to to.
type span struct{ from, to int64 }

// Look looks once, and is all that is known to be broken now, in order.
func (c *Checker) Look(ctx context.Context) ([]string, error) {
	if c.newest == nil {
		c.newest, c.next, c.broken = map[string]int64{}, map[string]int64{}, map[string]spot{}
	}
	before := c.broken
	c.broken = map[string]spot{}
	spans := map[string][]span{}
	for at, table := range map[string]string{ofMessage: "message", ofLane: "lane", ofDelivery: "delivery"} {
		var err error
		if spans[at], err = c.spans(ctx, at, table); err != nil {
			return nil, err
		}
	}
	for _, b := range breaches() {
		for _, rows := range spans[b.at] {
			if err := c.find(ctx, b, rows); err != nil {
				return nil, err
			}
		}
		if b.at == "" && !strings.HasPrefix(b.what, "key ") { // few rows, however large the database
			if err := c.find(ctx, b, span{}); err != nil {
				return nil, err
			}
		}
	}
	for line, s := range before {
		if _, known := c.broken[line]; !known && s.breach.at != "" {
			if err := c.find(ctx, s.breach, span{s.row - 1, s.row}); err != nil {
				return nil, err
			}
		}
	}
	lines := make([]string, 0, len(c.broken))
	for line := range c.broken {
		lines = append(lines, line)
	}
	slices.Sort(lines)
	return lines, nil
}

// spans are the rows of a table that are looked at now: what is new, and the next ones of the older.
func (c *Checker) spans(ctx context.Context, at, table string) ([]span, error) {
	_, number, _ := strings.Cut(at, ".")
	last, err := db.Collect(ctx, c.Store.read, func(rows *sql.Rows) (n int64, err error) { return n, rows.Scan(&n) },
		`SELECT COALESCE(max(`+number+`), 0) FROM `+table)
	if err != nil {
		return nil, fmt.Errorf("checking (%s): %w", table, err)
	}
	most, rows := last[0], cmp.Or(c.Rows, checkedRows)
	before, known := c.newest[at]
	if !known { // begun anywhere, so that who is often started anew comes through, too
		before, c.next[at] = most, db.Micros(c.Store.Now())%(most+1)
	}
	c.newest[at] = most
	older := span{c.next[at], min(c.next[at]+rows, most)}
	if c.next[at] = older.to; older.to >= most {
		c.next[at] = 0
	}
	return []span{{max(before, most-newRows*rows), most}, older}, nil
}

// How many rows one look takes of each table, and how many times as many of those that are new.
const (
	checkedRows = 10_000
	newRows     = 10
)

// found notes the breaches of one kind among some rows.
func (c *Checker) find(ctx context.Context, b breach, rows span) error {
	query, args := b.query+" AND CAST($1 AS BIGINT) > 0 LIMIT 100", []any{db.Micros(c.Store.Now())}
	if b.at != "" {
		if rows.from >= rows.to {
			return nil
		}
		query = strings.Replace(b.query, " FROM ", ", "+b.at+" FROM ", 1) + " AND CAST($1 AS BIGINT) > 0 AND " + b.at +
			" > $2 AND " + b.at + " <= $3 LIMIT 100"
		args = append(args, rows.from, rows.to)
	}
	_, err := db.Collect(ctx, c.Store.read, func(found *sql.Rows) (none struct{}, err error) {
		var id string
		s := spot{breach: b}
		if b.at == "" {
			err = found.Scan(&id)
		} else {
			err = found.Scan(&id, &s.row)
		}
		c.broken[b.what+": "+id] = s
		return none, err
	}, query, args...)
	if err != nil {
		return fmt.Errorf("checking (%s): %w", b.what, err)
	}
	return nil
}
