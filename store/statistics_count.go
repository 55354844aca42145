package store

import (
	"math"
	"slices"
)

// tally counts gathered facts.
type tally struct {
	scope   StatisticsScope
	columns []int // of statisticsColumns, in the order of scope.By
	units   map[string]bool
	from    int64
	until   int64

	words   []string // of all months, each once
	numbers map[string]uint32
	total   int
	// Keys of one or more words are numbered step by step: prefix and word make a key, and that one with the next word another.
	keys   map[[2]uint32]uint32
	tuples [][2]uint32
	counts []int
}

func newTally(scope StatisticsScope, columns []int) *tally {
	t := &tally{scope: scope, columns: columns, from: math.MinInt64, until: math.MaxInt64, numbers: map[string]uint32{}, keys: map[[2]uint32]uint32{}}
	t.tuples, t.counts = append(t.tuples, [2]uint32{}), append(t.counts, 0) // the key of no words
	if !scope.From.IsZero() {
		t.from = micros(scope.From)
	}
	if !scope.Until.IsZero() {
		t.until = micros(scope.Until)
	}
	if scope.Units != nil {
		t.units = map[string]bool{}
		for _, unit := range scope.Units {
			t.units[fold(unit)] = true
		}
	}
	return t
}

// number is that of a word in all months.
func (t *tally) number(word string) uint32 {
	n, known := t.numbers[word]
	if !known {
		n = uint32(len(t.words))
		t.words = append(t.words, word)
		t.numbers[word] = n
	}
	return n
}

// month counts the cases of a month.
func (t *tally) month(name string, b []byte) error {
	p, err := unpack(b)
	if err != nil {
		return err
	}
	here := make([]uint32, len(p.words)) // the words of this month, by their numbers in all
	for i, word := range p.words {
		here[i] = t.number(word)
	}
	takes := t.takes(p.words)
	received := []uint32{t.number(name)}
	for range p.cases {
		if err := p.next(); err != nil {
			return err
		}
		if p.received >= t.from && p.received < t.until && takes.unit[p.single[0]] && takes.provider[p.single[1]] && takes.region[p.single[2]] && takes.kind[p.kind] {
			t.total++
			t.count(p, here, received, 0, 0)
		}
	}
	return nil
}

// taken tells for each word of a month whether it is in the scope, where it stands for a unit, a provider, a region or a kind.
type taken struct{ unit, provider, region, kind []bool }

func (t *tally) takes(words []string) taken {
	var out taken
	for _, word := range words {
		out.unit = append(out.unit, (t.scope.Unit == "" || word == fold(t.scope.Unit)) && (t.units == nil || t.units[word]))
		out.provider = append(out.provider, t.scope.Provider == "" || word == fold(t.scope.Provider))
		out.region = append(out.region, t.scope.Region == "" || word == t.scope.Region)
		out.kind = append(out.kind, t.scope.Kind == "" || word == string(t.scope.Kind))
	}
	return out
}

// count counts a case once for each combination of what it has in the columns from depth on; key is what it has in those before.
func (t *tally) count(p *packed, here, received []uint32, depth int, key uint32) {
	if depth == len(t.columns) {
		t.counts[key]++
		return
	}
	column := t.columns[depth]
	switch {
	case column < singles:
		t.count(p, here, received, depth+1, t.key(key, here[p.single[column]]))
	case column == singles+lists:
		t.count(p, here, received, depth+1, t.key(key, received[0]))
	case len(p.lists[column-singles]) == 0:
		t.count(p, here, received, depth+1, t.key(key, t.number("")))
	default:
		for _, word := range p.lists[column-singles] {
			t.count(p, here, received, depth+1, t.key(key, here[word]))
		}
	}
}

// key is that of a key and one word more.
func (t *tally) key(key, word uint32) uint32 {
	tuple := [2]uint32{key, word}
	n, known := t.keys[tuple]
	if !known {
		n = uint32(len(t.tuples))
		t.tuples, t.counts = append(t.tuples, tuple), append(t.counts, 0)
		t.keys[tuple] = n
	}
	return n
}

// rows are the counts in the order of their keys.
func (t *tally) rows() []StatisticsRow {
	if len(t.columns) == 0 {
		return []StatisticsRow{{Key: map[string]string{}, Count: t.total}}
	}
	type counted struct {
		words []string
		n     int
	}
	var all []counted
	for key, n := range t.counts {
		if n == 0 {
			continue
		}
		c := counted{make([]string, len(t.columns)), n}
		for i, at := len(t.columns)-1, uint32(key); i >= 0; i-- {
			c.words[i], at = t.words[t.tuples[at][1]], t.tuples[at][0]
		}
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b counted) int { return slices.Compare(a.words, b.words) })
	rows := make([]StatisticsRow, 0, len(all))
	for _, c := range all {
		row := StatisticsRow{Key: make(map[string]string, len(c.words)), Count: c.n}
		for i, name := range t.scope.By {
			row.Key[name] = c.words[i]
		}
		rows = append(rows, row)
	}
	return rows
}
