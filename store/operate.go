package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"rivgate/store/db"
)

// Operation is one thing that an operator did, as it is shown.
type Operation struct {
	Verb      string    `json:"verb"` // a Verb, pause or resume
	MessageID string    `json:"messageId,omitempty"`
	Receiver  string    `json:"receiver"`
	Address   string    `json:"address,omitempty"` // where a redirect led
	By        string    `json:"by"`
	Reason    string    `json:"reason,omitempty"`
	At        time.Time `json:"at"`
}

// order is an operator's verb on deliveries. Each delivery that it touches gets its Operation.
type order struct {
	verb, address, by, reason string

	states []DeliveryState // in which it touches a delivery
	leased bool            // even while a worker is at it: then for the next attempt
	done   bool            // what has ended, in lanes where nothing waits
	change string          // what it does to the delivery $1; $2 is now, $3 the address
}

// Retry makes parked and waiting deliveries of f due now. What was parked has its whole time again. by and reason are
// kept with the delivery.
func (s *Store) Retry(ctx context.Context, f DeliveryFilter, by, reason string) (int, error) {
	return s.operate(ctx, f, retrying(by, reason))
}

// fresh begins the time anew after which a delivery is given up, where it was given up.
const fresh = `first_try = CASE WHEN state = 'parked' THEN NULL ELSE first_try END`

func retrying(by, reason string) order {
	return order{
		verb: string(VerbRetry), by: by, reason: reason, states: []DeliveryState{DeliveryDue, DeliveryParked},
		change: `UPDATE delivery SET ` + fresh +
			`, state = 'due', next_at = $2, address = COALESCE(NULLIF($3, ''), address) WHERE message_id = $1`,
	}
}

// Redirect gives waiting and parked deliveries of f another address and makes them due. An attempt under way goes on to
// the old one.
func (s *Store) Redirect(ctx context.Context, f DeliveryFilter, address, by, reason string) (int, error) {
	return s.operate(ctx, f, redirecting(address, by, reason))
}

func redirecting(address, by, reason string) order {
	return order{
		verb: string(VerbRedirect), address: address, by: by, reason: reason,
		states: []DeliveryState{DeliveryDue, DeliveryParked}, leased: true,
		change: `UPDATE delivery SET ` + fresh + `, state = 'due', next_at = $2, address = $3 WHERE message_id = $1`,
	}
}

// CloseDeliveries ends parked deliveries of f without delivering them; the lane goes on.
func (s *Store) CloseDeliveries(ctx context.Context, f DeliveryFilter, by, reason string) (int, error) {
	return s.operate(ctx, f, closing(by, reason))
}

func closing(by, reason string) order {
	return order{
		verb: string(VerbClose), by: by, reason: reason, states: []DeliveryState{DeliveryParked},
		change: `UPDATE delivery SET state = 'closed', done_at = $2, address = COALESCE(NULLIF($3, ''), address) WHERE ` +
			`message_id = $1`,
	}
}

func replaying(by, reason string) order {
	return order{
		verb: string(VerbReplay), by: by, reason: reason, states: []DeliveryState{DeliveryDelivered}, done: true,
		change: `UPDATE delivery SET state = 'due', next_at = $2, done_at = NULL, first_try = NULL, address = ` +
			`COALESCE(NULLIF($3, ''), address) WHERE message_id = $1`,
	}
}

// narrow adds to the conditions on a delivery d of lane l what the order demands.
func (o order) narrow(c *db.Conditions) {
	states := make([]string, 0, len(o.states))
	for _, state := range o.states {
		states = append(states, string(state))
	}
	if o.done {
		c.Parts = append(c.Parts, "d.done_at IS NOT NULL", "l.open = 0")
	} else {
		c.Parts = append(c.Parts, "d.done_at IS NULL")
	}
	c.Among("d.state", states)
	if !o.leased && !o.done {
		c.Parts = append(c.Parts, "NOT "+leasedNow)
	}
}

// chosen is a delivery that an order touches.
type chosen struct {
	message, receiver string
	lane              int64
}

func (s *Store) operate(ctx context.Context, f DeliveryFilter, o order) (int, error) {
	n := 0
	err := s.write(ctx, func(ctx context.Context, t *tx) error {
		all, err := t.choose(ctx, f, o)
		if err != nil {
			return err
		}
		n = len(all)
		for i, d := range all {
			if _, err := t.Exec(ctx, o.change, d.message, db.Micros(t.Now), o.address); err != nil {
				return err
			}
			if err := t.note(ctx, o, d.message, d.receiver); err != nil {
				return err
			}
			if i+1 < n && all[i+1].lane == d.lane {
				continue
			}
			if err := t.settle(ctx, d.lane); err != nil {
				return err
			}
		}
		return t.audit(ctx, o, f.text(), n)
	})
	if err != nil {
		return 0, fmt.Errorf("changing deliveries (%s): %w", o.verb, err)
	}
	return n, nil
}

// choose finds the deliveries of an order. Their lanes are locked first, in one order for all; what they are then is
// found out only after that.
func (t *tx) choose(ctx context.Context, f DeliveryFilter, o order) ([]chosen, error) {
	c := f.conditions(t.Now)
	o.narrow(c)
	limit := ""
	if f.Limit > 0 {
		c.Args = append(c.Args, f.Limit)
		limit = fmt.Sprintf(" ORDER BY d.seq DESC LIMIT $%d", len(c.Args))
	}
	wanted := `(SELECT d.seq FROM delivery d JOIN lane l ON l.id = d.lane` + c.Where() + limit + `)`
	lanes, err := db.Collect(ctx, t, func(rows *sql.Rows) (id int64, err error) { return id, rows.Scan(&id) },
		`SELECT l.id FROM lane l WHERE l.id IN (SELECT w.lane FROM delivery w WHERE w.seq IN `+wanted+`) ORDER BY l.id`+
			t.Dialect.ForUpdateOf("l"), c.Args...)
	if err != nil {
		return nil, err
	}
	all, err := db.Collect(ctx, t, func(rows *sql.Rows) (d chosen, err error) {
		return d, rows.Scan(&d.message, &d.receiver, &d.lane)
	}, `SELECT w.message_id, w.receiver, w.lane FROM delivery w WHERE w.seq IN `+wanted+` ORDER BY w.lane, w.seq`,
		c.Args...)
	return slices.DeleteFunc(all, func(d chosen) bool { _, locked := slices.BinarySearch(lanes, d.lane); return !locked }),
		err
}

func (t *tx) note(ctx context.Context, o order, message any, receiver string) error {
	_, err := t.Exec(ctx,
		`INSERT INTO operation (verb, message_id, receiver, address, by_whom, reason, at) VALUES ($1, $2, $3, $4, $5, `+
			`$6, $7)`,
		o.verb, message, receiver, o.address, o.by, o.reason, db.Micros(t.Now))
	return err
}

// Pause holds every lane of a receiver (logical address or component) back; accepts go on.
func (s *Store) Pause(ctx context.Context, receiver, by, reason string) error {
	err := s.write(ctx, func(ctx context.Context, t *tx) error {
		_, err := t.Exec(ctx, `INSERT INTO pause (receiver, by_whom, reason, at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (receiver) DO UPDATE SET by_whom = excluded.by_whom, reason = excluded.reason, at = excluded.at,
				maintenance = FALSE WHERE excluded.reason <> ''`,
			fold(receiver), by, reason, db.Micros(t.Now))
		if err != nil {
			return err
		}
		o := order{verb: "pause", by: by, reason: reason}
		if err := t.note(ctx, o, nil, fold(receiver)); err != nil {
			return err
		}
		return t.audit(ctx, o, DeliveryFilter{Receiver: receiver}.text(), 1)
	})
	if err != nil {
		return fmt.Errorf("pausing a receiver: %w", err)
	}
	return nil
}

// Resume lets a paused receiver's lanes go on; also those of one that is held back only because everybody was paused
// before it was seen. The reason is kept in the audit.
func (s *Store) Resume(ctx context.Context, receiver, by, reason string) error {
	err := s.write(ctx, func(ctx context.Context, t *tx) error {
		n, err := t.Exec(ctx, `DELETE FROM pause WHERE receiver = $1`, fold(receiver))
		if err != nil {
			return err
		}
		if n == 0 {
			if held, err := t.allPaused(ctx); err != nil || !held {
				return err
			}
		}
		t.Woken = true
		o := order{verb: "resume", by: by, reason: reason}
		if err := t.note(ctx, o, nil, fold(receiver)); err != nil {
			return err
		}
		return t.audit(ctx, o, DeliveryFilter{Receiver: receiver}.text(), 1)
	})
	if err != nil {
		return fmt.Errorf("resuming a receiver: %w", err)
	}
	return nil
}

// Operations lists what operators did: to one message, or, with "", the latest to receivers and messages alike, newest
// first.
func (s *Store) Operations(ctx context.Context, messageID string) ([]Operation, error) {
	var c db.Conditions
	if messageID != "" {
		c.Add("message_id = $?", messageID)
	}
	c.Args = append(c.Args, db.ListMax)
	operations, err := db.Collect(ctx, s.read, func(rows *sql.Rows) (o Operation, err error) {
		var at int64
		err = rows.Scan(&o.Verb, &o.MessageID, &o.Receiver, &o.Address, &o.By, &o.Reason, &at)
		o.At = db.Moment(at)
		return o, err
	},
		fmt.Sprintf(`SELECT verb, COALESCE(message_id, ''), receiver, address, by_whom, reason, at FROM operation%s ORDER `+
			`BY seq DESC LIMIT $%d`,
			c.Where(), len(c.Args)), c.Args...)
	if err != nil {
		return nil, fmt.Errorf("listing operations: %w", err)
	}
	return operations, nil
}

// Ordered tells which addresses people ordered deliveries to, by a retry, redirect or replay, after an order of a
// number: those that wait are meant to be tried now. last is the number of the latest order, to ask from the next time.
// A negative number asks for that alone.
func (s *Store) Ordered(ctx context.Context, after int64) (addresses []string, last int64, err error) {
	if err := s.read.QueryRowContext(ctx, `SELECT COALESCE(max(seq), 0) FROM operation`).Scan(&last); err != nil {
		return nil, after, fmt.Errorf("looking for orders: %w", err)
	}
	if after < 0 || last <= after {
		return nil, last, nil
	}
	addresses, err = db.Collect(ctx, s.read,
		func(rows *sql.Rows) (address string, err error) { return address, rows.Scan(&address) },
		`SELECT DISTINCT l.address FROM operation o JOIN delivery d ON d.message_id = o.message_id JOIN lane l ON l.id = d.lane
		WHERE o.seq > $1 AND o.seq <= $2 AND o.verb IN ('retry', 'redirect', 'replay') AND d.done_at IS NULL ORDER BY l.address`, after, last)
	if err != nil {
		return nil, after, fmt.Errorf("looking for orders: %w", err)
	}
	return addresses, last, nil
}
