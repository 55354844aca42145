package tak

import (
	"context"
	"io"
	"os"

	"rivgate/cmd/rivgate/cli"
	"rivgate/cmd/rivgate/parts"
	"rivgate/routing"
	"rivgate/routing/catalogue"
	"rivgate/routing/tak"
	"rivgate/store/catalogues"
)

// isOrderFile tells whether a source is a file with a beställning.
func isOrderFile(source string) bool {
	f, err := os.Open(source)
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, 4096)
	n, _ := io.ReadFull(f, head) // a short file is no error here
	return tak.IsOrder(head[:n])
}

// plan reads the source as what it would change in the draft.
func (t *ImportCommand) plan(s *cli.Session, rows []catalogue.Row) (catalogue.Plan, error) {
	if isOrderFile(t.Source) {
		f, err := os.Open(t.Source)
		if err != nil {
			return catalogue.Plan{}, err
		}
		defer f.Close()
		order, err := tak.ReadOrder(f)
		return order.Plan(rows), err
	}
	c, err := OpenCatalogue(s, t.Source)
	if err != nil {
		return catalogue.Plan{}, err
	}
	return catalogue.PlanFrom(rows, c.Catalogue), nil
}

// intoDraft puts what the source says into the draft of the catalogue in the store, or, with --dry-run, reports what it
// would change.
func (t *ImportCommand) intoDraft(s *cli.Session) error {
	return keep(s, func(ctx context.Context, k keeping) error {
		d, err := k.db.CatalogueDraft(ctx)
		if err != nil {
			return err
		}
		plan, err := t.plan(s, d.Rows)
		if err != nil {
			return err
		}
		done := edited{
			Revision: d.Revision, Base: d.Base, Report: plan.Report, DryRun: t.DryRun, Changes: []catalogue.Change{},
			registry: k.registry,
		}
		if len(plan.Edits) == 0 {
			return s.Show(done, done.print)
		}
		if t.DryRun {
			done.Changes, err = tryEdits(d, plan.Edits, k, routing.DateOf(s.Now()))
		} else {
			reason := t.Reason
			if reason == "" {
				reason = "import of " + t.Source
			}
			var after catalogues.Draft
			after, done.Changes, err = k.db.EditCatalogue(ctx, t.revision(d), plan.Edits, k.rules, cli.Operator(t.By), reason)
			done.Revision, done.Base = after.Revision, after.Base
		}
		if err != nil {
			return err
		}
		return s.Show(done, done.print)
	})
}

// tryEdits is what edits would change, by all rules, without saving them.
func tryEdits(d catalogues.Draft, edits []catalogue.Edit, k keeping,
	today routing.Date,
) ([]catalogue.Change, error) {
	after, err := catalogue.Apply(d.Rows, edits, parts.NewID, today)
	if err == nil {
		err = catalogue.CheckEdited(d.Rows, after, k.rules, today)
	}
	return catalogue.Compare(d.Rows, after), err
}
