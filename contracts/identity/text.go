package identity

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// NFC is a text in Unicode's composed form, in which texts are compared, searched, masked and printed. What was
// received is kept as it came.
func NFC(s string) string { return norm.NFC.String(s) }

// Fold is what texts are compared and searched by: composed, in lower case, without invisible characters.
func Fold(s string) string {
	folded := strings.ToLower(NFC(s))
	if strings.IndexFunc(folded, invisible) >= 0 {
		folded = strings.Map(func(r rune) rune {
			if invisible(r) {
				return -1
			}
			return r
		}, folded)
	}
	return NFC(folded) // the lower case of some letters is more than one character
}

// Blank tells whether a text says nothing: white space and invisible characters alone.
func Blank(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return !unicode.IsSpace(r) && !invisible(r) }) < 0
}

// invisible tells whether a character shows nothing: zero-width and format characters, direction signs, fillers and
// variation selectors.
func invisible(r rune) bool {
	if r < 0xad {
		return false
	}
	return unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// isSeparator tells whether a character may stand between the parts of a number: blanks, dashes and signs of any kind,
// and what is invisible.
func isSeparator(r rune) bool {
	switch {
	case r == '-' || r == ' ' || r == '+' || r == '\t':
		return true
	case r < 0x80:
		return false
	}
	return unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) || r == '\u2212' || r == '\u2043' || r == '\uff0b' ||
		invisible(r)
}
