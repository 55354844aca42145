package shell

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"rivgate/relay/diagnosis"
	"rivgate/store"
)

// Every reason has words in both languages, with the same values.
func TestEveryDiagnosisHasWords(t *testing.T) {
	value := regexp.MustCompile(`\{[a-z]+\}`)
	codes := diagnosis.Codes()
	for _, code := range codes {
		english, swedish := diagnosis.Explain(store.Diagnosis{Code: code}), diagnosisWords[code]
		if swedish == "" || english == code {
			t.Errorf("%s: %q, %q", code, english, swedish)
		}
		values := map[string]string{}
		for _, name := range value.FindAllString(swedish, -1) {
			values[strings.Trim(name, "{}")] = "VALUE-" + name
		}
		both := []string{
			diagnosis.Explain(store.Diagnosis{Code: code, Values: values}),
			WhyWords(store.Diagnosis{Code: code, Values: values}),
		}
		for name := range values {
			for _, words := range both {
				if !strings.Contains(words, "VALUE-{"+name+"}") || strings.ContainsAny(words, "[]") {
					t.Errorf("%s: %q does not say %s", code, words, name)
				}
			}
		}
	}
	for code := range diagnosisWords {
		if !slices.Contains(codes, code) {
			t.Errorf("%s has words and does not arise", code)
		}
	}
	if got := WhyWords(store.Diagnosis{Code: "tls-authority"}); got != "Certifikatet kommer från en okänd utfärdare." {
		t.Error(got)
	}
}
