package operate

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"rivgate/contracts/identity"
)

// masker replaces what says something of a person in messages. What it has replaced once it replaces by the same again,
// in all messages that it is given: an exchange stays one about the same persons, who are nobody.
//
// It keeps what it knows to be harmless and replaces the rest, so that an element that nobody has thought of is not let
// through.
type masker struct {
	at         time.Time // of the exchange: whoever is a child then stays one
	known      map[string]string
	counts     map[string]int
	identities map[string]string // the last ten digits of personal numbers that were met → those that stand for them
	met        map[string]bool   // the last ten digits of what can be a personal number in the messages
	taken      map[string]bool   // those that stand for somebody
}

func newMasker(at time.Time) *masker {
	return &masker{
		at: at, known: map[string]string{}, counts: map[string]int{}, identities: map[string]string{}, met: map[string]bool{},
		taken: map[string]bool{},
	}
}

// errNotMasked is a message of which nothing can be given out.
var errNotMasked = errors.New("the message cannot be masked")

// mask is a message with everything that says something of a person replaced, in UTF-8. Names, order and white space of
// its elements stay.
func (m *masker) mask(message []byte, contentType string) ([]byte, error) {
	text, err := utf8Of(message, contentType)
	if err != nil {
		return nil, err
	}
	doc, err := readMarkup(text)
	if err != nil {
		return nil, err
	}
	m.meet(text)
	masked := doc.write(m.value)
	if found := m.left(masked); found > 0 {
		return nil, fmt.Errorf("%w: %d personal numbers are left", errNotMasked, found)
	}
	return masked, nil
}

// meet notes the personal numbers of a message before any is made up, so that none that is made up is one of them.
func (m *masker) meet(text []byte) {
	for _, found := range identity.Find(text) {
		if key := identity.Key(string(text[found.Start:found.End])); formStampless(key) {
			m.met[key[len(key)-10:]] = true
		}
	}
}

// left counts the personal numbers that were met and are there still.
func (m *masker) left(text []byte) (n int) {
	for _, found := range identity.Find(text) {
		if key := identity.Key(string(text[found.Start:found.End])); m.met[key[len(key)-10:]] {
			n++
		}
	}
	return n
}

func lastSix(digits string) string { return digits[len(digits)-6:] }

// scrub replaces what can be a person's identity in a text that is kept otherwise.
func (m *masker) scrub(text string) string { return identity.Replace(text, m.standIn) }

// standIn is what stands for an identity, in the form that it was written in.
func (m *masker) standIn(found string) string {
	key := identity.Key(found)
	if !formStampless(key) {
		return m.shaped(found)
	}
	other := m.identity(key[:len(key)-4], key[len(key)-4:])[12-len(key):]
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return r
		}
		digit := other[0]
		other = other[1:]
		return rune(digit)
	}, found)
}

// identity are the twelve digits that stand for a person. They are of a series that is given to nobody (birth numbers
// 980 to 999), of the same kind, and right or wrong in their check digit as the first ones are.
func (m *masker) identity(date, last string) string {
	key := lastSix(date) + last
	if other, ok := m.identities[key]; ok {
		return other
	}
	year := 1950
	if m.child(date) {
		year = m.at.Year() - 8
	}
	coordination := date[len(date)-2] >= '6'
	right := identity.CheckDigit(key[:9]) == key[9]
	for n := len(m.identities); ; n++ {
		day := n/20%28 + 1
		if coordination {
			day += 60
		}
		other := fmt.Sprintf("%04d%02d%02d%03d", year+n/(20*28*12), n/(20*28)%12+1, day, 980+n%20)
		digit := identity.CheckDigit(other[2:])
		if !right {
			digit = '0' + (digit-'0'+1)%10
		}
		if other += string(digit); m.taken[other[2:]] || m.met[other[2:]] {
			continue
		}
		m.taken[other[2:]], m.identities[key] = true, other
		return other
	}
}

// child tells whether who was born on a day was a child at the exchange. A year of two digits is that of the last
// hundred years.
func (m *masker) child(date string) bool {
	year := int(date[0]-'0')*10 + int(date[1]-'0')
	if len(date) == 8 {
		year = year*100 + int(date[2]-'0')*10 + int(date[3]-'0')
	} else if year += 2000; year > m.at.Year() {
		year -= 100
	}
	return year+18 > m.at.Year()
}

// same replaces a value by words with a number, the same each time.
func (m *masker) same(kind, value string, write func(n int) string) string {
	key := kind + "\x00" + strings.TrimSpace(value)
	if other, ok := m.known[key]; ok {
		return other
	}
	m.counts[kind]++
	m.known[key] = write(m.counts[kind])
	return m.known[key]
}

// shaped replaces letters and digits of a value one by one and keeps its other characters: a form that a schema may ask
// for stays.
func (m *masker) shaped(value string) string {
	return m.same("shape "+shapeOf(value), value, func(n int) string {
		number := fmt.Sprint(n)
		out := []byte(shapeOf(value))
		for i := len(out) - 1; i >= 0 && number != ""; i-- {
			if out[i] == '0' {
				out[i], number = number[len(number)-1], number[:len(number)-1]
			}
		}
		return string(out)
	})
}

func shapeOf(value string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9':
			return '0'
		case r == ' ' || r == '-' || r == '+' || r == '.' || r == ':' || r == '_':
			return r
		case r >= 'a' && r <= 'z':
			return 'x'
		}
		return 'X'
	}, value)
}
