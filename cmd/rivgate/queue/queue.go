// Package queue is the noun queue of the command line: what waits to be delivered, and what an operator does with it.
//
// It does not know how a message is delivered.
package queue

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"rivgate/cmd/rivgate/cli"
	"rivgate/contracts/identity"
	"rivgate/relay"
	"rivgate/relay/diagnosis"
	"rivgate/routing"
	"rivgate/store"
	"rivgate/store/accesslog"
)

// Command is the noun queue: what waits to be delivered. Every verb opens the store itself and is safe beside a
// running gateway.
type Command struct {
	List     ListCommand     `cmd:"" help:"List deliveries, the latest accepted first."`
	Show     ShowCommand     `cmd:"" help:"Show one delivery and what was tried."`
	Retry    RetryCommand    `cmd:"" help:"Make waiting and parked deliveries due now."`
	Release  ReleaseCommand  `cmd:"" help:"Make parked deliveries due now, with their whole time anew; what only waits keeps its time. With --held instead: apply messages that wait for the one before them. Leave --state out."`
	Replay   ReplayCommand   `cmd:"" help:"Make all that one receiver was sent in a window of time due again; counts first."`
	Redirect RedirectCommand `cmd:"" help:"Give waiting and parked deliveries another address and make them due."`
	Dismiss  DismissCommand  `cmd:"" help:"End stranded messages: kept because of a gap, refused by their case when their turn came. They stay in the case, as closed."`
	Close    CloseCommand    `cmd:"" help:"End parked deliveries without delivering them; the next of the case goes on."`
	Pause    PauseCommand    `cmd:"" help:"Hold back everything to one receiver; messages are still accepted."`
	Resume   ResumeCommand   `cmd:"" help:"Let a paused receiver's deliveries go on."`
	Audit    AuditCommand    `cmd:"" help:"Show who ordered what, when, why, and for how many."`
	Check    CheckCommand    `cmd:"" help:"Prove that every accepted message is in exactly one place, no case is stuck and statistics are right; exit code 1 where not."`
}

// queueFilter narrows deliveries, for lists and verbs alike.
type queueFilter struct {
	Receiver string `help:"Logical address, or a component's HSA-id." placeholder:"HSAID"`
	State    string `help:"due, leased, unknown (due, and whether it arrived is not known), delivered, parked or closed." enum:",due,leased,unknown,delivered,parked,closed" default:"" placeholder:"STATE"`
	Case     string `help:"1177's id of the case, or ours." placeholder:"ID"`
	Since    string `help:"Accepted at or after: a date, a time with zone, or an age like 24h." placeholder:"TIME"`
	Until    string `help:"Accepted before, written like --since." placeholder:"TIME"`
}

func (f queueFilter) filter(now time.Time) (store.DeliveryFilter, error) {
	since, err := cli.ParseSince("--since", f.Since, now)
	if err != nil {
		return store.DeliveryFilter{}, err
	}
	until, err := cli.ParseSince("--until", f.Until, now)
	return store.DeliveryFilter{
		Receiver: f.Receiver, State: store.DeliveryState(f.State), Case: f.Case, Since: since, Until: until,
	}, err
}

// ListCommand lists deliveries.
type ListCommand struct {
	queueFilter
	After    string `help:"Go on after this id, the last of the page before." placeholder:"ID"`
	Limit    int    `help:"At most so many." default:"50"`
	Stranded bool   `help:"List the messages that were kept because of a gap, and refused by their case when their turn came: see dismiss."`
}

// Run prints the list.
func (c *ListCommand) Run(s *cli.Session) error {
	f, err := c.filter(s.Now())
	if err != nil {
		return err
	}
	if f.After, f.Limit, err = c.After, c.Limit, cli.CheckLimit(c.Limit); err != nil {
		return err
	}
	if c.Stranded {
		if c.queueFilter != (queueFilter{}) || c.After != "" {
			return cli.Usage("--stranded lists all of them: leave the filters out")
		}
		return listStranded(s, c.Limit)
	}
	return s.WithStore(func(ctx context.Context, db *store.Store) error {
		rows, err := db.Deliveries(ctx, f)
		if err != nil {
			return fmt.Errorf("listing deliveries: %w", err)
		}
		if err := tellStranded(ctx, s, db); err != nil {
			return err
		}
		if len(rows) == f.Limit {
			f.After, f.Limit = rows[len(rows)-1].ID, 1
			rest, err := db.Deliveries(ctx, f)
			if err != nil {
				return fmt.Errorf("listing deliveries: %w", err)
			}
			s.More(len(rest), f.After)
		}
		return s.Show(shownDeliveries(rows), func(w io.Writer) error { return deliveryTable(rows).Print(w) })
	})
}

// shownDelivery is a delivery with the reason of its last attempt in words.
type shownDelivery struct {
	store.DeliveryRow
	Reason string `json:"reason,omitempty"`
}

func shownDeliveries(rows []store.DeliveryRow) []shownDelivery {
	out := make([]shownDelivery, len(rows))
	for i, r := range rows {
		out[i] = shownDelivery{r, explained(r.Why)}
	}
	return out
}

func deliveryTable(rows []store.DeliveryRow) *cli.Table {
	t := &cli.Table{
		Head: []string{"ID", "CASE", "RECEIVER", "COMPONENT", "STATE", "ATTEMPTS", "LAST", "ACCEPTED", "NEXT", "WHY"},
	}
	for _, r := range rows {
		state := string(r.State)
		if r.Unknown {
			state += " (outcome unknown)"
		}
		next := cli.Cell(r.Next)
		switch {
		case r.Paused:
			state, next = state+" (paused)", "when resumed"
		case r.Down != nil:
			state += " (receiver down)"
			if asked := r.Down.Asked.Add(relay.ProbeWait); r.Next == nil || r.Next.Before(asked) {
				next = "by " + cli.Cell(asked)
			}
		}
		t.Add(r.ID, r.Case.Extension, r.Receiver, r.Component, state, r.Attempts, strings.TrimSpace(r.Class+" "+r.Code),
			r.Accepted, next, explained(r.Why))
	}
	return t
}

// ShowCommand shows one delivery.
type ShowCommand struct {
	ID string `arg:"" help:"Id of the message."`
}

// Run prints the delivery and its attempts.
func (c *ShowCommand) Run(s *cli.Session) error {
	return s.WithStore(func(ctx context.Context, db *store.Store) error {
		rows, err := db.Deliveries(ctx, store.DeliveryFilter{ID: c.ID, Limit: 1})
		if err != nil {
			return fmt.Errorf("reading delivery: %w", err)
		}
		if len(rows) == 0 {
			return noDelivery(ctx, db, c.ID)
		}
		attempts, err := db.Attempts(ctx, c.ID)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("reading attempts: %w", err)
		}
		both := struct {
			shownDelivery
			Tried []shownAttempt `json:"tried"`
		}{shownDeliveries(rows)[0], make([]shownAttempt, len(attempts))}
		for i, a := range attempts {
			both.Tried[i] = shownAttempt{a, explained(a.Why)}
		}
		return s.Show(both, func(w io.Writer) error { return printDelivery(w, rows[0], attempts) })
	})
}

// noDelivery refuses what is no message; of a case, it tells where its messages are.
func noDelivery(ctx context.Context, db *store.Store, id string) error {
	rows, err := db.Deliveries(ctx, store.DeliveryFilter{Case: id, Limit: 1})
	if err != nil {
		return fmt.Errorf("looking for a case: %w", err)
	}
	if len(rows) > 0 {
		return cli.Refused("%s is a case, not a message: rivgate queue list --case %s lists its deliveries",
			cli.Cell(id), cli.Cell(id))
	}
	return cli.Refused("there is no delivery %s: rivgate queue list --case ID lists those of a case", cli.Cell(id))
}

// shownAttempt is an attempt with its reason in words.
type shownAttempt struct {
	store.AttemptRow
	Reason string `json:"reason,omitempty"`
}

func explained(d store.Diagnosis) string {
	if d.Code == "" {
		return ""
	}
	return diagnosis.Explain(d)
}

func printDelivery(w io.Writer, r store.DeliveryRow, attempts []store.AttemptRow) error {
	if err := deliveryTable([]store.DeliveryRow{r}).Print(w); err != nil {
		return err
	}
	fmt.Fprintf(w, "\nContract  %s\nAddress   %s\n\n", cli.Cell(r.Contract), cli.Cell(r.Address))
	t := &cli.Table{Head: []string{"ATTEMPT", "STARTED", "OUTCOME", "CLASS", "CODE", "DURATION", "WORKER", "WHY"}}
	for _, a := range attempts {
		outcome := string(a.Outcome)
		if a.Late {
			outcome += " (late)"
		}
		t.Add(a.Attempt, a.Started, outcome, a.Class, a.Code, a.Duration.Round(time.Millisecond), a.Worker, explained(a.Why))
	}
	if err := t.Print(w); err != nil || !r.WasRefused() {
		return err
	}
	_, err := fmt.Fprintf(w, "\nThe receiver's own words are not shown, for they may hold content of the message. "+
		"Look in the log of the receiving system for correlation id %s.\n", cli.Cell(r.Correlation))
	return err
}

// queueSelection is which deliveries a verb is for, and who does it why.
type queueSelection struct {
	ID string `arg:"" optional:"" help:"Id of one message; else the filters choose."`
	queueFilter
	All    bool   `help:"Without id and filter: all deliveries."`
	DryRun bool   `help:"Only tell how many it would be."`
	By     string `help:"Who does it; kept with the delivery. Default: the user of this machine." placeholder:"NAME"`
	Reason string `help:"Why; kept with the delivery." placeholder:"TEXT"`
}

// queueVerb changes deliveries and tells how many.
type queueVerb func(ctx context.Context, db *store.Store, f store.DeliveryFilter, by string) (int, error)

// apply carries out a verb on the deliveries chosen; states are those that the verb touches.
func (c *queueSelection) apply(s *cli.Session, done string, name store.Verb, states []store.DeliveryState,
	verb queueVerb,
) error {
	f, err := c.filter(s.Now())
	if err != nil {
		return err
	}
	f.ID = c.ID
	if err := c.narrows(); err != nil {
		return err
	}
	return s.WithStore(func(ctx context.Context, db *store.Store) error {
		var n int
		if c.DryRun {
			n, err = db.Would(ctx, name, f)
		} else {
			n, err = verb(ctx, db, f, cli.Operator(c.By))
		}
		if err != nil {
			return err
		}
		if n == 0 && c.ID != "" {
			return cli.Refused("%s is no delivery in state %s", cli.Cell(c.ID), joined(states))
		}
		return s.Show(map[string]any{"count": n, "dryRun": c.DryRun}, func(w io.Writer) error {
			if c.DryRun {
				done = "would be " + done
			}
			_, err := fmt.Fprintf(w, "%d %s\n", n, done)
			return err
		})
	})
}

// narrows refuses to take everything by oversight.
func (c *queueSelection) narrows() error {
	if c.ID == "" && c.queueFilter == (queueFilter{}) && !c.All {
		return cli.Usage("this would touch every delivery: name an id or a filter, or say --all")
	}
	return nil
}

func joined(states []store.DeliveryState) string {
	words := make([]string, len(states))
	for i, state := range states {
		words[i] = string(state)
	}
	return strings.Join(words, " or ")
}

// RetryCommand makes deliveries due.
type RetryCommand struct{ queueSelection }

// Run retries.
func (c *RetryCommand) Run(s *cli.Session) error {
	return c.apply(s, "due now", store.VerbRetry, []store.DeliveryState{store.DeliveryDue, store.DeliveryParked},
		func(ctx context.Context, db *store.Store, f store.DeliveryFilter, by string) (int, error) {
			return db.Retry(ctx, f, by, c.Reason)
		})
}

// ReleaseCommand makes parked deliveries due.
type ReleaseCommand struct {
	queueSelection
	Held bool `help:"Instead of deliveries: messages that are kept because one before them is missing in its sender's numbers. They are applied now, marked as late, and those of the same sender and case before them too; what the case refuses by now is stranded."`
}

// Run releases.
func (c *ReleaseCommand) Run(s *cli.Session) error {
	if c.State != "" && c.State != string(store.DeliveryParked) {
		return cli.Usage("release is for parked deliveries: leave --state out")
	}
	if c.Held {
		if c.State != "" {
			return cli.Usage("what is held has no state of a delivery: leave --state out")
		}
		return c.apply(s, "released", store.VerbRelease, []store.DeliveryState{"held"},
			func(ctx context.Context, db *store.Store, f store.DeliveryFilter, by string) (int, error) {
				return db.Release(ctx, f, by, c.Reason)
			})
	}
	if err := c.narrows(); err != nil {
		return err
	}
	c.State = string(store.DeliveryParked)
	return c.apply(s, "released", store.VerbRetry, []store.DeliveryState{store.DeliveryParked},
		func(ctx context.Context, db *store.Store, f store.DeliveryFilter, by string) (int, error) {
			return db.Retry(ctx, f, by, c.Reason)
		})
}

// RedirectCommand changes the address of deliveries.
type RedirectCommand struct {
	queueSelection
	To string `required:"" help:"The new address." placeholder:"URL"`
}

// Run redirects.
func (c *RedirectCommand) Run(s *cli.Session) error {
	if _, err := routing.ProducerAddress(c.To); err != nil {
		return cli.Usage("--to %q is no address: %w", c.To, err)
	}
	return c.apply(s, "redirected", store.VerbRedirect, []store.DeliveryState{store.DeliveryDue, store.DeliveryParked},
		func(ctx context.Context, db *store.Store, f store.DeliveryFilter, by string) (int, error) {
			l, err := s.Config()
			if err != nil {
				return 0, err
			}
			desk, err := cli.SecondPerson(ctx, l.Config, db)
			if err != nil {
				return 0, err
			}
			row := accesslog.Row{Who: cli.Operator(""), Name: by}
			n, err := desk.Redirect(ctx, f, c.To, c.Reason, row, s.Now())
			return n, cli.Asked(err)
		})
}

// CloseCommand ends parked deliveries.
type CloseCommand struct{ queueSelection }

// Run closes.
func (c *CloseCommand) Run(s *cli.Session) error {
	if identity.Blank(c.Reason) {
		return cli.Usage("closing a delivery needs --reason: the message will never arrive")
	}
	return c.apply(s, "closed", store.VerbClose, []store.DeliveryState{store.DeliveryParked},
		func(ctx context.Context, db *store.Store, f store.DeliveryFilter, by string) (int, error) {
			return db.CloseDeliveries(ctx, f, by, c.Reason)
		})
}
