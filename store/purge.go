package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"rivgate/store/db"
)

// Retention says what may go, and after how long. Zero: never.
type Retention struct {
	Delivered time.Duration // messages without a case, after they were delivered or closed
	// whole cases, after the last change to a closed one; only where nothing of them waits anywhere
	ClosedCases time.Duration
	// RequireRegistration keeps whole cases that lack a registration number: of a case that is handled here, the unit's;
	// of another, the id that the handling system gave it, since it is registered there.
	RequireRegistration bool
}

// How much one transaction of Purge takes.
const (
	purgeMessages = 100
	purgeCases    = 10
)

// Purged is what one message left behind.
type Purged struct {
	MessageID string    `json:"messageId"`
	Contract  string    `json:"contract"`
	Receiver  string    `json:"receiver"`
	State     string    `json:"state"` // a DeliveryState; inbox or portal where it was not delivered on
	Accepted  time.Time `json:"accepted"`
	Done      time.Time `json:"done"`
	At        time.Time `json:"at"` // when it went
}

// Purge takes away what the rules let go, in small transactions until nothing is left or ctx ends, and tells how many
// messages went. Only what is final goes. Each leaves its Purged; each run that took something is an Audit. A repeat of
// a message that went is a new message.
func (s *Store) Purge(ctx context.Context, r Retention, by string) (int, error) {
	total := 0
	for _, rule := range []struct {
		after time.Duration
		batch func(ctx context.Context, t *tx, before int64) (int, error)
	}{
		{r.Delivered, func(ctx context.Context, t *tx, before int64) (int, error) { return t.purgeMessages(ctx, before) }},
		{r.ClosedCases, func(ctx context.Context, t *tx, before int64) (int, error) {
			return t.purgeCases(ctx, before, r.RequireRegistration)
		}},
	} {
		for went := 1; rule.after > 0 && went > 0; {
			err := s.write(ctx, func(ctx context.Context, t *tx) (err error) {
				went, err = rule.batch(ctx, t, db.Micros(t.Now.Add(-rule.after)))
				return err
			})
			if err != nil {
				return total, fmt.Errorf("purging: %w", err)
			}
			total += went
		}
	}
	if total == 0 {
		return 0, nil
	}
	ruled := map[string]string{"delivered": r.Delivered.String(), "closedCases": r.ClosedCases.String()}
	if r.RequireRegistration {
		ruled["requireRegistration"] = "true"
	}
	rules, err := json.Marshal(ruled)
	if err == nil {
		err = s.write(ctx, func(ctx context.Context, t *tx) error {
			return t.audit(ctx, order{verb: "purge", by: by, reason: "retention"}, string(rules), total)
		})
	}
	if err != nil {
		return total, fmt.Errorf("noting a purge: %w", err)
	}
	return total, nil
}

func (t *tx) purgeMessages(ctx context.Context, before int64) (int, error) {
	ids, err := db.Collect(ctx, t, db.Text,
		`SELECT d.message_id FROM delivery d WHERE d.done_at < $1 AND d.case_id IS NULL ORDER BY d.done_at LIMIT $2`, before,
		purgeMessages)
	if err != nil {
		return 0, err
	}
	for _, id := range ids {
		if err := t.purge(ctx, "m.id = $1", id); err != nil {
			return 0, err
		}
	}
	return len(ids), nil
}

// The conditions of a case c that may go, by when it was changed last ($1), but for its registration.
const (
	longClosed = `c.state = 'closed' AND NOT c.forward_due AND c.changed < $1`
	idle       = ` AND NOT EXISTS (SELECT 1 FROM lane l WHERE l.case_id = c.id AND (l.open > 0 OR l.lease_until IS NOT NULL))
		AND NOT EXISTS (SELECT 1 FROM held h WHERE h.case_id = c.id AND NOT h.dismissed)
		AND NOT EXISTS (SELECT 1 FROM outgoing o WHERE o.case_id = c.id AND o.state = 'waiting')
		AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.case_id = c.id AND (d.done_at IS NULL OR d.done_at >= $1))`
	registered = `(CASE WHEN c.via = 'inbox'
		THEN EXISTS (SELECT 1 FROM desk n WHERE n.case_id = c.id AND n.unit = c.unit AND n.diary <> '')
		ELSE EXISTS (SELECT 1 FROM case_external n WHERE n.case_id = c.id) END)`
)

// HeldBack is how many cases retention would let go if they were registered: 0 where that is not demanded.
func (s *Store) HeldBack(ctx context.Context, r Retention) (int, error) {
	if !r.RequireRegistration || r.ClosedCases <= 0 {
		return 0, nil
	}
	n, err := db.Count(ctx, s.read, `SELECT count(*) FROM cases c WHERE `+longClosed+idle+` AND NOT `+registered,
		[]any{db.Micros(s.Now().Add(-r.ClosedCases))})
	if err != nil {
		return 0, fmt.Errorf("counting cases that are held back: %w", err)
	}
	return n, nil
}

// purgeCases takes whole cases: a time line with holes would tell something that never was.
func (t *tx) purgeCases(ctx context.Context, before int64, numbered bool) (int, error) {
	may := longClosed + idle
	if numbered {
		may += ` AND ` + registered
	}
	ids, err := db.Collect(ctx, t, db.Text, `SELECT c.id FROM cases c WHERE `+may+` ORDER BY c.id LIMIT $2`, before,
		purgeCases)
	if err != nil {
		return 0, err
	}
	went := 0
	for _, id := range ids {
		c, err := t.lockCaseID(ctx, id)
		if err != nil {
			return 0, err
		}
		var one int // something may have come before the lock
		still, err := t.Row(ctx, []any{&one},
			`SELECT 1 FROM cases c WHERE c.id = $2 AND `+may, before, id)
		if err != nil || !still {
			return went, err
		}
		var n int
		if _, err := t.Row(ctx, []any{&n}, `SELECT count(*) FROM message WHERE case_id = $1`, id); err != nil {
			return 0, err
		}
		if err := t.purge(ctx, "m.case_id = $1", id); err != nil {
			return 0, err
		}
		if err := t.purgeDesk(ctx, id); err != nil {
			return 0, err
		}
		if err := t.leaveFact(ctx, c); err != nil {
			return 0, err
		}
		for _, table := range []string{
			"case_external", "case_code", "case_fact", "case_sender", "refused_number", "case_unnumbered",
		} {
			if _, err := t.Exec(ctx, `DELETE FROM `+table+` WHERE case_id = $1`, id); err != nil {
				return 0, err
			}
		}
		if _, err := t.Exec(ctx, `DELETE FROM cases WHERE id = $1`, id); err != nil {
			return 0, err
		}
		went += n
	}
	return went, nil
}

// purge takes the messages m away, and all that hangs on them.
func (t *tx) purge(ctx context.Context, which, id string) error {
	_, err := t.Exec(ctx, `INSERT INTO purged (message_id, contract, receiver, state, accepted, done_at, at)
		SELECT m.id, m.contract, m.receiver, COALESCE(d.state, m.via), m.received, COALESCE(d.done_at, m.received), CAST($2 AS BIGINT)
		FROM message m LEFT JOIN delivery d ON d.message_id = m.id WHERE `+which, id, db.Micros(t.Now))
	if err != nil {
		return err
	}
	lanes, err := db.Collect(ctx, t, func(rows *sql.Rows) (id int64, err error) { return id, rows.Scan(&id) },
		`SELECT DISTINCT d.lane FROM delivery d JOIN message m ON m.id = d.message_id WHERE `+which, id)
	if err != nil {
		return err
	}
	messages := `(SELECT m.id FROM message m WHERE ` + which + `)`
	for _, query := range []string{
		`DELETE FROM attempt WHERE message_id IN ` + messages,
		`UPDATE operation SET message_id = NULL WHERE message_id IN ` + messages,
		`DELETE FROM delivery WHERE message_id IN ` + messages,
		`DELETE FROM held WHERE message_id IN ` + messages,
		`DELETE FROM inbox WHERE message_id IN ` + messages,
		`DELETE FROM letter WHERE message_id IN ` + messages,
		`DELETE FROM message_chunk WHERE message_id IN ` + messages,
		`DELETE FROM message_body WHERE message_id IN ` + messages,
		`DELETE FROM message_key WHERE (sender, contract, key_id) IN (SELECT m.sender, m.contract, m.key_id FROM message ` +
			`m WHERE ` + which + `)`,
		`DELETE FROM message WHERE id IN ` + messages,
	} {
		if _, err := t.Exec(ctx, query, id); err != nil {
			return err
		}
	}
	for _, lane := range lanes {
		if _, err := t.Exec(ctx, `DELETE FROM lane WHERE id = $1`, lane); err != nil {
			return err
		}
	}
	return nil
}

// Purgeds lists what went at or after since, newest first; limit as in DeliveryFilter.
func (s *Store) Purgeds(ctx context.Context, since time.Time, limit int) ([]Purged, error) {
	all, err := db.Collect(ctx, s.read, func(rows *sql.Rows) (p Purged, err error) {
		var accepted, done, at int64
		err = rows.Scan(&p.MessageID, &p.Contract, &p.Receiver, &p.State, &accepted, &done, &at)
		p.Accepted, p.Done, p.At = db.Moment(accepted), db.Moment(done), db.Moment(at)
		return p, err
	},
		`SELECT message_id, contract, receiver, state, accepted, done_at, at FROM purged WHERE at >= $1 ORDER BY at DESC, `+
			`message_id LIMIT $2`,
		db.Micros(since), db.ListLimit(limit))
	if err != nil {
		return nil, fmt.Errorf("listing what was purged: %w", err)
	}
	return all, nil
}
