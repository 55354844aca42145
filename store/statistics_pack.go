package store

import (
	"encoding/binary"
	"errors"
)

// statisticsColumns are the parameters in the order in which they are packed: those of which a case has one, then those of which it may have several, then
// the month of receipt, which is the month's own.
func statisticsColumns() []string {
	return append(append([]string{"unit", "provider", "region", "age", "sex", "area", "incident_unit", "incident", "closed"}, statisticsLists()...), "received")
}

// statisticsLists are the parameters of which a case may have several, as case_code names them.
func statisticsLists() []string { return []string{"main_problem", "sub_problem", "experienced"} }

// How many there are of each.
const (
	singles = 9
	lists   = 3
)

// caseFacts is what statistics know of a case.
type caseFacts struct {
	received int64
	kind     string
	single   [singles]string
	lists    [lists][]string
}

// monthFacts are the facts of a month's cases, as the tables say it.
type monthFacts struct {
	sum   monthSum
	cases []caseFacts
}

// packing is the form in which a month is kept: its words, each once, and then for each case its moment and the numbers of its words.
type packing struct {
	words   []byte
	count   uint64
	numbers map[string]uint64
	rows    []byte
}

// packForm is the first byte: a form that is not known is an error, not a guess.
const packForm = 1

// pack writes a month. The same facts are always the same bytes.
func (f *monthFacts) pack() []byte {
	p := packing{numbers: map[string]uint64{}}
	last := int64(0)
	for _, c := range f.cases {
		p.rows = binary.AppendVarint(p.rows, c.received-last)
		last = c.received
		p.word(c.kind)
		for _, word := range c.single {
			p.word(word)
		}
		for _, list := range c.lists {
			p.rows = binary.AppendUvarint(p.rows, uint64(len(list)))
			for _, word := range list {
				p.word(word)
			}
		}
	}
	out := binary.AppendUvarint([]byte{packForm}, p.count)
	out = append(out, p.words...)
	out = binary.AppendUvarint(out, uint64(len(f.cases)))
	return append(out, p.rows...)
}

func (p *packing) word(word string) {
	n, known := p.numbers[word]
	if !known {
		n = p.count
		p.count++
		p.numbers[word] = n
		p.words = append(binary.AppendUvarint(p.words, uint64(len(word))), word...)
	}
	p.rows = binary.AppendUvarint(p.rows, n)
}

// errPacked means that what is kept of a month cannot be read.
var errPacked = errors.New("the gathered statistics of a month cannot be read")

// packed reads a month case by case.
type packed struct {
	rest  []byte
	words []string
	cases uint64
	last  int64
	bad   bool

	// of the case that was read last; numbers of words
	received int64
	kind     uint32
	single   [singles]uint32
	lists    [lists][]uint32
}

func unpack(b []byte) (*packed, error) {
	if len(b) == 0 || b[0] != packForm {
		return nil, errPacked
	}
	p := &packed{rest: b[1:]}
	for range p.uint() {
		n := p.uint()
		if p.bad || n > uint64(len(p.rest)) {
			return nil, errPacked
		}
		p.words = append(p.words, string(p.rest[:n]))
		p.rest = p.rest[n:]
	}
	p.cases = p.uint()
	if p.bad {
		return nil, errPacked
	}
	return p, nil
}

func (p *packed) uint() uint64 {
	if len(p.rest) > 0 && p.rest[0] < 0x80 { // nearly always
		n := uint64(p.rest[0])
		p.rest = p.rest[1:]
		return n
	}
	n, used := binary.Uvarint(p.rest)
	if used <= 0 {
		p.bad, p.rest = true, nil
		return 0
	}
	p.rest = p.rest[used:]
	return n
}

// number is that of a word.
func (p *packed) number() uint32 {
	n := p.uint()
	if n >= uint64(len(p.words)) {
		p.bad = true
		return 0
	}
	return uint32(n)
}

// next reads the next case.
func (p *packed) next() error {
	step, used := binary.Varint(p.rest)
	if used <= 0 {
		return errPacked
	}
	p.rest = p.rest[used:]
	p.last += step
	p.received, p.kind = p.last, p.number()
	for i := range p.single {
		p.single[i] = p.number()
	}
	for i := range p.lists {
		p.lists[i] = p.lists[i][:0]
		for n := p.uint(); n > 0 && !p.bad; n-- {
			p.lists[i] = append(p.lists[i], p.number())
		}
	}
	if p.bad {
		return errPacked
	}
	return nil
}
