package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"rivgate/store/db"
)

// PauseAll begins maintenance: it holds every lane of the receivers (logical addresses or components) back that are not
// held back already, all at once, and tells how many. It is one order in the audit.
func (s *Store) PauseAll(ctx context.Context, receivers []string, by, reason string) (int, error) {
	n := 0
	err := s.write(ctx, func(ctx context.Context, t *tx) error {
		n = 0
		o := order{verb: "pause", by: by, reason: reason}
		for _, receiver := range distinct(receivers) {
			added, err := t.Exec(ctx,
				`INSERT INTO pause (receiver, by_whom, reason, at, maintenance) VALUES ($1, $2, $3, $4, TRUE) `+
					`ON CONFLICT (receiver) DO NOTHING`,
				receiver, by, reason, db.Micros(t.Now))
			if err != nil {
				return err
			}
			if added == 0 {
				continue
			}
			n++
			if err := t.note(ctx, o, nil, receiver); err != nil {
				return err
			}
		}
		return t.audit(ctx, o, receiversText(receivers), n)
	})
	if err != nil {
		return 0, fmt.Errorf("pausing receivers: %w", err)
	}
	return n, nil
}

// ResumeAll lets paused receivers go on, all at once, and tells how many were paused.
func (s *Store) ResumeAll(ctx context.Context, receivers []string, by, reason string) (int, error) {
	n := 0
	err := s.write(ctx, func(ctx context.Context, t *tx) error {
		n = 0
		o := order{verb: "resume", by: by, reason: reason}
		for _, receiver := range distinct(receivers) {
			freed, err := t.Exec(ctx, `DELETE FROM pause WHERE receiver = $1`, receiver)
			if err != nil {
				return err
			}
			if freed == 0 {
				continue
			}
			n++
			if err := t.note(ctx, o, nil, receiver); err != nil {
				return err
			}
		}
		t.Woken = t.Woken || n > 0
		return t.audit(ctx, o, receiversText(receivers), n)
	})
	if err != nil {
		return 0, fmt.Errorf("resuming receivers: %w", err)
	}
	return n, nil
}

// distinct are receivers as pauses name them, each once, in one order for all who lock them.
func distinct(receivers []string) []string {
	all := make([]string, 0, len(receivers))
	for _, receiver := range receivers {
		all = append(all, fold(receiver))
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// receiversText is the filter of such an order as the audit keeps it.
func receiversText(receivers []string) string {
	text, err := json.Marshal(map[string]int{"receivers": len(distinct(receivers))})
	if err != nil { // a number
		return "{}"
	}
	return string(text)
}
