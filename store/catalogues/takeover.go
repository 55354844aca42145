package catalogues

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
	Cases    int `json:"cases"` // open and closed
	Open     int `json:"open"`
	Accounts int `json:"accounts"` // whose roles are for it from now on

	IDs []string `json:"-"` // of all of them
}

// takeovers sees that what an order takes over can be taken over.
func (s *Shelf) takeovers(o Order, before, after []catalogue.Row,
	rules routing.Rules,
) ([]catalogue.Succession, error) {
	if len(o.TakeOver) == 0 {
		return nil, nil
	}
	if o.At.After(s.db.Now()) {
		return nil, Refuse("takeover-later")
	}
	all, err := catalogue.SuccessionsOf(before, after, rules, o.Tree, routing.DateOf(s.db.Now()), nil)
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
			return nil, Refuse("takeover-unknown", t.From, t.To)
		case !all[i].SameWay:
			return nil, Refuse("takeover-way", t.From, t.To)
		}
		out = append(out, all[i])
	}
	return out, nil
}

// TakeoverRow is the row of the access log that an order leaves for what it moves.
func TakeoverRow(x catalogue.Succession, o Order) accesslog.Row {
	row := o.Log
	if row.Who == "" {
		row.Who = o.By
	}
	row.What, row.Unit, row.Kind = accesslog.Change, x.To, routing.PatientBoard
	row.Subject, row.Detail = x.From, "board renamed"
	return row
}

// logTakeover writes the access log, last in the transaction: which cases came to be another unit's.
func logTakeover(ctx context.Context, t *db.Tx, x TakenOver, o Order) error {
	row := TakeoverRow(catalogue.Succession{From: x.From, To: x.To}, o)
	for part := range slices.Chunk(x.IDs, db.ListMax) {
		row.Cases = accesslog.ShownCases{routing.FoldTrimmed(x.To): part}
		if err := accesslog.Write(ctx, t, row); err != nil {
			return err
		}
	}
	if len(x.IDs) == 0 {
		return accesslog.Write(ctx, t, row)
	}
	return nil
}

// takeOverAll carries out what an order takes over, in the transaction that publishes.
func (s *Shelf) takeOverAll(ctx context.Context, t *db.Tx, all []catalogue.Succession, rows []catalogue.Row,
	o Order,
) (done []TakenOver, err error) {
	for _, x := range all {
		i := slices.IndexFunc(rows, func(e catalogue.Row) bool {
			return e.Kind == catalogue.KindUnit && routing.SameHSAID(e.HSAID, x.To)
		})
		unit := routing.Unit{HSAID: rows[i].HSAID, Name: rows[i].Name, Provider: rows[i].Provider, Region: rows[i].Region}
		one, err := s.cases.TakeOver(ctx, t, x, unit, o)
		if err != nil {
			return nil, err
		}
		done = append(done, one)
	}
	return done, nil
}
