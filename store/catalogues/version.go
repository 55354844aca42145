package catalogues

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"rivgate/contracts/identity"
	"rivgate/routing"
	"rivgate/routing/catalogue"
	"rivgate/store/accesslog"
	"rivgate/store/db"
)

// Order is what a person orders who publishes a draft or goes back to a version.
type Order struct {
	Revision int64     // of the draft that is published; of no matter to who goes back
	At       time.Time // when the draft is to be in force; zero: at once
	By       string
	Reason   string
	// TurnsOff is how many units the person was told that this turns off for citizens, and confirms to turn off.
	TurnsOff int
	Tree     routing.Tree // HSA tree that stands beside the rows, by which routes and permissions climb

	Trial bool // only say what refuses the order; nothing is published

	TakeOver []Takeover    // patient boards that go on under another HSA-id, when the draft is published at once
	Log      accesslog.Row // who takes over, for the access log; without a Who it is By
}

// TurnsOffError refuses a version by which a region loses its patient board, or reaches it no more, since that was not
// confirmed, or for another number of units. Nothing is published.
type TurnsOffError struct {
	Units     []routing.TurnedOff
	Confirmed int
}

func (e *TurnsOffError) Error() string {
	return fmt.Sprintf("this turns off %d units for citizens, and %d were confirmed", len(e.Units), e.Confirmed)
}

// PublishCatalogue makes a version of the draft that has the order's revision: in force at once, or at a moment to
// come. The draft is closed.
//
// Outcomes: *RevisionError; catalogue.Problems, rules that the rows break today; *TurnsOffError; *Refusal: no
// reason, nothing to publish, a draft that was begun before the latest version, a version that is scheduled for later
// than this one, or something that cannot be taken over.
func (s *Shelf) PublishCatalogue(ctx context.Context, o Order, rules routing.Rules) (Version, error) {
	var v Version
	if identity.Blank(o.Reason) {
		return v, Refuse("publish-no-reason")
	}
	d, err := s.draftAt(ctx, o.Revision, o.By)
	if err != nil {
		return v, err
	}
	if !d.Open {
		return v, Refuse("publish-nothing")
	}
	if d.Base != d.Latest {
		return v, Refuse("publish-behind", d.Base, d.Latest)
	}
	if err := catalogue.Check(d.Rows, rules, routing.DateOf(s.db.Now())); err != nil {
		return v, err
	}
	base, err := s.CatalogueRows(ctx, d.Base)
	if err != nil {
		return v, err
	}
	changes := catalogue.Compare(base, d.Rows)
	if len(changes) == 0 {
		return v, Refuse("publish-same", d.Base)
	}
	if err := s.confirmed(ctx, o, base, d.Rows, rules); err != nil {
		return v, err
	}
	taken, err := s.takeovers(o, base, d.Rows, rules)
	if err != nil {
		return v, err
	}
	if o.Trial {
		return v, nil
	}
	c := catalogue.FromRows(d.Rows)
	v = Version{
		By: o.By, Reason: o.Reason, Due: o.At, Units: len(c.Units), Routes: len(c.Routes), Permissions: len(c.Permissions),
	}
	err = s.db.Write(ctx, func(ctx context.Context, t *db.Tx) error {
		if _, err := lockDraft(ctx, t, o.Revision); err != nil {
			return err
		}
		if err := newVersion(ctx, t, &v, o.At); err != nil {
			return err
		}
		if _, err := t.Exec(ctx,
			`INSERT INTO catalogue_content (number, doc) SELECT $1, doc FROM catalogue_draft WHERE id = 1`,
			v.Number); err != nil {
			return err
		}
		done, err := s.takeOverAll(ctx, t, taken, d.Rows, o)
		if err != nil {
			return err
		}
		v.TakenOver = done
		err = closeDraft(ctx, t, o.Revision, Event{
			Verb: "publish", Version: v.Number, By: o.By, Reason: o.Reason, Changes: len(changes), Rows: changes,
			TakenOver: done,
		})
		for _, x := range done {
			if err == nil {
				err = logTakeover(ctx, t, x, o)
			}
		}
		return err
	})
	if err != nil {
		return v, fmt.Errorf("publishing the catalogue: %w", err)
	}
	return v, nil
}

// confirmed sees that what an order turns off for citizens was confirmed.
func (s *Shelf) confirmed(ctx context.Context, o Order, before, after []catalogue.Row,
	rules routing.Rules,
) error {
	day := routing.DateOf(s.db.Now())
	if o.At.After(s.db.Now()) {
		day = routing.DateOf(o.At)
	}
	off, err := catalogue.TurnsOff(before, after, rules, o.Tree, day, nil)
	if err != nil {
		return err
	}
	if n := routing.MustConfirm(off); n == 0 || n == o.TurnsOff {
		return nil
	}
	open, err := s.cases.Open(ctx)
	if err != nil {
		return err
	}
	for i := range off {
		off[i].Open = open[routing.Fold(off[i].Unit)]
	}
	return &TurnsOffError{Units: off, Confirmed: o.TurnsOff}
}

// RollBackCatalogue makes a new version with the content of an older one, in force at once. A draft that is open stays,
// to be rebased.
//
// Outcomes: ErrNotFound, there is no such version; *TurnsOffError; *Refusal: no reason or nobody, the version
// is in force, another is scheduled.
func (s *Shelf) RollBackCatalogue(ctx context.Context, number int64, o Order,
	rules routing.Rules,
) (Version, error) {
	var v Version
	if identity.Blank(o.Reason) || identity.Blank(o.By) {
		return v, Refuse("rollback-no-reason")
	}
	target, err := s.CatalogueRows(ctx, number)
	if err != nil {
		return v, err
	}
	inForce, err := s.CatalogueInForce(ctx)
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return v, err
	}
	present, err := s.CatalogueRows(ctx, inForce.Number)
	if err != nil {
		return v, err
	}
	changes := catalogue.Compare(present, target)
	o.At = time.Time{}
	if err := s.confirmed(ctx, o, present, target, rules); err != nil {
		return v, err
	}
	c := catalogue.FromRows(target)
	v = Version{
		Restores: number, By: o.By, Reason: o.Reason, Units: len(c.Units), Routes: len(c.Routes),
		Permissions: len(c.Permissions),
	}
	err = s.db.Write(ctx, func(ctx context.Context, t *db.Tx) error {
		l, err := lockDraft(ctx, t, -1)
		if err != nil {
			return err
		}
		if err := newVersion(ctx, t, &v, time.Time{}); err != nil {
			return err
		}
		if v.Base == number || v.Base == inForce.Number && len(changes) == 0 {
			return Refuse("rollback-same", number)
		}
		if _, err := t.Exec(ctx,
			`INSERT INTO catalogue_content (number, doc) SELECT $1, doc FROM catalogue_content WHERE number = $2`, v.Number,
			number); err != nil {
			return err
		}
		e := Event{
			Verb: "rollback", Version: v.Number, Revision: l.revision + 1, By: o.By, Reason: o.Reason,
			Changes: len(changes), Rows: changes,
		}
		if _, err := t.Exec(ctx, `UPDATE catalogue_draft SET revision = $1 WHERE id = 1`, e.Revision); err != nil {
			return err
		}
		return recordEvent(ctx, t, e)
	})
	if err != nil {
		return v, fmt.Errorf("rolling back the catalogue: %w", err)
	}
	return v, nil
}

// CancelCatalogue takes back a version that is scheduled and not due yet. Its changes are in the draft again, so
// nothing is lost.
//
// Outcomes: ErrNotFound; *Refusal: it is due already or cancelled, a later one is scheduled, no reason or
// nobody.
func (s *Shelf) CancelCatalogue(ctx context.Context, number int64, by, reason string) error {
	if identity.Blank(reason) || identity.Blank(by) {
		return Refuse("cancel-no-reason")
	}
	err := s.db.Write(ctx, func(ctx context.Context, t *db.Tx) error {
		l, err := lockDraft(ctx, t, -1)
		if err != nil {
			return err
		}
		base, err := cancellable(ctx, t, number)
		if err != nil {
			return err
		}
		if _, err := t.Exec(ctx, `UPDATE catalogue_version SET cancelled = $2 WHERE number = $1`, number,
			db.Micros(t.Now)); err != nil {
			return err
		}
		if l.open && l.base == number {
			_, err = t.Exec(ctx, `UPDATE catalogue_draft SET revision = $1, base = $2 WHERE id = 1`, l.revision+1, base)
		} else if l.open {
			_, err = t.Exec(ctx, `UPDATE catalogue_draft SET revision = $1 WHERE id = 1`, l.revision+1)
		} else {
			_, err = t.Exec(ctx, `UPDATE catalogue_draft SET revision = $1, open = TRUE, base = $2, by_whom = $3, changed = $4,
				doc = (SELECT doc FROM catalogue_content WHERE number = $5) WHERE id = 1`, l.revision+1, base, by, db.Micros(t.Now),
				number)
		}
		if err != nil {
			return err
		}
		return recordEvent(ctx, t, Event{
			Verb: "cancel", Version: number, Revision: l.revision + 1, By: by, Reason: reason,
		})
	})
	if err != nil {
		return fmt.Errorf("cancelling a version of the catalogue: %w", err)
	}
	return nil
}

// cancellable gives the base of a version that can be cancelled.
func cancellable(ctx context.Context, t *db.Tx, number int64) (base int64, err error) {
	var due int64
	var cancelled sql.NullInt64
	found, err := t.Row(ctx, []any{&base, &due, &cancelled},
		`SELECT base, due, cancelled FROM catalogue_version WHERE number = $1`, number)
	if err != nil {
		return 0, err
	}
	latest, _, err := latestVersion(ctx, t)
	switch {
	case err != nil:
		return 0, err
	case !found:
		return 0, db.ErrNotFound
	case cancelled.Valid:
		return 0, Refuse("version-cancelled", number)
	case due <= db.Micros(t.Now):
		return 0, Refuse("version-in-force", number, db.Moment(due).In(routing.Stockholm()).Format(time.DateTime))
	case latest != number:
		return 0, Refuse("version-below", latest, number)
	}
	return base, nil
}

// latestVersion is the newest version that is not cancelled, due or not, and when it is due; 0 for none.
func latestVersion(ctx context.Context, t *db.Tx) (number, due int64, err error) {
	_, err = t.Row(ctx, []any{&number, &due},
		`SELECT number, due FROM catalogue_version WHERE cancelled IS NULL ORDER BY number DESC LIMIT 1`)
	return number, due, err
}

// newVersion stores the head of a version, due at a moment or at once. Versions come into force in the order of their
// numbers: so one that was made from another never comes before it, and none is undone by one that was scheduled
// earlier.
func newVersion(ctx context.Context, t *db.Tx, v *Version, at time.Time) error {
	latest, due, err := latestVersion(ctx, t)
	if err != nil {
		return err
	}
	v.Base, v.Published, v.Due = latest, t.Now, t.Now
	if at.After(t.Now) {
		v.Due = at.UTC().Truncate(time.Microsecond)
	}
	if db.Micros(v.Due) < due {
		when := db.Moment(due).In(routing.Stockholm()).Format(time.DateTime)
		return Refuse("version-scheduled", latest, when)
	}
	if _, err := t.Row(ctx, []any{&v.Number}, `SELECT COALESCE(max(number), 0) + 1 FROM catalogue_version`); err != nil {
		return err
	}
	_, err = t.Exec(ctx,
		`INSERT INTO catalogue_version (number, base, restores, by_whom, reason, published, due, units, routes, permissions)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		v.Number, v.Base, v.Restores, v.By, v.Reason, db.Micros(v.Published), db.Micros(v.Due), v.Units, v.Routes,
		v.Permissions)
	return err
}
