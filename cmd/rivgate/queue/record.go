package queue

import (
	"context"
	"fmt"
	"io"
	"time"

	"rivgate/cmd/rivgate/cli"
	"rivgate/contracts/identity"
	"rivgate/store"
)

// ReplayCommand delivers once more, in bulk: what is parked or waits, or with --delivered what had arrived.
type ReplayCommand struct {
	queueSelection
	Delivered bool `help:"What was delivered is delivered once more, with the same message ids: for a receiver that lost it. Cases in which something waits are left out."`
	Yes       bool `help:"Do it. Without, and without --dry-run, it is only counted."`
}

// Run counts, and with --yes replays.
func (c *ReplayCommand) Run(s *cli.Session) error {
	if c.Receiver == "" || c.Since == "" {
		return cli.Usage("replay needs --receiver and --since; --until ends the window")
	}
	if identity.Blank(c.Reason) && c.Yes {
		return cli.Usage("replay needs --reason: it is kept on record")
	}
	asked := c.DryRun
	c.DryRun = c.DryRun || !c.Yes
	verb, states := store.VerbRetry, []store.DeliveryState{store.DeliveryDue, store.DeliveryParked}
	if c.Delivered {
		verb, states = store.VerbReplay, []store.DeliveryState{store.DeliveryDelivered}
	}
	err := c.apply(s, "replayed", verb, states,
		func(ctx context.Context, db *store.Store, f store.DeliveryFilter, by string) (int, error) {
			if c.Delivered {
				return db.Replay(ctx, f, by, c.Reason)
			}
			return db.Retry(ctx, f, by, c.Reason)
		})
	if err == nil && c.DryRun && !asked {
		return cli.Refused("nothing was done: say --yes and --reason, or --dry-run to only count")
	}
	return err
}

// AuditCommand shows what operators ordered.
type AuditCommand struct {
	Since string `help:"At or after: a date, a time with zone, or an age like 24h." placeholder:"TIME"`
	Limit int    `help:"At most so many." default:"50"`
}

// Run prints the record.
func (c *AuditCommand) Run(s *cli.Session) error {
	since, err := cli.ParseSince("--since", c.Since, s.Now())
	if err != nil {
		return err
	}
	return s.WithStore(func(ctx context.Context, db *store.Store) error {
		audits, err := db.Audits(ctx, since, c.Limit)
		if err != nil {
			return err
		}
		return s.Show(audits, func(w io.Writer) error {
			t := &cli.Table{Head: []string{"AT", "BY", "VERB", "COUNT", "FILTER", "ADDRESS", "REASON"}}
			for _, a := range audits {
				t.Add(a.At, a.By, a.Verb, a.Count, a.Filter, a.Address, a.Reason)
			}
			return t.Print(w)
		})
	})
}

// CheckCommand proves the invariant.
type CheckCommand struct{}

// Run prints each breach, and ends with cli.ExitRefused where there is one.
func (*CheckCommand) Run(s *cli.Session) error {
	return s.WithStore(func(ctx context.Context, db *store.Store) error {
		started := time.Now()
		breaches, err := db.Check(ctx)
		if err != nil {
			return err
		}
		if breaches == nil {
			breaches = []string{}
		}
		took := time.Since(started).Round(time.Millisecond)
		err = s.Show(map[string]any{"breaches": breaches, "seconds": took.Seconds()}, func(w io.Writer) error {
			for _, line := range breaches {
				if _, err := fmt.Fprintln(w, line); err != nil {
					return err
				}
			}
			_, err := fmt.Fprintf(w, "%d breaches, checked in %s\n", len(breaches), took)
			return err
		})
		if err == nil && len(breaches) > 0 {
			err = &cli.Told{Code: cli.ExitRefused}
		}
		return err
	})
}
