package store

import (
	"context"
	"slices"

	"rivgate/routing"
	"rivgate/routing/catalogue"
	"rivgate/store/accesslog"
	"rivgate/store/db"
)

// Takeover is a patient board that goes on under another HSA-id: the cases and statistics of the one before become its.
type Takeover struct {
	From string `json:"from"` // HSA-id of the board in the version before
	To   string `json:"to"`   // and in the one that is published
}

// TakenOver is what a Takeover moved.
type TakenOver struct {
	Takeover
	Cases int `json:"cases"` // open and closed
	Open  int `json:"open"`

	ids []string
}

// takeovers sees that what an order takes over can be taken over.
func (s *Store) takeovers(o CatalogueOrder, before, after []catalogue.Row,
	rules routing.Rules,
) ([]catalogue.Succession, error) {
	if len(o.TakeOver) == 0 {
		return nil, nil
	}
	if o.At.After(s.Now()) {
		return nil, refuseCatalogue("takeover-later")
	}
	all, err := catalogue.SuccessionsOf(before, after, rules, o.Tree, routing.DateOf(s.Now()), nil)
	if err != nil {
		return nil, err
	}
	var out []catalogue.Succession
	for _, t := range o.TakeOver {
		i := slices.IndexFunc(all, func(x catalogue.Succession) bool {
			return routing.SameHSAID(x.From, t.From) && routing.SameHSAID(x.To, t.To)
		})
		switch {
		case i < 0:
			return nil, refuseCatalogue("takeover-unknown", t.From, t.To)
		case !all[i].SameWay:
			return nil, refuseCatalogue("takeover-way", t.From, t.To)
		}
		out = append(out, all[i])
	}
	return out, nil
}

// takeOver moves what is a board's to its new HSA-id: cases, what was done at its desk with them, drafts, standard
// replies and statistics. Messages that were accepted stay as they are, and so do their ways: a delivery that waits
// goes to the address, and for the logical address, that it was accepted for.
func (t *tx) takeOver(ctx context.Context, x catalogue.Succession, unit routing.Unit,
	o CatalogueOrder,
) (TakenOver, error) {
	done := TakenOver{Takeover: Takeover{From: x.From, To: x.To}}
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
		done.ids = append(done.ids, c.ID)
	}
	if _, err := t.Exec(ctx, `UPDATE phrase SET unit = $2 WHERE unit = $1 AND level = 'unit'`, from, to); err != nil {
		return done, err
	}
	return done, t.moveFacts(ctx, from, unit)
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
		return refuseCatalogue("takeover-leaving", x.From)
	}
	twice, err := t.Row(ctx, []any{&one}, `SELECT 1 FROM desk a JOIN desk b ON b.unit = $2 AND (b.case_id = a.case_id
		OR b.diary = a.diary AND a.diary <> '') WHERE a.unit = $1 LIMIT 1`, from, to)
	if err != nil {
		return err
	}
	if twice {
		return refuseCatalogue("takeover-diary", x.From, x.To)
	}
	return nil
}

// rename gives one case to its board's new HSA-id. Its way, who handles it and what is parked stay. A closed case does
// not become younger by it.
func (t *tx) rename(ctx context.Context, c *Case, unit routing.Unit, o CatalogueOrder) error {
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

// logTakeover writes the access log, last in the transaction: which cases came to be another unit's.
func (t *tx) logTakeover(ctx context.Context, x TakenOver, o CatalogueOrder) error {
	row := o.Log
	if row.Who == "" {
		row.Who = o.By
	}
	row.What, row.Unit, row.Kind = accesslog.Change, x.To, routing.PatientBoard
	row.Subject, row.Detail = x.From, "board renamed"
	for part := range slices.Chunk(x.ids, db.ListMax) {
		row.Cases = accesslog.ShownCases{fold(x.To): part}
		if err := accesslog.Write(ctx, t.Tx, row); err != nil {
			return err
		}
	}
	if len(x.ids) == 0 {
		return accesslog.Write(ctx, t.Tx, row)
	}
	return nil
}

// takeOverAll carries out what an order takes over, in the transaction that publishes.
func (t *tx) takeOverAll(ctx context.Context, all []catalogue.Succession, rows []catalogue.Row,
	o CatalogueOrder,
) (done []TakenOver, err error) {
	for _, x := range all {
		i := slices.IndexFunc(rows, func(e catalogue.Row) bool {
			return e.Kind == catalogue.KindUnit && routing.SameHSAID(e.HSAID, x.To)
		})
		unit := routing.Unit{HSAID: rows[i].HSAID, Name: rows[i].Name, Provider: rows[i].Provider, Region: rows[i].Region}
		one, err := t.takeOver(ctx, x, unit, o)
		if err != nil {
			return nil, err
		}
		done = append(done, one)
	}
	return done, nil
}
