package tak

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"strconv"
	"strings"
	"testing"

	"rivgate/routing/catalogue"
)

// TestEveryCodeOfAProblemHasWords: each code that the readers name has words, and no words are without a code that
// arises.
func TestEveryCodeOfAProblemHasWords(t *testing.T) {
	t.Parallel()
	words := catalogue.FileProblemWords()
	codeAt := map[string]int{"newProblem": 0, "problemAt": 1, "problem": 0} // the place of the code among the arguments
	arisen := map[string]bool{}
	notTest := func(f fs.FileInfo) bool { return !strings.HasSuffix(f.Name(), "_test.go") }
	packages, err := parser.ParseDir(token.NewFileSet(), ".", notTest, 0) //nolint:staticcheck // files of one package
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(packages["tak"], func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		name := ""
		switch f := call.Fun.(type) {
		case *ast.Ident:
			name = f.Name
		case *ast.SelectorExpr:
			name = f.Sel.Name
		}
		at, is := codeAt[name]
		if is && len(call.Args) > 1 && name == "problem" { // yamlReader.problem begins with the line
			if _, literal := call.Args[0].(*ast.BasicLit); !literal {
				at = 1
			}
		}
		if is && at < len(call.Args) {
			if code, literal := call.Args[at].(*ast.BasicLit); literal {
				text, _ := strconv.Unquote(code.Value)
				arisen[text] = true
				if words[text] == "" {
					t.Errorf("%q has no words", text)
				}
			}
		}
		return true
	})
	for code := range words {
		if !arisen[code] {
			t.Errorf("%q has words and does not arise", code)
		}
	}
}
