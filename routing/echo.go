package routing

import "strings"

// echoed is how many bytes of a caller's own text come back in a fault.
const echoed = 255

// Echo is a caller's text as it may stand in a fault or a log: cut to a length that logs can hold, and masked.
func Echo(text string) string {
	if len(text) > echoed {
		text = strings.ToValidUTF8(text[:echoed], "") + "…"
	}
	return Mask(text)
}

// Mask is text without what can be a personal number: 10 or 12 digits that no letter precedes, with or without a mark before the last four.
// The digits of a HSA-id follow upon letters. Text that holds none is returned as it is.
func Mask(text string) string {
	var out []byte
	for i := 0; i < len(text); {
		if !digit(text[i]) {
			i++
			continue
		}
		end, count := number(text, i)
		letter := i > 0 && (text[i-1]|0x20 >= 'a' && text[i-1]|0x20 <= 'z')
		if (count == 10 || count == 12) && !letter {
			if out == nil {
				out = []byte(text)
			}
			copy(out[i:end], strings.Repeat("*", end-i))
		}
		i = end
	}
	if out == nil {
		return text
	}
	return string(out)
}

// number is where a run of digits that begins at i ends, and how many they are. One mark or blank may stand before the last four.
func number(text string, i int) (end, count int) {
	end = i
	for end < len(text) && digit(text[end]) {
		end++
	}
	count = end - i
	marked := (count == 6 || count == 8) && end+4 < len(text) && (text[end] == '-' || text[end] == '+' || text[end] == ' ')
	if !marked {
		return end, count
	}
	for k := end + 1; k <= end+4; k++ {
		if !digit(text[k]) {
			return end, count
		}
	}
	if end+5 < len(text) && digit(text[end+5]) {
		return end, count
	}
	return end + 5, count + 4
}

func digit(b byte) bool { return b >= '0' && b <= '9' }
