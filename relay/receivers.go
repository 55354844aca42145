package relay

import (
	"cmp"
	"iter"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"rivgate/routing"
	"rivgate/routing/finding"
)

// Receiver is a unit that a citizen can choose.
type Receiver struct {
	routing.Unit
	Via routing.Via `json:"-"` // not for the citizen: the flow is the same
}

// Receivers are the units that a citizen can choose now, as finding.Index finds them by what was typed, the best first;
// with a region, only its units. At most limit.
func (r *Relay) Receivers(q, region string, limit int) (found []Receiver) {
	if limit <= 0 {
		return nil
	}
	for f := range r.FindUnits(q) {
		if region != "" && f.Unit.Region != region {
			continue
		}
		if chosen, ok := r.Choosable(f.Unit); ok {
			if found = append(found, chosen); len(found) == limit {
				break
			}
		}
	}
	return found
}

// Search is what somebody finds who looks for a receiver.
type Search struct {
	Found []Receiver
	// Region is whose units were looked for: the one that was chosen, or that the text names. "" all.
	Region string
	// Elsewhere are those of other regions that fit, where none of Region does: so that nobody is led to a patient board
	// for a unit that can be chosen.
	Elsewhere []Receiver
}

// Search finds units as Receivers does. Where none fits the whole text, a region that it names counts as chosen, and
// the rest is what the unit is called.
func (r *Relay) Search(q, region string, limit int) Search {
	out := Search{Region: region, Found: r.Receivers(q, region, limit)}
	if len(out.Found) > 0 || strings.TrimSpace(q) == "" {
		return out
	}
	named, rest := finding.Region(q)
	if named != "" {
		out.Region = cmp.Or(region, named)
		out.Found = r.Receivers(rest, out.Region, limit)
	}
	if len(out.Found) == 0 && out.Region != "" {
		out.Elsewhere = r.Receivers(q, "", limit)
		if len(out.Elsewhere) == 0 && named != "" {
			out.Elsewhere = r.Receivers(rest, "", limit)
		}
	}
	return out
}

// Choosable tells whether a citizen can choose a unit now: it has a route of the send contract today, and the patient
// board of its region is registered and reachable. What is no care needs no board, and is handled in the inbox alone.
func (r *Relay) Choosable(u routing.Unit) (Receiver, bool) {
	if active, _ := r.Table().UnitActive(u, r.Now()); !active {
		return Receiver{}, false
	}
	route, err := r.sendRoute(u.HSAID)
	if err != nil || u.OtherOutside(route.Via) {
		return Receiver{}, false
	}
	return Receiver{Unit: u, Via: route.Via}, true
}

// ReceiverOf is the unit with an HSA-id, where a citizen can choose it now.
func (r *Relay) ReceiverOf(hsaID string) (Receiver, bool) {
	u, ok := r.Table().Unit(hsaID)
	if !ok {
		return Receiver{}, false
	}
	return r.Choosable(u)
}

// Boards are the patient boards that a citizen can choose now, by the codes of their regions; with a region, that one.
func (r *Relay) Boards(region string) (boards []Receiver) {
	for _, u := range r.Table().Boards() {
		if region != "" && u.Region != region {
			continue
		}
		if board, ok := r.Choosable(u); ok {
			boards = append(boards, board)
		}
	}
	return boards
}

// IndexUnits makes the index in which units are found, where the catalogue's units have changed since it was made: so
// that it is there before the first who searches. It tells whether there was anything to make.
func (r *Relay) IndexUnits() bool {
	units := r.Table().Units()
	if last := r.finder.current.Load(); len(units) == 0 || last != nil && sameSlice(last.units, units) {
		return false
	}
	r.finder.of(units)
	return true
}

// FindUnits gives the units of the catalogue that fit what was typed, the best first, whether they can be chosen or
// not.
func (r *Relay) FindUnits(q string) iter.Seq[finding.Found] {
	table := r.Table()
	index := r.finder.of(table.Units())
	return func(yield func(finding.Found) bool) {
		for f := range index.Find(q) {
			u, known := table.Unit(f.Unit.HSAID) // the index may be of the catalogue before
			if !known {
				continue
			}
			f.Unit = u
			if !yield(f) {
				return
			}
		}
	}
}

// finder keeps the index of the catalogue's units. It is made anew when they have changed, by the first who asks; who
// asks meanwhile is answered by the one before.
type finder struct {
	making  sync.Mutex
	current atomic.Pointer[indexed]
}

// indexed is an index with the units that it is known to be of.
type indexed struct {
	units []routing.Unit
	index *finding.Index
}

func (f *finder) of(units []routing.Unit) *finding.Index {
	last := f.current.Load()
	if last != nil && sameSlice(last.units, units) {
		return last.index
	}
	if last == nil {
		f.making.Lock()
	} else if !f.making.TryLock() {
		return last.index
	}
	defer f.making.Unlock()
	if last = f.current.Load(); last != nil && sameSlice(last.units, units) {
		return last.index
	}
	next := &indexed{units: units}
	if last != nil && slices.Equal(last.units, units) { // another table of the same units
		next.index = last.index
	} else {
		next.index = finding.New(units)
	}
	f.current.Store(next)
	return next.index
}

// sameSlice tells whether two slices are one: the units of a table never change.
func sameSlice(a, b []routing.Unit) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}
