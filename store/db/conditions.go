package db

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// Bounds of a list.
const (
	ListDefault = 50  // where none was said
	ListMax     = 500 // rows that any list has at most
)

// ListLimit is how many rows a list has of which limit were asked for: 50 where none was said, and ListMax at most.
func ListLimit(limit int) int {
	if limit <= 0 {
		return ListDefault
	}
	return min(limit, ListMax)
}

// Conditions is a WHERE under way; each is written with $? for its value.
type Conditions struct {
	Parts []string // all of them are to hold
	Args  []any    // $1 and on, of all parts
}

// Add adds a condition.
func (c *Conditions) Add(text string, args ...any) { c.Parts = append(c.Parts, c.Bind(text, args...)) }

// Bind numbers the values of a piece of a query, without adding it.
func (c *Conditions) Bind(text string, args ...any) string {
	for _, arg := range args {
		c.Args = append(c.Args, arg)
		text = strings.Replace(text, "$?", fmt.Sprintf("$%d", len(c.Args)), 1)
	}
	return text
}

// Among is Add for a column that is to be one of several values. None of them lets nothing through.
func (c *Conditions) Among(column string, values []string) { among(c, column, values) }

// AmongNumbers is Among for whole numbers.
func (c *Conditions) AmongNumbers(column string, values []int64) { among(c, column, values) }

func among[V any](c *Conditions, column string, values []V) {
	if len(values) == 0 {
		c.Parts = append(c.Parts, "FALSE")
		return
	}
	marks := make([]string, 0, len(values))
	for _, value := range values {
		c.Args = append(c.Args, value)
		marks = append(marks, fmt.Sprintf("$%d", len(c.Args)))
	}
	c.Parts = append(c.Parts, column+" IN ("+strings.Join(marks, ", ")+")")
}

// Where is the WHERE, with a blank before it; "" without conditions.
func (c *Conditions) Where() string {
	if len(c.Parts) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(c.Parts, " AND ")
}

// Text reads a row of one column of text, for Collect.
func Text(rows *sql.Rows) (text string, err error) { return text, rows.Scan(&text) }

// Count is the number that a query gives.
func Count(ctx context.Context, q Querier, query string, args []any) (n int, err error) {
	rows, err := q.Query(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	for rows.Next() {
		err = rows.Scan(&n)
	}
	if closing := rows.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = rows.Err()
	}
	return n, err
}

// textMost bounds a text of StorableText, in bytes.
const textMost = 2000

// StorableText is a text that both databases can hold, cut at 2000 bytes.
func StorableText(text string) string {
	text = strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "")
	if len(text) > textMost {
		text = strings.ToValidUTF8(text[:textMost], "")
	}
	return text
}
