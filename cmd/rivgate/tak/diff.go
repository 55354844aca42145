package tak

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"rivgate/cmd/rivgate/cli"
	"rivgate/cmd/rivgate/config"
	"rivgate/cmd/rivgate/parts"
	"rivgate/contracts"
	"rivgate/routing"
	"rivgate/routing/catalogue"
	"rivgate/store"
)

// DiffCommand compares catalogues.
type DiffCommand struct {
	Source string `arg:"" optional:"" help:"File, URL, draft, store or version:N, compared with the configured catalogue, or with WITH. Without it: what the draft changes."`
	With   string `arg:"" optional:"" help:"What differs from SOURCE to here."`
}

// draftDiff is what the draft would change, and what that means for cases.
type draftDiff struct {
	Base     int64            `json:"base"`
	Revision int64            `json:"revision"`
	Changes  []touching       `json:"changes"`
	Switches []routing.Switch `json:"switches"`
	Note     string           `json:"note,omitempty"`

	TurnsOff []routing.TurnedOff `json:"turnsOff"` // units that citizens cannot choose any more
	Confirm  int                 `json:"confirm"`  // how many of them publishing must confirm

	Boards []catalogue.Succession `json:"boards"` // that change their HSA-id

	registry *contracts.Registry
}

// touching is a changed row with the open cases of the units that it leads elsewhere.
type touching struct {
	catalogue.Change
	OpenCases *int `json:"openCases,omitempty"` // of a route of the contract that brings cases
}

// Run lists the differences; any makes the exit code 1.
func (t *DiffCommand) Run(s *cli.Session) error {
	if t.Source == "" {
		return diffDraft(s)
	}
	from, to := t.Source, t.With
	if to == "" {
		from, to = "", t.Source
	}
	before, err := OpenCatalogue(s, from)
	if err != nil {
		return err
	}
	after, err := OpenCatalogue(s, to)
	if err != nil {
		return err
	}
	changes := catalogue.Diff(before.Catalogue, after.Catalogue)
	if changes == nil {
		changes = catalogue.Differences{}
	}
	var switches []routing.Switch
	if len(changes) > 0 {
		var ways catalogue.Differences
		if switches, ways, err = before.consequences(after.Catalogue, openCases(s, before.config), s.Now()); err != nil {
			return err
		}
		changes = append(changes, ways...)
	}
	err = s.Show(changes, func(w io.Writer) error {
		_, err := io.WriteString(w, changes.String())
		return errOr(err, note(w, switches))
	})
	if err == nil && len(changes) > 0 {
		return &cli.Told{Code: cli.ExitRefused}
	}
	return err
}

func errOr(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

func unitName(w routing.Switch) string {
	if w.Name == "" {
		return w.Unit
	}
	return w.Unit + " " + w.Name
}

func wayAfter(w routing.Switch) string {
	return fmt.Sprintf("%s, from %s, %s stay", w.After, w.Day, cli.NounOf(w.Open, "open case"))
}

// note says what becomes of cases under way, where a unit goes another way.
func note(w io.Writer, switches []routing.Switch) error {
	if len(switches) == 0 {
		return nil
	}
	_, err := fmt.Fprintln(w, routing.CasesStay)
	return err
}

// openCases counts open cases by unit; of a store that is not there, or does not answer, there are none to tell of.
func openCases(s *cli.Session, c config.Config) (open map[string]int) {
	if file, ok := strings.CutPrefix(c.Store.URL, "sqlite:"); ok {
		if _, err := os.Stat(file); err != nil {
			return nil
		}
	}
	err := s.WithStore(func(ctx context.Context, db *store.Store) (err error) {
		open, err = db.OpenCases(ctx)
		return err
	})
	if err != nil {
		fmt.Fprintln(s.Err, "rivgate: open cases are not counted:", err)
	}
	return open
}

// switches are the units that go another way by a later catalogue.
func (c *OpenedCatalogue) switches(after routing.Catalogue, open map[string]int,
	today routing.Date,
) ([]routing.Switch, error) {
	return switchesOf(c.Catalogue, after, parts.NewRules(c.config, c.registry), c.registry, open, today)
}

// consequences are what a later catalogue means for units: those that go another way, those that citizens cannot choose
// any more, and both as differences.
func (c *OpenedCatalogue) consequences(after routing.Catalogue, open map[string]int,
	now time.Time,
) (switches []routing.Switch, ways catalogue.Differences, err error) {
	today := routing.DateOf(now)
	if switches, err = c.switches(after, open, today); err != nil {
		return nil, nil, err
	}
	for _, w := range switches {
		ways = append(ways, catalogue.Difference{
			Kind: catalogue.Changed, What: "way of unit", Before: unitName(w) + ": " + w.Before, After: wayAfter(w),
		})
	}
	off, err := turnsOff(c.Catalogue, after, parts.NewRules(c.config, c.registry), open, today)
	for _, u := range off {
		ways = append(ways, catalogue.Difference{
			Kind: catalogue.Removed, What: "unit that citizens can choose", Before: strings.TrimSpace(u.Unit+" "+u.Name) +
				", from " + u.Day.String() + ": " + u.Why.Words(routing.TurnedOffWords()),
		})
	}
	return switches, ways, err
}

func turnsOff(before, after routing.Catalogue, rules routing.Rules, open map[string]int,
	today routing.Date,
) ([]routing.TurnedOff, error) {
	a, err := routing.NewTable(before, rules)
	if err != nil {
		return nil, err
	}
	b, err := routing.NewTable(after, rules)
	if err != nil {
		return nil, err
	}
	return routing.TurnsOff(a, b, routing.ChangeDays(before, after, today), open), nil
}

func switchesOf(before, after routing.Catalogue, rules routing.Rules, r *contracts.Registry, open map[string]int,
	today routing.Date,
) ([]routing.Switch, error) {
	a, err := routing.NewTable(before, rules)
	if err != nil {
		return nil, cli.Refused("the catalogue before does not load:\n%w", err)
	}
	b, err := routing.NewTable(after, rules)
	if err != nil {
		return nil, cli.Refused("the catalogue after does not load:\n%w", err)
	}
	return routing.Switches(a, b, r.Send().Contract, open, routing.SwitchDays(before, after, today)), nil
}

// diffDraft compares the draft with the version that it builds on.
func diffDraft(s *cli.Session) error {
	var d draftDiff
	err := keep(s, func(ctx context.Context, k keeping) error {
		draft, err := k.db.CatalogueDraft(ctx)
		if err != nil {
			return err
		}
		base, err := k.db.CatalogueRows(ctx, draft.Base)
		if err != nil {
			return err
		}
		open, err := k.db.OpenCases(ctx)
		if err != nil {
			return err
		}
		before, after := catalogue.FromRows(base), catalogue.FromRows(draft.Rows)
		beside := parts.HSATree(k.config)
		if err := errOr(beside.Complete(&before), beside.Complete(&after)); err != nil {
			return err
		}
		d = draftDiff{Base: draft.Base, Revision: draft.Revision, Changes: []touching{}, registry: k.registry}
		if d.Switches, err = switchesOf(before, after, k.rules, k.registry, open, routing.DateOf(s.Now())); err != nil {
			return err
		}
		if d.TurnsOff, err = turnsOff(before, after, k.rules, open, routing.DateOf(s.Now())); err != nil {
			return err
		}
		d.Confirm = routing.MustConfirm(d.TurnsOff)
		d.Boards, err = catalogue.SuccessionsOf(base, draft.Rows, k.rules, after.Tree, routing.DateOf(s.Now()), open)
		if err != nil {
			return err
		}
		for _, c := range catalogue.Compare(base, draft.Rows) {
			d.Changes = append(d.Changes, touchedBy(c, d.Switches, k.registry.Send().Contract))
		}
		if len(d.Switches) > 0 {
			d.Note = routing.CasesStay
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := s.Show(d, d.print); err != nil {
		return err
	}
	if len(d.Changes) > 0 {
		return &cli.Told{Code: cli.ExitRefused}
	}
	return nil
}

// touchedBy counts the open cases of a changed route.
func touchedBy(c catalogue.Change, switches []routing.Switch, send string) touching {
	t := touching{Change: c}
	e := c.After
	if e == nil {
		e = c.Before
	}
	if e.Kind == catalogue.KindRoute && e.Contract == send {
		n := routing.Touched(switches, e.Receiver)
		t.OpenCases = &n
	}
	return t
}

func (d draftDiff) print(w io.Writer) error {
	for _, c := range d.Changes {
		text := cli.Cell(shorter(d.registry, c.Text))
		if c.OpenCases != nil {
			text += " (" + cli.NounOf(*c.OpenCases, "open case") + ")"
		}
		fmt.Fprintln(w, text)
	}
	for _, one := range d.Switches {
		fmt.Fprintf(w, "  %s: %s → %s\n", cli.Cell(unitName(one)), one.Before, wayAfter(one))
	}
	if err := note(w, d.Switches); err != nil {
		return err
	}
	fmt.Fprint(w, offText(d.TurnsOff))
	for _, x := range d.Boards {
		fmt.Fprintf(w, "the board of region %s becomes %s: --take-over %s=%s takes its %s along\n", x.Region, x.To,
			x.From, x.To, cli.NounOf(x.Cases, "open case"))
	}
	if d.Confirm > 0 {
		fmt.Fprintf(w, "a region loses its patient board: publishing needs --turns-off %d\n", d.Confirm)
	}
	_, err := fmt.Fprintf(w, "%s against version %d; the draft has revision %d\n", cli.NounOf(len(d.Changes), "change"),
		d.Base, d.Revision)
	return err
}
