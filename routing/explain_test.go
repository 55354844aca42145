package routing

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"testing"
)

// TestEveryReasonOfARefusalHasWords: each code of Explanation.Why has a cause and a remedy, and no words are without a
// code that arises.
func TestEveryReasonOfARefusalHasWords(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("explain.go")
	if err != nil {
		t.Fatal(err)
	}
	var named []string
	for _, found := range regexp.MustCompile(`\bwhy\("([^"]+)"`).FindAllStringSubmatch(string(source), -1) {
		named = append(named, found[1])
	}
	slices.Sort(named)
	for _, table := range []map[string]string{Causes(), Remedies()} {
		if known := slices.Sorted(maps.Keys(table)); !slices.Equal(named, known) {
			t.Errorf("the source has %q, the words %q", named, known)
		}
	}
}
