package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"rivgate/store/db"
)

// RefusedCall counts the calls of one sender that were refused with one code. Nothing else is kept of a call that was
// not accepted.
type RefusedCall struct {
	Contract     string    `json:"contract"` // namespace, or "other"
	Code         string    `json:"code"`     // VP code or sub code
	Sender       string    `json:"sender"`   // HSA-id; "" where it is not known
	Count        int64     `json:"count"`
	First        time.Time `json:"first"`
	Last         time.Time `json:"last"`
	Correlations []string  `json:"correlations"` // of the latest calls, the last first
}

// Bounds of what is kept of refused calls.
const (
	RefusedMost      = 1000 // rows; those that were refused longest ago go
	CorrelationsMost = 10   // of a row
)

// Merge adds what was counted later.
func (r *RefusedCall) Merge(later RefusedCall) {
	if r.Count == 0 || later.First.Before(r.First) {
		r.First = later.First
	}
	if later.Last.After(r.Last) {
		r.Last = later.Last
	}
	r.Count += later.Count
	all := slices.Concat(later.Correlations, r.Correlations)
	r.Correlations = all[:min(len(all), CorrelationsMost)]
}

// NoteRefused adds to what is kept of refused calls.
func (s *Store) NoteRefused(ctx context.Context, calls []RefusedCall) error {
	if len(calls) == 0 {
		return nil
	}
	sorted := slices.Clone(calls) // in one order, so that two processes never wait for each other
	slices.SortFunc(sorted, func(a, b RefusedCall) int {
		return cmp.Or(cmp.Compare(a.Contract, b.Contract), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Sender, b.Sender))
	})
	err := s.write(ctx, func(ctx context.Context, t *tx) error {
		for _, call := range sorted {
			if err := t.noteRefused(ctx, call); err != nil {
				return err
			}
		}
		_, err := t.Exec(ctx,
			fmt.Sprintf(
				`DELETE FROM refused_call WHERE last_at < (SELECT last_at FROM refused_call ORDER BY last_at DESC LIMIT 1 `+
					`OFFSET %d)`, RefusedMost-1,
			))
		return err
	})
	if err != nil {
		return fmt.Errorf("keeping refused calls: %w", err)
	}
	return nil
}

// noteRefused makes or locks the row, then merges.
func (t *tx) noteRefused(ctx context.Context, call RefusedCall) error {
	call.Contract, call.Sender = db.StorableText(call.Contract), db.StorableText(call.Sender)
	if _, err := t.Exec(ctx,
		`INSERT INTO refused_call (contract, code, sender, count, first_at, last_at, correlations) VALUES ($1, $2, $3, 0, $4, $4, '[]')
		ON CONFLICT (contract, code, sender) DO UPDATE SET count = refused_call.count`, call.Contract, call.Code, call.Sender,
		db.Micros(call.First)); err != nil {
		return err
	}
	var kept RefusedCall
	var first, last int64
	var correlations string
	if _, err := t.Row(ctx, []any{&kept.Count, &first, &last, &correlations},
		`SELECT count, first_at, last_at, correlations FROM refused_call
		WHERE contract = $1 AND code = $2 AND sender = $3`, call.Contract, call.Code, call.Sender); err != nil {
		return err
	}
	kept.First, kept.Last = db.Moment(first), db.Moment(last)
	if err := json.Unmarshal([]byte(correlations), &kept.Correlations); err != nil {
		return err
	}
	kept.Merge(call)
	for i := range kept.Correlations {
		kept.Correlations[i] = db.StorableText(kept.Correlations[i])
	}
	text, err := json.Marshal(kept.Correlations)
	if err != nil {
		return err
	}
	_, err = t.Exec(ctx,
		`UPDATE refused_call SET count = $4, first_at = $5, last_at = $6, correlations = $7 WHERE contract = $1 AND code `+
			`= $2 AND sender = $3`,
		call.Contract, call.Code, call.Sender, kept.Count, db.Micros(kept.First), db.Micros(kept.Last), string(text))
	return err
}

// RefusedCalls lists what is kept of refused calls, the latest first.
func (s *Store) RefusedCalls(ctx context.Context, limit int) ([]RefusedCall, error) {
	calls, err := db.Collect(ctx, s.read, func(rows *sql.Rows) (r RefusedCall, err error) {
		var first, last int64
		var correlations string
		if err := rows.Scan(&r.Contract, &r.Code, &r.Sender, &r.Count, &first, &last, &correlations); err != nil {
			return r, err
		}
		r.First, r.Last = db.Moment(first), db.Moment(last)
		return r, json.Unmarshal([]byte(correlations), &r.Correlations)
	},
		`SELECT contract, code, sender, count, first_at, last_at, correlations FROM refused_call ORDER BY last_at DESC, `+
			`contract, code, sender LIMIT $1`, db.ListLimit(limit))
	if err != nil {
		return nil, fmt.Errorf("listing refused calls: %w", err)
	}
	return calls, nil
}

// Origin is where a queued message came from, and when it was last tried.
type Origin struct {
	ID          string // of the message
	Sender      string // HSA-id
	Correlation string
	Tried       time.Time // the last attempt; zero where there was none
}

// Origins tells where messages came from.
func (s *Store) Origins(ctx context.Context, ids []string) (map[string]Origin, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var c db.Conditions
	c.Among("m.id", ids)
	rows, err := db.Collect(ctx, s.read, func(rows *sql.Rows) (o Origin, err error) {
		var tried int64
		err = rows.Scan(&o.ID, &o.Sender, &o.Correlation, &tried)
		if tried > 0 {
			o.Tried = db.Moment(tried)
		}
		return o, err
	},
		`SELECT m.id, m.sender, m.correlation, COALESCE((SELECT MAX(a.started) FROM attempt a WHERE a.message_id = m.id), `+
			`0) FROM message m`+c.Where(), c.Args...)
	if err != nil {
		return nil, fmt.Errorf("reading where messages came from: %w", err)
	}
	origins := make(map[string]Origin, len(rows))
	for _, o := range rows {
		origins[o.ID] = o
	}
	return origins, nil
}
