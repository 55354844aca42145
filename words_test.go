package rivgate_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"rivgate/web/shell/wordstest"
)

// rooms are the folders of web whose Swedish stands in one table, words.go (where it is long also *_words.go), so that
// somebody who knows the language and not Go can read and mend it. Those that are false still have texts in other
// files.
var rooms = map[string]bool{
	"web/desk": true, "web/board": true, "web/casework": true, "web/mailbox": true, "web/open": true,
	"web/api": true, "web/casefile": true, "web/catalogue": true, "web/operate": true, "web/people": true,
	"web/shell": true, "web/signin": true, "web/statistics": true, "web/register": true, "web/opinion": true, "web": true,
}

// notMended are Swedish texts outside the tables that nobody may mend, with the reason.
var notMended = map[string]string{
	"web/shell/password.go":   "words that passwords are guessed by, not words of a page",
	"web/casework/consent.go": "headings and names that are kept in cases and read again",
}

// swedishWords are words that a Swedish sentence has and a key, a format or English has not.
var swedishWords = regexp.MustCompile(
	`(?i)(?:^|[^\pL])(alla|att|av|bara|den|det|din|ditt|du|efter|eller|en|ett|fel|finns|har|hur|` +
		`ingen|inget|inte|kan|med|ny|och|om|på|saknas|sedan|ska|som|svar|till|vad|vem|välj)(?:$|[^\pL])`,
)

// swedish tells whether a text is Swedish that people read.
func swedish(text string) bool {
	return strings.ContainsAny(text, "åäöÅÄÖ") ||
		len(swedishWords.FindAllString(strings.ReplaceAll(text, " ", "  "), 2)) == 2
}

// swedishTexts are the Swedish literals of a Go file.
func swedishTexts(t *testing.T, name string, source any) (found []string) {
	t.Helper()
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, name, source, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if text, err := strconv.Unquote(lit.Value); err == nil && swedish(text) {
				found = append(found, name+":"+strconv.Itoa(set.Position(lit.Pos()).Line)+": "+lit.Value)
			}
		}
		return true
	})
	return found
}

// TestSwedishStandsInTables: a room's Swedish stands in its templates and in its table of words, and nowhere else.
func TestSwedishStandsInTables(t *testing.T) {
	t.Parallel()
	if found := swedishTexts(t, "example.go", `package p
		var a, b, c, d = "Ärendet", "Det finns inte", "not found", "det"`); len(found) != 2 {
		t.Fatalf("finds %q of four texts, two of them Swedish", found)
	}
	folders, err := filepath.Glob("web/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range append(folders, "web") {
		if files, err := filepath.Glob(folder + "/*.go"); err != nil || len(files) == 0 {
			continue
		}
		done, listed := rooms[folder]
		if !listed {
			t.Errorf("%s is a room that is not listed", folder)
			continue
		}
		found := swedishInRoom(t, folder)
		switch {
		case done:
			for _, text := range found {
				t.Error(text + " is Swedish outside the table of its room: it belongs in words.go")
			}
			if _, err := os.Stat(folder + "/words.go"); err != nil {
				t.Errorf("%s has no table: %v", folder, err)
			}
		case len(found) == 0:
			t.Errorf("%s has its Swedish in tables: it can be listed as done", folder)
		}
	}
}

// swedishInRoom are the Swedish texts of a folder that stand outside its tables.
func swedishInRoom(t *testing.T, folder string) (found []string) {
	t.Helper()
	files, err := filepath.Glob(folder + "/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		table := strings.HasSuffix(file, "/words.go") || strings.HasSuffix(file, "_words.go")
		if table || strings.HasSuffix(file, "_test.go") || notMended[file] != "" {
			continue
		}
		found = append(found, swedishTexts(t, file, nil)...)
	}
	return found
}

// sayings are what English words may stand in, in a Swedish page: names, and words of the wire that somebody writes.
var sayings = regexp.MustCompile(`force: true|all: true|is="[^"]*"|\(a–z\)`)

// TestNoEnglishInPages reads the templates and the tables of words. The crawler of web looks at the pages as they are
// shown.
func TestNoEnglishInPages(t *testing.T) {
	t.Parallel()
	if wordstest.English("Raden is missing") == "" || wordstest.English("Det saknas en rad i id:t") != "" {
		t.Fatal("does not know English from Swedish")
	}
	pages, _ := pagesAndDocuments(t)
	read := 0
	for _, p := range pages {
		file, _, _ := strings.Cut(p.at, ":")
		if !strings.HasSuffix(file, ".html") && !strings.HasSuffix(file, "words.go") {
			continue
		}
		read++
		if hit := wordstest.English(sayings.ReplaceAllString(p.text, "")); hit != "" {
			t.Errorf("%s: %q is English: %s", p.at, hit, strings.TrimSpace(p.text))
		}
	}
	if read < 1000 {
		t.Errorf("read %d passages: the pages are somewhere else", read)
	}
}
