package store

import (
	"context"
	"database/sql"

	"rivgate/store/db"
)

// everybody is when the latest order was given that paused all receivers there were (PauseAll), as long as one of its pauses stands; NULL else. It names
// no row of the query around it, and so is found once. Of the orders the latest 10 000 are looked at, and none while nothing is paused.
const everybody = `(SELECT max(a.at) FROM audit a WHERE EXISTS (SELECT 1 FROM pause) AND a.seq > (SELECT max(b.seq) FROM audit b) - 10000
	AND a.verb = 'pause' AND a.filter LIKE '{"receivers":%' AND EXISTS (SELECT 1 FROM pause q WHERE q.at = a.at))`

// letGo are the receivers that were resumed since: of the latest 100 000 operations, which are looked at for newcomers alone.
const letGo = `(SELECT o.receiver FROM operation o WHERE o.seq > (SELECT max(u.seq) FROM operation u) - 100000 AND o.message_id IS NULL
	AND o.verb = 'resume' AND o.at >= ` + everybody + `)`

// newcomer is a condition on a lane l: everybody is paused, and its receiver (the component behind it, where one is known) was not there when they were, nor
// was let go since. The minute is for hosts whose clocks are behind the database's: who was there within it has a pause of its own.
const newcomer = everybody + ` IS NOT NULL AND COALESCE(CASE WHEN l.component_key <> ''
	THEN (SELECT f.accepted FROM delivery f WHERE f.component_key = l.component_key AND f.component_key <> '' ORDER BY f.seq LIMIT 1)
	ELSE (SELECT f.accepted FROM delivery f WHERE f.receiver_key = l.receiver_key ORDER BY f.seq LIMIT 1) END, 0) > ` + everybody + ` - 60000000
	AND l.receiver_key NOT IN ` + letGo + ` AND l.component_key NOT IN ` + letGo

// everybodyPaused tells whether receivers that nobody has seen yet are held back, too.
func (t *tx) everybodyPaused(ctx context.Context) (bool, error) {
	found, err := db.Collect(ctx, t, func(rows *sql.Rows) (is bool, err error) { return is, rows.Scan(&is) }, `SELECT `+everybody+` IS NOT NULL`)
	return len(found) == 1 && found[0], err
}
