package rivgate_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// sentencesRead are the files that may read a sentence, and why: it is another program's or library's, which gives the
// thing in no other form. What we say ourselves is a code with values.
var sentencesRead = map[string]string{
	"cmd/bench/table.go":         "nginx says its version so",
	"cmd/rivgate/config/node.go": "the YAML library names line and type in its messages alone",
	"routing/tak/fetch.go":       "net.OpError has the kind of failure as words in Op",
	"routing/tak/keeper.go":      "lines of problems become one line of the log; no word is read",
	"routing/tak/order.go":       "encoding/json names an unknown key in its message alone",
	"routing/tak/yaml.go":        "the YAML library names the line in its message alone",
	"soap/reply.go":              "the beginning of a page of HTML",
	"soap/wire/diagnosis.go":     "crypto/tls names the alert of the other side in its message alone",
	"soap/wire/error.go":         "crypto/tls names the alert of the other side in its message alone",
	"web/shell/json.go":          "encoding/json names an unknown key in its message alone",
}

// sentenceReaders are the functions of package strings by which a sentence is told from another, or cut.
const sentenceReaders = " Contains HasPrefix HasSuffix Cut CutPrefix CutSuffix TrimPrefix TrimSuffix Index LastIndex " +
	"Split SplitN SplitSeq EqualFold Count "

// sentenceWords are two words of a sentence beside each other.
var sentenceWords = regexp.MustCompile(`\p{Ll}{2,}:? \p{Ll}{2,}`)

// TestNobodyReadsASentence: no product file compares, cuts or matches the text of an error, or looks for words of a
// sentence in a text.
// Codes with values are for that. A comparison of a text that was put together elsewhere, without words at the
// comparison, is not seen here.
func TestNobodyReadsASentence(t *testing.T) {
	t.Parallel()
	looked, found := 0, map[string]bool{}
	for _, s := range sources(t) {
		if s.test || s.folder == "store/storetest" {
			continue
		}
		path, files := s.file, token.NewFileSet()
		file, err := parser.ParseFile(files, path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		looked++
		ast.Inspect(file, func(n ast.Node) bool {
			if n != nil && readsSentence(n) {
				if found[path] = true; sentencesRead[path] == "" {
					t.Errorf("%s reads a sentence: give what says it a code", files.Position(n.Pos()))
				}
			}
			return true
		})
	}
	for path := range sentencesRead {
		if !found[path] {
			t.Errorf("%s may read a sentence and reads none", path)
		}
	}
	if looked < 300 {
		t.Errorf("only %d files: the test looks in the wrong place", looked)
	}
}

func readsSentence(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.BinaryExpr:
		return (n.Op == token.EQL || n.Op == token.NEQ) &&
			(errorText(n.X) || errorText(n.Y) || sentence(n.X) || sentence(n.Y))
	case *ast.SwitchStmt:
		return n.Tag != nil && errorText(n.Tag)
	case *ast.CallExpr:
		f, ok := n.Fun.(*ast.SelectorExpr)
		if !ok {
			return false
		}
		of, _ := f.X.(*ast.Ident)
		switch {
		case of != nil && of.Name == "strings" && strings.Contains(sentenceReaders, " "+f.Sel.Name+" "):
		case of != nil && of.Name == "regexp":
		case strings.HasPrefix(f.Sel.Name, "Find") || strings.HasPrefix(f.Sel.Name, "Match"):
		default:
			return false
		}
		for _, arg := range n.Args {
			if errorText(arg) || sentence(arg) {
				return true
			}
		}
	}
	return false
}

// errorText tells whether an expression is, or contains, what an error says.
func errorText(e ast.Expr) (is bool) {
	ast.Inspect(e, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok && len(call.Args) == 0 {
			if f, ok := call.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "Error" {
				is = true
			}
		}
		return !is
	})
	return is
}

// sentence tells whether an expression is a text with words beside each other.
func sentence(e ast.Expr) bool {
	literal, ok := e.(*ast.BasicLit)
	if !ok || literal.Kind != token.STRING {
		return false
	}
	text, err := strconv.Unquote(literal.Value)
	return err == nil && sentenceWords.MatchString(text)
}
