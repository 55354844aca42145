package catalogues_test

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"rivgate/store/catalogues"
)

// Every code of a refusal that the sources name has words, and none is left over.
func TestEveryRefusalOfTheCatalogueHasWords(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	files = append(files, "../takeover.go")
	var codes []string
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, call := range regexp.MustCompile(`\bRefuse\("([^"]+)"`).FindAllStringSubmatch(string(source), -1) {
			codes = append(codes, call[1])
		}
	}
	slices.Sort(codes)
	if said, known := slices.Compact(codes),
		slices.Sorted(maps.Keys(catalogues.Refusals())); !slices.Equal(said, known) {
		t.Errorf("the sources have %q, the words %q", said, known)
	}
}
