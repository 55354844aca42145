package routing

import (
	"maps"
	"slices"
	"strconv"
)

// addUnits indexes the units and checks that each is there once, and that a region has one patient board at most.
func (t *Table) addUnits(units []Unit, b *builder) {
	t.units = append([]Unit(nil), units...)
	t.unit = make(map[string]int, len(units))
	t.boards = map[string]int{}
	for i, u := range t.units {
		key := Fold(u.HSAID)
		former, twice := t.unit[key]
		switch {
		case u.HSAID == "":
			b.problem("unit-no-id", i+1, u.Name)
			continue
		case twice:
			b.problem("unit-twice", u.HSAID, former+1, i+1)
			continue
		}
		t.unit[key] = i
		t.addBoard(i, b)
	}
}

func (t *Table) addBoard(i int, b *builder) {
	u := t.units[i]
	switch u.Kind {
	case CareUnit, Other:
	case PatientBoard:
		former, twice := t.boards[u.Region]
		switch {
		case u.Region == "":
			b.problem("board-without-region", u.HSAID)
		case twice:
			b.problem("board-twice", u.Region, t.units[former].HSAID, u.HSAID)
		default:
			t.boards[u.Region] = i
		}
	default:
		b.problem("unit-kind-unknown", u.HSAID, strconv.Quote(string(u.Kind)))
	}
}

// Unit finds a unit by HSA-id, without regard to case.
func (t *Table) Unit(hsaID string) (Unit, bool) {
	if t == nil {
		return Unit{}, false
	}
	i, ok := t.unit[Fold(hsaID)]
	if !ok {
		return Unit{}, false
	}
	return t.units[i], true
}

// Units are all units in the order of the catalogue. The caller must not change the slice.
func (t *Table) Units() []Unit {
	if t == nil {
		return nil
	}
	return t.units
}

// Board is the patient board that is registered for a region, reachable or not.
func (t *Table) Board(region string) (Unit, bool) {
	if t == nil {
		return Unit{}, false
	}
	i, found := t.boards[region]
	if !found {
		return Unit{}, false
	}
	return t.units[i], true
}

// Boards are the patient boards, one a region, by the codes of their regions.
func (t *Table) Boards() (boards []Unit) {
	if t == nil {
		return nil
	}
	for _, region := range slices.Sorted(maps.Keys(t.boards)) {
		boards = append(boards, t.units[t.boards[region]])
	}
	return boards
}

// checkOther sees that cases for what is no care come to the inbox here.
func (t *Table) checkOther(rows []Row, r Rules, b *builder) {
	for i, row := range rows {
		u, found := t.Unit(row.Receiver)
		if found && u.Kind == Other && r.brings(row.Contract) && row.Address != AddressInbox {
			b.problem("other-outside", PlaceOf(row, i), u.HSAID, row.Address)
		}
	}
}

// brings tells whether calls on a contract bring cases: those that may go to an inbox.
func (r Rules) brings(contract string) bool {
	returns := SameContract(contract, r.ReturnContract) && r.ReturnContract != ""
	return !returns && r.Durable != nil && r.Durable(contract)
}

// OtherOutside tells whether a route for a unit leads where a unit of its kind may not be handled: what is no care has
// its cases in the inbox alone.
func (u Unit) OtherOutside(via Via) bool { return u.Kind == Other && via != Inbox }
