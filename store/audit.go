package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"rivgate/store/db"
)

// Verb is what an operator can order for deliveries that a filter chooses.
type Verb string

// The verbs.
const (
	VerbRetry    Verb = "retry"
	VerbReplay   Verb = "replay"
	VerbRedirect Verb = "redirect"
	VerbClose    Verb = "close"
	VerbRelease  Verb = "release"
	VerbDismiss  Verb = "dismiss" // of stranded messages
)

// Audit is one order: who did what, to how many, when and why.
type Audit struct {
	Verb    string    `json:"verb"` // a Verb, pause, resume, purge or backup
	Filter  string    `json:"filter"`
	Address string    `json:"address,omitempty"` // where a redirect led
	By      string    `json:"by"`
	Reason  string    `json:"reason,omitempty"`
	Count   int       `json:"count"` // messages, or receivers
	At      time.Time `json:"at"`
}

// Audits lists orders given at or after since, newest first; limit as in DeliveryFilter.
func (s *Store) Audits(ctx context.Context, since time.Time, limit int) ([]Audit, error) {
	var c db.Conditions
	if !since.IsZero() {
		c.Add("at >= $?", db.Micros(since))
	}
	c.Args = append(c.Args, db.ListLimit(limit))
	audits, err := db.Collect(ctx, s.read, func(rows *sql.Rows) (a Audit, err error) {
		var at int64
		err = rows.Scan(&a.Verb, &a.Filter, &a.Address, &a.By, &a.Reason, &a.Count, &at)
		a.At = db.Moment(at)
		return a, err
	},
		fmt.Sprintf(`SELECT verb, filter, address, by_whom, reason, count, at FROM audit%s ORDER BY seq DESC LIMIT $%d`,
			c.Where(), len(c.Args)), c.Args...)
	if err != nil {
		return nil, fmt.Errorf("listing orders: %w", err)
	}
	return audits, nil
}

func (t *tx) audit(ctx context.Context, o order, filter string, n int) error {
	_, err := t.Exec(ctx,
		`INSERT INTO audit (verb, filter, address, by_whom, reason, count, at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		o.verb, filter, o.address, o.by, o.reason, n, db.Micros(t.Now))
	return err
}

// text is a filter as the audit keeps it: the fields that narrow, as JSON.
func (f DeliveryFilter) text() string {
	out := map[string]any{}
	for name, value := range map[string]string{
		"id": f.ID, "receiver": f.Receiver, "state": string(f.State), "case": f.Case,
	} {
		if value != "" {
			out[name] = value
		}
	}
	for name, at := range map[string]time.Time{"since": f.Since, "until": f.Until} {
		if !at.IsZero() {
			out[name] = at.UTC()
		}
	}
	if f.Limit > 0 {
		out["limit"] = f.Limit
	}
	text, err := json.Marshal(out)
	if err != nil { // strings, times and a number
		return "{}"
	}
	return string(text)
}
