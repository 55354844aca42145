package shell

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"rivgate/contracts/identity"
	"rivgate/routing"
)

// UnitWay is a unit and what happens to its cases now.
type UnitWay struct {
	routing.Unit
	Way       string // inbox, system or none
	Address   string
	Component string
	Code      routing.Code // why there is no way
	Open      int          // cases under way
	NoSender  bool         // there is a way, but 1177 may not use it
}

// CaseCall is the call that brings a new case from 1177 to a unit.
func (s *Site) CaseCall(unit string) routing.Call {
	return routing.Call{
		Sender: s.Relay.Portal, Receiver: unit, Contract: s.Relay.Contracts.Send().Contract, Profile: routing.RIVTABP21,
	}
}

// UnitWays are all units of a table, with where their new cases go on one day. A catalogue may have fifty thousand
// units, and asking the table for each of them takes too long for a page. So it is done once for each table and day,
// and the result never changes.
type UnitWays struct {
	table  *routing.Table
	day    routing.Date
	Ways   []UnitWay // in the order of the catalogue, without open cases
	fields []string  // of each, in lower case: what a search looks in
	Counts map[string]int
	ByName []routing.Unit
	Sides  map[routing.UnitKind][]routing.Unit // by name
}

// keptWays are those that were asked for last.
type keptWays struct {
	mu   sync.Mutex
	last *UnitWays
}

// WaysNow are the ways of all units by the table in use. A caller that comes while they are being computed waits for
// that result.
func (s *Site) WaysNow() *UnitWays {
	table, now := s.Table(), s.Clock()
	day := routing.DateOf(now)
	s.ways.mu.Lock()
	defer s.ways.mu.Unlock()
	if last := s.ways.last; last != nil && last.table == table && last.day == day {
		return last
	}
	units := table.Units()
	all := &UnitWays{
		table: table, day: day, Ways: make([]UnitWay, len(units)), fields: make([]string, len(units)),
		Counts: map[string]int{}, ByName: slices.Clone(units),
	}
	for i, u := range units {
		way := s.WayIn(table, u, now)
		all.Ways[i], all.fields[i] = way,
			identity.Fold(strings.Join([]string{u.HSAID, u.Name, u.Provider, way.Address, way.Component}, "\n"))
		all.Counts[way.Way]++
	}
	slices.SortFunc(all.ByName, func(a, b routing.Unit) int { return strings.Compare(a.Name+a.HSAID, b.Name+b.HSAID) })
	all.Sides = map[routing.UnitKind][]routing.Unit{}
	for _, u := range all.ByName {
		all.Sides[u.Kind] = append(all.Sides[u.Kind], u)
	}
	s.ways.last = all
	return all
}

// Found are the places of the units that have a text in what is shown of them, and a way; "" is any.
func (u *UnitWays) Found(text, way string) func(func(int) bool) {
	text = identity.Fold(text)
	return func(yield func(int) bool) {
		for i := range u.Ways {
			if (way == "" || u.Ways[i].Way == way) && strings.Contains(u.fields[i], text) && !yield(i) {
				return
			}
		}
	}
}

// WayIn is what happens to a new case of a unit by a table.
func (s *Site) WayIn(table *routing.Table, u routing.Unit, now time.Time) UnitWay {
	call, way := s.CaseCall(u.HSAID), UnitWay{Unit: u, Way: "none"}
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
