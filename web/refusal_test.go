package web

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"rivgate/store"
)

func TestEveryRefusalOfTheCatalogueIsSwedish(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../store/catalogue*.go")
	if err != nil {
		t.Fatal(err)
	}
	n, unknown := 0, refusalText(&store.CatalogueRefusal{Text: "none"})
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range regexp.MustCompile(`refuseCatalogue\("([^"]+)"`).FindAllStringSubmatch(string(source), -1) {
			n++
			english := strings.NewReplacer("%d", "7", "%s", "2026-04-01 08:00").Replace(found[1])
			if got := refusalText(&store.CatalogueRefusal{Text: english}); got == unknown || strings.Contains(got, "%!") {
				t.Errorf("%q is told as %q", english, got)
			}
		}
	}
	if n < 10 {
		t.Errorf("only %d refusals were found: the test looks in the wrong place", n)
	}
}
