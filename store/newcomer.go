package store

import (
	"context"
	"database/sql"
)

// everybody is when the latest order was given that paused all receivers there were (PauseAll), as long as one of its pauses stands; NULL else. It names
// no row of the query around it, and so is found once.
const everybody = `(SELECT max(a.at) FROM audit a WHERE EXISTS (SELECT 1 FROM pause) AND a.verb = 'pause' AND a.filter LIKE '{"receivers":%'
	AND EXISTS (SELECT 1 FROM pause q WHERE q.at = a.at))`

// newcomer is a condition on a lane l: everybody is paused, and its receiver (the component behind it, where one is known) was not there when they were, nor
// was let go since. The minute is for hosts whose clocks are behind the database's: who was there within it has a pause of its own.
const newcomer = everybody + ` IS NOT NULL AND COALESCE(CASE WHEN l.component_key <> ''
	THEN (SELECT f.accepted FROM delivery f WHERE f.component_key = l.component_key ORDER BY f.seq LIMIT 1)
	ELSE (SELECT f.accepted FROM delivery f WHERE f.receiver_key = l.receiver_key ORDER BY f.seq LIMIT 1) END, 0) > ` + everybody + ` - 60000000
	AND NOT EXISTS (SELECT 1 FROM operation o WHERE o.message_id IS NULL AND o.verb = 'resume' AND o.at >= ` + everybody + `
	AND (upper(o.receiver) = l.receiver_key OR upper(o.receiver) = l.component_key))`

// everybodyPaused tells whether receivers that nobody has seen yet are held back, too.
func (t *tx) everybodyPaused(ctx context.Context) (bool, error) {
	found, err := collect(ctx, t, func(rows *sql.Rows) (is bool, err error) { return is, rows.Scan(&is) }, `SELECT `+everybody+` IS NOT NULL`)
	return len(found) == 1 && found[0], err
}
