package routing

import "strings"

// Fold is the form in which HSA-ids are compared, and in which they are keys: ASCII letters in upper case, all else
// as it stands. It allocates only where there is a lower-case letter.
//
// Other letters are left alone on purpose: Unicode would make "ſ" an "S" and the Kelvin sign a "K", and so one sender
// another. What compares HSA-ids uses Fold or SameHSAID, never strings.EqualFold, strings.ToUpper or a database's
// upper(); a test looks for those.
func Fold(hsaID string) string {
	for i := range len(hsaID) {
		if c := hsaID[i]; 'a' <= c && c <= 'z' {
			folded := []byte(hsaID)
			for j := i; j < len(folded); j++ {
				folded[j] = upper(folded[j])
			}
			return string(folded)
		}
	}
	return hsaID
}

// FoldTrimmed is Fold of an HSA-id without the blanks that may have been typed around it.
func FoldTrimmed(typed string) string { return Fold(strings.TrimSpace(typed)) }

// SameHSAID tells whether two HSA-ids are the same: they are spelled alike but for the case of ASCII letters.
func SameHSAID(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		if upper(a[i]) != upper(b[i]) {
			return false
		}
	}
	return true
}

func upper(c byte) byte {
	if 'a' <= c && c <= 'z' {
		return c - 'a' + 'A'
	}
	return c
}
