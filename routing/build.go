package routing

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// builder collects what is wrong with a catalogue, and what is only worth a word.
type builder struct {
	problems []error
	notes    []TableFact
}

func (b *builder) problem(code string, values ...any) {
	b.problems = append(b.problems, &TableProblem{NewTableFact(code, values...)})
}

// maxNotes bounds what is said of a catalogue whose rows all share days.
const maxNotes = 1000

func (b *builder) note(code string, values ...any) {
	if len(b.notes) < maxNotes {
		b.notes = append(b.notes, NewTableFact(code, values...))
	}
}

func (b *builder) err() error { return errors.Join(b.problems...) }

// checkRows looks at each route by itself.
func (b *builder) checkRows(rows []Row, r Rules) {
	for i, row := range rows {
		name := PlaceOf(row, i)
		switch {
		case row.Contract == "":
			b.problem("no-contract", name)
		case row.Receiver == "":
			b.problem("no-receiver", name)
		}
		if row.Until != 0 && row.From > row.Until {
			b.problem("days-exchanged", name, row.From, row.Until)
		}
		b.checkAddress(name, row, r)
		b.checkSignature(name, row)
	}
}

// checkSignature looks at what a route asks of signatures. What stays in the house is sent to nobody, so nothing of it
// is signed.
func (b *builder) checkSignature(name RowPlace, row Row) {
	switch {
	case !row.Signature.Known():
		b.problem("signature-unknown", name, Shorten(string(row.Signature)))
	case row.Signature.Signs() && inHouse(row.Address):
		b.problem("signature-in-house", name, row.Address)
	}
}

// checkAddress looks at addresses that stay in the house; any other is left to whoever calls it.
func (b *builder) checkAddress(name RowPlace, row Row, r Rules) {
	returns := SameContract(row.Contract, r.ReturnContract) && r.ReturnContract != ""
	switch {
	case !strings.HasPrefix(row.Address, "rivgate:"):
	case row.Address == AddressInbox:
		if !r.brings(row.Contract) {
			b.problem("inbox-other-contract", name, AddressInbox)
		}
	case row.Address == AddressPortal:
		if !returns {
			b.problem("portal-other-contract", name, AddressPortal)
		}
	default:
		b.problem("address-in-house-unknown", name, row.Address)
	}
}

func (b *builder) checkPermissions(permissions []Permission) {
	for i, p := range permissions {
		name := permissionPlace(p, i)
		switch {
		case p.Contract == "":
			b.problem("no-contract", name)
		case p.Sender == "":
			b.problem("no-sender", name)
		case p.Receiver == "":
			b.problem("no-receiver", name)
		}
		if p.Until != 0 && p.From > p.Until {
			b.problem("days-exchanged", name, p.From, p.Until)
		}
	}
}

// compareRows looks at each pair of rows of one contract and receiver that share a day. Chains are walked from their
// heads, in the order of the catalogue.
func (t *Table) compareRows(b *builder) {
	var heads []int32
	for _, c := range t.folded {
		for _, head := range c.routes {
			if t.next[head] != none {
				heads = append(heads, head)
			}
		}
	}
	slices.Sort(heads)
	for _, head := range heads {
		for i := head; i != none; i = t.next[i] {
			for j := t.next[i]; j != none; j = t.next[j] {
				t.comparePair(b, i, j)
			}
		}
	}
}

func (t *Table) comparePair(b *builder, i, j int32) {
	one, other := t.rows[i], t.rows[j]
	first, last := t.span(i).Shared(t.span(j))
	if first > last {
		return
	}
	former, second, days := PlaceOf(one, int(i)), PlaceOf(other, int(j)), Span{first, last}
	oneSeam := seam(t.span(i), t.span(j)) && one.Profile == other.Profile
	switch {
	case oneSeam:
		later := one
		if other.From > one.From {
			later = other
		}
		b.note("shared-day", former, second, days, later.Address)
	case inHouse(one.Address) != inHouse(other.Address):
		b.problem("in-and-out", former, second, days)
	case one.Profile == other.Profile:
		b.note("days-shared", former, second, days)
	}
}

// inHouse tells whether people here handle what goes to an address, not another system.
func inHouse(address string) bool { return address == AddressInbox || address == AddressPortal }

// rowPosition says where a row stands: its line, or its number in the list where it came without lines.
func rowPosition(line, index int) string {
	if line > 0 {
		return fmt.Sprintf("on line %d", line)
	}
	return fmt.Sprintf("number %d", index+1)
}

// checkTree finds units that stand above themselves. Each unit is walked once: upwards, until a place that is known
// to end, or one of this walk.
func (b *builder) checkTree(tree Tree) {
	const most = 20
	seen := make(map[string]int, len(tree)) // in which walk
	var circles []string
	walk := 0
	for unit := range tree {
		walk++
		for place := unit; place != root; place = tree[place] {
			former, known := seen[place]
			if known && former == walk {
				circles = append(circles, firstOf(tree, place))
			}
			if _, inTree := tree[place]; known || !inTree {
				break
			}
			seen[place] = walk
		}
	}
	slices.Sort(circles)
	for _, place := range circles[:min(len(circles), most)] {
		b.problem("above-itself", place)
	}
}

// firstOf is the first place by its name in the circle that a place is in.
func firstOf(tree Tree, place string) string {
	first := place
	for at := tree[place]; at != place; at = tree[at] {
		first = min(first, at)
	}
	return first
}
