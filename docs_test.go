package rivgate_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// namedFile is a file of this module in back quotes: it has a folder, and an ending that sources have.
var namedFile = regexp.MustCompile(
	"`([a-z][A-Za-z0-9_./-]*/[A-Za-z0-9_.-]+\\.(?:go|html|json|md|txt|txtar|yaml|xsd|sql))`",
)

// What README and docs say about files can be opened.
func TestFilesThatDocsNameExist(t *testing.T) {
	pages, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, page := range append(pages, "README.md", "testdata/README.md") {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range namedFile.FindAllStringSubmatch(string(text), -1) {
			found++
			if beside := filepath.Join(filepath.Dir(page), m[1]); !exists(m[1]) && !exists(beside) {
				t.Errorf("%s names %s, which does not exist", page, m[1])
			}
		}
	}
	if found < 40 {
		t.Errorf("only %d files are named: the test looks in the wrong place", found)
	}
}

func exists(name string) bool {
	_, err := os.Stat(filepath.FromSlash(strings.TrimSuffix(name, "/")))
	return err == nil
}
