package rivgate_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"strings"
	"testing"
)

// words is how a Go name says that it holds what a person says: a ground, a reason, a note.
var words = regexp.MustCompile(`(?i)(ground|reason|note|text|why|how|who|by|number|diary)$`)

// Whether a person says anything is judged by identity.Blank and identity.Trim alone: a space of no width is no reason.
// This looks for strings.TrimSpace of such words that is compared with "".
func TestWhatPeopleSayIsBlankInOnePlace(t *testing.T) {
	if found := trimmed(t, "testdata.go", `package p
		var _ = strings.TrimSpace(u.Handover.Ground) == "" || "" != strings.TrimSpace(reason) ||
			strings.TrimSpace(f.Value("note")) == "" || strings.TrimSpace(x.ID) == ""`); len(found) != 3 {
		t.Fatalf("finds %d of 3 in what is wrong: %v", len(found), found)
	}
	inProductFiles(t, trimmed)
}

// trimmed are the places of a file where such words are compared with "" after strings.TrimSpace.
func trimmed(t *testing.T, name string, source any) (found []string) {
	t.Helper()
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, name, source, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		b, ok := n.(*ast.BinaryExpr)
		if !ok || b.Op != token.EQL && b.Op != token.NEQ {
			return true
		}
		for _, sides := range [][2]ast.Expr{{b.X, b.Y}, {b.Y, b.X}} {
			call, ok := sides[0].(*ast.CallExpr)
			empty, literal := sides[1].(*ast.BasicLit)
			if !ok || !literal || empty.Value != `""` || named(call) != "TrimSpace" || len(call.Args) != 1 {
				continue
			}
			said := named(call.Args[0])
			if value, ok := call.Args[0].(*ast.CallExpr); ok && len(value.Args) == 1 {
				if field, ok := value.Args[0].(*ast.BasicLit); ok {
					said = strings.Trim(field.Value, `"`)
				}
			}
			if words.MatchString(said) {
				found = append(found, files.Position(n.Pos()).String()+": "+said+" is judged by strings.TrimSpace")
			}
		}
		return true
	})
	return found
}
