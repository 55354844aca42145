package tak

import (
	"context"
	"fmt"
	"io"

	"rivgate/cmd/rivgate/cli"
	"rivgate/relay/duties"
	"rivgate/store"
	"rivgate/store/accesslog"
	"rivgate/store/accounts"
)

// DutiesCommand is the noun duties: what one person asked for and another must confirm.
type DutiesCommand struct {
	List    DutiesListCommand    `cmd:"" help:"What waits for a second person, and what came of what did."`
	Confirm DutiesConfirmCommand `cmd:"" help:"Confirm what another person asked for: it is carried out."`
	Refuse  DutiesRefuseCommand  `cmd:"" help:"Refuse what another person asked for, or take back one's own."`
}

// DutiesListCommand lists requests.
type DutiesListCommand struct{}

// Run lists them, the newest first.
func (*DutiesListCommand) Run(s *cli.Session) error {
	return s.WithStore(func(ctx context.Context, db *store.Store) error {
		all, err := db.SecondRequests(ctx)
		if err != nil {
			return err
		}
		return s.Show(all, func(w io.Writer) error {
			t := &cli.Table{Head: []string{"ID", "DUTY", "STATE", "ASKED BY", "DECIDED BY", "UNTIL", "ADDRESS", "REASON"}}
			for _, r := range all {
				t.Add(r.ID, r.Duty, string(r.State), r.Asker, r.Decider, r.Until, r.Address, r.Reason)
			}
			return t.Print(w)
		})
	})
}

// DutiesConfirmCommand confirms one.
type DutiesConfirmCommand struct {
	ID string `arg:"" help:"Request."`
}

// Run confirms, as the user of this machine: no flag makes another person of them.
func (c *DutiesConfirmCommand) Run(s *cli.Session) error {
	return keep(s, func(ctx context.Context, k keeping) error {
		desk := duties.Desk{Store: k.db, Second: k.config.Duties.SecondPerson, Rules: k.rules}
		done, err := desk.Confirm(ctx, c.ID, accesslog.Row{Who: cli.Operator("")})
		if err != nil {
			return cli.Refused("request %s: %w", cli.Cell(c.ID), err)
		}
		return s.Show(done, func(w io.Writer) error {
			what := fmt.Sprintf("%d redirected", done.Count)
			if done.Version != 0 {
				what = fmt.Sprintf("version %d is published", done.Version)
			}
			_, err := fmt.Fprintf(w, "%s: %s\n", done.Request.ID, what)
			return err
		})
	})
}

// DutiesRefuseCommand refuses one.
type DutiesRefuseCommand struct {
	ID string `arg:"" help:"Request."`
}

// Run refuses.
func (c *DutiesRefuseCommand) Run(s *cli.Session) error {
	return s.WithStore(func(ctx context.Context, db *store.Store) error {
		var r accounts.SecondRequest
		r, err := db.DecideSecond(ctx, c.ID, false, accesslog.Row{Who: cli.Operator("")})
		if err != nil {
			return cli.Refused("request %s: %w", cli.Cell(c.ID), err)
		}
		return s.Show(r, func(w io.Writer) error { _, err := fmt.Fprintf(w, "%s: %s\n", r.ID, r.State); return err })
	})
}
