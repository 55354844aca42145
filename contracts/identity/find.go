package identity

import (
	"strings"
	"unicode/utf8"
)

// Span is where in a text an identity stands, in bytes.
type Span struct{ Start, End int }

// gapMost is how many characters may part two groups of a number: "19240101 – 1234".
const gapMost = 3

// shortest is how many bytes an identity has at least: ten digits. Most strings of a log are shorter.
const shortest = 10

// Find is where in a text something stands that can be a person's identity:
//
//   - personal identity numbers and coordination numbers of twelve or ten digits, with any blanks, dashes or + between
//     century, year, month, day and the last four. Month and day must be able to exist; the check digit may be
//     anything, for a mistyped number is somebody's too.
//   - reserve identities: a day and four letters and digits, or a word of twelve letters and digits that begins with
//     two digits.
//
// Digits inside longer numbers, UUIDs and the organisation numbers of HSA-ids are none. Regional identities have no
// form of their own: whoever knows them gives them to a [Mask].
func Find[T ~string | ~[]byte](text T) []Span {
	var found []Span
	for i := 0; i+shortest <= len(text); {
		if !isDigit(text[i]) {
			i++
			continue
		}
		if end := number(text, i); end > 0 {
			found, i = append(found, Span{i, end}), end
			continue
		}
		for i < len(text) && isDigit(text[i]) {
			i++
		}
	}
	return found
}

// Holds tells whether something stands in a text that can be a person's identity.
func Holds(text string) bool { return len(Find(text)) > 0 }

// HoldsNumber tells whether a personal number or a coordination number stands in a text: a day that exists and four
// digits, with or without century. The check digit may be anything. It is what people must not use as a name of
// something else, and leaves alone more than Holds does, which looks for all that can be somebody's.
func HoldsNumber(text string) bool {
	for _, s := range Find(text) {
		only := strings.Map(func(r rune) rune {
			if r < '0' || r > '9' {
				return -1
			}
			return r
		}, text[s.Start:s.End])
		centuries := []string{""}
		if len(only) == 10 {
			centuries = []string{"19", "20"}
		}
		for _, century := range centuries {
			if day := century + only; len(day) == 12 && (birthday(day[:8], false) || birthday(day[:8], true)) {
				return true
			}
		}
	}
	return false
}

// Hide is a text with asterisks instead of what can be a person's identity, as many as there were bytes.
func Hide(text string) string {
	spans := Find(text)
	if spans == nil {
		return text
	}
	line := []byte(text)
	for _, s := range spans {
		copy(line[s.Start:s.End], strings.Repeat("*", s.End-s.Start))
	}
	return string(line)
}

// Erase overwrites what can be a person's identity with asterisks.
func Erase(text []byte) {
	for _, s := range Find(text) {
		for i := s.Start; i < s.End; i++ {
			text[i] = '*'
		}
	}
}

// Replace is a text with what can be a person's identity replaced.
func Replace(text string, by func(found string) string) string {
	var b strings.Builder
	at := 0
	for _, s := range Find(text) {
		b.WriteString(text[at:s.Start])
		b.WriteString(by(text[s.Start:s.End]))
		at = s.End
	}
	if at == 0 {
		return text
	}
	b.WriteString(text[at:])
	return b.String()
}

// number is where an identity ends that begins with the digit at i; 0 where none does.
func number[T ~string | ~[]byte](text T, i int) int {
	var cells [12]byte // the digits
	var ends [12]int   // where each ends
	n, gaps := 0, 0    // gaps: bit k is set where digit k has something before it
	end, more := i, false
	for {
		for n < 12 && end < len(text) && isDigit(text[end]) {
			cells[n], ends[n] = text[end], end+1
			n, end = n+1, end+1
		}
		if n == 12 {
			more = end < len(text) && isDigit(text[end])
			break
		}
		next := afterGap(text, end)
		if next == end || next == len(text) || !isDigit(text[next]) {
			break
		}
		gaps |= 1 << n
		end = next
	}
	const twelve, ten = 1<<2 | 1<<4 | 1<<6 | 1<<8, 1<<2 | 1<<4 | 1<<6 // where parts begin
	if n == 12 && !more && gaps&^twelve == 0 && plausible(string(cells[:])) {
		return ends[11]
	}
	alone := n == 10 || n > 10 && gaps&(1<<10) != 0
	if alone && gaps&(1<<10-1)&^ten == 0 && monthAndDay(string(cells[2:6])) && !(gaps&(1<<10-1) == 0 && afterSE(text, i)) {
		return ends[9]
	}
	if n >= 8 && gaps&(1<<8-1) == 0 {
		if end := reserve(text, i); end > 0 {
			return end
		}
	}
	return reserveWord(text, i)
}

// afterGap is where the separators that stand at a place of a text end.
func afterGap[T ~string | ~[]byte](text T, at int) int {
	end := at
	for range gapMost {
		if end == len(text) {
			return end
		}
		if text[end] < utf8.RuneSelf {
			if !isSeparator(rune(text[end])) {
				return end
			}
			end++
			continue
		}
		r, size := utf8.DecodeRuneInString(string(text[end:min(len(text), end+utf8.UTFMax)]))
		if !isSeparator(r) {
			return end
		}
		end += size
	}
	return end
}

// reserve is where a reserve identity ends that begins with the eight digits of a day at i and has four letters and
// digits after it, parted or not.
func reserve[T ~string | ~[]byte](text T, i int) int {
	if !monthAndDay(string(text[i+4:i+8])) || !century(string(text[i:i+2])) {
		return 0
	}
	from := afterGap(text, i+8)
	if from+4 > len(text) {
		return 0
	}
	letters := 0
	for _, c := range []byte(text[from : from+4]) {
		switch {
		case isLetter(c):
			letters++
		case !isDigit(c):
			return 0
		}
	}
	word := letters == 4 && from > i+8 && text[i+8] != '-' && text[i+8] != '+' // a word after a date
	if letters == 0 || word || !endsWord(text, from+4) {
		return 0
	}
	return from + 4
}

// reserveWord is where a whole word of twelve letters and digits ends that begins with two digits, and has six or more;
// 0 where no such word begins at i.
func reserveWord[T ~string | ~[]byte](text T, i int) int {
	if i+12 > len(text) || !isDigit(text[i+1]) || !endsWord(text, i+12) || i > 0 && inWord(text[i-1]) {
		return 0
	}
	n := 0
	for _, c := range []byte(text[i : i+12]) {
		switch {
		case isDigit(c):
			n++
		case !isLetter(c):
			return 0
		}
	}
	if n < 6 || n == 12 {
		return 0
	}
	return i + 12
}

// endsWord tells whether no word, and no UUID, goes on at a place.
func endsWord[T ~string | ~[]byte](text T, at int) bool { return at == len(text) || !inWord(text[at]) }

func inWord(c byte) bool {
	return isDigit(c) || isLetter(c) || c == '-' || c == '_' || c >= utf8.RuneSelf
}

// plausible tells whether twelve digits begin with a century in which somebody who lives can be born, and go on with
// month and day.
func plausible(twelve string) bool { return century(twelve[:2]) && monthAndDay(twelve[4:8]) }

func century(two string) bool { return two == "18" || two == "19" || two == "20" }

// monthAndDay takes month 00 and day 00 too, which coordination numbers may have, and the day of those, plus 60.
func monthAndDay(mmdd string) bool {
	month := int(mmdd[0]-'0')*10 + int(mmdd[1]-'0')
	day := int(mmdd[2]-'0')*10 + int(mmdd[3]-'0')
	return month <= 12 && (day <= 31 || day >= 60 && day <= 91)
}

// afterSE tells whether the digits at i follow the two letters that begin an HSA-id.
func afterSE[T ~string | ~[]byte](text T, i int) bool {
	return i > 1 && text[i-1]|0x20 == 'e' && text[i-2]|0x20 == 's' && (i < 3 || !isLetter(text[i-3]))
}
