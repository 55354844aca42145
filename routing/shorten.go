package routing

import "strings"

// maxShortened is how many bytes of a caller's own text come back in a fault.
const maxShortened = 255

// Shorten is a caller's text cut to a length that faults and logs can hold. Whoever gives it out takes out what can
// be a person's number.
func Shorten(text string) string {
	if len(text) > maxShortened {
		text = strings.ToValidUTF8(text[:maxShortened], "") + "…"
	}
	return text
}
