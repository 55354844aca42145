package store

import (
	"context"
	"database/sql"
	"fmt"

	"rivgate/store/db"
)

// breach is a query that finds ids for which the invariant does not hold. at is the number that says which row of the
// table it is, where rows have one.
type breach struct{ what, at, query string }

// Numbers of rows.
const (
	ofMessage  = "m.seq"
	ofLane     = "l.id"
	ofDelivery = "d.seq"
)

// breaches are all the ways in which the database could contradict itself. $1 is the present moment.
func breaches() []breach {
	const places = `(SELECT count(*) FROM held h WHERE h.message_id = m.id) + (SELECT count(*) FROM delivery d WHERE d.message_id = m.id)
		+ (SELECT count(*) FROM inbox i WHERE i.message_id = m.id) + (SELECT count(*) FROM letter e WHERE e.message_id = m.id AND e.kind = m.kind)`
	const open = `SELECT count(*) FROM delivery d WHERE d.lane = l.id AND d.done_at IS NULL`
	const head = `FROM delivery d WHERE d.lane = l.id AND d.done_at IS NULL ORDER BY d.seq LIMIT 1`
	return []breach{
		{
			"staged answer is long overdue", "",
			`SELECT o.id FROM outgoing o WHERE o.state = 'waiting' AND o.due < CAST($1 AS BIGINT) - 600000000`,
		},
		{"message is in no place", ofMessage, `SELECT m.id FROM message m WHERE ` + places + ` = 0`},
		{"message is in several places", ofMessage, `SELECT m.id FROM message m WHERE ` + places + ` > 1`},
		{
			"message is in another place than its route says", ofMessage,
			`SELECT m.id FROM message m WHERE NOT EXISTS (SELECT 1 FROM held h WHERE h.message_id = m.id)
			AND m.via <> CASE WHEN EXISTS (SELECT 1 FROM delivery d WHERE d.message_id = m.id) THEN 'queue'
			WHEN EXISTS (SELECT 1 FROM inbox i WHERE i.message_id = m.id) THEN 'inbox' ELSE 'portal' END`,
		},
		{
			"message has no body", ofMessage,
			`SELECT m.id FROM message m WHERE NOT EXISTS (SELECT 1 FROM message_body b WHERE b.message_id = m.id)`,
		},
		{"message has no key", ofMessage, `SELECT m.id FROM message m WHERE NOT EXISTS (SELECT 1 FROM message_key k
			WHERE k.sender = m.sender AND k.contract = m.contract AND k.key_id = m.key_id AND k.message_id = m.id)`},
		{
			"key has no message", "",
			`SELECT k.message_id FROM message_key k WHERE NOT EXISTS (SELECT 1 FROM message m WHERE m.id = k.message_id)`,
		},
		{
			"held message's turn has come", "",
			`SELECT h.message_id FROM held h JOIN case_sender s ON s.case_id = h.case_id AND s.sender = h.sender
			WHERE h.refused = '' AND h.sequence <= s.last + 1`,
		},
		{"lane counts its deliveries wrong", ofLane, `SELECT CAST(l.id AS TEXT) FROM lane l WHERE l.open <> (` + open + `)`},
		{
			"lane is stuck: its head is due, and it is not ready", ofLane,
			`SELECT CAST(l.id AS TEXT) FROM lane l WHERE l.ready_at IS NULL AND (SELECT d.state ` + head + `) = 'due'`,
		},
		{
			"lane is ready without a due head", ofLane,
			`SELECT CAST(l.id AS TEXT) FROM lane l WHERE l.ready_at IS NOT NULL AND COALESCE((SELECT d.state ` + head +
				`), '') <> 'due'`,
		},
		{
			"lane leads elsewhere than its head", ofLane,
			`SELECT CAST(l.id AS TEXT) FROM lane l WHERE l.address <> COALESCE((SELECT d.address ` + head + `), l.address)`,
		},
		{
			"lane is leased without a due head", ofLane,
			`SELECT CAST(l.id AS TEXT) FROM lane l WHERE l.lease_until > $1 AND COALESCE((SELECT d.state ` + head +
				`), '') <> 'due'`,
		},
		{
			"delivery behind another was tried, or is parked", ofDelivery,
			`SELECT d.message_id FROM delivery d WHERE d.done_at IS NULL AND (d.first_try IS NOT NULL OR d.state <> 'due')
			AND EXISTS (SELECT 1 FROM delivery e WHERE e.lane = d.lane AND e.done_at IS NULL AND e.seq < d.seq)`,
		},
		{
			"delivery's state and end disagree", ofDelivery,
			`SELECT d.message_id FROM delivery d WHERE (d.done_at IS NULL) <> (d.state IN ('due', 'parked'))`,
		},
		{"delivery and attempts disagree in number", ofDelivery, `SELECT d.message_id FROM delivery d
			WHERE d.attempts <> (SELECT count(*) FROM attempt a WHERE a.message_id = d.message_id)`},
		{
			"delivered without an attempt that delivered", ofDelivery,
			`SELECT d.message_id FROM delivery d WHERE d.state = 'delivered' AND NOT EXISTS
			(SELECT 1 FROM attempt a WHERE a.message_id = d.message_id AND a.outcome = 'delivered' AND NOT a.late)`,
		},
	}
}

// Check proves the invariant: every accepted message is in exactly one place, no lane is stuck without reason, attempts
// and states agree, and statistics count what the cases say. Each breach is one line with ids, never content. It reads
// everything: see Checker for what is looked at all the time.
func (s *Store) Check(ctx context.Context) ([]string, error) {
	var lines []string
	now := db.Micros(s.Now())
	for _, b := range breaches() {
		ids, err := db.Collect(ctx, s.read, func(rows *sql.Rows) (id string, err error) { return id, rows.Scan(&id) },
			b.query+" AND CAST($1 AS BIGINT) > 0 LIMIT 100", now)
		if err != nil {
			return nil, fmt.Errorf("checking (%s): %w", b.what, err)
		}
		for _, id := range ids {
			lines = append(lines, b.what+": "+id)
		}
	}
	facts, err := s.checkFacts(ctx)
	if err != nil {
		return nil, err
	}
	return append(lines, facts...), nil
}
