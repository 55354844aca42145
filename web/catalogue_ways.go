package web

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"rivgate/contracts/identity"
	"rivgate/routing"
)

// unitWays are all units of one table with the ways of their cases on one day. A catalogue may have fifty thousand of them, and to ask the table for each takes
// longer than a page may: so it is done once for each table and day. Nothing in it changes.
type unitWays struct {
	table  *routing.Table
	day    routing.Date
	ways   []unitWay // in the order of the catalogue, without open cases
	fields []string  // of each, in lower case: what a search looks in
	counts map[string]int
	byName []routing.Unit
	sides  map[routing.UnitKind][]routing.Unit // by name
}

// keptWays are those that were asked for last.
type keptWays struct {
	mu   sync.Mutex
	last *unitWays
}

// waysNow are the ways of all units by the table in use. Who asks while they are being worked out waits for the same.
func (s *Site) waysNow() *unitWays {
	table, now := s.table(), s.now()
	day := routing.DateOf(now)
	s.ways.mu.Lock()
	defer s.ways.mu.Unlock()
	if last := s.ways.last; last != nil && last.table == table && last.day == day {
		return last
	}
	units := table.Units()
	all := &unitWays{table: table, day: day, ways: make([]unitWay, len(units)), fields: make([]string, len(units)), counts: map[string]int{}, byName: slices.Clone(units)}
	for i, u := range units {
		way := s.wayIn(table, u, now)
		all.ways[i], all.fields[i] = way, identity.Fold(strings.Join([]string{u.HSAID, u.Name, u.Provider, way.Address, way.Component}, "\n"))
		all.counts[way.Way]++
	}
	slices.SortFunc(all.byName, func(a, b routing.Unit) int { return strings.Compare(a.Name+a.HSAID, b.Name+b.HSAID) })
	all.sides = map[routing.UnitKind][]routing.Unit{}
	for _, u := range all.byName {
		all.sides[u.Kind] = append(all.sides[u.Kind], u)
	}
	s.ways.last = all
	return all
}

// found are the places of the units that have a text in what is shown of them, and a way; "" is any.
func (u *unitWays) found(text, way string) func(func(int) bool) {
	text = identity.Fold(text)
	return func(yield func(int) bool) {
		for i := range u.ways {
			if (way == "" || u.ways[i].Way == way) && strings.Contains(u.fields[i], text) && !yield(i) {
				return
			}
		}
	}
}

// wayIn is what happens to a new case of a unit by a table.
func (s *Site) wayIn(table *routing.Table, u routing.Unit, now time.Time) unitWay {
	call, way := s.caseCall(u.HSAID), unitWay{Unit: u, Way: "none"}
	route, err := table.Route(call, now)
	if err != nil {
		var refused *routing.Error
		if errors.As(err, &refused) {
			way.Code = refused.Code
		}
		return way
	}
	if call.Sender != "" && !table.Permits(call, now) { // the way is there, whoever may take it
		way.Code, way.NoSender = routing.VP007, true
	}
	way.Way, way.Address, way.Component = "system", route.Address, route.Component
	if route.Via == routing.Inbox {
		way.Way = "inbox"
	}
	return way
}
