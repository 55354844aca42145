package rivgate_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"
)

// detailArguments are the functions that take what a row of the access log says, and which argument it is. The kind of
// a problem is among them, since a change that was refused says it.
var detailArguments = map[string]int{
	"DetailOf": 0, "ShownDetail": 0, "AddDetail": 1, "OpenCase": 4, "LookedAt": 4, "NewProblem": 1, "notLetIn": 1,
	"endProvided": 2, "document": 3,
}

// problemsOutside are kinds of problems that no change of a case meets.
const problemsOutside = " catalogue rules if-match media-type method no-role no-token not-inside not-let-in " +
	"sign-in-level sign-in-again sign-in-kept not-local not-masked provider receiver sign-in cross-site " +
	"second-person same-person nobody decided expired "

// stringOf is a literal string; "" for what is none.
func stringOf(e ast.Expr) string {
	literal, ok := e.(*ast.BasicLit)
	if !ok || literal.Kind != token.STRING {
		return ""
	}
	text, err := strconv.Unquote(literal.Value)
	if err != nil {
		return ""
	}
	return text
}

// detailCodes are the codes that a file names for the access log, each with where it stands.
func detailCodes(t *testing.T, name string, found map[string]string) {
	t.Helper()
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, name, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	add := func(e ast.Expr) {
		if code := stringOf(e); code != "" && !strings.Contains(problemsOutside, " "+code+" ") {
			found[code] = files.Position(e.Pos()).String()
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			called := ""
			switch f := n.Fun.(type) {
			case *ast.SelectorExpr:
				called = f.Sel.Name
			case *ast.Ident:
				called = f.Name
			}
			if at, is := detailArguments[called]; is && at < len(n.Args) {
				add(n.Args[at])
			}
		case *ast.CompositeLit:
			if !isAccessRow(n.Type) {
				return true
			}
			for _, e := range n.Elts {
				field, _ := e.(*ast.KeyValueExpr)
				if key, ok := field.Key.(*ast.Ident); ok && (key.Name == "Detail" || key.Name == "Subject") {
					add(field.Value)
				}
			}
		}
		return true
	})
}

// isAccessRow tells whether a literal's type is a row of the access log, in its own room or in another.
func isAccessRow(e ast.Expr) bool {
	switch of := e.(type) {
	case *ast.SelectorExpr:
		in, ok := of.X.(*ast.Ident)
		return ok && in.Name == "accesslog" && of.Sel.Name == "Row"
	case *ast.Ident:
		return of.Name == "Row"
	}
	return false
}

// detailTable are the codes of the table of Swedish words for the access log.
func detailTable(t *testing.T) map[string]bool {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "web/people/words.go", nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		table, ok := n.(*ast.ValueSpec)
		if !ok || table.Names[0].Name != "detailWords" {
			return true
		}
		for _, e := range table.Values[0].(*ast.CompositeLit).Elts {
			known[stringOf(e.(*ast.KeyValueExpr).Key)] = true
		}
		return false
	})
	return known
}

// TestEveryDetailOfTheAccessLogHasWords: each code that the sources name for a row of the access log has Swedish words
// on its page. The tests of web look at the rows that their pages write, for codes that are put together.
func TestEveryDetailOfTheAccessLogHasWords(t *testing.T) {
	t.Parallel()
	found, rows := map[string]string{}, map[string]bool{}
	for _, s := range sources(t) {
		room := strings.Split(s.folder, "/")[0]
		command := strings.HasPrefix(s.folder, "cmd/rivgate")
		if !s.test && s.folder != "store/storetest" && (room == "store" || room == "web" || command) {
			detailCodes(t, s.file, found)
			rows[s.folder] = true
		}
	}
	if len(found) < 50 || !rows["store/accesslog"] || !rows["cmd/rivgate/people"] {
		t.Errorf("%d codes: the test looks in the wrong place", len(found))
	}
	known := detailTable(t)
	for code, at := range found {
		if !known[code] {
			t.Errorf("%s: %q has no words in web/people/words.go", at, code)
		}
	}
}
