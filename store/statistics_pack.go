package store

import (
	"encoding/binary"
	"errors"
	"strings"
)

// statisticsColumns are the parameters in the order in which they are packed: those of which a case has one, then those of which it may have several, then
// the month of receipt, which is the month's own.
func statisticsColumns() []string {
	return append(append([]string{"unit", "provider", "region", "age", "sex", "area", "incident_unit", "incident", "closed"}, statisticsLists()...), "received")
}

// statisticsLists are the parameters of which a case may have several, as case_code names them.
func statisticsLists() []string { return []string{"main_problem", "sub_problem", "experienced"} }

// Where columns stand.
const (
	singles     = 9
	lists       = 3
	unitColumn  = 0
	ofProvider  = 1
	ofRegion    = 2
	monthColumn = singles + lists
	kindColumn  = monthColumn // in a pack, which leaves its month out
	packColumns = kindColumn + 1
)

// caseFacts is what statistics know of a case.
type caseFacts struct {
	received int64
	kind     string
	single   [singles]string
	lists    [lists][]string
}

// word is what a case has in a column of a pack. Several codes are one word, parted by line ends.
func (c *caseFacts) word(column int) string {
	switch {
	case column == kindColumn:
		return c.kind
	case column < singles:
		return c.single[column]
	}
	return strings.Join(c.lists[column-singles], "\n")
}

// monthFacts are the facts of a month's cases, as the tables say it.
type monthFacts struct {
	sum   monthSum
	cases []caseFacts
}

// packForm is the first byte: a form that is not known is an error, not a guess.
const packForm = 1

// pack writes a month: how many cases, then column by column its words, each once, and for each case the number of its word, in as few bytes as the words
// need; last the moments. A reader skips the columns that it does not ask for. The same facts are always the same bytes.
func (f *monthFacts) pack() []byte {
	out := binary.AppendUvarint([]byte{packForm}, uint64(len(f.cases)))
	for column := range packColumns {
		part := f.column(column)
		out = append(binary.AppendUvarint(out, uint64(len(part))), part...)
	}
	last := int64(0)
	for _, c := range f.cases {
		out = binary.AppendVarint(out, c.received-last)
		last = c.received
	}
	return out
}

func (f *monthFacts) column(column int) []byte {
	numbers := map[string]int{}
	var words []byte
	of := make([]int, len(f.cases))
	for i := range f.cases {
		word := f.cases[i].word(column)
		n, known := numbers[word]
		if !known {
			n = len(numbers)
			numbers[word] = n
			words = append(binary.AppendUvarint(words, uint64(len(word))), word...)
		}
		of[i] = n
	}
	out := append(binary.AppendUvarint(nil, uint64(len(numbers))), words...)
	for _, n := range of {
		switch width(len(numbers)) {
		case 1:
			out = append(out, byte(n))
		case 4:
			out = binary.LittleEndian.AppendUint32(out, uint32(n))
		}
	}
	return out
}

// width is how many bytes the number of one of so many words takes.
func width(words int) int {
	switch {
	case words <= 1:
		return 0
	case words <= 256:
		return 1
	}
	return 4
}

// errPacked means that what is kept of a month cannot be read.
var errPacked = errors.New("the gathered statistics of a month cannot be read")

// packed is a month that is read.
type packed struct {
	cases   int
	parts   [packColumns][]byte
	moments []byte
}

// packedColumn is one of its columns.
type packedColumn struct {
	words   []string
	numbers []byte
	width   int
}

// of is the number of a case's word.
func (c *packedColumn) of(i int) uint32 {
	switch c.width {
	case 0:
		return 0
	case 1:
		return uint32(c.numbers[i])
	}
	return binary.LittleEndian.Uint32(c.numbers[4*i:])
}

// piece takes a piece with its length before it.
func piece(b []byte) (one, rest []byte, err error) {
	n, used := binary.Uvarint(b)
	if used <= 0 || n > uint64(len(b)-used) {
		return nil, nil, errPacked
	}
	return b[used : used+int(n)], b[used+int(n):], nil
}

func unpack(b []byte) (*packed, error) {
	if len(b) == 0 || b[0] != packForm {
		return nil, errPacked
	}
	n, used := binary.Uvarint(b[1:])
	if used <= 0 || n > uint64(len(b)) { // each has a moment
		return nil, errPacked
	}
	p := &packed{cases: int(n)}
	b = b[1+used:]
	var err error
	for column := range p.parts {
		if p.parts[column], b, err = piece(b); err != nil {
			return nil, err
		}
	}
	p.moments = b
	return p, nil
}

func (p *packed) column(column int) (*packedColumn, error) {
	b := p.parts[column]
	n, used := binary.Uvarint(b)
	if used <= 0 || n > uint64(len(b)) {
		return nil, errPacked
	}
	c := &packedColumn{words: make([]string, 0, n), width: width(int(n))}
	b = b[used:]
	for range n {
		word, rest, err := piece(b)
		if err != nil {
			return nil, err
		}
		c.words, b = append(c.words, string(word)), rest
	}
	if c.numbers = b; len(b) != p.cases*c.width || n == 0 && p.cases > 0 {
		return nil, errPacked
	}
	for i := range p.cases {
		if c.width > 0 && c.of(i) >= uint32(len(c.words)) {
			return nil, errPacked
		}
	}
	return c, nil
}

// within tells for each case whether it was received from one moment on and before another.
func (p *packed) within(from, until int64) ([]bool, error) {
	out, b, at := make([]bool, p.cases), p.moments, int64(0)
	for i := range out {
		step, used := binary.Varint(b)
		if used <= 0 {
			return nil, errPacked
		}
		b, at = b[used:], at+step
		out[i] = at >= from && at < until
	}
	return out, nil
}
