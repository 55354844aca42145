package queue

import (
	"context"
	"fmt"
	"io"

	"rivgate/cmd/rivgate/cli"
	"rivgate/contracts/identity"
	"rivgate/store"
)

// listStranded prints what waits for a person because its case refused it late.
func listStranded(s *cli.Session, limit int) error {
	return s.WithStore(func(ctx context.Context, db *store.Store) error {
		rows, err := db.Strandeds(ctx, limit)
		if err != nil {
			return err
		}
		return s.Show(rows, func(w io.Writer) error {
			t := &cli.Table{Head: []string{"ID", "CASE", "SENDER", "KIND", "REFUSED", "RECEIVED"}}
			for _, r := range rows {
				t.Add(r.MessageID, r.CaseID, r.Sender, string(r.Kind), string(r.Reason), r.At)
			}
			return t.Print(w)
		})
	})
}

// tellStranded says beside a list that there is something that it does not show.
func tellStranded(ctx context.Context, s *cli.Session, db *store.Store) error {
	rows, err := db.Strandeds(ctx, 1)
	if err != nil || len(rows) == 0 {
		return err
	}
	_, err = fmt.Fprintln(s.Err, "there are stranded messages: see rivgate queue list --stranded")
	return err
}

// DismissCommand ends stranded messages.
type DismissCommand struct{ queueSelection }

// Run dismisses.
func (c *DismissCommand) Run(s *cli.Session) error {
	if identity.Blank(c.Reason) && !c.DryRun {
		return cli.Usage("dismissing a message needs --reason: its sender was told that it is kept")
	}
	if c.State != "" {
		return cli.Usage("what is stranded has no state of a delivery: leave --state out")
	}
	return c.apply(s, "dismissed", store.VerbDismiss, []store.DeliveryState{"stranded"},
		func(ctx context.Context, db *store.Store, f store.DeliveryFilter, by string) (int, error) {
			return db.Dismiss(ctx, f, by, c.Reason)
		})
}
