package routing

import (
	"os"
	"regexp"
	"testing"
)

// TestEveryCodeOfATableHasWords: each code that the checks name has words, and no words are without a code that arises.
func TestEveryCodeOfATableHasWords(t *testing.T) {
	t.Parallel()
	named := regexp.MustCompile(`b\.(problem|note)\("([^"]+)"`)
	arisen := map[string]bool{}
	words := map[string]map[string]string{"problem": tableProblems, "note": tableNotes}
	for _, file := range []string{"build.go", "units.go"} {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range named.FindAllStringSubmatch(string(source), -1) {
			if arisen[found[2]] = true; words[found[1]][found[2]] == "" {
				t.Errorf("%q has no words as a %s", found[2], found[1])
			}
		}
	}
	for _, table := range words {
		for code := range table {
			if !arisen[code] {
				t.Errorf("%q has words and does not arise", code)
			}
		}
	}
}
