package store

import (
	"context"
	"fmt"
	"iter"
	"time"

	"rivgate/store/db"
)

// Period is the cases that a unit has, received or closed in a time: for a yearly export.
type Period struct {
	Unit        string    // HSA-id of the present handler
	From, Until time.Time // half open
	Closed      bool      // by when they were closed; else by when they were received
}

// Filed is a case with its desk.
type Filed struct {
	Case
	Desk Desk
}

// PeriodCases goes through the cases of a period, the latest received first. It reads some at a time, and keeps nothing
// locked in between: however many there are, and however long the reader takes. It ends with the first error.
func (s Unlogged) PeriodCases(ctx context.Context, p Period) iter.Seq2[Filed, error] {
	f := CaseFilter{Unit: p.Unit, Limit: db.ListMax}
	if p.Closed {
		f.State, f.Until, f.closedFrom, f.closedTo = Closed, p.Until, month(p.From), month(p.Until)
	} else {
		f.Since, f.Until = p.From, p.Until
	}
	return func(yield func(Filed, error) bool) {
		for {
			page, err := s.filed(ctx, f)
			if err != nil {
				yield(Filed{}, fmt.Errorf("reading the cases of a period: %w", err))
				return
			}
			for _, one := range page {
				if p.has(one.Case) && !yield(one, nil) {
					return
				}
			}
			if len(page) < f.Limit {
				return
			}
			f.After = f.Cursor(page[len(page)-1].Case)
		}
	}
}

// has tells whether a case was closed in the period, where that is asked: the list knows the month alone.
func (p Period) has(c Case) bool {
	return !p.Closed || c.Closed != nil && !c.Closed.Before(p.From) && c.Closed.Before(p.Until)
}

func (s *Store) filed(ctx context.Context, f CaseFilter) ([]Filed, error) {
	cases, err := s.Unlogged().Cases(ctx, f)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(cases))
	for i, c := range cases {
		ids[i] = c.ID
	}
	desks, err := s.Desks(ctx, ids)
	if err != nil {
		return nil, err
	}
	page := make([]Filed, len(cases))
	for i, c := range cases {
		page[i] = Filed{c, desks[c.ID]}
	}
	return page, nil
}
