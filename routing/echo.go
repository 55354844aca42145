package routing

import "strings"

// echoed is how many bytes of a caller's own text come back in a fault.
const echoed = 255

// Echo is a caller's text cut to a length that faults and logs can hold. Whoever gives it out takes out what can be a person's number.
func Echo(text string) string {
	if len(text) > echoed {
		text = strings.ToValidUTF8(text[:echoed], "") + "…"
	}
	return text
}
