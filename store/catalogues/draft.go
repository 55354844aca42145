package catalogues

import (
	"context"
	"fmt"

	"rivgate/contracts/identity"
	"rivgate/routing"
	"rivgate/routing/catalogue"
	"rivgate/store/db"
)

// EditCatalogue carries out edits on the draft that has this revision, all or none, and gives the draft as it is then,
// with what changed.
//
// Outcomes: *RevisionError, the draft has another revision; catalogue.Problems, the rows would break rules, see
// catalogue.CheckEdited; *Refusal, nothing is changed or nobody is named. reason may be empty.
func (s *Shelf) EditCatalogue(ctx context.Context, revision int64, edits []catalogue.Edit, rules routing.Rules,
	by, reason string,
) (Draft, []catalogue.Change, error) {
	d, err := s.draftAt(ctx, revision, by)
	if err != nil {
		return d, nil, err
	}
	before, today := d.Rows, routing.DateOf(s.db.Now())
	if d.Rows, err = catalogue.Apply(before, edits, s.newID, today); err != nil {
		return d, nil, err
	}
	changes := catalogue.Compare(before, d.Rows)
	if len(changes) == 0 {
		return d, nil, Refuse("nothing-changed")
	}
	if err := catalogue.CheckEdited(before, d.Rows, rules, today); err != nil {
		return d, nil, err
	}
	d, err = s.saveDraft(ctx, d, Event{
		Verb: "edit", By: by, Reason: reason, Changes: len(changes), Rows: changes,
	})
	return d, changes, err
}

// RebaseCatalogue takes into the draft what was published since it was begun. What both changed is catalogue.Problems,
// and the draft stays.
func (s *Shelf) RebaseCatalogue(ctx context.Context, revision int64, rules routing.Rules,
	by string,
) (Draft, error) {
	d, err := s.draftAt(ctx, revision, by)
	if err != nil {
		return d, err
	}
	if !d.Open || d.Base == d.Latest {
		return d, Refuse("draft-latest")
	}
	base, err := s.CatalogueRows(ctx, d.Base)
	if err != nil {
		return d, err
	}
	latest, err := s.CatalogueRows(ctx, d.Latest)
	if err != nil {
		return d, err
	}
	mine := d.Rows
	if d.Rows, err = catalogue.Merge(base, latest, mine); err != nil {
		return d, err
	}
	if err := catalogue.Check(d.Rows, rules, routing.DateOf(s.db.Now())); err != nil {
		return d, err
	}
	d.Base = d.Latest
	changes := catalogue.Compare(mine, d.Rows)
	return s.saveDraft(ctx, d, Event{Verb: "rebase", By: by, Changes: len(changes), Rows: changes})
}

// DiscardCatalogue throws the draft of this revision away. What it held stays in the record of events.
func (s *Shelf) DiscardCatalogue(ctx context.Context, revision int64, by, reason string) error {
	if _, err := s.draftAt(ctx, revision, by); err != nil {
		return err
	}
	err := s.db.Write(ctx, func(ctx context.Context, t *db.Tx) error {
		l, err := lockDraft(ctx, t, revision)
		if err != nil {
			return err
		}
		if !l.open {
			return Refuse("draft-none")
		}
		return closeDraft(ctx, t, revision, Event{Verb: "discard", By: by, Reason: reason})
	})
	if err != nil {
		return fmt.Errorf("discarding the draft of the catalogue: %w", err)
	}
	return nil
}

// draftAt is the draft, if it has the revision that a change was made from.
func (s *Shelf) draftAt(ctx context.Context, revision int64, by string) (Draft, error) {
	if identity.Blank(by) {
		return Draft{}, Refuse("edit-nobody")
	}
	d, err := s.CatalogueDraft(ctx)
	if err == nil && d.Revision != revision {
		err = &RevisionError{Given: revision, Present: d.Revision}
	}
	return d, err
}

// saveDraft puts a draft in the place of the one with its revision. Packing is done before the transaction, which other
// verbs wait for.
func (s *Shelf) saveDraft(ctx context.Context, d Draft, e Event) (Draft, error) {
	doc, err := encodeRows(d.Rows)
	if err != nil {
		return d, err
	}
	revision := d.Revision
	err = s.db.Write(ctx, func(ctx context.Context, t *db.Tx) error {
		if _, err := lockDraft(ctx, t, revision); err != nil {
			return err
		}
		_, err := t.Exec(ctx,
			`UPDATE catalogue_draft SET revision = $1, open = TRUE, base = $2, by_whom = $3, changed = $4, doc = $5 WHERE `+
				`id = 1`,
			revision+1, d.Base, e.By, db.Micros(t.Now), doc)
		if err != nil {
			return err
		}
		d.Changed = t.Now
		e.Revision = revision + 1
		return recordEvent(ctx, t, e)
	})
	if err != nil {
		return d, fmt.Errorf("saving the draft of the catalogue: %w", err)
	}
	d.Revision, d.Open, d.By = revision+1, true, e.By
	return d, nil
}

// lockedDraft is the draft's state inside the transaction that changes it.
type lockedDraft struct {
	revision, base int64
	open           bool
}

// lockDraft keeps every other change of the catalogue out until the transaction ends. A negative revision asks for
// none.
func lockDraft(ctx context.Context, t *db.Tx, revision int64) (lockedDraft, error) {
	var l lockedDraft
	_, err := t.Row(ctx, []any{&l.revision, &l.open, &l.base},
		`SELECT revision, open, base FROM catalogue_draft WHERE id = 1`+t.Dialect.ForUpdate)
	if err == nil && revision >= 0 && l.revision != revision {
		err = &RevisionError{Given: revision, Present: l.revision}
	}
	return l, err
}

// closeDraft leaves no draft open. The revision goes on, so that nobody edits what is gone.
func closeDraft(ctx context.Context, t *db.Tx, revision int64, e Event) error {
	_, err := t.Exec(ctx,
		`UPDATE catalogue_draft SET revision = $1, open = FALSE, base = 0, by_whom = '', changed = $2, doc = NULL WHERE `+
			`id = 1`, revision+1, db.Micros(t.Now))
	if err != nil {
		return err
	}
	e.Revision = revision + 1
	return recordEvent(ctx, t, e)
}

func recordEvent(ctx context.Context, t *db.Tx, e Event) error {
	what, err := e.what()
	if err != nil {
		return err
	}
	_, err = t.Exec(ctx,
		`INSERT INTO catalogue_event (verb, version, revision, by_whom, reason, changes, what, at) VALUES ($1, $2, $3, `+
			`$4, $5, $6, $7, $8)`,
		e.Verb, e.Version, e.Revision, e.By, e.Reason, e.Changes, what, db.Micros(t.Now))
	return err
}
