package rivgate_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"rivgate/web/shell/wordstest"
)

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

// alsoEnglish are words of the pages that are names on the wire too.
var alsoEnglish = regexp.MustCompile(`^(Name|Rivgate|Version)$`)

var word = regexp.MustCompile(`\pL{2,}`)

// pageWords are the words of the templates.
func pageWords(t *testing.T) map[string]bool {
	t.Helper()
	words := map[string]bool{}
	pages, err := filepath.Glob("web/*/*.html")
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range inTemplates(page, string(text)) {
			for _, found := range word.FindAllString(p.text, -1) {
				words[strings.ToLower(found)] = true
			}
		}
	}
	if len(words) < 500 {
		t.Fatalf("the pages have %d words: they are somewhere else", len(words))
	}
	return words
}

// swedish tells whether a text is Swedish that people read: by its letters, by common words, or because it looks like a
// text, no key, and all of its words stand in the pages.
func swedish(text string, pages map[string]bool) bool {
	if strings.ContainsAny(text, "åäöÅÄÖ") ||
		len(swedishWords.FindAllString(strings.ReplaceAll(text, " ", "  "), 2)) == 2 {
		return true
	}
	text = regexp.MustCompile(`%[a-z]`).ReplaceAllString(text, "")
	words := word.FindAllString(text, -1)
	isText := strings.ContainsAny(strings.TrimSpace(text), " []") || text != strings.ToLower(text)
	if len(words) == 0 || !isText || text == strings.ToUpper(text) || alsoEnglish.MatchString(strings.TrimSpace(text)) {
		return false
	}
	return !slices.ContainsFunc(words, func(w string) bool { return !pages[strings.ToLower(w)] })
}

// swedishTexts are the Swedish literals of a Go file.
func swedishTexts(t *testing.T, name string, source any, pages map[string]bool) (found []string) {
	t.Helper()
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, name, source, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if text, err := strconv.Unquote(lit.Value); err == nil && swedish(text, pages) {
				found = append(found, name+":"+strconv.Itoa(set.Position(lit.Pos()).Line)+": "+lit.Value)
			}
		}
		return true
	})
	return found
}

// TestSwedishStandsInTables: the Swedish of web stands in templates and in a table of words in each room, words.go
// (where it is long also *_words.go), and nowhere else. So somebody who knows the language and not Go can read and mend
// it.
func TestSwedishStandsInTables(t *testing.T) {
	t.Parallel()
	pages := pageWords(t)
	found := swedishTexts(t, "example.go", `package p
		var a = []string{"Ärendet", "Det finns inte", "Inkorg", "alla enheter"}
		var b = []string{"not found", "det", "enheter", "PDF", "Name", "text/html"}`, pages)
	if len(found) != 4 {
		t.Fatalf("finds %q of four texts that are Swedish", found)
	}
	tables := 0
	err := filepath.WalkDir("web", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return err
		}
		switch {
		case filepath.Base(name) == "words.go" || strings.HasSuffix(name, "_words.go"):
			tables++
		case notMended[name] == "":
			for _, text := range swedishTexts(t, name, nil, pages) {
				t.Error(text + " is Swedish outside the table of its room: it belongs in words.go")
			}
		}
		return nil
	})
	if err != nil || tables < 15 {
		t.Errorf("%d tables: %v", tables, err)
	}
}

// TestASentenceStandsInOneRoom: a text of three words or more that two rooms need stands in one table, from which both
// take it. Parts of sentences and single words may be alike by chance.
func TestASentenceStandsInOneRoom(t *testing.T) {
	t.Parallel()
	tables, err := filepath.Glob("web/*/*words.go")
	if err != nil {
		t.Fatal(err)
	}
	first, read := map[string]string{}, 0
	for _, table := range tables {
		for _, p := range inGo(t, table, nil) {
			if len(word.FindAllString(p.text, -1)) < 3 || unicode.IsLower([]rune(p.text)[0]) {
				continue
			}
			read++
			file, _, _ := strings.Cut(p.at, ":")
			if other := first[p.text]; other != "" && filepath.Dir(other) != filepath.Dir(file) {
				t.Errorf("%s: %q stands in %s too", p.at, p.text, other)
			}
			first[p.text] = file
		}
	}
	if read < 500 {
		t.Errorf("read %d sentences: the tables are somewhere else", read)
	}
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
