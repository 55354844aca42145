package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/user"
	"strings"
	"time"

	"rivgate/relay"
	"rivgate/routing"
	"rivgate/store"
)

// QueueCommand is the noun queue: what waits to be delivered. Every verb opens the store itself and is safe beside a
// running gateway.
type QueueCommand struct {
	List     QueueListCommand     `cmd:"" help:"List deliveries, the latest accepted first."`
	Show     QueueShowCommand     `cmd:"" help:"Show one delivery and what was tried."`
	Retry    QueueRetryCommand    `cmd:"" help:"Make waiting and parked deliveries due now."`
	Release  QueueReleaseCommand  `cmd:"" help:"Make parked deliveries due now, with their whole time anew; what only waits keeps its time. With --held instead: apply messages that wait for the one before them. Leave --state out."`
	Replay   QueueReplayCommand   `cmd:"" help:"Make all that one receiver was sent in a window of time due again; counts first."`
	Redirect QueueRedirectCommand `cmd:"" help:"Give waiting and parked deliveries another address and make them due."`
	Dismiss  QueueDismissCommand  `cmd:"" help:"End stranded messages: kept because of a gap, refused by their case when their turn came. They stay in the case, as closed."`
	Close    QueueCloseCommand    `cmd:"" help:"End parked deliveries without delivering them; the next of the case goes on."`
	Pause    QueuePauseCommand    `cmd:"" help:"Hold back everything to one receiver; messages are still accepted."`
	Resume   QueueResumeCommand   `cmd:"" help:"Let a paused receiver's deliveries go on."`
	Audit    QueueAuditCommand    `cmd:"" help:"Show who ordered what, when, why, and for how many."`
	Check    QueueCheckCommand    `cmd:"" help:"Prove that every accepted message is in exactly one place, no case is stuck and statistics are right; exit code 1 where not."`
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
	since, err := parseSince("--since", f.Since, now)
	if err != nil {
		return store.DeliveryFilter{}, err
	}
	until, err := parseSince("--until", f.Until, now)
	return store.DeliveryFilter{
		Receiver: f.Receiver, State: store.DeliveryState(f.State), Case: f.Case, Since: since, Until: until,
	}, err
}

// parseSince reads a date, an RFC 3339 time or an age.
func parseSince(flag, text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if d, err := time.ParseDuration(text); err == nil && d >= 0 {
		return now.Add(-d), nil
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, nil
	}
	if t, err := time.ParseInLocation("2006-01-02", text, time.Local); err == nil {
		return t, nil
	}
	return time.Time{},
		usage("%s %q: write a date like 2026-01-31, a time like 2026-01-31T10:00:00+01:00 or an age like 24h", flag, text)
}

// QueueListCommand lists deliveries.
type QueueListCommand struct {
	queueFilter
	After    string `help:"Go on after this id, the last of the page before." placeholder:"ID"`
	Limit    int    `help:"At most so many." default:"50"`
	Stranded bool   `help:"List the messages that were kept because of a gap, and refused by their case when their turn came: see dismiss."`
}

// Run prints the list.
func (c *QueueListCommand) Run(s *session) error {
	f, err := c.filter(s.now())
	if err != nil {
		return err
	}
	if f.After, f.Limit, err = c.After, c.Limit, checkLimit(c.Limit); err != nil {
		return err
	}
	if c.Stranded {
		if c.queueFilter != (queueFilter{}) || c.After != "" {
			return usage("--stranded lists all of them: leave the filters out")
		}
		return s.listStranded(c.Limit)
	}
	return s.withStore(func(ctx context.Context, db *store.Store) error {
		rows, err := db.Deliveries(ctx, f)
		if err != nil {
			return fmt.Errorf("listing deliveries: %w", err)
		}
		if err := s.tellStranded(ctx, db); err != nil {
			return err
		}
		if len(rows) == f.Limit {
			f.After, f.Limit = rows[len(rows)-1].ID, 1
			rest, err := db.Deliveries(ctx, f)
			if err != nil {
				return fmt.Errorf("listing deliveries: %w", err)
			}
			s.more(len(rest), f.After)
		}
		return s.show(shownDeliveries(rows), func(w io.Writer) error { return deliveryTable(rows).print(w) })
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

func deliveryTable(rows []store.DeliveryRow) *table {
	t := &table{
		head: []string{"ID", "CASE", "RECEIVER", "COMPONENT", "STATE", "ATTEMPTS", "LAST", "ACCEPTED", "NEXT", "WHY"},
	}
	for _, r := range rows {
		state := string(r.State)
		if r.Unknown {
			state += " (outcome unknown)"
		}
		next := cell(r.Next)
		switch {
		case r.Paused:
			state, next = state+" (paused)", "when resumed"
		case r.Down != nil:
			state += " (receiver down)"
			if asked := r.Down.Asked.Add(relay.ProbeWait); r.Next == nil || r.Next.Before(asked) {
				next = "by " + cell(asked)
			}
		}
		t.add(r.ID, r.Case.Extension, r.Receiver, r.Component, state, r.Attempts, strings.TrimSpace(r.Class+" "+r.Code),
			r.Accepted, next, explained(r.Why))
	}
	return t
}

// QueueShowCommand shows one delivery.
type QueueShowCommand struct {
	ID string `arg:"" help:"Id of the message."`
}

// Run prints the delivery and its attempts.
func (c *QueueShowCommand) Run(s *session) error {
	return s.withStore(func(ctx context.Context, db *store.Store) error {
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
		return s.show(both, func(w io.Writer) error { return printDelivery(w, rows[0], attempts) })
	})
}

// noDelivery refuses what is no message; of a case, it tells where its messages are.
func noDelivery(ctx context.Context, db *store.Store, id string) error {
	rows, err := db.Deliveries(ctx, store.DeliveryFilter{Case: id, Limit: 1})
	if err != nil {
		return fmt.Errorf("looking for a case: %w", err)
	}
	if len(rows) > 0 {
		return refused("%s is a case, not a message: rivgate queue list --case %s lists its deliveries", cell(id), cell(id))
	}
	return refused("there is no delivery %s: rivgate queue list --case ID lists those of a case", cell(id))
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
	return relay.Explain(d)
}

func printDelivery(w io.Writer, r store.DeliveryRow, attempts []store.AttemptRow) error {
	if err := deliveryTable([]store.DeliveryRow{r}).print(w); err != nil {
		return err
	}
	fmt.Fprintf(w, "\nContract  %s\nAddress   %s\n\n", cell(r.Contract), cell(r.Address))
	t := &table{head: []string{"ATTEMPT", "STARTED", "OUTCOME", "CLASS", "CODE", "DURATION", "WORKER", "WHY"}}
	for _, a := range attempts {
		outcome := string(a.Outcome)
		if a.Late {
			outcome += " (late)"
		}
		t.add(a.Attempt, a.Started, outcome, a.Class, a.Code, a.Duration.Round(time.Millisecond), a.Worker, explained(a.Why))
	}
	if err := t.print(w); err != nil || !r.WasRefused() {
		return err
	}
	_, err := fmt.Fprintf(w, "\nThe receiver's own words are not shown, for they may hold content of the message. "+
		"Look in the log of the receiving system for correlation id %s.\n", cell(r.Correlation))
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
func (c *queueSelection) apply(s *session, done string, name store.Verb, states []store.DeliveryState,
	verb queueVerb,
) error {
	f, err := c.filter(s.now())
	if err != nil {
		return err
	}
	f.ID = c.ID
	if err := c.narrows(); err != nil {
		return err
	}
	return s.withStore(func(ctx context.Context, db *store.Store) error {
		var n int
		if c.DryRun {
			n, err = db.Would(ctx, name, f)
		} else {
			n, err = verb(ctx, db, f, operator(c.By))
		}
		if err != nil {
			return err
		}
		if n == 0 && c.ID != "" {
			return refused("%s is no delivery in state %s", cell(c.ID), joined(states))
		}
		return s.show(map[string]any{"count": n, "dryRun": c.DryRun}, func(w io.Writer) error {
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
		return usage("this would touch every delivery: name an id or a filter, or say --all")
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

// operator is who works on the queue.
func operator(by string) string {
	if by != "" {
		return by
	}
	if u, err := user.Current(); err == nil {
		return "cli:" + u.Username
	}
	return "cli"
}

// QueueRetryCommand makes deliveries due.
type QueueRetryCommand struct{ queueSelection }

// Run retries.
func (c *QueueRetryCommand) Run(s *session) error {
	return c.apply(s, "due now", store.VerbRetry, []store.DeliveryState{store.DeliveryDue, store.DeliveryParked},
		func(ctx context.Context, db *store.Store, f store.DeliveryFilter, by string) (int, error) {
			return db.Retry(ctx, f, by, c.Reason)
		})
}

// QueueReleaseCommand makes parked deliveries due.
type QueueReleaseCommand struct {
	queueSelection
	Held bool `help:"Instead of deliveries: messages that are kept because one before them is missing in its sender's numbers. They are applied now, marked as late, and those of the same sender and case before them too; what the case refuses by now is stranded."`
}

// Run releases.
func (c *QueueReleaseCommand) Run(s *session) error {
	if c.State != "" && c.State != string(store.DeliveryParked) {
		return usage("release is for parked deliveries: leave --state out")
	}
	if c.Held {
		if c.State != "" {
			return usage("what is held has no state of a delivery: leave --state out")
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

// QueueRedirectCommand changes the address of deliveries.
type QueueRedirectCommand struct {
	queueSelection
	To string `required:"" help:"The new address." placeholder:"URL"`
}

// Run redirects.
func (c *QueueRedirectCommand) Run(s *session) error {
	if _, err := routing.ProducerAddress(c.To); err != nil {
		return usage("--to %q is no address: %w", c.To, err)
	}
	return c.apply(s, "redirected", store.VerbRedirect, []store.DeliveryState{store.DeliveryDue, store.DeliveryParked},
		func(ctx context.Context, db *store.Store, f store.DeliveryFilter, by string) (int, error) {
			return db.Redirect(ctx, f, c.To, by, c.Reason)
		})
}

// QueueCloseCommand ends parked deliveries.
type QueueCloseCommand struct{ queueSelection }

// Run closes.
func (c *QueueCloseCommand) Run(s *session) error {
	if strings.TrimSpace(c.Reason) == "" {
		return usage("closing a delivery needs --reason: the message will never arrive")
	}
	return c.apply(s, "closed", store.VerbClose, []store.DeliveryState{store.DeliveryParked},
		func(ctx context.Context, db *store.Store, f store.DeliveryFilter, by string) (int, error) {
			return db.CloseDeliveries(ctx, f, by, c.Reason)
		})
}
