package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"
)

// paused is a condition on a lane l: its receiver, or the component behind it, is held back.
const paused = `(EXISTS (SELECT 1 FROM pause p WHERE p.receiver = l.receiver_key OR p.receiver = l.component_key AND l.component_key <> '') OR ` + newcomer + `)`

// Claim leases up to max lanes whose head is due, records an attempt for each, and returns the heads. Lanes of paused receivers and of the addresses in
// skip are left out; at most perAddress lanes of one address are leased at a time.
func (s *Store) Claim(ctx context.Context, worker string, lease time.Duration, max, perAddress int, skip []string) ([]Delivery, error) {
	c := claiming{worker: worker, lease: lease}
	err := s.claiming(ctx, &c, func(ctx context.Context, t *tx) error {
		addresses, err := t.ready(ctx, max)
		if err != nil {
			return err
		}
		for _, address := range addresses {
			if room := min(perAddress-address.leased, address.due); room > 0 && !slices.Contains(skip, address.name) {
				c.shares = append(c.shares, share{address.name, room, perAddress})
			}
		}
		return c.take(ctx, t, max)
	})
	if err != nil {
		return nil, fmt.Errorf("claiming deliveries: %w", err)
	}
	return c.claimed(), nil
}

// ClaimOf leases one lane of one address, if one is due and no lane of it is leased: the probe of a receiver that was down. False: none.
func (s *Store) ClaimOf(ctx context.Context, worker string, lease time.Duration, address string) (d Delivery, ok bool, err error) {
	c := claiming{worker: worker, lease: lease}
	err = s.claiming(ctx, &c, func(ctx context.Context, t *tx) error {
		c.shares = []share{{address, 1, 1}}
		if err := t.run(ctx, t.expire()); err != nil {
			return err
		}
		return c.take(ctx, t, 1)
	})
	if err != nil {
		return Delivery{}, false, fmt.Errorf("claiming a probe: %w", err)
	}
	all := c.claimed()
	if len(all) == 0 {
		return Delivery{}, false, nil
	}
	return all[0], true, nil
}

// claiming runs the transaction of a claim, by the database's clock where other hosts claim too.
func (s *Store) claiming(ctx context.Context, c *claiming, do change) error {
	j := &job{}
	var now time.Time
	if s.clock != nil && !s.dialect.oneWriter {
		j.first = s.dialect.askClock(&now)
	}
	j.do = func(ctx context.Context, t *tx) error {
		if j.first != nil {
			t.now = now
		}
		*c = claiming{worker: c.worker, lease: c.lease}
		err := do(ctx, t)
		if len(c.lanes) > 0 {
			crashPoint("claim")
		}
		return err
	}
	if err := s.groupOf(ctx, s.claimer, j); err != nil {
		return err
	}
	if len(c.lanes) > 0 {
		crashPoint("claimed")
	}
	return nil
}

// expire frees lanes whose lease has run out. Their tokens stay, so that a worker that is only late may still finish until another has its lane.
func (t *tx) expire() *step {
	return &step{query: `UPDATE lane SET lease_until = NULL WHERE id IN
		(SELECT id FROM lane WHERE lease_until <= $1` + t.dialect.forUpdate + t.dialect.skipLocked + `)`, args: []any{micros(t.now)}}
}

// readyAddress is an address with lanes that may be claimed.
type readyAddress struct {
	name        string
	leased, due int
}

// ready frees what nobody holds any more, and finds the addresses that something is due for, the longest waiting first. It steps from address to
// address in the index, and so does not read the lanes of a receiver that has been down for long. Of what is due it counts no more than most.
func (t *tx) ready(ctx context.Context, most int) (addresses []readyAddress, err error) {
	return addresses, t.run(ctx, t.expire(), &step{query: `WITH RECURSIVE step (address) AS (
			SELECT min(address) FROM lane WHERE ready_at IS NOT NULL AND lease_until IS NULL
			UNION ALL
			SELECT (SELECT min(l.address) FROM lane l WHERE l.ready_at IS NOT NULL AND l.lease_until IS NULL AND l.address > step.address)
			FROM step WHERE step.address IS NOT NULL
		), waiting (address, since) AS (
			SELECT address, (SELECT min(l.ready_at) FROM lane l WHERE l.ready_at IS NOT NULL AND l.lease_until IS NULL AND l.address = step.address)
			FROM step WHERE address IS NOT NULL
		)
		SELECT address, (SELECT count(*) FROM lane l WHERE l.lease_until IS NOT NULL AND l.address = waiting.address),
			(SELECT count(*) FROM (SELECT 1 FROM lane l WHERE l.address = waiting.address AND l.ready_at IS NOT NULL AND l.ready_at <= $1
				AND l.lease_until IS NULL LIMIT $2) due)
		FROM waiting WHERE since <= $1 ORDER BY since, address`, args: []any{micros(t.now), most}, scan: func(row scanner) error {
		var a readyAddress
		err := row.Scan(&a.name, &a.leased, &a.due)
		addresses = append(addresses, a)
		return err
	}})
}

// Renew prolongs the lease of d. ErrLeaseLost.
func (s *Store) Renew(ctx context.Context, d Delivery, lease time.Duration) error {
	var n int64
	err := s.write(ctx, func(ctx context.Context, t *tx) (err error) {
		if err := t.sharpen(ctx); err != nil {
			return err
		}
		n, err = t.exec(ctx, `UPDATE lane SET lease_until = $3 WHERE id = $1 AND token = $2`, d.Lane, d.Token, micros(t.now.Add(lease)))
		return err
	})
	if err != nil {
		return fmt.Errorf("renewing a lease: %w", err)
	}
	if n == 0 {
		return ErrLeaseLost
	}
	return nil
}

// VoidLeases ends all leases: for SQLite at start, where one process owns the file.
func (s *Store) VoidLeases(ctx context.Context) (int, error) {
	var n int64
	err := s.write(ctx, func(ctx context.Context, t *tx) (err error) {
		n, err = t.exec(ctx, `UPDATE lane SET lease_until = NULL, token = token + 1, worker = '' WHERE lease_until IS NOT NULL`)
		t.woken = t.woken || n > 0
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("voiding leases: %w", err)
	}
	return int(n), nil
}

// NextDue is when the earliest lane becomes claimable, of addresses that are not in skip; zero when none waits. It steps from address to
// address as ready does.
func (s *Store) NextDue(ctx context.Context, skip ...string) (time.Time, error) {
	type due struct {
		address string
		at      sql.NullInt64
	}
	all, err := collect(ctx, pool{s.read}, func(rows *sql.Rows) (d due, err error) { return d, rows.Scan(&d.address, &d.at) },
		`WITH RECURSIVE step (address) AS (
			SELECT min(address) FROM lane WHERE ready_at IS NOT NULL AND lease_until IS NULL
			UNION ALL
			SELECT (SELECT min(l.address) FROM lane l WHERE l.ready_at IS NOT NULL AND l.lease_until IS NULL AND l.address > step.address)
			FROM step WHERE step.address IS NOT NULL
		)
		SELECT address, (SELECT l.ready_at FROM lane l WHERE l.ready_at IS NOT NULL AND l.lease_until IS NULL AND l.address = step.address AND NOT `+paused+`
			ORDER BY l.ready_at LIMIT 1)
		FROM step WHERE address IS NOT NULL
		UNION ALL SELECT address, min(lease_until) FROM lane WHERE lease_until IS NOT NULL GROUP BY address`)
	if err != nil {
		return time.Time{}, fmt.Errorf("finding the next delivery: %w", err)
	}
	var next time.Time
	for _, d := range all {
		if !d.at.Valid || slices.Contains(skip, d.address) {
			continue
		}
		if at := moment(d.at.Int64); next.IsZero() || at.Before(next) {
			next = at
		}
	}
	return next, nil
}
