package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"rivgate/store/db"
)

// leasedNow: a worker is at the delivery d, the head of its lane l. $1 is the present moment.
const leasedNow = `(d.state = 'due' AND l.lease_until IS NOT NULL AND l.lease_until > $1 AND d.seq = (SELECT ` +
	`min(h.seq) FROM delivery h WHERE h.lane = l.id AND h.done_at IS NULL))`

// stateOf is the state of a delivery d of lane l, as it is shown.
const stateOf = `CASE WHEN ` + leasedNow + ` THEN 'leased' ELSE d.state END`

// conditions of a list or a verb; $1 is the present moment.
func (f DeliveryFilter) conditions(now time.Time) *db.Conditions {
	c := &db.Conditions{Args: []any{db.Micros(now)}}
	c.Parts = append(c.Parts, "CAST($1 AS BIGINT) > 0") // a value that nothing asked for has no type
	if f.ID != "" {
		c.Add("d.message_id = $?", f.ID)
	}
	if f.Receiver != "" {
		receiver := fold(f.Receiver)
		c.Add("(d.receiver_key = $? OR d.component_key = $? AND d.component_key <> '')", receiver, receiver)
	}
	switch f.State {
	case "":
	case DeliveryLeased:
		c.Parts = append(c.Parts, "d.done_at IS NULL", leasedNow)
	case DeliveryDue:
		c.Parts = append(c.Parts, "d.done_at IS NULL", "d.state = 'due'", "NOT "+leasedNow)
	case DeliveryUnknown:
		c.Parts = append(c.Parts, "d.done_at IS NULL", unknownOutcome)
	case DeliveryParked:
		c.Parts = append(c.Parts, "d.done_at IS NULL", "d.state = 'parked'")
	default:
		c.Add("d.state = $?", string(f.State))
	}
	if f.Case != "" {
		c.Add(`d.case_id IN (SELECT c.id FROM cases c WHERE c.id = $? OR c.ref_extension = $? AND c.ref_extension <> '')`,
			f.Case, f.Case)
	}
	if !f.Since.IsZero() {
		c.Add("d.accepted >= $?", db.Micros(f.Since))
	}
	if !f.Until.IsZero() {
		c.Add("d.accepted < $?", db.Micros(f.Until))
	}
	if f.After != "" {
		c.Add("d.seq < (SELECT a.seq FROM delivery a WHERE a.message_id = $?)", f.After)
	}
	return c
}

// Deliveries lists deliveries, the latest accepted first.
func (s *Store) Deliveries(ctx context.Context, f DeliveryFilter) ([]DeliveryRow, error) {
	c := f.conditions(s.Now())
	rows, err := s.deliveryRows(ctx, c, f.Limit)
	if err != nil {
		return nil, fmt.Errorf("listing deliveries: %w", err)
	}
	return rows, nil
}

// markDown notes with each delivery that is due whether its receiver is down.
func (s *Store) markDown(ctx context.Context, rows []DeliveryRow) error {
	due := func(d DeliveryRow) bool { return d.State == DeliveryDue }
	if !slices.ContainsFunc(rows, due) {
		return nil
	}
	down, err := s.outages(ctx)
	if err != nil {
		return err
	}
	for i, row := range rows {
		if outage, ok := down[row.Address]; ok && due(row) {
			rows[i].Down = &outage
		}
	}
	return nil
}

func scanDelivery(rows *sql.Rows) (d DeliveryRow, err error) {
	var accepted, next int64
	var done sql.NullInt64
	var why string
	err = rows.Scan(&d.ID, &d.CaseID, &d.Case.Root, &d.Case.Extension, &d.Contract, &d.Receiver, &d.Component, &d.Address,
		&d.State, &d.Unknown,
		&d.Attempts, &d.Class, &d.Code, &accepted, &next, &done, &d.Paused, &why, &d.Correlation)
	d.Accepted, d.Done = db.Moment(accepted), db.Moments(done)
	if d.State == DeliveryDue {
		at := db.Moment(next)
		d.Next = &at
	}
	d.Paused = d.Paused && d.Done == nil
	if err == nil {
		d.Why, err = readDiagnosis(why)
	}
	return d, err
}

// lastWhy is the diagnosis of the last attempt of a delivery d that ended in time.
const lastWhy = `COALESCE((SELECT a.why FROM attempt a WHERE a.message_id = d.message_id AND a.outcome <> '' AND ` +
	`NOT a.late ORDER BY a.number DESC LIMIT 1), '')`

// Attempts lists what was tried for a message, oldest first.
func (s *Store) Attempts(ctx context.Context, messageID string) ([]AttemptRow, error) {
	rows, err := db.Collect(ctx, s.read, func(rows *sql.Rows) (a AttemptRow, err error) {
		var started, duration int64
		var why string
		err = rows.Scan(&a.Attempt, &a.Worker, &started, &a.Outcome, &a.Class, &a.Code, &duration, &a.Late, &why)
		a.Started, a.Duration = db.Moment(started), time.Duration(duration)
		if err == nil {
			a.Why, err = readDiagnosis(why)
		}
		return a, err
	},
		`SELECT number, worker, started, outcome, class, code, duration, late, why FROM attempt WHERE message_id = $1 `+
			`ORDER BY number`, messageID)
	if err != nil {
		return nil, fmt.Errorf("listing attempts: %w", err)
	}
	return rows, nil
}

// Answer is the receiver's answer to an attempt as it came, cut off at 64 KB; nil where there was none. ErrNotFound
// without such an attempt.
func (s Unlogged) Answer(ctx context.Context, messageID string, attempt int) ([]byte, error) {
	answers, err := db.Collect(ctx, s.read, func(rows *sql.Rows) (answer content, err error) {
		return answer, rows.Scan(&answer)
	}, `SELECT answer FROM attempt WHERE message_id = $1 AND number = $2`, messageID, attempt)
	if err != nil {
		return nil, fmt.Errorf("reading an answer: %w", err)
	}
	if len(answers) == 0 {
		return nil, ErrNotFound
	}
	return answers[0], nil
}

// Waitings sums up all receivers that have something waiting or parked.
func (s *Store) Waitings(ctx context.Context) ([]Waiting, error) {
	return s.WaitingsOf(ctx, DeliveryFilter{})
}

// WaitingsOf is Waitings of the deliveries of f: what lists, verbs and metrics count is chosen by the one filter.
func (s *Store) WaitingsOf(ctx context.Context, f DeliveryFilter) ([]Waiting, error) {
	c := f.conditions(s.Now())
	c.Parts = append(c.Parts, "d.done_at IS NULL")
	held := strings.ReplaceAll(paused, " l.", " d.") // of the receiver that the delivery is for, wherever its lane leads
	waitings, err := db.Collect(ctx, s.read, func(rows *sql.Rows) (w Waiting, err error) {
		var oldest int64
		err = rows.Scan(&w.Receiver, &w.Component, &w.Address, &w.Due, &w.Unknown, &w.Parked, &oldest, &w.Paused)
		w.Oldest = db.Moment(oldest)
		return w, err
	},
		`SELECT min(d.receiver), min(d.component), d.address, sum(CASE WHEN d.state = 'due' THEN 1 ELSE 0 END), sum(CASE `+
			`WHEN `+unknownOutcome+` THEN 1 ELSE 0 END),
			sum(CASE WHEN d.state = 'parked' THEN 1 ELSE 0 END), min(d.accepted), `+held+`
		FROM delivery d JOIN lane l ON l.id = d.lane`+c.Where()+`
		GROUP BY d.receiver_key, d.component_key, d.address ORDER BY min(d.accepted), d.receiver_key, d.address`, c.Args...)
	if err != nil {
		return nil, fmt.Errorf("summing up deliveries: %w", err)
	}
	return waitings, nil
}
