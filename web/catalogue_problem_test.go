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
	const quoted = `("(?:[^"\\]|\\.)*")`
	n := 0
	for _, pattern := range []string{`k\.say\(\w+, ` + quoted + `, ` + quoted, `problemOf\([\w.]+, ` + quoted + `, ` + quoted, `Text: ` + quoted + `, Remedy: ` + quoted} {
		texts := literals(t, "../routing/*.go", pattern)
		for i := 0; i+1 < len(texts); i += 2 {
			remedy, text := texts[i], texts[i+1]
			if strings.HasPrefix(pattern, "Text") {
				remedy, text = text, remedy
			}
			n++
			if got, _ := ruleText(text); strings.HasPrefix(got, "Raden bryter mot") || strings.Contains(got, "%!") {
				t.Errorf("%q is told as %q", text, got)
			}
			if got := remedyText(routing.EntryProblem{Text: text, Remedy: remedy}); got == "Rätta raden." {
				t.Errorf("remedy %q has no Swedish", remedy)
			}
		}
	}
	if n < 20 {
		t.Errorf("only %d rules were found: the test looks in the wrong place", n)
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
