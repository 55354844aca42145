package db

import (
	"fmt"
	"strings"
)

// FullText is a query for the keys of those rows of a table whose words match, with $? for what FullTextQuery made. The
// words stand in a column of their own, parted by blanks; each is of letters alone. On SQLite the table has a number n
// beside its key, and an index TABLE_match of FTS5 by that number; on PostgreSQL it has an index of
// to_tsvector('simple', words).
func (d Dialect) FullText(table, key string) string {
	if d.fts5 {
		return fmt.Sprintf(
			`SELECT s.%[2]s FROM %[1]s_match m CROSS JOIN %[1]s s WHERE s.n = m.rowid AND %[1]s_match MATCH $?`, table, key,
		)
	}
	return fmt.Sprintf(`SELECT s.%[2]s FROM %[1]s s WHERE to_tsvector('simple', s.words) @@ to_tsquery('simple', $?)`,
		table, key)
}

// FullTextQuery asks for rows that have, of each group, one word at least. A word that ends with * stands for all that
// begin so.
func (d Dialect) FullTextQuery(groups [][]string) string {
	and, or, begins := " & ", " | ", ":*"
	if d.fts5 {
		and, or, begins = " AND ", " OR ", "*"
	}
	all := make([]string, len(groups))
	for i, group := range groups {
		all[i] = "(" + strings.ReplaceAll(strings.Join(group, or), "*", begins) + ")"
	}
	return strings.Join(all, and)
}
