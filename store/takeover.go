package store

import (
	"context"
	"slices"

	"rivgate/routing"
	"rivgate/routing/catalogue"
	"rivgate/store/accounts"
	"rivgate/store/catalogues"
	"rivgate/store/db"
)

// takeOver is tx.takeOver for the room of catalogues, in whose transaction it is done.
func (s *Store) takeOver(ctx context.Context, t *db.Tx, x catalogue.Succession, unit routing.Unit,
	o catalogues.Order,
) (catalogues.TakenOver, error) {
	return s.tx(t).takeOver(ctx, x, unit, o)
}

// takeOver moves what is a board's to its new HSA-id: cases, what was done at its desk with them, drafts, standard
// replies, its series of registration numbers, the roles of its people's accounts, and statistics. Messages that were
// accepted stay as they are, and so do their ways: a delivery that waits goes to the address, and for the logical
// address, that it was accepted for.
func (t *tx) takeOver(ctx context.Context, x catalogue.Succession, unit routing.Unit,
	o catalogues.Order,
) (catalogues.TakenOver, error) {
	done := catalogues.TakenOver{Takeover: catalogues.Takeover{From: x.From, To: x.To}}
	from, to := fold(x.From), fold(x.To)
	if err := t.takeoverClashes(ctx, from, to, x); err != nil {
		return done, err
	}
	ids, err := db.Collect(ctx, t, db.Text, `SELECT id FROM cases WHERE unit = $1 ORDER BY id`, from)
	if err != nil {
		return done, err
	}
	for _, id := range ids {
		c, err := t.lockCaseID(ctx, id)
		if err != nil {
			return done, err
		}
		if c == nil || fold(c.Handler.Unit) != from { // it went elsewhere before the lock
			continue
		}
		if err := t.rename(ctx, c, unit, o); err != nil {
			return done, err
		}
		if done.Cases++; c.State != Closed {
			done.Open++
		}
		done.IDs = append(done.IDs, c.ID)
	}
	if _, err := t.Exec(ctx, `UPDATE phrase SET unit = $2 WHERE unit = $1 AND level = 'unit'`, from, to); err != nil {
		return done, err
	}
	if err := t.moveSeries(ctx, from, to); err != nil {
		return done, err
	}
	if done.Accounts, err = accounts.RenameUnit(ctx, t.Tx, from, to, catalogues.TakeoverRow(x, o)); err != nil {
		return done, err
	}
	return done, t.moveFacts(ctx, from, unit)
}

// moveSeries gives a unit's series to another that has none: its numbers go on where they were.
func (t *tx) moveSeries(ctx context.Context, from, to string) error {
	n, err := t.Exec(ctx, `UPDATE series SET holder = $2 WHERE level = 'unit' AND holder = $1 AND NOT EXISTS (
		SELECT 1 FROM series s WHERE s.level = 'unit' AND s.holder = $2)`, from, to)
	if err != nil || n == 0 {
		return err
	}
	_, err = t.Exec(ctx, `UPDATE series_last SET holder = $2 WHERE level = 'unit' AND holder = $1`, from, to)
	return err
}

// takeoverClashes refuses a takeover while an answer of the board is about to leave, since it is signed by the former
// HSA-id, and where both have a case of one registration number.
func (t *tx) takeoverClashes(ctx context.Context, from, to string, x catalogue.Succession) error {
	var one int
	leaving, err := t.Row(ctx, []any{&one},
		`SELECT 1 FROM outgoing WHERE unit = $1 AND state = 'waiting' LIMIT 1`, from)
	if err != nil {
		return err
	}
	if leaving {
		return catalogues.Refuse("takeover-leaving", x.From)
	}
	twice, err := t.Row(ctx, []any{&one}, `SELECT 1 FROM desk a JOIN desk b ON b.unit = $2 AND (b.case_id = a.case_id
		OR b.diary = a.diary AND a.diary <> '') WHERE a.unit = $1 LIMIT 1`, from, to)
	if err != nil {
		return err
	}
	if twice {
		return catalogues.Refuse("takeover-diary", x.From, x.To)
	}
	return nil
}

// rename gives one case to its board's new HSA-id. Its way, who handles it and what is parked stay. A closed case does
// not become younger by it.
func (t *tx) rename(ctx context.Context, c *Case, unit routing.Unit, o catalogues.Order) error {
	before, from, to := *c, c.Handler.Unit, fold(unit.HSAID)
	c.Formerly = append(slices.Clone(c.Formerly), from)
	c.Handler.Unit, c.Handler.Name, c.Handler.Provider = unit.HSAID, unit.Name, unit.Provider
	c.Version++
	if c.State != Closed {
		c.Changed = t.Now
	}
	// first the unit alone: updateCase takes a case that is at another unit from its handler
	if _, err := t.Exec(ctx, `UPDATE cases SET unit = $2 WHERE id = $1`, c.ID, to); err != nil {
		return err
	}
	if err := t.updateCase(ctx, c, &before); err != nil {
		return err
	}
	for _, table := range []string{"desk", "desk_event", "draft", "outgoing"} {
		if _, err := t.Exec(ctx, `UPDATE `+table+` SET unit = $3 WHERE case_id = $1 AND unit = $2`, c.ID, fold(from),
			to); err != nil {
			return err
		}
	}
	if _, err := t.Exec(ctx, `UPDATE opinion SET board = $3 WHERE case_id = $1 AND board = $2`, c.ID, fold(from),
		to); err != nil {
		return err
	}
	return t.noteEvent(ctx, c.ID, unit.HSAID, DeskEvent{
		Kind: DeskRenamed, By: Person{ID: o.Log.Who, Name: o.By}, ToUnit: unit.HSAID, ToName: unit.Name, Text: from,
	})
}
