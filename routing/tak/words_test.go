package tak

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"testing"
)

// TestEveryReasonHasWords: each code that the sources name has words, and no words are without a code that arises.
func TestEveryReasonHasWords(t *testing.T) {
	t.Parallel()
	arisen := map[string]bool{}
	for _, file := range []string{"tak.go", "fetch.go", "save.go", "keeper.go", "file.go"} {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range regexp.MustCompile(`\bwhy\("([^"]+)"`).FindAllStringSubmatch(string(source), -1) {
			arisen[found[1]] = true
		}
	}
	named, known := slices.Sorted(maps.Keys(arisen)), slices.Sorted(maps.Keys(UnreadableWords()))
	if !slices.Equal(named, known) {
		t.Errorf("the sources have %q, the words %q", named, known)
	}
}
