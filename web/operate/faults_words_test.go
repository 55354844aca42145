package operate

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestEverySubCodeHasReasonAndRemedy: from both sides, and for no other code than the contracts have.
func TestEverySubCodeHasReasonAndRemedy(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("../../contracts/error.go")
	if err != nil {
		t.Fatal(err)
	}
	codes := regexp.MustCompile(`(?m)^\tSub\w+ += "([A-Z_]+)"`).FindAllStringSubmatch(string(source), -1)
	if len(codes) < 19 || len(codes) != len(subCodes) {
		t.Fatalf("%d codes, %d with words", len(codes), len(subCodes))
	}
	for _, code := range codes {
		m, seen := subCodes[code[1]], map[string]bool{}
		for _, word := range []string{m.ours.Cause, m.ours.Remedy, m.theirs.Cause, m.theirs.Remedy} {
			if word == "" || seen[word] {
				t.Errorf("%s is told as %+v", code[1], m)
			}
			seen[word] = true
		}
	}
}

// TestEveryClassHasWordsReasonAndRemedy: each that the list of deliveries offers.
func TestEveryClassHasWordsReasonAndRemedy(t *testing.T) {
	t.Parallel()
	for _, class := range deliveryClasses() {
		word, m := operatorWords{}.ClassWord(class), faultKind{Class: class}.meaning()
		unknown := m == classMeanings[""] && class != "ok" && class != "info"
		if word == "" || word == class || m.Cause == "" || m.Remedy == "" || unknown {
			t.Errorf("%s is told as %q, %+v", class, word, m)
		}
	}
	for class, as := range sameMeaning {
		if _, own := classMeanings[class]; own || classMeanings[as].Cause == "" || faultName(class) == class {
			t.Errorf("%s is told as %s, %q", class, as, faultName(class))
		}
	}
	for class, want := range map[string]string{
		"http-418": classMeanings["http-"].Cause, "http-599": classMeanings["http-5"].Cause, "x": classMeanings[""].Cause,
	} {
		if got := (faultKind{Class: class}).meaning().Cause; got != want || got == "" {
			t.Errorf("%s: %q", class, got)
		}
	}
}

// TestEveryOrderHasWords: on its page, in the list of orders, and after it.
func TestEveryOrderHasWords(t *testing.T) {
	t.Parallel()
	kinds := orderKinds()
	if len(kinds) != len(orderWords) || len(kinds) < 10 {
		t.Errorf("%d orders, %d with words", len(kinds), len(orderWords))
	}
	for _, k := range kinds {
		if k.Title == "" || k.Explain == "" || k.Button == "" || k.What == "" || k.Many == "" ||
			orderDoneWord(k.Verb, 1) == "" || orderDoneWord(k.Verb, 0) == orderDoneWord(k.Verb, 1) {
			t.Errorf("%s is told as %+v, %q", k.Verb, k.orderWord, orderDoneWord(k.Verb, 1))
		}
	}
}

// TestEveryVerdictHasWords: each code that is said, with all of its values, and none that is not said.
func TestEveryVerdictHasWords(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("monitor_verdict.go")
	if err != nil {
		t.Fatal(err)
	}
	said := map[string]bool{"well": true, "well-and-empty": true}
	for _, call := range regexp.MustCompile(`all\.say\((.*)\)\n`).FindAllStringSubmatch(string(source), -1) {
		code := regexp.MustCompile(`, "([a-z-]+)"`).FindStringSubmatch(call[1])
		if code == nil {
			t.Fatalf("no code in %s", call[1])
		}
		said[code[1]] = true
		word := verdictWords[code[1]]
		_, values, _ := strings.Cut(regexp.MustCompile(`\([^()]*\)`).ReplaceAllString(call[1], ""), code[0])
		if word.text == "" || strings.Count(word.text+word.do, "{") != strings.Count(values, ", ") {
			t.Errorf("%s is told as %+v", call[1], word)
		}
	}
	if len(said) < 10 || len(said) != len(verdictWords) {
		t.Errorf("%d verdicts are said, %d have words", len(said), len(verdictWords))
	}
}
