package rivgate_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// alone are calls that send messages or routes elsewhere without asking for a second person.
var alone = regexp.MustCompile(`\.PublishCatalogue\(|(?i:store|db|st)\.Redirect\(`)

// TestRedirectingAndPublishingAskForASecondPerson: only relay/duties does either, and the demo, which publishes its own
// rows.
func TestRedirectingAndPublishingAskForASecondPerson(t *testing.T) {
	t.Parallel()
	found := map[string]int{}
	for _, root := range []string{"cmd", "web", "relay"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := os.ReadFile(path)
			found[filepath.ToSlash(filepath.Dir(path))] += len(alone.FindAll(text, -1))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for room, n := range found {
		if n > 0 && room != "relay/duties" && room != "cmd/rivgate/demo" && room != "cmd/rivgate" {
			t.Errorf("%s redirects or publishes without relay/duties, in %d places", room, n)
		}
	}
	if found["relay/duties"] < 4 {
		t.Error("the test looks for the wrong words")
	}
}
