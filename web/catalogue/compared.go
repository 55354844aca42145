package catalogue

import (
	"context"
	"slices"

	"rivgate/routing"
	"rivgate/routing/catalogue"
)

// comparedRows is what differs between two states of the catalogue, as seen on one day by one table's rules: all but
// how many cases are under way, which changes by the minute.
type comparedRows struct {
	before, after *catalogueRows
	inUse         *routing.Table
	day           routing.Date
	changes       []catalogue.Change
	ways          *routing.Comparison
	off           []routing.TurnedOff    // without their open cases
	boards        []catalogue.Succession // that change their HSA-id, without their open cases
}

// comparedTo compares a state with the one that it builds on, once: until another two are compared, or another day or
// table has come.
func (s *Rows) comparedTo(before, after *catalogueRows) (*comparedRows, error) {
	inUse, day := s.Table(), routing.DateOf(s.Clock())
	s.states.mu.Lock()
	last := s.states.compared
	s.states.mu.Unlock()
	if last != nil && last.before == before && last.after == after && last.inUse == inUse && last.day == day {
		return last, nil
	}
	c := &comparedRows{before: before, after: after, inUse: inUse, day: day}
	a, err := before.tableBy(s)
	if err != nil {
		return nil, err
	}
	b, err := after.tableBy(s)
	if err != nil {
		return nil, err
	}
	s.compareTables(c, a, b)
	s.states.mu.Lock()
	defer s.states.mu.Unlock()
	s.states.compared = c
	return c, nil
}

// compareOnce compares a state with one that nobody has saved.
func (s *Rows) compareOnce(before, after []catalogue.Row) (*comparedRows, error) {
	c := &comparedRows{
		before: &catalogueRows{All: before}, after: &catalogueRows{All: after}, day: routing.DateOf(s.Clock()),
	}
	a, err := s.TableOf(before)
	if err != nil {
		return nil, err
	}
	b, err := s.TableOf(after)
	if err != nil {
		return nil, err
	}
	s.compareTables(c, a, b)
	return c, nil
}

func (s *Rows) compareTables(c *comparedRows, a, b *routing.Table) {
	c.changes = catalogue.Compare(c.before.All, c.after.All)
	before, after := catalogue.FromRows(c.before.All), catalogue.FromRows(c.after.All)
	c.ways = routing.Compare(a, b, s.Relay.Contracts.Send().Contract, routing.SwitchDays(before, after, c.day))
	c.off = routing.TurnsOff(a, b, routing.ChangeDays(before, after, c.day), nil)
	c.boards = catalogue.Successions(a, b, s.Rules, c.day, nil)
}

// consequences fills in the units that go another way, those that are turned off, and the boards that change their
// HSA-id, with their cases under way now.
func (c *comparedRows) consequences(ctx context.Context, s *Rows, v *changesView) error {
	open, err := s.Relay.Store.OpenCases(ctx)
	if err != nil {
		return err
	}
	off, boards := slices.Clone(c.off), slices.Clone(c.boards)
	for i := range off {
		off[i].Open = open[routing.Fold(off[i].Unit)]
	}
	for i := range boards {
		boards[i].Cases = open[routing.Fold(boards[i].From)]
	}
	v.Switches, v.Boards = c.ways.Switches(open), boards
	v.turnsOff(off)
	return nil
}
