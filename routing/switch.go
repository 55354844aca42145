package routing

import (
	"cmp"
	"errors"
	"slices"
	"time"
)

// Switch is a unit whose calls go another way by one catalogue than by another, from a day on.
type Switch struct {
	Unit   string `json:"unit"` // HSA-id
	Name   string `json:"name,omitempty"`
	Day    Date   `json:"day"`    // the first of the days looked at on which they differ
	Before string `json:"before"` // address, or the code of the refusal
	After  string `json:"after"`
	Open   int    `json:"openCases"` // cases under way: they stay with the handler that they were accepted by

	rows [2]string // receivers of the rows that decided, folded
}

// CasesStay is what becomes of cases under way when a route changes.
const CasesStay = "Cases under way stay with the handler that accepted them; new ones go the new way."

// Switches are the units that calls of a contract reach otherwise by b than by a, on one of the days; open are the
// units with open cases, in upper case, and how many. Units that neither catalogue names one by one are found by
// their open cases.
func Switches(a, b *Table, contract string, open map[string]int, days []Date) []Switch {
	return Compare(a, b, contract, days).Switches(open)
}

// Comparison is two tables compared: asked for Switches again, with the open cases of another moment, it looks only
// at what those bring. It never changes and is safe for concurrent use.
type Comparison struct {
	a, b     *Table
	contract string
	days     []Date
	named    []Switch // of the units that a catalogue names, by unit
}

// Compare compares where calls of a contract go by a and by b on some days.
func Compare(a, b *Table, contract string, days []Date) *Comparison {
	c := &Comparison{a: a, b: b, contract: contract, days: days}
	names := map[string]string{}
	for _, t := range []*Table{a, b} {
		for _, u := range t.Units() {
			names[Fold(u.HSAID)] = u.Name
		}
		for _, row := range t.rowsOf(contract) {
			if _, known := names[Fold(row)]; !known && row != Anyone {
				names[Fold(row)] = ""
			}
		}
	}
	for unit, name := range names {
		if s, switches := c.of(unit); switches {
			s.Name = name
			c.named = append(c.named, s)
		}
	}
	slices.SortFunc(c.named, func(x, y Switch) int { return cmp.Compare(x.Unit, y.Unit) })
	return c
}

// Switches are the units that go another way, as the function of that name tells them.
func (c *Comparison) Switches(open map[string]int) []Switch {
	switches := make([]Switch, 0, len(c.named))
	for _, s := range c.named {
		s.Open = open[s.Unit]
		switches = append(switches, s)
	}
	for unit, n := range open {
		unit = Fold(unit)
		if c.a.mentions(c.contract, unit) || c.b.mentions(c.contract, unit) {
			continue
		}
		if s, differs := c.of(unit); differs {
			s.Open = n
			switches = append(switches, s)
		}
	}
	slices.SortFunc(switches, func(x, y Switch) int { return cmp.Compare(x.Unit, y.Unit) })
	return switches
}

// of looks at one unit, folded, day by day.
func (c *Comparison) of(unit string) (Switch, bool) {
	for _, day := range c.days {
		before, rowBefore := c.a.destination(c.contract, unit, day)
		after, rowAfter := c.b.destination(c.contract, unit, day)
		if before != after {
			return Switch{Unit: unit, Day: day, Before: before, After: after, rows: [2]string{rowBefore, rowAfter}}, true
		}
	}
	return Switch{}, false
}

// mentions tells whether the catalogue names a unit, folded, as a unit or as the receiver of a row of a contract.
func (t *Table) mentions(contract, unit string) bool {
	if t == nil {
		return false
	}
	c := t.find(contract)
	if _, known := t.unit[unit]; known || c == nil {
		return known
	}
	_, known := c.routes[unit]
	return known
}

// Touched is how many open cases the change of a route's row, to this receiver, touches.
func Touched(switches []Switch, receiver string) (open int) {
	for _, s := range switches {
		if place := Fold(receiver); s.rows[0] == place || s.rows[1] == place {
			open += s.Open
		}
	}
	return open
}

// mostDays bounds how many days are looked at.
const mostDays = 100

// SwitchDays are the days on which two catalogues may begin to differ: today, and where spans of rows that are in one
// of them alone begin or end later. They are bounded: of more than a hundred the first count.
func SwitchDays(a, b Catalogue, today Date) []Date {
	alone := map[Row]int{}
	for sign, c := range map[int]Catalogue{1: a, -1: b} {
		for _, r := range c.Routes {
			r.ID, r.Line = "", 0
			alone[r] += sign
		}
	}
	days := []Date{today}
	for r, n := range alone {
		if n != 0 && r.From > today {
			days = append(days, r.From)
		}
		if n != 0 && r.Until >= today && r.Until < LastDay {
			days = append(days, r.Until.Next())
		}
	}
	slices.Sort(days)
	days = slices.Compact(days)
	return days[:min(len(days), mostDays)]
}

// rowsOf are the receivers that a contract has rows for.
func (t *Table) rowsOf(contract string) (receivers []string) {
	if t == nil || t.find(contract) == nil {
		return nil
	}
	for receiver := range t.find(contract).routes {
		receivers = append(receivers, receiver)
	}
	return receivers
}

// destination is where a call goes on a day, and the receiver of the row that says so.
func (t *Table) destination(contract, unit string, day Date) (address, row string) {
	noon := time.Date(int(day)/10000, time.Month(int(day)/100%100), int(day)%100, 12, 0, 0, 0, stockholm())
	route, err := t.Route(Call{Receiver: unit, Contract: contract, Profile: RIVTABP21}, noon)
	var refused *Error
	if errors.As(err, &refused) {
		return string(refused.Code), ""
	}
	return route.Address, Fold(route.Receiver)
}

// WayOn is where calls of a contract to a receiver go on a day; false where they go nowhere.
func (t *Table) WayOn(receiver, contract string, day Date) (Route, bool) {
	if t == nil {
		return Route{}, false
	}
	route, refusal := t.routeAlone(Call{Receiver: receiver, Contract: contract, Profile: RIVTABP21}, day)
	return route, refusal == nil
}
