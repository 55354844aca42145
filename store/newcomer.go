package store

import (
	"context"
	"database/sql"

	"rivgate/store/db"
)

// pausedAllAt is when the latest order paused all receivers (PauseAll), while one of its pauses still stands; else
// NULL. It refers to no row of the query around it, so it is computed once. It looks at the latest 10 000 orders, and
// at none while nothing is paused.
const pausedAllAt = `(SELECT max(a.at) FROM audit a WHERE EXISTS (SELECT 1 FROM pause) AND a.seq > (SELECT max(b.seq) FROM audit b) - 10000
	AND a.verb = 'pause' AND a.filter LIKE '{"receivers":%' AND EXISTS (SELECT 1 FROM pause q WHERE q.at = a.at))`

// resumedSince are the receivers that were resumed after pausedAllAt, among the latest 100 000 operations. It is
// computed only for receivers that are new since then.
const resumedSince = `(SELECT o.receiver FROM operation o WHERE o.seq > (SELECT max(u.seq) FROM operation u) - 100000 AND o.message_id IS NULL
	AND o.verb = 'resume' AND o.at >= ` + pausedAllAt + `)`

// newSincePauseAll is a condition on a lane l: all receivers were paused, and its receiver (or the component behind it,
// where that is known) was seen for the first time after that, and was not resumed since. One minute is allowed for
// hosts whose clocks are behind the database's: a receiver that was seen within it has a pause of its own.
const newSincePauseAll = pausedAllAt + ` IS NOT NULL AND COALESCE(CASE WHEN l.component_key <> ''
	THEN (SELECT f.accepted FROM delivery f WHERE f.component_key = l.component_key AND f.component_key <> '' ORDER BY f.seq LIMIT 1)
	ELSE (SELECT f.accepted FROM delivery f WHERE f.receiver_key = l.receiver_key ORDER BY f.seq LIMIT 1) END, 0) > ` +
	pausedAllAt + ` - 60000000
	AND l.receiver_key NOT IN ` + resumedSince + ` AND l.component_key NOT IN ` + resumedSince

// allPaused tells whether receivers that are seen for the first time are paused too.
func (t *tx) allPaused(ctx context.Context) (bool, error) {
	found, err := db.Collect(ctx, t, func(rows *sql.Rows) (is bool, err error) { return is, rows.Scan(&is) },
		`SELECT `+pausedAllAt+` IS NOT NULL`)
	return len(found) == 1 && found[0], err
}
