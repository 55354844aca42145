package rivgate_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// hsaID is how a Go name says that it is an HSA-id.
var hsaID = regexp.MustCompile(`(?i)(hsa_?id|receiver|sender|component|consumer|provider|unit|forwardedfrom)$`)

// HSA-ids are compared by routing.Fold and routing.SameHSAID alone: Unicode's folding makes "ſ" an "S" and the Kelvin
// sign a "K", and so one sender another. This looks for other ways in the source: for calls that fold something that is
// named as an HSA-id, and for SQL that folds at all.
func TestHSAIDsAreFoldedInOnePlace(t *testing.T) {
	if found := foldings(t, "testdata.go", `package p
		var _ = strings.EqualFold(a.HSAID, b) || strings.ToUpper(sender) == x || slices.Contains(units, strings.ToLower(u.Unit))
		const q = "SELECT upper(m.receiver) FROM message m"`); len(found) != 4 {
		t.Fatalf("finds %d of 4 in what is wrong: %v", len(found), found)
	}
	inProductFiles(t, foldings)
}

// inProductFiles fails the test for all that find finds in the module's Go files that are no tests.
func inProductFiles(t *testing.T, find func(t *testing.T, name string, source any) []string) {
	t.Helper()
	err := filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return err
		}
		for _, found := range find(t, name, nil) {
			t.Error(found)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// foldings are the places of a file where an HSA-id is folded by something else than package routing.
func foldings(t *testing.T, name string, source any) (found []string) {
	t.Helper()
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, name, source, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	sql := regexp.MustCompile(`(?i)\b(upper|lower)\((\w+\.)?\w*(receiver|sender|unit|component|provider|key)\)|\bnocase\b`)
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			folds, ok := n.Fun.(*ast.SelectorExpr)
			if !ok || !strings.Contains(" EqualFold ToUpper ToLower ToTitle ", " "+folds.Sel.Name+" ") {
				return true
			}
			for _, argument := range n.Args {
				if name := named(argument); hsaID.MatchString(name) && !strings.HasPrefix(name, "Header") {
					found = append(found, files.Position(n.Pos()).String()+": "+name+" is folded by "+folds.Sel.Name)
				}
			}
		case *ast.BasicLit:
			if n.Kind == token.STRING && sql.MatchString(n.Value) {
				found = append(found, files.Position(n.Pos()).String()+": SQL folds letters")
			}
		}
		return true
	})
	return found
}

// named is the last name of an expression: HSAID of e.HSAID() and a.b.HSAID.
func named(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	case *ast.CallExpr:
		return named(e.Fun)
	}
	return ""
}
