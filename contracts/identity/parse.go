package identity

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Parse is an identity that somebody typed or pasted: blanks, dashes and invisible characters are taken away, ten
// digits get their century, and the form says which kind it is. today decides the century of ten digits: the latest in
// which they have been born already, and the one before that where a + stands in the number. A form that says no kind
// gives a Person without Type.
func Parse(typed string, today time.Time) Person {
	key := Key(typed)
	if len(key) == 10 && digits(key) && monthAndDay(key[2:6]) {
		key = withCentury(key, strings.ContainsAny(typed, "+\uff0b"), today)
	}
	if len(key) == 12 && digits(key) && !plausible(key) {
		return Person{ID: key, Type: OIDPersonnummer} // a number all the same, for which Check says what is wrong with it
	}
	return Person{ID: key, Type: kindOf(key)}
}

// withCentury is a number of ten digits with its century before it.
func withCentury(ten string, plus bool, today time.Time) string {
	year := today.Year() / 100 * 100
	born := year + int(ten[0]-'0')*10 + int(ten[1]-'0')
	if born > today.Year() || born == today.Year() && monthDayAfter(ten[2:6], today) {
		year -= 100
	}
	if plus {
		year -= 100
	}
	return string([]byte{'0' + byte(year/1000%10), '0' + byte(year/100%10)}) + ten
}

// monthDayAfter tells whether a month and day, those of a coordination number included, come after today.
func monthDayAfter(mmdd string, today time.Time) bool {
	day := []byte(mmdd)
	if day[2] >= '6' {
		day[2] -= 6
	}
	return string(day) > today.Format("0102")
}

// Words are the words of what somebody looks for, folded, each once and in no order that matters. An identity that was
// typed with blanks or dashes is one word, as [Key] writes it in lower case.
func Words(query string) []string {
	query = NFC(query)
	var b strings.Builder
	at := 0
	for _, s := range Find(query) {
		if partOfWord(query, s.Start, s.End) { // of the id of a case, say
			continue
		}
		b.WriteString(query[at:s.Start] + " " + Key(query[s.Start:s.End]) + " ")
		at = s.End
	}
	words := strings.FieldsFunc(Fold(b.String()+query[at:]), func(r rune) bool {
		return unicode.IsSpace(r) || r == ',' || r == ';'
	})
	return words // "Surname, Given" is two
}

// partOfWord tells whether a part of a text goes on before or after it without a blank or a comma.
func partOfWord(text string, start, end int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:start])
	after, _ := utf8.DecodeRuneInString(text[end:])
	goesOn := func(r rune) bool { return r == '-' || unicode.IsDigit(r) || unicode.IsLetter(r) && r != utf8.RuneError }
	return goesOn(before) || goesOn(after)
}

// Keys are what an identity that somebody looks for can be compared by: the text without separators, and ten digits in
// each century. None for a word that cannot be an identity because it has no digit.
func Keys(word string) []string {
	key := Key(word)
	if !strings.ContainsAny(key, "0123456789") {
		return nil
	}
	if len(key) == 10 && digits(key) {
		return []string{"19" + key, "20" + key, "18" + key, key}
	}
	return []string{key}
}
