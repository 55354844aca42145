package identity

import (
	"strings"
	"unicode"
	"unicode/utf8"

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

// Plain is Fold without the marks on letters: å and ä as a, ö and ø as o, é as e. Names are looked for by it, since not
// everybody has these letters, or knows which of them a name has.
func Plain(s string) string {
	folded := Fold(s)
	if strings.IndexFunc(folded, func(r rune) bool { return r >= utf8.RuneSelf }) < 0 {
		return folded
	}
	var out strings.Builder
	out.Grow(len(folded))
	for _, r := range norm.NFKD.String(folded) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case r < utf8.RuneSelf:
			out.WriteRune(r)
		default:
			out.WriteString(plainLetter(r))
		}
	}
	return out.String()
}

// plainLetter is a letter that is written with a mark which Unicode does not part from it.
func plainLetter(r rune) string {
	switch r {
	case 'ø':
		return "o"
	case 'æ':
		return "a"
	case 'œ':
		return "o"
	case 'đ', 'ð':
		return "d"
	case 'ł':
		return "l"
	case 'ħ':
		return "h"
	case 'ı':
		return "i"
	case 'ß':
		return "ss"
	case 'þ':
		return "th"
	}
	return string(r)
}

// Blank tells whether a text says nothing: white space and invisible characters alone.
func Blank(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return !unicode.IsSpace(r) && !invisible(r) }) < 0
}

// Trim is a text without the white space around it; "" where it is Blank. What people give as a ground, a reason, a
// note or a name is judged by it.
func Trim(s string) string {
	if Blank(s) {
		return ""
	}
	return strings.TrimSpace(s)
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
