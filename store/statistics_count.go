package store

import (
	"errors"
	"math/bits"
	"slices"
	"strings"
	"time"

	"rivgate/routing"
	"rivgate/store/db"
)

// tally counts gathered facts.
type tally struct {
	scope   StatisticsScope
	columns []int // of statisticsColumns, in the order of scope.By
	units   map[string]bool
	counts  map[string]int // by the words of the columns, parted by NUL
}

func newTally(scope StatisticsScope, columns []int) *tally {
	t := &tally{scope: scope, columns: columns, counts: map[string]int{}}
	if scope.Units != nil {
		t.units = map[string]bool{}
		for _, unit := range scope.Units {
			t.units[fold(unit)] = true
		}
	}
	return t
}

// month counts the cases of a month.
func (t *tally) month(name string, b []byte) error {
	p, err := unpack(b)
	if err != nil {
		return err
	}
	take, err := t.takes(name, p)
	if err != nil {
		return err
	}
	columns := make([]*packedColumn, 0, len(t.columns))
	for _, column := range t.columns {
		c := &packedColumn{words: []string{name}}
		if column != monthColumn {
			if c, err = p.column(column); err != nil {
				return err
			}
		}
		columns = append(columns, c)
	}
	counts, err := combinations(p.cases, columns, take)
	if err != nil {
		return err
	}
	for key, n := range counts {
		t.add(columns, key, n)
	}
	return nil
}

// errCombinations means that more columns are asked for than keys of combinations can number.
var errCombinations = errors.New("the parameters have too many combinations")

// combinations counts how often the words of some columns stand together, by their numbers: that of the last column counts one, that of the one before it as much
// as the last has words, and so on.
func combinations(cases int, columns []*packedColumn, take func(int) bool) (map[uint64]int, error) {
	size := uint64(1)
	for _, c := range columns {
		over, product := bits.Mul64(size, uint64(len(c.words)))
		if over > 0 {
			return nil, errCombinations
		}
		size = product
	}
	const few = 1 << 16 // combinations, which an array counts faster than a map
	counts := map[uint64]int{}
	var array []int
	if size <= few {
		array = make([]int, size)
	}
	for i := range cases {
		if !take(i) {
			continue
		}
		key := uint64(0)
		for _, c := range columns {
			key = key*uint64(len(c.words)) + uint64(c.of(i))
		}
		if array != nil {
			array[key]++
		} else {
			counts[key]++
		}
	}
	for key, n := range array {
		if n > 0 {
			counts[uint64(key)] = n
		}
	}
	return counts, nil
}

// add counts n cases that have the same words, once for each combination of their codes.
func (t *tally) add(columns []*packedColumn, key uint64, n int) {
	words := make([]string, len(columns))
	for i := len(columns) - 1; i >= 0; i-- {
		words[i] = columns[i].words[key%uint64(len(columns[i].words))]
		key /= uint64(len(columns[i].words))
	}
	keys := []string{""}
	for i, column := range t.columns {
		codes := []string{words[i]}
		if column >= singles && column < monthColumn {
			codes = strings.Split(words[i], "\n")
		}
		next := make([]string, 0, len(keys)*len(codes))
		for _, key := range keys {
			for _, code := range codes {
				next = append(next, key+code+"\x00")
			}
		}
		keys = next
	}
	for _, key := range keys {
		t.counts[key] += n
	}
}

// takes tells which cases of a month are in the scope.
func (t *tally) takes(name string, p *packed) (func(int) bool, error) {
	in := []func(int) bool{}
	for _, one := range []struct {
		column int
		set    bool
		takes  func(word string) bool
	}{
		{unitColumn, t.scope.Unit != "" || t.units != nil, func(w string) bool {
			return (t.scope.Unit == "" || w == fold(t.scope.Unit)) && (t.units == nil || t.units[w])
		}},
		{ofProvider, t.scope.Provider != "", func(w string) bool { return w == fold(t.scope.Provider) }},
		{ofRegion, t.scope.Region != "", func(w string) bool { return w == t.scope.Region }},
		{kindColumn, t.scope.Kind != "", func(w string) bool { return w == string(t.scope.Kind) }},
	} {
		if !one.set {
			continue
		}
		c, err := p.column(one.column)
		if err != nil {
			return nil, err
		}
		words := make([]bool, len(c.words))
		for i, word := range c.words {
			words[i] = one.takes(word)
		}
		in = append(in, func(i int) bool { return words[c.of(i)] })
	}
	if t.parts(name) {
		received, err := p.within(t.span())
		if err != nil {
			return nil, err
		}
		in = append(in, func(i int) bool { return received[i] })
	}
	return func(i int) bool {
		return !slices.ContainsFunc(in, func(takes func(int) bool) bool { return !takes(i) })
	}, nil
}

// parts tells whether the span of the scope begins or ends inside a month.
func (t *tally) parts(name string) bool {
	return !t.scope.From.IsZero() && month(t.scope.From) == name && !beginsMonth(t.scope.From) || !t.scope.Until.IsZero() && month(t.scope.Until) == name
}

// beginsMonth tells whether a moment is the first of a month in Sweden.
func beginsMonth(at time.Time) bool {
	local := at.In(routing.Stockholm())
	return local.Equal(time.Date(local.Year(), local.Month(), 1, 0, 0, 0, 0, local.Location()))
}

// span is that of the scope in microseconds; a side that is open is beyond every case.
func (t *tally) span() (from, until int64) {
	from, until = -1<<63, 1<<63-1
	if !t.scope.From.IsZero() {
		from = db.Micros(t.scope.From)
	}
	if !t.scope.Until.IsZero() {
		until = db.Micros(t.scope.Until)
	}
	return from, until
}

// rows are the counts in the order of their keys.
func (t *tally) rows() []StatisticsRow {
	if len(t.columns) == 0 {
		return []StatisticsRow{{Key: map[string]string{}, Count: t.counts[""]}}
	}
	keys := make([]string, 0, len(t.counts))
	for key := range t.counts {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	rows := make([]StatisticsRow, 0, len(keys))
	for _, key := range keys {
		row := StatisticsRow{Key: make(map[string]string, len(t.columns)), Count: t.counts[key]}
		words := strings.Split(key, "\x00")
		for i, name := range t.scope.By {
			row.Key[name] = words[i]
		}
		rows = append(rows, row)
	}
	return rows
}
