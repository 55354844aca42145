package rivgate_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// term is a row of docs/terms.md.
type term struct {
	swedish, english       string
	notSwedish, notEnglish []string // patterns
}

// terms reads the tables of a glossary.
func terms(t *testing.T, text string) (all []term) {
	t.Helper()
	for line := range strings.Lines(text) {
		cells := strings.Split(strings.TrimSpace(line), "|")
		if len(cells) < 2 || cells[0] != "" || strings.HasPrefix(cells[1], "---") ||
			strings.TrimSpace(cells[1]) == "Swedish" {
			continue
		}
		if len(cells) != 7 {
			t.Fatalf("a row of the glossary has %d cells: %s", len(cells)-2, line)
		}
		all = append(all, term{
			swedish: strings.TrimSpace(cells[1]), english: strings.TrimSpace(cells[2]),
			notSwedish: unwanted(cells[4]), notEnglish: unwanted(cells[5]),
		})
	}
	return all
}

// unwanted are the words of a cell; "*" stands for any ending.
func unwanted(cell string) (patterns []string) {
	for word := range strings.SplitSeq(cell, ",") {
		if word = strings.TrimSpace(word); word == "" {
			continue
		}
		fold := "(?i:"
		if word != strings.ToLower(word) {
			fold = "(?:" // a word with capitals is wrong as it is written
		}
		pattern := regexp.QuoteMeta(strings.TrimSuffix(word, "*"))
		if strings.HasSuffix(word, "*") {
			pattern += `[\pL\pN]*`
		}
		patterns = append(patterns, fold+pattern+")")
	}
	return patterns
}

// passage is a text with where it stands.
type passage struct{ at, text string }

// inDocuments are the lines of a document. What is code in it is left out: names on the wire and of files are not ours
// to choose.
func inDocuments(name, text string) (all []passage) {
	code := regexp.MustCompile("`[^`]*`|https?://[^ )]*")
	n, block := 0, false
	for line := range strings.Lines(text) {
		n++
		if strings.HasPrefix(strings.TrimSpace(line), "```") {
			block = !block
			continue
		}
		if !block {
			all = append(all, passage{name + ":" + strconv.Itoa(n), code.ReplaceAllString(line, "``")})
		}
	}
	return all
}

// inTemplates are the lines of a template as somebody reads them: without tags and actions, but for the attributes that
// are read too.
func inTemplates(name, text string) (all []passage) {
	blank := func(s string) string { return strings.Repeat("\n", strings.Count(s, "\n")) + " " }
	read := regexp.MustCompile(`(aria-label|placeholder|title|data-label)="([^"{<]*)`)
	tag := regexp.MustCompile(`<[^<>]*>`)
	text = regexp.MustCompile(`\{\{[^}]*\}\}`).ReplaceAllStringFunc(text, func(s string) string {
		var words []string // of what a template counts: {{count .N "ärende" "ärenden"}}
		for _, m := range regexp.MustCompile(`"([^"/{_]*)"`).FindAllStringSubmatch(s, -1) {
			if strings.HasPrefix(s, "{{count") {
				words = append(words, m[1])
			}
		}
		return strings.Join(words, ", ") + blank(s)
	})
	text = tag.ReplaceAllStringFunc(text, func(s string) string {
		var words []string
		for _, m := range read.FindAllStringSubmatch(s, -1) {
			words = append(words, m[2])
		}
		return " " + strings.Join(words, ", ") + blank(s)
	})
	n := 0
	for line := range strings.Lines(text) {
		n++
		all = append(all, passage{name + ":" + strconv.Itoa(n), line})
	}
	return all
}

// readText is a text that people read, and no key, address or format.
var readText = regexp.MustCompile(`[åäöÅÄÖ]|^[\pL][\pL,:.()-]* .*\pL`)

// inGo are the texts of a Go file that people read: literals, and what stands in the tags of the command line.
func inGo(t *testing.T, name string, source any) (all []passage) {
	t.Helper()
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, name, source, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	help := regexp.MustCompile(`help:"((?:[^"\\]|\\.)*)"`)
	keys := map[ast.Expr]bool{} // of tables, and what is compared with: nobody reads these
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.KeyValueExpr:
			keys[n.Key] = true
		case *ast.CaseClause:
			for _, value := range n.List {
				keys[value] = true
			}
		case *ast.BinaryExpr:
			keys[n.Y] = n.Op == token.EQL || n.Op == token.NEQ
		}
		lit, ok := n.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING || keys[lit] {
			return true
		}
		text, err := strconv.Unquote(lit.Value)
		if err != nil {
			return true
		}
		at := name + ":" + strconv.Itoa(set.Position(lit.Pos()).Line)
		switch m := help.FindStringSubmatch(text); {
		case m != nil:
			all = append(all, passage{at, m[1]})
		case readText.MatchString(text):
			all = append(all, passage{at, text})
		}
		return true
	})
	return all
}

// TestTerms holds the glossary: what a row says is not used for a thing stands in no page, no document and no help.
func TestTerms(t *testing.T) {
	t.Parallel()
	glossary, err := os.ReadFile("docs/terms.md")
	if err != nil {
		t.Fatal(err)
	}
	all := terms(t, string(glossary))
	seen := map[string]bool{}
	for _, row := range all {
		if seen[row.swedish] {
			t.Errorf("%q has two rows", row.swedish)
		}
		seen[row.swedish] = true
	}
	swedish, english := pagesAndDocuments(t)
	if len(all) < 40 || len(swedish) < 1000 || len(english) < 500 {
		t.Fatalf("%d terms, %d Swedish passages and %d English ones: this looks in the wrong place", len(all), len(swedish),
			len(english))
	}
	for _, found := range wrongWords(all, swedish, english) {
		t.Error(found)
	}
}

// TestTermsAreFound holds TestTerms to finding each kind of passage.
func TestTermsAreFound(t *testing.T) {
	t.Parallel()
	all := terms(t,
		"| Swedish | English | what | not | not |\n|---|---|---|---|---|\n| ärende | case | x | errand* | ticket* |\n")
	swedish := append(inTemplates("a.html",
		"<p>Ett\n<b>Errand</b> {{count 1 \"errand\" \"errandar\"}} <a class=\"errand\" "+
			"aria-label=\"Errandet\">{{.Errand}}</a>"),
		inGo(t, "a.go", "package p\nvar a, b, c = \"Skriv ett errand.\", \"errand\", \"/errand/ny\"")...)
	english := append(inDocuments("a.md", "A `ticket` and\na ticket.\n```\nticket\n```\n"),
		inGo(t, "b.go", "package p\ntype a struct {\n\tB string `help:\"Tickets.\" name:\"ticket\"`\n}")...)
	found := strings.Join(wrongWords(all, swedish, english), "\n")
	if strings.Count(found, "\n") != 3 {
		t.Errorf("found\n%s", found)
	}
	for _, at := range []string{"a.html:2: ", "a.go:2: ", "a.md:2: ", "b.go:3: "} {
		if !strings.Contains(found, at) {
			t.Errorf("nothing at %s in\n%s", at, found)
		}
	}
}

// wrongWords are the passages with a word that a row says is not used.
func wrongWords(all []term, swedish, english []passage) (found []string) {
	var notSwedish, notEnglish []string
	for _, row := range all {
		notSwedish = append(notSwedish, row.notSwedish...)
		notEnglish = append(notEnglish, row.notEnglish...)
	}
	swedish, english = having(swedish, notSwedish), having(english, notEnglish)
	for _, row := range all {
		for _, p := range having(swedish, row.notSwedish) {
			found = append(found, p.at+": is "+row.swedish+" in Swedish: "+strings.TrimSpace(p.text))
		}
		for _, p := range having(english, row.notEnglish) {
			found = append(found, p.at+": is "+row.english+" in English: "+strings.TrimSpace(p.text))
		}
	}
	return found
}

// having are the passages in which one of the patterns is a word.
func having(in []passage, patterns []string) (found []passage) {
	if len(patterns) == 0 {
		return nil
	}
	word := regexp.MustCompile(`(^|[^\pL\pN_:-])(?:` + strings.Join(patterns, "|") + `)($|[^\pL\pN_-])`)
	for _, p := range in {
		if word.MatchString(p.text) {
			found = append(found, p)
		}
	}
	return found
}

// pagesAndDocuments are what people read: Swedish in the pages, English in the documents and in the help of the
// commands.
func pagesAndDocuments(t *testing.T) (swedish, english []passage) {
	t.Helper()
	err := filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasSuffix(name, "_test.go") || name == "docs/terms.md" {
			return err
		}
		page, command := strings.HasPrefix(name, "web/"), strings.HasPrefix(name, "cmd/rivgate/")
		switch filepath.Ext(name) {
		case ".html", ".md":
			text, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			switch {
			case filepath.Ext(name) == ".html":
				swedish = append(swedish, inTemplates(name, string(text))...)
			case name == "README.md" || strings.HasPrefix(name, "docs/"):
				english = append(english, inDocuments(name, string(text))...)
			}
		case ".go":
			switch {
			case page:
				swedish = append(swedish, inGo(t, name, nil)...)
			case command:
				english = append(english, inGo(t, name, nil)...)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return swedish, english
}
