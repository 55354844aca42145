package redact

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What stands for words of others: Swedish, of as many characters, and made up by a number alone.

// plainWords are words of common speech, of every length that is needed to fill a line.
var plainWords = [][]string{
	1: {"i", "å"},
	2: {"en", "vi", "är", "på", "av", "så", "om"},
	3: {"och", "men", "att", "för", "den", "när", "här", "vid"},
	4: {"dörr", "text", "blad", "sten", "gräs", "moln", "träd"},
	5: {"bilen", "huset", "sedan", "vägen", "lampa", "stolt", "grönt", "sakta"},
	6: {"himmel", "vinden", "staden", "klocka", "trappa", "mellan"},
	7: {"fönster", "blommor", "gatorna", "klockan", "regnade"},
	8: {"trottoar", "stugorna", "lördagen", "klockans", "blommans"},
}

// names are given and family names that many have.
var names = []string{
	"Bo", "Åsa", "Ida", "Eva", "Per", "Lars", "Anna", "Olle", "Maja", "Karin", "Erik", "Johan", "Maria", "Lind", "Berg",
	"Ek", "Dahl", "Holm", "Ström", "Nyman", "Lund", "Åberg", "Öberg", "Sjö",
}

// choose is a source of choices that the number alone decides.
func choose(n int) *rand.Rand { return rand.New(rand.NewPCG(uint64(n), 1177)) }

// textLike is a Swedish text with as many characters as another, and with its line ends and the blanks at its ends
// where they are.
func textLike(value string, n int) string {
	from := choose(n)
	lines := strings.SplitAfter(value, "\n")
	for i, line := range lines {
		lines[i] = keepEnds(line, func(length int) string { return sentence(length, from) })
	}
	return strings.Join(lines, "")
}

// keepEnds replaces what stands between the blanks at both ends of a text.
func keepEnds(value string, by func(length int) string) string {
	inner := strings.TrimFunc(value, unicode.IsSpace)
	if inner == "" {
		return value
	}
	begin := strings.Index(value, inner)
	return value[:begin] + by(utf8.RuneCountInString(inner)) + value[begin+len(inner):]
}

// sentence is words of that many characters in all, with a capital and a full stop where there is room.
func sentence(length int, from *rand.Rand) string {
	var b strings.Builder
	end := ""
	if length > 3 {
		length, end = length-1, "."
	}
	for length > 0 {
		size := 1 + from.IntN(min(length, len(plainWords)-1))
		switch left := length - size; {
		case left == 1: // no room for a blank and a word
			continue
		case left == 0 || left > 1:
			length = max(0, left-1)
			b.WriteString(plainWords[size][from.IntN(len(plainWords[size]))])
			if left > 0 {
				b.WriteByte(' ')
			}
		}
	}
	first, size := utf8.DecodeRuneInString(b.String())
	if first == utf8.RuneError {
		return end
	}
	return string(unicode.ToUpper(first)) + b.String()[size:] + end
}

// nameLike is a name with as many characters as another.
func nameLike(value string, n int) string {
	from := choose(n)
	return keepEnds(value, func(length int) string {
		text := names[from.IntN(len(names))]
		for utf8.RuneCountInString(text) < length {
			text += " " + names[from.IntN(len(names))]
		}
		cut := []rune(text)[:length]
		if cut[length-1] == ' ' {
			cut[length-1] = 's'
		}
		return string(cut)
	})
}

// wordLike is a word with as many characters as another.
func wordLike(value string, n int) string {
	from := choose(n)
	return keepEnds(value, func(length int) string {
		text := "bilaga"
		for len(text) < length {
			text += []string{"bild", "brev", "sida", "text"}[from.IntN(4)]
		}
		return text[:length]
	})
}

// telephoneLike is a number with the digits, blanks and signs where another has them: of the numbers that
// Post- och telestyrelsen keeps for books and films (08-46500400 and those after it), filled up with digits where it is
// longer.
func telephoneLike(value string, n int) string {
	digits := fmt.Sprintf("08465004%02d", n%100)
	if strings.HasPrefix(strings.TrimSpace(value), "+46") {
		digits = "46" + digits[1:]
	}
	i := 0
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsDigit(r):
			if i++; i <= len(digits) {
				return rune(digits[i-1])
			}
			return '0'
		case unicode.IsSpace(r) || strings.ContainsRune("+-()/.,", r):
			return r
		}
		return '-'
	}, value)
}

// mailLike is an address with as many characters as another, of a domain that nobody has where there is room.
func mailLike(value string, n int) string {
	const domain, short = "@example.org", "@x.test"
	return keepEnds(value, func(length int) string {
		switch {
		case length > len(domain):
			return wordLike(strings.Repeat("x", length-len(domain)), n) + domain
		case length > len(short):
			return wordLike(strings.Repeat("x", length-len(short)), n) + short
		}
		return strings.Repeat("x", length)
	})
}
