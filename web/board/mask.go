package board

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"rivgate/contracts/identity"
)

// maskDigits is from how many digits on a number is masked: with blanks and signs between them too, so that a personal
// number or a telephone number is one however it was typed. Days go with it.
const maskDigits = 5

// textMask masks texts of one case: the names that the case knows, and all longer numbers. Names that nobody told it,
// of a nurse say, it cannot know.
type textMask map[string]bool // words of names, in lower case

// newTextMask takes the names of everybody that a case knows.
func newTextMask(names ...string) textMask {
	m := textMask{}
	for _, name := range names {
		for _, word := range strings.FieldsFunc(identity.Fold(name), func(r rune) bool { return !inWord(r) }) {
			if utf8.RuneCountInString(word) > 1 {
				m[word] = true
			}
		}
	}
	return m
}

func inWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsMark(r) }

// text is a text with names, numbers and mail addresses masked.
func (m textMask) text(s string) string {
	s = identity.Replace(identity.NFC(s), func(string) string { return maskedNumber })
	var b strings.Builder
	for s != "" {
		n, masked := m.piece(s)
		b.WriteString(masked)
		s = s[n:]
	}
	return b.String()
}

// piece is how much of a text belongs together at its beginning, and what it becomes.
func (m textMask) piece(s string) (n int, masked string) {
	if n := mailAt(s); n > 0 {
		return n, maskedMail
	}
	r, size := utf8.DecodeRuneInString(s)
	switch {
	case unicode.IsDigit(r) || r == '+':
		n, digits := numberAt(s)
		if digits >= maskDigits {
			return n, maskedNumber
		}
		if n == 0 {
			n = size
		}
		return n, s[:n]
	case inWord(r):
		n := strings.IndexFunc(s, func(r rune) bool { return !inWord(r) })
		if n < 0 {
			n = len(s)
		}
		if m.has(s[:n]) {
			return n, maskedName
		}
		return n, s[:n]
	}
	return size, s[:size]
}

// has tells whether a word is of a name, in the genitive too.
func (m textMask) has(word string) bool {
	word = identity.Fold(word)
	return m[word] || m[strings.TrimSuffix(word, "s")]
}

// numberAt is how long the number at the beginning of a text is, and how many digits it has. Blanks and signs belong to
// it between digits alone, three in a row at most.
func numberAt(s string) (n, digits int) {
	gap := 0
	for i, r := range s {
		switch {
		case unicode.IsDigit(r):
			digits, gap, n = digits+1, 0, i+utf8.RuneLen(r)
		case (unicode.IsSpace(r) && r != '\n' || strings.ContainsRune("-–—−+./()", r)) && gap < 3:
			gap++
		default:
			return n, digits
		}
	}
	return n, digits
}

// mailAt is how long the mail address at the beginning of a text is; 0 when it begins otherwise.
func mailAt(s string) int {
	end := strings.IndexFunc(s, func(r rune) bool {
		return !(inWord(r) || unicode.IsDigit(r) || strings.ContainsRune("@._%+-", r))
	})
	if end < 0 {
		end = len(s)
	}
	word := strings.TrimRight(s[:end], ".-")
	local, domain, found := strings.Cut(word, "@")
	if !found || local == "" || !strings.Contains(domain, ".") {
		return 0
	}
	return len(word)
}
