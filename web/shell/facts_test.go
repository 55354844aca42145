package shell

import (
	"regexp"
	"slices"
	"testing"
)

var factValue = regexp.MustCompile(`\{[0-9]\}`)

// sameFacts holds a Swedish table to the English one: the same codes, none without words, and no value in the one that
// the other does not have.
func sameFacts(t *testing.T, english, swedish map[string]string) {
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
