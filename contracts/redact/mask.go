package redact

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"rivgate/contracts/identity"
)

// Profile names the rules by which a Masker takes persons out of messages. It changes with them.
const Profile = "persons-1"

// Masker replaces what says something of a person in messages. What it has replaced once it replaces by the same again,
// in all messages that it is given: their exchanges stay about the same persons, who are nobody.
//
//   - Personal identity numbers and coordination numbers become published test numbers, and when those are used up
//     numbers that nobody can have (identity.IsTest), of the same kind, for a child those of a child, and right or
//     wrong in their check digit as the first ones are. A number that is a test number stays.
//   - Names, telephones, mail addresses and texts become Swedish of as many characters.
//   - Files become the smallest of their type, and their sizes and digests those of these.
//   - HSA-ids, codes, OIDs, times and ids stay where they have the form of one.
//
// It keeps what it knows to be harmless and replaces the rest, so that an element that nobody has thought of is not let
// through. It holds the numbers that it replaced in memory alone. It must not be used by two at once.
type Masker struct {
	At     time.Time // of the exchange: whoever is a child then stays one
	HSAIDs bool      // HSA-ids that are no test ids are replaced too

	known      map[knownValue]string
	counts     map[string]int
	identities map[string]string // the last ten digits of personal numbers that were met → those that stand for them
	met        map[string]bool   // the last ten digits of what can be a personal number in the messages
	taken      map[string]bool   // those that stand for somebody
	next       map[personKind]int
}

// knownValue is a value that was replaced, by its digest, and the kind of value that it is.
type knownValue struct {
	kind   string
	digest [sha256.Size]byte
}

// personKind is what a number that stands for another has in common with it.
type personKind struct{ child, coordination, right bool }

// New is a masker that has met nobody yet. at is when the messages were sent.
func New(at time.Time) *Masker {
	return &Masker{
		At: at, known: map[knownValue]string{}, counts: map[string]int{}, identities: map[string]string{},
		met: map[string]bool{}, taken: map[string]bool{}, next: map[personKind]int{},
	}
}

// Errors of Masker.Mask.
var (
	// ErrNotMasked is a message of which nothing can be given out.
	ErrNotMasked = errors.New("the message cannot be masked")
	// ErrUsedUp is more persons than there are numbers that nobody has.
	ErrUsedUp = fmt.Errorf("%w: no number is left that nobody has: too many persons for one folder", ErrNotMasked)
)

// Mask is a message with everything that says something of a person replaced, in UTF-8. Names, order and white space of
// its elements stay. The error is ErrNotMasked.
func (m *Masker) Mask(message []byte, contentType string) ([]byte, error) {
	masked, _, err := m.MaskPlaces(message, contentType)
	return masked, err
}

// MaskPlaces is Mask, and says where something was replaced: the local names from the root, @name for an attribute,
// parted by /, each place once.
func (m *Masker) MaskPlaces(message []byte, contentType string) (masked []byte, places []string, err error) {
	text, err := UTF8(message, contentType)
	if err != nil {
		return nil, nil, err
	}
	doc, err := readMarkup(text)
	if err != nil {
		return nil, nil, err
	}
	m.Meet(text)
	seen := map[string]bool{}
	masked = doc.write(func(n *element, value string) string {
		other := m.value(n, value)
		if place := n.place(); other != value && !seen[place] {
			seen[place], places = true, append(places, place)
		}
		return other
	})
	if m.counts[usedUp] > 0 {
		return nil, nil, ErrUsedUp
	}
	if found := len(Check(masked)); found > 0 {
		return nil, nil, fmt.Errorf("%w: %d personal numbers are left", ErrNotMasked, found)
	}
	return masked, places, nil
}

// Meet notes the personal numbers of a message before any is made up, so that none that is made up is one of them.
func (m *Masker) Meet(text []byte) {
	for _, found := range identity.Find(text) {
		if key := identity.Key(string(text[found.Start:found.End])); formStampless(key) {
			m.met[key[len(key)-10:]] = true
		}
	}
}

// hsaIDs are the HSA-ids in a text.
var hsaIDs = regexp.MustCompile(`\b(SE|TSTNMT)\d{10,12}-[0-9A-Za-z]{1,24}\b`)

// Scrub replaces what can be a person's identity in a text that is kept otherwise, and HSA-ids where they are to be.
func (m *Masker) Scrub(text string) string {
	var b strings.Builder
	at := 0
	for _, found := range Numbers([]byte(text)) {
		b.WriteString(text[at:found.Start] + m.standIn(text[found.Start:found.End]))
		at = found.End
	}
	text = b.String() + text[at:]
	if m.HSAIDs {
		text = hsaIDs.ReplaceAllStringFunc(text, m.hsaID)
	}
	return text
}

// hsaID is what stands for an HSA-id, as long as it where that is possible. Test ids stay.
func (m *Masker) hsaID(id string) string {
	const test = "SE0000000001-"
	for _, prefix := range []string{test, "SE2010123456-", "TSTNMT2321000156-"} {
		if strings.HasPrefix(id, prefix) {
			return id
		}
	}
	return m.same("hsaid", id, func(n int) string {
		return fmt.Sprintf("%sX%0*d", test, max(0, len(id)-len(test)-1), n)
	})
}

// standIn is what stands for an identity, in the form that it was written in.
func (m *Masker) standIn(found string) string {
	key := identity.Key(found)
	switch {
	case identity.IsTest(key):
		return found
	case !formStampless(key):
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

// usedUp counts the numbers that could not be replaced.
const usedUp = "used up"

// identity are the twelve digits that stand for a person: of the same kind, and right or wrong in their check digit as
// the first ones are.
func (m *Masker) identity(date, last string) string {
	key := date[len(date)-6:] + last
	if other, ok := m.identities[key]; ok {
		return other
	}
	kind := personKind{
		child: m.child(date), coordination: date[len(date)-2] >= '6', right: identity.CheckDigit(key[:9]) == key[9],
	}
	for {
		other := m.candidate(kind, m.next[kind])
		if m.next[kind]++; other == "" {
			m.counts[usedUp]++
			return strings.Repeat("0", 12)
		}
		if m.taken[other[2:]] || m.met[other[2:]] || len(date) == 8 && other[2:] == key {
			continue
		}
		m.taken[other[2:]], m.identities[key] = true, other
		return other
	}
}

// candidate is the n-th number that can stand for a person: the published ones first, then those of birth number 000,
// day by day; "" when there is no more.
func (m *Masker) candidate(kind personKind, n int) string {
	for _, published := range identity.PublishedTestNumbers {
		if kind.right && m.child(published[:8]) == kind.child && (published[6] >= '6') == kind.coordination {
			if n == 0 {
				return published
			}
			n--
		}
	}
	first := time.Date(1908, 1, 1, 0, 0, 0, 0, time.UTC) // adults: ten digits of theirs are nobody's of this century yet
	end := time.Date(m.At.Year()-19, 12, 31, 0, 0, 0, 0, time.UTC)
	if kind.child {
		first = time.Date(m.At.Year()-16, 1, 1, 0, 0, 0, 0, time.UTC)
		end = time.Date(m.At.Year()-1, 12, 31, 0, 0, 0, 0, time.UTC)
	}
	day := first.AddDate(0, 0, n)
	if day.After(end) {
		return ""
	}
	date := day.Format("20060102")
	if kind.coordination {
		date = date[:6] + string([]byte{date[6] + 6, date[7]})
	}
	nine := date[2:] + "000"
	digit := identity.CheckDigit(nine)
	if !kind.right {
		digit = '0' + (digit-'0'+1)%10
	}
	return date + "000" + string(digit)
}

// child tells whether who was born on a day was a child at the exchange. A year of two digits is that of the last
// hundred years.
func (m *Masker) child(date string) bool {
	year := int(date[0]-'0')*10 + int(date[1]-'0')
	if len(date) == 8 {
		year = year*100 + int(date[2]-'0')*10 + int(date[3]-'0')
	} else if year += 2000; year > m.At.Year() {
		year -= 100
	}
	return year+18 > m.At.Year()
}

// same replaces a value by what write makes of a number, the same each time.
func (m *Masker) same(kind, value string, write func(n int) string) string {
	key := knownValue{kind, sha256.Sum256([]byte(strings.TrimSpace(value)))}
	if other, ok := m.known[key]; ok {
		return other
	}
	m.counts[kind]++
	m.known[key] = write(m.counts[kind])
	return m.known[key]
}

// shaped replaces letters and digits of a value one by one and keeps its other characters: a form that a schema may ask
// for stays.
func (m *Masker) shaped(value string) string {
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
