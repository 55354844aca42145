package db

import (
	"database/sql"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgtype"
)

// A statement that is to be run for many rows at once is written for one: with $1, $2, … for its values. Where it reads, or takes values from elsewhere too,
// it names them r.c1, r.c2, … and its source {rows}, so that the same text serves one row and many.
const rowsHere = "{rows}"

// ofOneRow is the text of a statement for one row.
func ofOneRow(query string, n int) string {
	before, after, found := strings.Cut(query, rowsHere)
	if !found {
		return query
	}
	var b strings.Builder
	b.WriteString(before)
	b.WriteString("(SELECT ")
	for k := 1; k <= n; k++ {
		if k > 1 {
			b.WriteString(", ")
		}
		b.WriteString("$" + strconv.Itoa(k) + " AS c" + strconv.Itoa(k))
	}
	b.WriteString(") AS r")
	b.WriteString(after)
	return b.String()
}

// ofManyRows is the text of a statement that takes the columns of all rows as arrays, and those arrays.
func ofManyRows(query string, rows [][]any) (string, []any) {
	n := len(rows[0])
	columns := make([]any, n)
	var source strings.Builder
	source.WriteString("unnest(")
	for k := range n {
		kind, values := column(rows, k)
		columns[k] = values
		if k > 0 {
			source.WriteString(", ")
		}
		source.WriteString("$" + strconv.Itoa(k+1) + "::" + kind + "[]")
	}
	source.WriteString(") AS r (")
	for k := range n {
		if k > 0 {
			source.WriteString(", ")
		}
		source.WriteString("c" + strconv.Itoa(k+1))
	}
	source.WriteString(")")
	return spread(query, source.String()), columns
}

// spread puts the source of many rows into a text for one: in place of its VALUES, before its WHERE, or where it says so itself.
func spread(query, source string) string {
	if before, after, found := strings.Cut(query, rowsHere); found {
		return before + source + after
	}
	if start := strings.Index(query, "VALUES ("); start >= 0 {
		open := start + len("VALUES ")
		end := matching(query, open)
		return query[:start] + "SELECT " + named(query[open+1:end]) + " FROM " + source + query[end+1:]
	}
	at, word := outer(query, "WHERE "), "FROM "
	if strings.HasPrefix(query, "DELETE ") {
		word = "USING "
	}
	return named(query[:at]) + word + source + " " + named(query[at:])
}

// outer is where a word first begins outside of parentheses.
func outer(query, word string) int {
	depth := 0
	for i := range len(query) {
		switch {
		case query[i] == '(':
			depth++
		case query[i] == ')':
			depth--
		case depth == 0 && strings.HasPrefix(query[i:], word):
			return i
		}
	}
	return len(query)
}

// matching is where the parenthesis at open ends.
func matching(query string, open int) int {
	depth := 0
	for i := open; i < len(query); i++ {
		switch query[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return len(query) - 1
}

// named writes r.c1 for $1.
func named(text string) string { return strings.ReplaceAll(text, "$", "r.c") }

// column is one column of all rows, as an array of the database and as a value for it. What is null everywhere counts as text.
func column(rows [][]any, k int) (kind string, values any) {
	var sample any
	for _, row := range rows {
		if sample = row[k]; sample != nil {
			break
		}
	}
	switch sample.(type) {
	case int64, int, sql.NullInt64:
		return "bigint", whole(rows, k)
	case bool:
		return "boolean", plain[bool](rows, k)
	case []byte:
		return "bytea", binaries(rows, k)
	}
	return "text", textual(rows, k)
}

func plain[T any](rows [][]any, k int) pgtype.FlatArray[T] {
	all := make(pgtype.FlatArray[T], len(rows))
	for i, row := range rows {
		all[i], _ = row[k].(T)
	}
	return all
}

func binaries(rows [][]any, k int) any {
	all, null := make(bytesColumn, len(rows)), false
	for i, row := range rows {
		all[i], _ = row[k].([]byte)
		null = null || all[i] == nil
	}
	if null {
		return pgtype.FlatArray[[]byte](all)
	}
	return all
}

// whole has no nulls where it can: that is quicker.
func whole(rows [][]any, k int) any {
	all, null := make(pgtype.FlatArray[*int64], len(rows)), false
	for i, row := range rows {
		switch v := row[k].(type) {
		case int64:
			all[i] = &v
		case int:
			n := int64(v)
			all[i] = &n
		case sql.NullInt64:
			if v.Valid {
				all[i] = &v.Int64
			}
		}
		null = null || all[i] == nil
	}
	if null {
		return all
	}
	bare := make(pgtype.FlatArray[int64], len(all))
	for i, n := range all {
		bare[i] = *n
	}
	return bare
}

func textual(rows [][]any, k int) any {
	bare, null := make(textColumn, len(rows)), false
	for i, row := range rows {
		text, ok := row[k].(string)
		bare[i], null = text, null || !ok
	}
	if !null {
		return bare
	}
	all := make(pgtype.FlatArray[*string], len(rows))
	for i, row := range rows {
		if text, ok := row[k].(string); ok {
			all[i] = &text
		}
	}
	return all
}
