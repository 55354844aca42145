package store

// Lanes and leases. A lane is one case (or message without a case) and one receiver; its deliveries leave in their
// order, and only the head is ever under way. Lanes never wait for each other, and are claimed by address, so that a
// slow receiver keeps only its own waiting.
//
//	lane 7  token 4  ready_at  ─► │ head: due │ due │ due │         Claim: lease_until = now + lease, token 5, attempt noted
//	lane 7  token 5  leased    ─► │ head: under way │ due │ due │   Renew: a longer lease, where the token is still 5
//
//	Finish with token 5:  delivered ─► the head is done, the next one is ready at once
//	                      again     ─► the head is ready at its time
//	                      parked    ─► the lane has no ready_at until a person lets it go on
//	                      in each of them token 6, no lease: nothing is finished twice
//	the lease runs out:   the lane is claimed by another with token 6; who comes late with token 5 is only noted (ErrLeaseLost)

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"rivgate/store/db"
)

// paused is a condition on a lane l: its receiver, or the component behind it, is held back.
const paused = `(EXISTS (SELECT 1 FROM pause p WHERE p.receiver = l.receiver_key OR p.receiver = l.component_key ` +
	`AND l.component_key <> '') OR ` + newSincePauseAll + `)`

// Ready is an address with lanes that wait or are leased, as it was a moment ago.
type Ready struct {
	Address   string
	Claimable int       // due lanes that may be claimed in addition to those that are leased
	Taken     int       // lanes of the address that this claim has taken
	Since     time.Time // when the first lane is or was due that is not paused; zero: there is none
	Leased    time.Time // when the first lease ends; zero: there is none
}

// Share is how many lanes of an address a claim may take.
type Share struct {
	Address string
	Lanes   int
}

// Sharing is whose lanes a claim takes.
type Sharing struct {
	Ready []Ready // of Store.Ready
	// Share divides up to most lanes among the addresses that have some, and names each address once at most. It is called
	// again with the rest where an address had fewer lanes than it seemed: some of its receivers may be paused, or other
	// processes may have its lanes.
	Share func(ready []Ready, most int) []Share
}

// byAge gives as many lanes as possible to the address that has waited longest, then to the next.
func byAge(ready []Ready, most int) (shares []Share) {
	for _, a := range ready {
		if room := min(a.Claimable, most); room > 0 {
			shares, most = append(shares, Share{a.Address, room}), most-room
		}
	}
	return shares
}

// Claim leases up to max lanes whose head is due, records an attempt for each, and returns the heads. It leaves out
// lanes of paused receivers. At most perAddress lanes of one address are leased at a time, counting those of other
// processes. sharing decides whose lanes; nil: the longest wait first.
func (s *Store) Claim(ctx context.Context, worker string, lease time.Duration, max, perAddress int,
	sharing *Sharing,
) ([]Delivery, error) {
	if sharing == nil {
		ready, err := s.Ready(ctx, perAddress)
		if err != nil {
			return nil, err
		}
		sharing = &Sharing{ready, byAge}
	}
	c := claimRun{worker: worker, lease: lease, perAddress: perAddress, share: sharing.Share}
	err := s.runClaim(ctx, &c, func(ctx context.Context, t *tx) (err error) {
		c.ready = slices.Clone(sharing.Ready)
		return c.take(ctx, t, max)
	})
	if err != nil {
		return nil, fmt.Errorf("claiming deliveries: %w", err)
	}
	return c.claimed(), nil
}

// ClaimOf leases one lane of one address, if one is due and no lane of it is leased: the probe of a receiver that was
// down. False: none.
func (s *Store) ClaimOf(ctx context.Context, worker string, lease time.Duration,
	address string,
) (d Delivery, ok bool, err error) {
	c := claimRun{worker: worker, lease: lease, perAddress: 1, share: byAge}
	err = s.runClaim(ctx, &c, func(ctx context.Context, t *tx) error {
		c.ready = []Ready{{Address: address, Claimable: 1}}
		if err := t.Run(ctx, t.expire()); err != nil {
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

// runClaim runs the transaction of a claim, by the database's clock where other hosts claim too.
func (s *Store) runClaim(ctx context.Context, c *claimRun, do change) error {
	var now time.Time
	first := s.AskClock(&now)
	job := &db.Job{First: first, Do: s.engineChange(func(ctx context.Context, t *tx) error {
		if first != nil {
			t.Now = now
		}
		*c = claimRun{worker: c.worker, lease: c.lease, perAddress: c.perAddress, share: c.share}
		err := do(ctx, t)
		if len(c.lanes) > 0 {
			db.CrashPoint("claim")
		}
		return err
	})}
	if err := s.DB.Claim(ctx, job); err != nil {
		return err
	}
	if len(c.lanes) > 0 {
		db.CrashPoint("claimed")
	}
	return nil
}

// expire frees lanes whose lease has run out. Their tokens stay, so that a worker that is only late may still finish
// until another has its lane.
func (t *tx) expire() *db.Step {
	return &db.Step{Statement: endLeases, Args: []any{db.Micros(t.Now)}}
}

// Ready ends leases that have run out, and returns the addresses that have lanes waiting or leased, the longest wait
// first. Claimable is at most perAddress, with what is leased counted. It steps from address to address in the index,
// so that a long backlog costs no more than a short one.
func (s *Store) Ready(ctx context.Context, perAddress int) ([]Ready, error) {
	leased, err := s.leased(ctx)
	if err != nil {
		return nil, fmt.Errorf("finding deliveries: %w", err)
	}
	var pauses bool
	if err := s.read.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM pause)`).Scan(&pauses); err != nil {
		return nil, fmt.Errorf("finding deliveries: %w", err)
	}
	held := "" // asking of each lane whether it is paused costs most of the time
	if pauses {
		held = " AND NOT " + paused
	}
	all, err := db.Collect(ctx, s.read, func(rows *sql.Rows) (a Ready, err error) {
		var since sql.NullInt64
		if err = rows.Scan(&a.Address, &since, &a.Claimable); since.Valid {
			a.Since = db.Moment(since.Int64)
		}
		return a, err
	}, `WITH RECURSIVE step (address) AS (
			SELECT min(address) FROM lane WHERE ready_at IS NOT NULL AND lease_until IS NULL
			UNION ALL
			SELECT (SELECT min(l.address) FROM lane l WHERE l.ready_at IS NOT NULL AND l.lease_until IS NULL AND l.address > step.address)
			FROM step WHERE step.address IS NOT NULL
		)
		SELECT address, (SELECT l.ready_at FROM lane l WHERE l.ready_at IS NOT NULL AND l.lease_until IS NULL AND l.address = step.address`+held+`
				ORDER BY l.ready_at LIMIT 1),
			(SELECT count(*) FROM (SELECT 1 FROM lane l WHERE l.address = step.address AND l.ready_at IS NOT NULL AND l.ready_at <= $1
				AND l.lease_until IS NULL LIMIT $2) due)
		FROM step WHERE address IS NOT NULL`, db.Micros(s.Now()), perAddress)
	if err != nil {
		return nil, fmt.Errorf("finding deliveries: %w", err)
	}
	for i, a := range all {
		l := leased[a.Address]
		if all[i].Claimable = max(min(a.Claimable, perAddress-l.lanes), 0); a.Since.IsZero() {
			all[i].Claimable = 0
		}
		all[i].Leased = l.until
		delete(leased, a.Address)
	}
	for address, l := range leased {
		all = append(all, Ready{Address: address, Leased: l.until})
	}
	slices.SortFunc(all, func(a, b Ready) int {
		return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.Address, b.Address))
	})
	return all, nil
}

// leasedLanes are those of one address.
type leasedLanes struct {
	lanes int
	until time.Time // the first lease
}

// leased counts lanes that are leased, by address, after leases that have run out are ended.
func (s *Store) leased(ctx context.Context) (map[string]leasedLanes, error) {
	type group struct {
		address string
		leasedLanes
	}
	for {
		all, err := db.Collect(ctx, s.read, func(rows *sql.Rows) (g group, err error) {
			var until int64
			err = rows.Scan(&g.address, &g.lanes, &until)
			g.until = db.Moment(until)
			return g, err
		}, `SELECT address, count(*), min(lease_until) FROM lane WHERE lease_until IS NOT NULL GROUP BY address`)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(all, func(g group) bool { return !g.until.After(s.Now()) }) {
			found := make(map[string]leasedLanes, len(all))
			for _, g := range all {
				found[g.address] = g.leasedLanes
			}
			return found, nil
		}
		if err := s.write(ctx, func(ctx context.Context, t *tx) error { return t.Run(ctx, t.expire()) }); err != nil {
			return nil, err
		}
	}
}

// Renew prolongs the lease of d. ErrLeaseLost.
func (s *Store) Renew(ctx context.Context, d Delivery, lease time.Duration) error {
	var n int64
	err := s.write(ctx, func(ctx context.Context, t *tx) (err error) {
		if err := t.Sharpen(ctx); err != nil {
			return err
		}
		n, err = t.Exec(ctx, `UPDATE lane SET lease_until = $3 WHERE id = $1 AND token = $2`, d.Lane, d.Token,
			db.Micros(t.Now.Add(lease)))
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

// LeftBehind counts lanes that were leased by processes that ended without an end to their deliveries: whose lease has
// run out, or, on this host, whose name begins with prefix. For the start of a process, before it claims anything.
func (s *Store) LeftBehind(ctx context.Context, prefix string) (int, error) {
	left, now := 0, db.Micros(s.Now())
	_, err := db.Collect(ctx, s.read, func(rows *sql.Rows) (none struct{}, err error) {
		var worker string
		var until int64
		if err = rows.Scan(&worker, &until); until <= now || s.Dialect.OneWriter || strings.HasPrefix(worker, prefix) {
			left++
		}
		return none, err
	}, `SELECT worker, lease_until FROM lane WHERE lease_until IS NOT NULL`)
	if err != nil {
		return 0, fmt.Errorf("looking for leases: %w", err)
	}
	return left, nil
}

// VoidLeases ends all leases: for SQLite at start, where one process owns the file.
func (s *Store) VoidLeases(ctx context.Context) (int, error) {
	var n int64
	err := s.write(ctx, func(ctx context.Context, t *tx) (err error) {
		n, err = t.Exec(ctx,
			`UPDATE lane SET lease_until = NULL, token = token + 1, worker = '' WHERE lease_until IS NOT NULL`)
		t.Woken = t.Woken || n > 0
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("voiding leases: %w", err)
	}
	return int(n), nil
}

// NextDue is when the earliest lane becomes claimable, of addresses that are not in skip; zero when none waits.
func (s *Store) NextDue(ctx context.Context, skip ...string) (time.Time, error) {
	ready, err := s.Ready(ctx, 1)
	if err != nil {
		return time.Time{}, err
	}
	return NextOf(ready, skip...), nil
}

// NextOf is NextDue, computed from what Ready returned.
func NextOf(ready []Ready, skip ...string) (next time.Time) {
	for _, a := range ready {
		for _, at := range []time.Time{a.Since, a.Leased} {
			if !at.IsZero() && (next.IsZero() || at.Before(next)) && !slices.Contains(skip, a.Address) {
				next = at
			}
		}
	}
	return next
}
