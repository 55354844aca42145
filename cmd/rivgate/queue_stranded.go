package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"rivgate/store"
)

// listStranded prints what waits for a person because its case refused it late.
func (s *session) listStranded(limit int) error {
	return s.withStore(func(ctx context.Context, db *store.Store) error {
		rows, err := db.Strandeds(ctx, limit)
		if err != nil {
			return err
		}
		return s.show(rows, func(w io.Writer) error {
			t := &table{head: []string{"ID", "CASE", "SENDER", "KIND", "REFUSED", "RECEIVED"}}
			for _, r := range rows {
				t.add(r.MessageID, r.CaseID, r.Sender, string(r.Kind), string(r.Reason), r.At)
			}
			return t.print(w)
		})
	})
}

// tellStranded says beside a list that there is something that it does not show.
func (s *session) tellStranded(ctx context.Context, db *store.Store) error {
	rows, err := db.Strandeds(ctx, 1)
	if err != nil || len(rows) == 0 {
		return err
	}
	_, err = fmt.Fprintln(s.err, "there are stranded messages: see rivgate queue list --stranded")
	return err
}

// QueueDismissCommand ends stranded messages.
type QueueDismissCommand struct{ queueSelection }

// Run dismisses.
func (c *QueueDismissCommand) Run(s *session) error {
	if strings.TrimSpace(c.Reason) == "" && !c.DryRun {
		return usage("dismissing a message needs --reason: its sender was told that it is kept")
	}
	if c.State != "" {
		return usage("what is stranded has no state of a delivery: leave --state out")
	}
	return c.apply(s, "dismissed", store.VerbDismiss, []store.DeliveryState{"stranded"},
		func(ctx context.Context, db *store.Store, f store.DeliveryFilter, by string) (int, error) {
			return db.Dismiss(ctx, f, by, c.Reason)
		})
}
