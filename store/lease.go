package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"rivgate/store/db"
)

// claiming is a claim under way.
type claiming struct {
	worker     string
	lease      time.Duration
	perAddress int
	share      func([]Ready, int) []Share
	ready      []Ready // addresses that may have more

	lanes []int64
	found map[int64]*Delivery
}

// take leases lanes, notes the attempts before they are made, and reads what is to be delivered. The last of it is sent with the transaction's end.
func (c *claiming) take(ctx context.Context, t *tx, most int) error {
	c.found = map[int64]*Delivery{}
	// What is due for an address may be paused, or locked by others: then another round gives its room to others.
	for round := 0; len(c.lanes) < most && len(c.ready) > 0; round++ {
		if err := t.SendLast(ctx); err != nil { // what the round before has taken is leased, so that it counts
			return err
		}
		before := len(c.lanes)
		shares := c.share(c.ready, most-before)
		if len(shares) == 0 {
			return nil
		}
		got, err := c.choose(ctx, t, shares, round > 0)
		if err != nil {
			return err
		}
		c.deduct(shares, got)
		if len(c.lanes) > before {
			c.leaseAll(t, c.lanes[before:])
		}
	}
	return nil
}

// deduct takes from what the addresses may have what was asked for. One that had less has no more.
func (c *claiming) deduct(shares []Share, got map[string]int) {
	asked := make(map[string]int, len(shares))
	for _, s := range shares {
		asked[s.Address] = s.Room
	}
	left := c.ready[:0]
	for _, a := range c.ready {
		n := got[a.Address]
		if a.Room, a.Taken = a.Room-n, a.Taken+n; a.Room > 0 && n == asked[a.Address] {
			left = append(left, a)
		}
	}
	c.ready = left
}

// leaseAll leaves to be sent what leases lanes that were chosen.
func (c *claiming) leaseAll(t *tx, lanes []int64) {
	now, until := db.Micros(t.Now), db.Micros(t.Now.Add(c.lease))
	leased, tried, attempted := make([][]any, len(lanes)), make([][]any, len(lanes)), make([][]any, len(lanes))
	for i, lane := range lanes {
		leased[i], tried[i], attempted[i] = []any{lane, until, c.worker}, []any{lane, now}, []any{lane}
		c.found[lane] = &Delivery{Lane: lane, Lease: db.Moment(until)}
	}
	const head = `(SELECT h.seq FROM delivery h WHERE h.lane = %s AND h.done_at IS NULL ORDER BY h.seq LIMIT 1)`
	all := int64(len(lanes))
	t.Last = append(t.Last,
		&db.Step{Query: `UPDATE lane SET lease_until = $2, token = token + 1, worker = $3 WHERE id = $1 RETURNING id, token`, Rows: leased, Scan: c.scanToken, Want: all},
		&db.Step{Query: `UPDATE delivery SET attempts = attempts + 1, outcome = '', class = '', code = '', first_try = COALESCE(first_try, $2)
			WHERE seq = ` + fmt.Sprintf(head, "$1"), Rows: tried, Want: all},
		&db.Step{Query: `INSERT INTO attempt (lane, token, message_id, number, worker, address, started, outcome, class, code, duration, late)
			SELECT l.id, l.token, d.message_id, d.attempts, l.worker, d.address, r.c2, '', '', '', 0, FALSE
			FROM {rows} JOIN lane l ON l.id = r.c1 JOIN delivery d ON d.seq = ` + fmt.Sprintf(head, "r.c1"), Rows: tried, Want: all},
		&db.Step{Query: selectMessage + `, b.envelope, d.lane, d.case_id, d.address, d.attempts, d.first_try,
				(SELECT count(*) FROM message_chunk k WHERE k.message_id = m.id AND k.n = 0)
			FROM {rows} JOIN delivery d ON d.seq = ` + fmt.Sprintf(head, "r.c1") + ` JOIN message m ON m.id = d.message_id
			JOIN message_body b ON b.message_id = m.id`, Rows: attempted, Scan: c.scanMessage, Want: all},
	)
}

// choose finds lanes, keeps them from others until the transaction ends, and tells how many each address had. Other claims at the same addresses end before: those of the first round are
// waited for, in one order for all; a later round passes over addresses that others are at.
func (c *claiming) choose(ctx context.Context, t *tx, shares []Share, later bool) (map[string]int, error) {
	slices.SortFunc(shares, func(a, b Share) int { return cmp.Compare(a.Address, b.Address) })
	got := make(map[string]int, len(shares))
	steps, passed := make([]*db.Step, 0, len(shares)+1), map[string]bool{}
	if t.Dialect.LockName != "" {
		lock := &db.Step{Query: t.Dialect.LockName, Scan: func(row db.Scanner) error {
			var address string
			var got bool
			err := row.Scan(&address, &got)
			passed[address] = !got
			return err
		}}
		for _, s := range shares {
			lock.Rows = append(lock.Rows, []any{s.Address, later})
		}
		steps = append(steps, lock)
	}
	if later && len(steps) > 0 {
		if err := t.Run(ctx, steps...); err != nil {
			return nil, err
		}
		steps = steps[:0]
	}
	for _, s := range shares {
		if passed[s.Address] {
			continue
		}
		steps = append(steps, &db.Step{
			Query: `SELECT l.id FROM lane l
			WHERE l.address = $1 AND l.ready_at IS NOT NULL AND l.ready_at <= $2 AND l.lease_until IS NULL AND NOT ` + paused + `
			ORDER BY l.ready_at LIMIT (SELECT CASE WHEN n.free > $3 THEN $3 WHEN n.free > 0 THEN n.free ELSE 0 END
				FROM (SELECT $4 - count(*) AS free FROM lane k WHERE k.lease_until IS NOT NULL AND k.address = $1) n)` + t.Dialect.ForUpdateOf("l") + t.Dialect.SkipLocked,
			Args: []any{s.Address, db.Micros(t.Now), s.Room, c.perAddress}, Scan: func(row db.Scanner) error {
				got[s.Address]++
				return c.scanLane(row)
			},
		})
	}
	return got, t.Run(ctx, steps...)
}

func (c *claiming) scanLane(row db.Scanner) error {
	var lane int64
	err := row.Scan(&lane)
	c.lanes = append(c.lanes, lane)
	return err
}

func (c *claiming) scanToken(row db.Scanner) error {
	var lane, token int64
	if err := row.Scan(&lane, &token); err != nil {
		return err
	}
	c.found[lane].Token = token
	return nil
}

func (c *claiming) scanMessage(row db.Scanner) error {
	var lane, first int64
	var caseID sql.NullString
	var address string
	var attempt int
	var pieces int
	m, err := readMessage(row, &lane, &caseID, &address, &attempt, &first, &pieces)
	if err != nil {
		return err
	}
	d := c.found[lane]
	d.Message, d.CaseID, d.Attempt, d.FirstTry, d.Large = m, caseID.String, attempt, db.Moment(first), pieces > 0 && len(m.Envelope) == 0
	d.Message.Route.Address = address // a redirect goes before what was frozen
	return nil
}

// claimed are the deliveries, in the order in which their lanes were found.
func (c *claiming) claimed() []Delivery {
	all := make([]Delivery, 0, len(c.lanes))
	for _, lane := range c.lanes {
		all = append(all, *c.found[lane])
	}
	return all
}
