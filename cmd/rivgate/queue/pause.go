package queue

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"rivgate/cmd/rivgate/cli"
	"rivgate/cmd/rivgate/config"
	"rivgate/cmd/rivgate/tak"
	"rivgate/routing"
	"rivgate/store"
)

// PauseCommand holds a receiver back.
type PauseCommand struct {
	Receiver string `arg:"" help:"Logical address, or a component's HSA-id."`
	By       string `help:"Who does it. Default: the user of this machine." placeholder:"NAME"`
	Reason   string `help:"Why." placeholder:"TEXT"`
	Force    bool   `help:"Even if no route and no delivery has it."`
}

// Run pauses. A name that nothing knows is taken for a misspelling: the queue of who was meant would go on.
func (c *PauseCommand) Run(s *cli.Session) error {
	return s.WithStore(func(ctx context.Context, db *store.Store) error {
		if !c.Force {
			if err := knowsReceiver(ctx, s, db, c.Receiver); err != nil {
				return err
			}
		}
		if err := db.Pause(ctx, c.Receiver, cli.Operator(c.By), c.Reason); err != nil {
			return fmt.Errorf("pausing receiver: %w", err)
		}
		return tellPaused(s, c.Receiver, true)
	})
}

// knowsReceiver refuses what neither a delivery nor a route of the catalogue has as its receiver or component.
func knowsReceiver(ctx context.Context, s *cli.Session, db *store.Store, receiver string) error {
	rows, err := db.Deliveries(ctx, store.DeliveryFilter{Receiver: receiver, Limit: 1})
	if err != nil {
		return fmt.Errorf("looking for the receiver: %w", err)
	}
	if len(rows) > 0 {
		return nil
	}
	c, err := tak.OpenCatalogue(s, "")
	if err != nil {
		return fmt.Errorf("looking for the receiver (--force does without): %w", err)
	}
	var known []string
	for _, r := range c.Routes {
		for _, name := range []string{r.Receiver, r.Component} {
			if name != "" && name != "*" && routing.SameHSAID(name, receiver) {
				return nil
			}
			if name != "" && name != "*" && !slices.Contains(known, name) && len(known) < mostNear {
				known = append(known, name)
			}
		}
	}
	return cli.Refused("no route and no delivery has %s as receiver or component: %s --force pauses it all the same",
		cli.Cell(receiver), config.DidYouMean(receiver, known, "see rivgate tak show."))
}

// mostNear bounds the names among which a near one is looked for.
const mostNear = 10_000

// ResumeCommand lets a receiver go on.
type ResumeCommand struct {
	Receiver string `arg:"" help:"Logical address, or a component's HSA-id."`
	By       string `help:"Who does it. Default: the user of this machine." placeholder:"NAME"`
	Reason   string `help:"Why; kept with who did it." placeholder:"TEXT"`
}

// Run resumes.
func (c *ResumeCommand) Run(s *cli.Session) error {
	return s.WithStore(func(ctx context.Context, db *store.Store) error {
		if err := isPaused(ctx, s, db, c.Receiver); err != nil {
			return err
		}
		if err := db.Resume(ctx, c.Receiver, cli.Operator(c.By), c.Reason); err != nil {
			return fmt.Errorf("resuming receiver: %w", err)
		}
		return tellPaused(s, c.Receiver, false)
	})
}

// isPaused refuses a name that no pause has and nothing knows: who was meant would stay paused.
func isPaused(ctx context.Context, s *cli.Session, db *store.Store, receiver string) error {
	pauses, err := db.Pauses(ctx)
	if err != nil {
		return err
	}
	names := make([]string, len(pauses))
	for i, p := range pauses {
		if names[i] = p.Receiver; p.Holds(receiver, "") {
			return nil
		}
	}
	if knowsReceiver(ctx, s, db, receiver) == nil {
		return nil // it may be held back because everybody was paused before it was seen
	}
	if len(names) == 0 {
		return cli.Refused("%s is not paused: nothing is", cli.Cell(receiver))
	}
	return cli.Refused("%s is not paused; paused: %s", cli.Cell(receiver), cli.Cell(strings.Join(names, ", ")))
}

func tellPaused(s *cli.Session, receiver string, paused bool) error {
	return s.Show(map[string]any{"receiver": receiver, "paused": paused}, func(w io.Writer) error {
		word := map[bool]string{true: "paused", false: "resumed"}[paused]
		_, err := fmt.Fprintf(w, "%s %s\n", cli.Cell(receiver), word)
		return err
	})
}
