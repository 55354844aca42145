package store

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"time"

	"rivgate/store/db"
)

// claimRun is a claim under way.
type claimRun struct {
	worker     string
	lease      time.Duration
	perAddress int
	share      func([]Ready, int) []Share
	ready      []Ready // addresses that may have more

	lanes []int64
	found map[int64]*Delivery
}

// take leases lanes, notes the attempts before they are made, and reads what is to be delivered. The last of it is sent
// with the transaction's end.
func (c *claimRun) take(ctx context.Context, t *tx, most int) error {
	c.found = map[int64]*Delivery{}
	// The due lanes of an address may be paused, or locked by others: then another round takes lanes of other addresses.
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
func (c *claimRun) deduct(shares []Share, got map[string]int) {
	asked := make(map[string]int, len(shares))
	for _, s := range shares {
		asked[s.Address] = s.Lanes
	}
	left := c.ready[:0]
	for _, a := range c.ready {
		n := got[a.Address]
		if a.Claimable, a.Taken = a.Claimable-n, a.Taken+n; a.Claimable > 0 && n == asked[a.Address] {
			left = append(left, a)
		}
	}
	c.ready = left
}

// leaseAll leaves to be sent what leases lanes that were chosen.
func (c *claimRun) leaseAll(t *tx, lanes []int64) {
	now, until := db.Micros(t.Now), db.Micros(t.Now.Add(c.lease))
	leased, tried, read := make([][]any, len(lanes)), make([][]any, len(lanes)), make([][]any, len(lanes))
	for i, lane := range lanes {
		leased[i], tried[i], read[i] = []any{lane, until, c.worker}, []any{lane, now}, []any{lane}
		c.found[lane] = &Delivery{Lane: lane, Lease: db.Moment(until)}
	}
	all := int64(len(lanes))
	t.Last = append(t.Last,
		&db.Step{Statement: leaseLanes, Rows: leased, Scan: c.scanToken, Want: all},
		&db.Step{Statement: beginDeliveries, Rows: tried, Want: all},
		&db.Step{Statement: insertAttempts, Rows: tried, Want: all},
		&db.Step{Statement: readClaimed, Rows: read, Scan: c.scanMessage, Want: all},
	)
}

// choose finds lanes, locks them until the transaction ends, and returns how many each address had. Other claims at the
// same addresses end before: the first round waits for them, in one order for all; a later round passes over addresses
// that others are at.
func (c *claimRun) choose(ctx context.Context, t *tx, shares []Share, later bool) (map[string]int, error) {
	slices.SortFunc(shares, func(a, b Share) int { return cmp.Compare(a.Address, b.Address) })
	passed := map[string]bool{}
	lock := &db.Step{Statement: lockAddresses, Scan: func(row db.Scanner) error {
		var address string
		var locked bool
		err := row.Scan(&address, &locked)
		passed[address] = !locked
		return err
	}}
	for _, s := range shares {
		lock.Rows = append(lock.Rows, []any{s.Address, later})
	}
	steps := []*db.Step{lock}
	if later {
		if err := t.Run(ctx, steps...); err != nil {
			return nil, err
		}
		steps = nil
	}
	got := make(map[string]int, len(shares))
	for _, s := range shares {
		if passed[s.Address] {
			continue
		}
		args := []any{s.Address, db.Micros(t.Now), s.Lanes, c.perAddress}
		steps = append(steps, &db.Step{Statement: findLanes, Args: args, Scan: func(row db.Scanner) error {
			got[s.Address]++
			return c.scanLane(row)
		}})
	}
	return got, t.Run(ctx, steps...)
}

func (c *claimRun) scanLane(row db.Scanner) error {
	var lane int64
	err := row.Scan(&lane)
	c.lanes = append(c.lanes, lane)
	return err
}

func (c *claimRun) scanToken(row db.Scanner) error {
	var lane, token int64
	if err := row.Scan(&lane, &token); err != nil {
		return err
	}
	c.found[lane].Token = token
	return nil
}

func (c *claimRun) scanMessage(row db.Scanner) error {
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
	d.Message, d.CaseID, d.Attempt, d.FirstTry, d.Large = m, caseID.String, attempt, db.Moment(first),
		pieces > 0 && len(m.Envelope) == 0
	d.Message.Route.Address = address // a redirect goes before what was frozen
	return nil
}

// claimed are the deliveries, in the order in which their lanes were found.
func (c *claimRun) claimed() []Delivery {
	all := make([]Delivery, 0, len(c.lanes))
	for _, lane := range c.lanes {
		all = append(all, *c.found[lane])
	}
	return all
}
