package web

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"rivgate/routing"
)

// literals are the first string of every call that a pattern finds in Go files, with other values for its verbs.
func literals(t *testing.T, glob, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(glob)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range regexp.MustCompile(pattern).FindAllStringSubmatch(string(source), -1) {
			for _, quoted := range found[1:] {
				if quoted == "" { // a part that is not there
					continue
				}
				text, err := strconv.Unquote(quoted)
				if err != nil {
					t.Fatalf("%s: %s: %v", file, quoted, err)
				}
				all = append(all, strings.NewReplacer("%d", "7", "%q", `"x"`, "there is no %s", "there is no contract", "%s", "sender").Replace(text))
			}
		}
	}
	return all
}

func TestEveryRuleOfTheCatalogueIsSwedish(t *testing.T) {
	codes := routing.ProblemCodes()
	if len(codes) < 25 || len(codes) != len(ruleWords()) {
		t.Errorf("%d rules, %d of them in Swedish", len(codes), len(ruleWords()))
	}
	for _, code := range codes {
		text, remedy, _ := ruleText(routing.EntryProblem{Code: code, Values: []string{"sender", "x"}})
		if strings.HasPrefix(text, "Raden bryter mot") || strings.Contains(text+remedy, "%") || remedy == "Rätta raden." {
			t.Errorf("%s is told as %q, %q", code, text, remedy)
		}
	}
}

func TestEveryStepOfAConnectionTestIsSwedish(t *testing.T) {
	n := 0
	for _, text := range literals(t, "../relay/probe*.go", `(?:p\.done\("[\w-]+", [\w.()]+, \w+, |remedy :?= |why :?= |return |result :?= )("(?:[^"\\]|\\.)*")(?:, ("(?:[^"\\]|\\.)*"))?\)?\n`) {
		if !strings.Contains(text, " ") {
			continue
		}
		n++
		if strings.HasSuffix(text, " ") { // something of the moment follows
			text += "x"
		}
		if got := stepWords(text); got == text || strings.Contains(got, "%!") {
			t.Errorf("%q is told as %q", text, got)
		}
	}
	if n < 20 {
		t.Errorf("only %d texts were found: the test looks in the wrong place", n)
	}
}
