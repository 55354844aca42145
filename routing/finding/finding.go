// Package finding finds units by what people type: words of a name in any order, their beginnings, with small mistakes,
// with or without the dots of å, ä and ö.
//
// An Index is made of a catalogue's units, and of their words once more:
//
//	units ──► words: "bjorken" "bup" "lund" … ──► which units have it, as name, alias or place
//	            ▲
//	query ──► each of its words: the same, a beginning, a part, or a small mistake away
//	            └──► units that have all of them, the nearest first
//
// It is pure: no I/O, no clock. It does not know which units can be chosen (package relay does), nor who asks.
package finding

import (
	"iter"
	"slices"
	"strings"
	"sync"
	"unicode"

	"rivgate/contracts/identity"
	"rivgate/routing"
)

// Bounds of a query. What is beyond them is not looked at.
const (
	MaxText  = 200 // characters
	MaxWords = 8
)

// Fit is how well a unit fits a query.
type Fit int

// The values of Fit, the best last.
const (
	AnyUnit   Fit = iota // the query has no words
	Misspelt             // a word is like one of the unit's, with a mistake in it
	Words                // the unit has all words, or words that they are a part of
	WholeName            // the query is the unit's name
	ExactID              // the query has the unit's HSA-id
)

// Found is a unit that fits a query.
type Found struct {
	Unit routing.Unit
	Fit  Fit
}

// Index finds units. It is immutable and safe for concurrent use. A nil *Index finds nothing.
type Index struct {
	units   []routing.Unit
	order   []int32 // units by name, for those that fit alike
	place   []int32 // of each unit in that order
	length  []uint8 // words of each unit's name
	words   vocabulary
	starts  []uint32 // of each word's part of uses, and the end
	uses    []use
	ids     identifiers
	scratch sync.Pool // of *tally
}

// use is one unit that has a word, and where: unit<<2 | field.
type use uint32

// Where a unit has a word. The order is that of what was found: names before aliases before places.
const (
	inName  = 0
	inAlias = 1
	inPlace = 2
	inID    = 3
)

// How a word of a query fits a word of a unit, the best first. A word of a unit that fits so and stands in a field
// costs kind*4 + field; the cost of a unit is the sum over the words of the query.
const (
	same      = 0
	beginning = 1
	part      = 2
	mistake   = 3
	mistakes  = 4 // two
	unlikely  = 5 // the beginning of a word, with a mistake in it
)

// New makes an index of units. It keeps the slice, which must not change.
func New(units []routing.Unit) *Index {
	x := &Index{units: units, length: make([]uint8, len(units))}
	b := builder{ids: map[string]uint32{}}
	regions := regionWords()
	for i, u := range units {
		b.unit = uint32(i) //nolint:gosec // a catalogue has far fewer units
		name := split(u.Name)
		x.length[i] = uint8(min(len(name), 255)) //nolint:gosec // bounded
		b.add(name, inName)
		for _, alias := range u.Aliases.List() {
			b.add(split(alias), inAlias)
		}
		b.add(split(u.Town), inPlace)
		b.add(regions[u.Region], inPlace)
	}
	x.words, x.starts, x.uses = b.index()
	x.ids = newIdentifiers(units)
	x.sort()
	x.scratch.New = func() any { return newTally(len(units)) }
	return x
}

// sort puts the units in the order of their names, by which those that fit alike are told apart.
func (x *Index) sort() {
	keys := make([]string, len(x.units))
	x.order, x.place = make([]int32, len(x.units)), make([]int32, len(x.units))
	for i, u := range x.units {
		keys[i], x.order[i] = identity.Fold(u.Name)+"\x00"+routing.Fold(u.HSAID), int32(i) //nolint:gosec // as above
	}
	slices.SortFunc(x.order, func(a, b int32) int { return strings.Compare(keys[a], keys[b]) })
	for at, unit := range x.order {
		x.place[unit] = int32(at) //nolint:gosec // as above
	}
}

// Find gives the units that fit a query, the best first. A unit fits that has all the words; the one whose HSA-id was
// typed comes first. Then a word that is the same counts before a beginning, a beginning before a part of a word, and
// that before one with a mistake in it; for the same, names before aliases before town and region. A text without words
// gives all units, in the order of the catalogue. Of a text only MaxText characters and MaxWords words count.
//
// A mistake is a letter that is wrong, missing, too many, or has changed places with the next one. A word of 4 letters
// is found with one, a word of 8 with two where nothing fits better, and a word with a digit with none.
func (x *Index) Find(text string) iter.Seq[Found] {
	return func(yield func(Found) bool) {
		if x == nil {
			return
		}
		text = bounded(text)
		words := wordsOf(text)
		if len(words) == 0 {
			for _, u := range x.units {
				if !yield(Found{u, AnyUnit}) {
					return
				}
			}
			return
		}
		x.find(text, words, yield)
	}
}

func (x *Index) find(text string, words []string, yield func(Found) bool) {
	exact := x.ids.exact(text)
	if exact >= 0 && !yield(Found{x.units[exact], ExactID}) {
		return
	}
	t, _ := x.scratch.Get().(*tally)
	for _, word := range words {
		x.count(t, word)
	}
	found := x.ranked(t)
	t.clear()
	x.scratch.Put(t)
	whole := split(text)
	for key := range found.best() {
		unit := x.order[uint32(key)] //nolint:gosec // its lower half
		if int(unit) == exact {
			continue
		}
		f := Found{x.units[unit], Words}
		switch cost := key >> 40; {
		case cost >= misspelt:
			f.Fit = Misspelt
		case slices.Equal(split(f.Unit.Name), whole):
			f.Fit = WholeName
		}
		if !yield(f) {
			return
		}
	}
}

// misspelt is added to the cost of a unit that was found by a mistake, so that the two are told apart; its units come
// last.
const misspelt = 1 << 12

// count notes which units have a word of the query, and what that costs. Two mistakes count only for a word that
// nothing begins with, and the beginning of a word with a mistake in it only where nothing else fits.
func (x *Index) count(t *tally, word string) {
	t.begin()
	known, most := false, 2
	add := func(id, kind int) {
		known = true
		for _, u := range x.uses[x.starts[id]:x.starts[id+1]] {
			t.note(uint32(u)>>2, uint8(kind<<2|int(u&3))) //nolint:gosec // both are small
		}
	}
	first, end := x.words.startingWith(word)
	for id := first; id < end; id++ {
		kind := beginning
		if x.words.list[id] == word {
			kind = same
		}
		add(id, kind)
		most = 1
	}
	x.words.holding(word, func(id int) { add(id, part) })
	x.ids.holding(word, func(unit int) {
		known = true
		t.note(uint32(unit), part<<2|inID) //nolint:gosec // as above
	})
	x.words.like(word, most, func(id, mistakes int) { add(id, mistake+mistakes-1) })
	if !known {
		x.words.beginningLike(word, func(id int) { add(id, unlikely) })
	}
	t.end()
}

// ranked are the units that have all words: the cost in the upper bits of each, then how many words of the name the
// query has not, then the place in the order of names.
func (x *Index) ranked(t *tally) heap {
	found := make(heap, 0, len(t.left))
	for _, unit := range t.left {
		cost := uint64(t.total[unit])
		if t.mistaken[unit] {
			cost += misspelt
		}
		found = append(found, cost<<40|uint64(x.length[unit])<<32|uint64(x.place[unit])) //nolint:gosec // none is negative
	}
	return found
}

// bounded is the part of a text that counts.
func bounded(text string) string {
	n := 0
	for i := range text {
		if n == MaxText {
			return text[:i]
		}
		n++
	}
	return text
}

// split are the words of a text, folded and without marks. A colon or an apostrophe in a word is dropped: "S:t" is
// "st".
func split(text string) []string {
	plain := identity.Plain(text)
	if strings.ContainsAny(plain, ":'’") {
		plain = strings.NewReplacer(":", "", "'", "", "’", "").Replace(plain)
	}
	return strings.FieldsFunc(plain, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// wordsOf are the words of a query, each once, without those that say nothing where there are others.
func wordsOf(text string) []string {
	all := split(text)
	filler := fillers()
	words := slices.DeleteFunc(slices.Clone(all), func(word string) bool { return slices.Contains(filler, word) })
	if len(words) == 0 {
		words = all
	}
	var once []string
	for _, word := range words {
		if len(once) < MaxWords && !slices.Contains(once, word) {
			once = append(once, word)
		}
	}
	return once
}

// regionWords are the words that people know a region by, by county code.
func regionWords() map[string][]string {
	words := map[string][]string{}
	also := counties()
	for code, name := range routing.RegionNames() {
		all := split(name + " " + also[code])
		slices.Sort(all)
		words[code] = slices.Compact(all)
	}
	return words
}

// Region is the one region that a text names, by its name or its county's, and the words of the text without those of
// that name. "" where the text names none, or several, or nothing else.
func Region(text string) (code, rest string) {
	words, all := wordsOf(bounded(text)), regionWords()
	names := func(word, code string) bool {
		return slices.Contains(all[code], word) || slices.Contains(all[code], word+"s") // Jönköping, of Jönköpings län
	}
	for at := range all {
		if !slices.ContainsFunc(words, func(word string) bool {
			return !slices.Contains(shared(), word) &&
				names(word, at)
		}) {
			continue
		}
		if code != "" {
			return "", ""
		}
		code = at
	}
	if code == "" {
		return "", ""
	}
	words = slices.DeleteFunc(words, func(word string) bool { return names(word, code) })
	if len(words) == 0 {
		return "", ""
	}
	return code, strings.Join(words, " ")
}
