package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"
)

// paused is a condition on a lane l: its receiver, or the component behind it, is held back.
const paused = `EXISTS (SELECT 1 FROM pause p WHERE p.receiver = l.receiver_key OR p.receiver = l.component_key AND l.component_key <> '')`

// Claim leases up to max lanes whose head is due, records an attempt for each, and returns the heads. Lanes of paused receivers and of the addresses in
// skip are left out; at most perAddress lanes of one address are leased at a time.
func (s *Store) Claim(ctx context.Context, worker string, lease time.Duration, max, perAddress int, skip []string) ([]Delivery, error) {
	var claimed []Delivery
	err := s.write(ctx, func(ctx context.Context, t *tx) (err error) {
		claimed, err = t.claim(ctx, worker, lease, max, perAddress, skip)
		if len(claimed) > 0 {
			crashPoint("claim")
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("claiming deliveries: %w", err)
	}
	if len(claimed) > 0 {
		crashPoint("claimed")
	}
	return claimed, nil
}

func (t *tx) claim(ctx context.Context, worker string, lease time.Duration, max, perAddress int, skip []string) ([]Delivery, error) {
	if err := t.prepareClaim(ctx); err != nil {
		return nil, err
	}
	addresses, err := t.ready(ctx)
	if err != nil {
		return nil, err
	}
	var claimed []Delivery
	for _, address := range addresses {
		room := min(perAddress-address.leased, max-len(claimed))
		if room <= 0 || slices.Contains(skip, address.name) {
			continue
		}
		lanes, err := t.free(ctx, address.name, room)
		if err != nil {
			return nil, err
		}
		for _, lane := range lanes {
			d, err := t.lease(ctx, lane, worker, lease)
			if err != nil {
				return nil, err
			}
			claimed = append(claimed, d)
		}
	}
	return claimed, nil
}

// prepareClaim lets claims of all replicas go one by one, by one clock, and frees what nobody holds any more.
func (t *tx) prepareClaim(ctx context.Context) error {
	if t.dialect.claimLock != "" {
		if _, err := t.exec(ctx, t.dialect.claimLock); err != nil {
			return err
		}
	}
	if err := t.sharpen(ctx); err != nil {
		return err
	}
	return t.expire(ctx)
}

// expire frees lanes whose lease has run out. Their tokens stay, so that a worker that is only late may still finish until another has its lane.
func (t *tx) expire(ctx context.Context) error {
	_, err := t.exec(ctx, `UPDATE lane SET lease_until = NULL WHERE id IN
		(SELECT id FROM lane WHERE lease_until <= $1`+t.dialect.forUpdate+t.dialect.skipLocked+`)`, micros(t.now))
	return err
}

// readyAddress is an address with lanes that may be claimed.
type readyAddress struct {
	name   string
	leased int
}

// ready finds the addresses that something is due for, the longest waiting first. It steps from address to address in the index, and so
// does not read the lanes of a receiver that has been down for long.
func (t *tx) ready(ctx context.Context) ([]readyAddress, error) {
	return collect(ctx, t, func(rows *sql.Rows) (a readyAddress, err error) {
		return a, rows.Scan(&a.name, &a.leased)
	}, `WITH RECURSIVE step (address) AS (
			SELECT min(address) FROM lane WHERE ready_at IS NOT NULL AND lease_until IS NULL
			UNION ALL
			SELECT (SELECT min(l.address) FROM lane l WHERE l.ready_at IS NOT NULL AND l.lease_until IS NULL AND l.address > step.address)
			FROM step WHERE step.address IS NOT NULL
		), waiting (address, since) AS (
			SELECT address, (SELECT min(l.ready_at) FROM lane l WHERE l.ready_at IS NOT NULL AND l.lease_until IS NULL AND l.address = step.address)
			FROM step WHERE address IS NOT NULL
		)
		SELECT address, (SELECT count(*) FROM lane l WHERE l.lease_until IS NOT NULL AND l.address = waiting.address)
		FROM waiting WHERE since <= $1 ORDER BY since, address`, micros(t.now))
}

// free finds lanes of an address that may be claimed, and keeps them from others until the transaction ends.
func (t *tx) free(ctx context.Context, address string, room int) ([]int64, error) {
	return collect(ctx, t, func(rows *sql.Rows) (id int64, err error) { return id, rows.Scan(&id) },
		`SELECT l.id FROM lane l WHERE l.address = $1 AND l.ready_at IS NOT NULL AND l.ready_at <= $2 AND l.lease_until IS NULL AND NOT `+paused+`
		ORDER BY l.ready_at, l.id LIMIT $3`+t.dialect.forUpdate+t.dialect.skipLocked, address, micros(t.now), room)
}

// lease takes a lane for a worker and notes the attempt, before it is made.
func (t *tx) lease(ctx context.Context, lane int64, worker string, lease time.Duration) (Delivery, error) {
	d := Delivery{Lane: lane, Lease: moment(micros(t.now.Add(lease)))}
	_, err := t.row(ctx, []any{&d.Token}, `UPDATE lane SET lease_until = $2, token = token + 1, worker = $3 WHERE id = $1 RETURNING token`,
		lane, micros(d.Lease), worker)
	if err != nil {
		return d, err
	}
	var id, address string
	var caseID sql.NullString
	var first int64
	found, err := t.row(ctx, []any{&id, &caseID, &address, &d.Attempt, &first}, `UPDATE delivery SET attempts = attempts + 1, outcome = '', class = '', code = '',
			first_try = COALESCE(first_try, $2)
		WHERE seq = (SELECT seq FROM delivery WHERE lane = $1 AND done_at IS NULL ORDER BY seq LIMIT 1)
		RETURNING message_id, case_id, address, attempts, first_try`, lane, micros(t.now))
	if err == nil && !found {
		err = fmt.Errorf("leasing lane %d: it is empty", lane)
	}
	if err != nil {
		return d, err
	}
	d.CaseID, d.FirstTry = caseID.String, moment(first)
	_, err = t.exec(ctx, `INSERT INTO attempt (lane, token, message_id, number, worker, address, started, outcome, class, code, duration, late)
		VALUES ($1, $2, $3, $4, $5, $6, $7, '', '', '', 0, FALSE)`, lane, d.Token, id, d.Attempt, worker, address, micros(t.now))
	if err != nil {
		return d, err
	}
	d.Message, d.Large, err = claimMessage(ctx, t, id)
	if err == nil {
		d.Message.Route.Address = address // a redirect goes before what was frozen
	}
	return d, err
}

// ClaimOf leases one lane of one address, if one is due and no lane of it is leased: the probe of a receiver that was down. False: none.
func (s *Store) ClaimOf(ctx context.Context, worker string, lease time.Duration, address string) (d Delivery, ok bool, err error) {
	err = s.write(ctx, func(ctx context.Context, t *tx) error {
		ok = false
		if err := t.prepareClaim(ctx); err != nil {
			return err
		}
		var leased int
		if _, err := t.row(ctx, []any{&leased}, `SELECT count(*) FROM lane l WHERE l.lease_until IS NOT NULL AND l.address = $1`, address); err != nil || leased > 0 {
			return err
		}
		lanes, err := t.free(ctx, address, 1)
		if err != nil || len(lanes) == 0 {
			return err
		}
		d, err = t.lease(ctx, lanes[0], worker, lease)
		ok = err == nil
		return err
	})
	if err != nil {
		return Delivery{}, false, fmt.Errorf("claiming a probe: %w", err)
	}
	return d, ok, nil
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
