package routing

import (
	"os"
	"regexp"
	"testing"
)

// TestEveryCodeOfATableHasWords: each code that the checks name has words, and no words are without a code that arises.
func TestEveryCodeOfATableHasWords(t *testing.T) {
	t.Parallel()
	named := regexp.MustCompile(`b\.(?:problem|note)\("([^"]+)"`)
	arisen := map[string]bool{}
	for _, file := range []string{"build.go", "units.go"} {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range named.FindAllStringSubmatch(string(source), -1) {
			if arisen[found[1]] = true; tableWords[found[1]] == "" {
				t.Errorf("%q has no words", found[1])
			}
		}
	}
	for code := range tableWords {
		if !arisen[code] {
			t.Errorf("%q has words and does not arise", code)
		}
	}
}
