package routing

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// TurnedOff is a unit that citizens can choose by one catalogue, and by another no more, from a day on.
type TurnedOff struct {
	Unit   string   `json:"unit"` // HSA-id
	Name   string   `json:"name,omitempty"`
	Kind   UnitKind `json:"kind"`
	Region string   `json:"region,omitempty"`
	Day    Date     `json:"day"` // the first of the days looked at on which it is so
	Why    Fact     `json:"why"` // its code is one of TurnedOffWords
	Open   int      `json:"openCases"`
}

// ByBoard tells whether it is the patient board of the region that makes the difference, and not the unit's own rows.
func (u TurnedOff) ByBoard() bool {
	return u.Why.Code == "board-removed" || u.Why.Code == "board-unreachable"
}

// TurnedOffWords are the codes of TurnedOff.Why, each with its words in English. {1} is the region, {2} its board.
func TurnedOffWords() map[string]string {
	return map[string]string{
		"board-removed":     "region {1} loses its patient board {2}",
		"board-unreachable": "the patient board {2} of region {1} cannot be reached",
		"unit-removed":      "the unit is removed",
		"unit-unreachable":  "the unit cannot be reached",
	}
}

// MustConfirm is how many units a person must confirm to turn off: all of them where a region loses its board or can
// reach it no more; none where units are turned off by their own rows alone.
func MustConfirm(off []TurnedOff) int {
	if slices.ContainsFunc(off, TurnedOff.ByBoard) {
		return len(off)
	}
	return 0
}

// ownDays bounds the days on which every unit is looked at by itself; regions are looked at on all of them.
const ownDays = 8

// TurnsOff are the units that citizens can choose by a and not by b on one of the days, each with the first such day;
// by region and HSA-id. open are the units with open cases, in upper case, and how many. Days come in their order, see
// ChangeDays.
func TurnsOff(a, b *Table, days []Date, open map[string]int) []TurnedOff {
	found := map[string]bool{}
	off := []TurnedOff{}
	for i, day := range days {
		lost := a.regionsLost(b, day)
		if len(lost) == 0 && i >= ownDays {
			continue
		}
		for _, u := range a.Units() {
			key := Fold(u.HSAID)
			if found[key] || i >= ownDays && lost[u.Region].IsZero() || !a.offers(u, day) {
				continue
			}
			why := b.whyNot(u, day, lost)
			if why.IsZero() {
				continue
			}
			found[key] = true
			off = append(off, TurnedOff{
				Unit: u.HSAID, Name: u.Name, Kind: u.Kind, Region: u.Region, Day: day, Why: why, Open: open[key],
			})
		}
	}
	slices.SortFunc(off, func(x, y TurnedOff) int {
		return cmp.Or(cmp.Compare(x.Region, y.Region), cmp.Compare(x.Unit, y.Unit))
	})
	return off
}

// regionsLost are the regions that are active by t and not by b, with the reason.
func (t *Table) regionsLost(b *Table, day Date) map[string]Fact {
	lost := map[string]Fact{}
	if t == nil {
		return lost
	}
	after := map[string]bool{}
	if b != nil {
		after = b.activeOn(day)
	}
	for region, active := range t.activeOn(day) {
		if !active || after[region] {
			continue
		}
		if board, registered := b.Board(region); registered {
			lost[region] = NewFact("board-unreachable", region, board.HSAID)
			continue
		}
		board, _ := t.Board(region)
		lost[region] = NewFact("board-removed", region, board.HSAID)
	}
	return lost
}

// offers tells whether citizens can choose a unit of the table on a day.
func (t *Table) offers(u Unit, day Date) bool {
	return t.unitActive(u, day) && t.reachable(u.HSAID, day)
}

// whyNot says why citizens cannot choose a unit of another table; zero: they can.
func (t *Table) whyNot(was Unit, day Date, lost map[string]Fact) Fact {
	u, there := t.Unit(was.HSAID)
	switch {
	case !lost[was.Region].IsZero() && !(there && t.offers(u, day)):
		return lost[was.Region]
	case !there:
		return NewFact("unit-removed", was.Region)
	case !t.offers(u, day):
		return NewFact("unit-unreachable", was.Region)
	}
	return Fact{}
}

// ChangeDays are the days from one on, on which two catalogues may begin to differ: that day, and where spans of rows
// that are in one of them alone begin or have ended. They are bounded as those of SwitchDays.
func ChangeDays(a, b Catalogue, from Date) []Date {
	days := SwitchDays(a, b, from)
	alone := map[Permission]int{}
	for sign, c := range map[int]Catalogue{1: a, -1: b} {
		for _, p := range c.Permissions {
			p.ID, p.Line = "", 0
			alone[p] += sign
		}
	}
	for p, n := range alone {
		if n != 0 {
			days = Span{p.From, p.Until}.edges(days, from)
		}
	}
	slices.Sort(days)
	days = slices.Compact(days)
	return days[:min(len(days), mostDays)]
}

// edges adds the days after from on which a span begins, or has ended.
func (s Span) edges(days []Date, from Date) []Date {
	if s.From > from {
		days = append(days, s.From)
	}
	if s.Until >= from && s.Until < LastDay {
		days = append(days, s.Until.Next())
	}
	return days
}

// InactiveRegion is a region whose units citizens cannot choose, for it has no patient board that can be reached.
type InactiveRegion struct {
	Region string `json:"region"`
	Units  int    `json:"units"` // that could be chosen otherwise
	Why    Fact   `json:"why"`   // its code is one of InactiveRegionWords
}

// InactiveRegionWords are the codes of InactiveRegion.Why, each with its words in English. {1} is the region, {2} its
// board.
func InactiveRegionWords() map[string]string {
	return map[string]string{
		"board-missing":     "region {1} has no patient board",
		"board-unreachable": TurnedOffWords()["board-unreachable"],
	}
}

// InactiveRegions are the regions of units that could be chosen today were it not for their region's board, in their
// order.
func (t *Table) InactiveRegions(now time.Time) []InactiveRegion {
	day, units := DateOf(now), map[string]int{}
	active := t.activeRegionsOn(day)
	for _, u := range t.Units() {
		if u.Region != "" && u.Kind != PatientBoard && !active[u.Region] && t.reachable(u.HSAID, day) {
			units[u.Region]++
		}
	}
	var out []InactiveRegion
	for _, region := range slices.Sorted(maps.Keys(units)) {
		r := InactiveRegion{Region: region, Units: units[region], Why: NewFact("board-missing", region)}
		if board, registered := t.Board(region); registered {
			r.Why = NewFact("board-unreachable", region, board.HSAID)
		}
		out = append(out, r)
	}
	return out
}

func (t *Table) activeRegionsOn(day Date) map[string]bool {
	if t == nil {
		return nil
	}
	return t.activeOn(day)
}

// Offers tells whether citizens can choose a unit of the table now.
func (t *Table) Offers(u Unit, now time.Time) bool { return t != nil && t.offers(u, DateOf(now)) }
