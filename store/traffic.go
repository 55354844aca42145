package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"rivgate/store/db"
)

// Traffic is what passes by one receiver at one address, and what stands there.
type Traffic struct {
	Receiver  string
	Component string
	Address   string
	Due       int // waiting, the unknown ones among them
	Unknown   int // waiting after an attempt whose outcome is not known (osäkert utfall)
	Parked    int
	Oldest    time.Time // when the oldest that waits or is parked was accepted; zero: there is none
	// since when no attempt got an answer, after three that got none; zero: it answers, or was not asked
	Silent time.Time
	// the class in which the newest failed attempt on what waits or is parked ended; "": there was none
	Trouble string
	Why     Diagnosis // of that attempt
	In, Out Rate      // accepted for it, delivered to it
}

// Rate counts what passed up to now.
type Rate struct {
	Minute, Hour int
	Least        bool // there was more than is looked at: the counts are lower bounds
}

// PauseRow is a receiver that is held back.
type PauseRow struct {
	Receiver    string // logical address or component, in upper case
	By          string
	Reason      string
	At          time.Time
	Maintenance bool // PauseAll made it, for all that was known
}

// trafficMost is how many of the latest deliveries rates are counted from: what is asked every few seconds must not
// become the load itself.
const trafficMost = 10_000

// silentAfter is how many attempts without an answer make a receiver one that is down; as the worker has it, which sees
// more than the tables say.
const silentAfter = 3

// silence is a condition on a delivery d: its last attempt got no answer.
const silence = `(d.state = 'due' AND d.class IN ('connect', 'tls', 'timeout', 'reset', 'no answer'))`

// latestDelivered is when something was last delivered to each address; $1 is trafficMost.
const latestDelivered = `latest (address, at) AS (SELECT x.address, max(x.done_at) FROM
	(SELECT address, done_at, state FROM delivery WHERE done_at IS NOT NULL ORDER BY done_at DESC, seq DESC LIMIT $1) AS x WHERE x.state = 'delivered' GROUP BY x.address)`

// Traffic lists receivers with something waiting or parked, and those that something passed by within the hour; what
// waits longest first.
func (s *Store) Traffic(ctx context.Context) ([]Traffic, error) {
	now := s.Now()
	all, err := db.Collect(ctx, s.read, scanTraffic, `WITH `+latestDelivered+`
		SELECT min(d.receiver), min(d.component), d.address, sum(CASE WHEN d.state = 'due' THEN 1 ELSE 0 END), sum(CASE WHEN `+unknownOutcome+` THEN 1 ELSE 0 END),
			sum(CASE WHEN d.state = 'parked' THEN 1 ELSE 0 END), min(d.accepted), min(CASE WHEN `+silence+
		` AND d.first_try > COALESCE(e.at, 0) THEN d.first_try END),
			sum(CASE WHEN `+silence+` AND d.first_try > COALESCE(e.at, 0) THEN d.attempts ELSE 0 END)
		FROM delivery d JOIN lane l ON l.id = d.lane LEFT JOIN latest e ON e.address = d.address WHERE d.done_at IS NULL
		GROUP BY d.receiver_key, d.component_key, d.address ORDER BY min(d.accepted), d.receiver_key, d.address`, trafficMost)
	if err != nil {
		return nil, fmt.Errorf("summing up traffic: %w", err)
	}
	if err := s.troubles(ctx, all); err != nil {
		return nil, fmt.Errorf("looking for the newest failed attempts: %w", err)
	}
	for _, passed := range []struct {
		out   bool
		query string
	}{
		{false, `SELECT receiver, component, address, accepted FROM delivery ORDER BY seq DESC LIMIT $1`},
		{
			true,
			`SELECT receiver, component, address, CASE WHEN state = 'delivered' THEN done_at ELSE 0 END FROM delivery WHERE ` +
				`done_at IS NOT NULL ORDER BY done_at DESC, seq DESC LIMIT $1`,
		},
	} {
		if all, err = s.passed(ctx, all, passed.out, now, passed.query); err != nil {
			return nil, fmt.Errorf("counting what passed: %w", err)
		}
	}
	return all, nil
}

func scanTraffic(rows *sql.Rows) (t Traffic, err error) {
	var oldest int64
	var silent sql.NullInt64
	var unanswered int
	err = rows.Scan(&t.Receiver, &t.Component, &t.Address, &t.Due, &t.Unknown, &t.Parked, &oldest, &silent, &unanswered)
	t.Oldest = db.Moment(oldest)
	if silent.Valid && unanswered >= silentAfter {
		t.Silent = db.Moment(silent.Int64)
	}
	return t, err
}

// Outage is an address that no attempt got an answer from, after three in a row that got none.
type Outage struct {
	Since time.Time `json:"since"` // of the first attempt without an answer
	Asked time.Time `json:"asked"` // of the latest
}

// outages are the addresses that are down, as far as the store can tell from the trafficMost deliveries that wait
// longest: a list must not read a whole backlog. A process that has a breaker open asks there now and then.
func (s *Store) outages(ctx context.Context) (map[string]Outage, error) {
	type unanswered struct {
		address string
		outage  Outage
	}
	all, err := db.Collect(ctx, s.read, func(rows *sql.Rows) (u unanswered, err error) {
		var since, asked int64
		err = rows.Scan(&u.address, &since, &asked)
		u.outage = Outage{db.Moment(since), db.Moment(asked)}
		return u, err
	}, `WITH `+latestDelivered+`
		SELECT d.address, min(d.first_try), COALESCE(max(a.started), max(d.first_try))
		FROM (SELECT * FROM delivery WHERE done_at IS NULL ORDER BY seq LIMIT $1) AS d
		LEFT JOIN latest e ON e.address = d.address LEFT JOIN attempt a ON a.message_id = d.message_id AND a.number = d.attempts
		WHERE `+silence+` AND d.first_try > COALESCE(e.at, 0)
		GROUP BY d.address HAVING sum(d.attempts) >= $2`, trafficMost, silentAfter)
	if err != nil {
		return nil, fmt.Errorf("looking for receivers that are down: %w", err)
	}
	down := make(map[string]Outage, len(all))
	for _, u := range all {
		down[u.address] = u.outage
	}
	return down, nil
}

// troubles notes how the newest failed attempt of each receiver ended. The last attempt of a delivery may still run:
// then the one before it counts.
func (s *Store) troubles(ctx context.Context, all []Traffic) error {
	failed, err := db.Collect(ctx, s.read, func(rows *sql.Rows) (t Traffic, err error) {
		var why string
		if err = rows.Scan(&t.Receiver, &t.Component, &t.Address, &t.Trouble, &why); err == nil {
			t.Why, err = readDiagnosis(why)
		}
		return t, err
	}, `SELECT x.receiver, x.component, x.address, x.class, x.why FROM (
			SELECT d.receiver, d.component, d.address, a.class, a.why, row_number() OVER (
				PARTITION BY d.receiver_key, d.component_key, d.address ORDER BY a.started + a.duration / 1000 DESC, a.lane, a.token DESC) AS place
			FROM delivery d JOIN attempt a ON a.message_id = d.message_id AND a.number >= d.attempts - 1
			WHERE d.done_at IS NULL AND d.attempts > 0 AND a.outcome IN ('refused', 'technical', 'unknown')) AS x
		WHERE x.place = 1`)
	if err != nil {
		return err
	}
	newest := make(map[string]Traffic, len(failed))
	for _, t := range failed {
		newest[t.key()] = t
	}
	for i, t := range all {
		all[i].Trouble, all[i].Why = newest[t.key()].Trouble, newest[t.key()].Why
	}
	return nil
}

// one is a delivery that passed at a moment.
type one struct {
	Traffic
	at int64
}

// passed counts what passed within the hour, and adds the receivers that are not in the list yet.
func (s *Store) passed(ctx context.Context, all []Traffic, out bool, now time.Time, query string) ([]Traffic, error) {
	latest, err := db.Collect(ctx, s.read, func(rows *sql.Rows) (o one, err error) {
		return o, rows.Scan(&o.Receiver, &o.Component, &o.Address, &o.at)
	}, query, trafficMost)
	if err != nil {
		return nil, err
	}
	known := map[string]int{}
	for i, t := range all {
		known[t.key()] = i
	}
	least := len(latest) == trafficMost && latest[len(latest)-1].at > db.Micros(now.Add(-time.Hour))
	for _, o := range latest {
		age := now.Sub(db.Moment(o.at))
		if o.at == 0 || age >= time.Hour {
			continue
		}
		i, found := known[o.key()]
		if !found {
			i, all = len(all), append(all, o.Traffic)
			known[o.key()] = i
		}
		rate := &all[i].In
		if out {
			rate = &all[i].Out
		}
		rate.Hour++
		if rate.Least = least; age < time.Minute {
			rate.Minute++
		}
	}
	return all, nil
}

func (t Traffic) key() string {
	return fold(t.Receiver) + "\n" + fold(t.Component) + "\n" + t.Address
}

// Pauses lists the receivers that are held back, whether something waits for them or not.
func (s *Store) Pauses(ctx context.Context) ([]PauseRow, error) {
	pauses, err := db.Collect(ctx, s.read, func(rows *sql.Rows) (p PauseRow, err error) {
		var at int64
		err = rows.Scan(&p.Receiver, &p.By, &p.Reason, &at, &p.Maintenance)
		p.At = db.Moment(at)
		return p, err
	}, `SELECT receiver, by_whom, reason, at, maintenance FROM pause ORDER BY at, receiver`)
	if err != nil {
		return nil, fmt.Errorf("listing paused receivers: %w", err)
	}
	return pauses, nil
}

// Holds tells whether a pause holds deliveries to a receiver, or to the component behind it, back.
func (p PauseRow) Holds(receiver, component string) bool {
	return p.Receiver == fold(receiver) || component != "" && p.Receiver == fold(component)
}
