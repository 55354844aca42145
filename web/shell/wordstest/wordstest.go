// Package wordstest is what the tests of several rooms ask of words: that a Swedish table says what the English one
// says, and that a text is not English. It knows no table and no page, and only tests import it.
package wordstest

import (
	"regexp"
	"slices"
	"testing"
)

var factValue = regexp.MustCompile(`\{[0-9]\}`)

// SameFacts holds a Swedish table to the English one: the same codes, none without words, and no value in the one that
// the other does not have.
func SameFacts(t *testing.T, english, swedish map[string]string) {
	t.Helper()
	for code, words := range english {
		known := factValue.FindAllString(words, -1)
		if words == "" || swedish[code] == "" || swedish[code] == words && len(words) > len("{1}") {
			t.Errorf("%s has the words %q and %q", code, words, swedish[code])
		}
		for _, value := range factValue.FindAllString(swedish[code], -1) {
			if !slices.Contains(known, value) {
				t.Errorf("%s: %q has %s, and %q has not", code, swedish[code], value, words)
			}
		}
	}
	for code := range swedish {
		if english[code] == "" {
			t.Errorf("%s has words and does not arise", code)
		}
	}
	if len(english) == 0 {
		t.Error("there are no codes: the test looks in the wrong place")
	}
}

// english are common words of English that are none of Swedish. Formats and code words of the wire are not among them.
var english = regexp.MustCompile(
	`(?i)(?:^|[^\pL\pN_-])(a|an|and|are|been|cannot|could|error|every|failed|has|have|if|is|it|its|missing|must|no|not|` +
		`of|or|required|should|that|` +
		`the|their|there|these|this|unknown|was|were|which|with|without|you|your)(?:$|[^\pL\pN_-])`,
)

// English is the first English word of a text; "" for none.
func English(text string) string {
	if found := english.FindStringSubmatch(text); found != nil {
		return found[1]
	}
	return ""
}
