package rivgate_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestTemplatesWithin120Columns reads every page template of the project. A line that is one word, such as a long
// address, may be longer: it cannot be broken.
func TestTemplatesWithin120Columns(t *testing.T) {
	t.Parallel()
	read := 0
	err := filepath.WalkDir(".", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".html" {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		read++
		n := 0
		for line := range strings.Lines(string(text)) {
			n++
			line = strings.TrimSpace(line)
			if columns := utf8.RuneCountInString(line); columns > 120 && strings.ContainsAny(line, " \t") {
				t.Errorf("%s:%d has %d columns", path, n, columns)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if read < 40 {
		t.Errorf("read %d templates: they are somewhere else", read)
	}
}
