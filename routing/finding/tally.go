package finding

import "iter"

// tally counts what each unit costs, one word of a query after the other. It is used again for other queries.
type tally struct {
	words    int
	left     []uint32 // units that have all words so far
	hits     []uint32 // units that have the word at hand
	best     []uint8  // what the word at hand costs at the least; none where the unit has it not
	total    []uint16
	has      []uint8 // how many words a unit had, in a row
	mistaken []bool  // one of them by a mistake
}

// nothing is the cost of a word that a unit has not.
const nothing = 255

func newTally(units int) *tally {
	t := &tally{
		best: make([]uint8, units), total: make([]uint16, units), has: make([]uint8, units), mistaken: make([]bool, units),
	}
	for i := range t.best {
		t.best[i] = nothing
	}
	return t
}

// begin begins a word.
func (t *tally) begin() { t.hits = t.hits[:0] }

// note notes a unit that has the word.
func (t *tally) note(unit uint32, cost uint8) {
	if int(t.has[unit]) != t.words {
		return // a word before this one is not there
	}
	if t.best[unit] == nothing {
		t.hits = append(t.hits, unit)
	}
	t.best[unit] = min(t.best[unit], cost)
}

// end ends the word: units that have it not are out.
func (t *tally) end() {
	for _, unit := range t.left {
		if t.best[unit] == nothing {
			t.forget(unit)
		}
	}
	t.words++
	for _, unit := range t.hits {
		t.total[unit] += uint16(t.best[unit])
		t.mistaken[unit] = t.mistaken[unit] || t.best[unit]>>2 >= mistake
		t.has[unit], t.best[unit] = uint8(t.words), nothing //nolint:gosec // at most MaxWords
	}
	t.left, t.hits = t.hits, t.left
}

func (t *tally) forget(unit uint32) { t.total[unit], t.has[unit], t.mistaken[unit] = 0, 0, false }

// clear makes it ready for the next query.
func (t *tally) clear() {
	for _, unit := range t.left {
		t.forget(unit)
	}
	t.left, t.words = t.left[:0], 0
}

// heap gives the smallest of many keys first, without sorting the rest.
type heap []uint64

// best gives the keys, the smallest first. It uses the heap up.
func (h heap) best() iter.Seq[uint64] {
	return func(yield func(uint64) bool) {
		for i := len(h)/2 - 1; i >= 0; i-- {
			h.sink(i)
		}
		for len(h) > 0 {
			key := h[0]
			h[0] = h[len(h)-1]
			h = h[:len(h)-1]
			h.sink(0)
			if !yield(key) {
				return
			}
		}
	}
}

func (h heap) sink(i int) {
	for {
		child := 2*i + 1
		if child >= len(h) {
			return
		}
		if child+1 < len(h) && h[child+1] < h[child] {
			child++
		}
		if h[i] <= h[child] {
			return
		}
		h[i], h[child] = h[child], h[i]
		i = child
	}
}
