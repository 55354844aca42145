package catalogue_test

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"rivgate/routing"
	"rivgate/routing/catalogue"
)

// rulesInSources are the words of all rules: the third argument of problemOf, the third of say, and texts that are written out.
func rulesInSources(t *testing.T) (rules []string) {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	literal := func(e ast.Expr) {
		if l, ok := e.(*ast.BasicLit); ok && l.Kind == token.STRING {
			text, err := strconv.Unquote(l.Value)
			if err != nil {
				t.Fatal(err)
			}
			rules = append(rules, text)
		}
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, source, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				name := ""
				switch f := n.Fun.(type) {
				case *ast.Ident:
					name = f.Name
				case *ast.SelectorExpr:
					name = f.Sel.Name
				}
				if (name == "problemOf" || name == "say") && len(n.Args) > 2 {
					literal(n.Args[2])
				}
			case *ast.CompositeLit:
				if id, ok := n.Type.(*ast.Ident); ok && id.Name == "Problem" {
					for _, element := range n.Elts {
						if pair, ok := element.(*ast.KeyValueExpr); ok && pair.Key.(*ast.Ident).Name == "Text" {
							literal(pair.Value)
						}
					}
				}
			}
			return true
		})
	}
	return rules
}

// Every rule has a code of its own that does not depend on its words, and no code is left over.
func TestEveryRuleHasACode(t *testing.T) {
	codes := map[catalogue.ProblemCode]string{}
	rules := rulesInSources(t)
	slices.Sort(rules)
	for _, rule := range slices.Compact(rules) {
		code := catalogue.CodeOfRule(rule)
		if former, twice := codes[code]; code == "" || twice {
			t.Errorf("%q has the code %q, as %q has", rule, code, former)
		}
		codes[code] = rule
	}
	if len(codes) < 25 || len(codes) != len(catalogue.ProblemCodes()) {
		t.Errorf("%d rules, %d codes", len(codes), len(catalogue.ProblemCodes()))
	}
}

// What a rule was said with can be said in other words.
func TestProblemsTellTheirValues(t *testing.T) {
	rows := []catalogue.Row{
		{ID: "b", Kind: catalogue.KindUnit, HSAID: "SE2010123456-PN01", Name: "Board", UnitKind: routing.PatientBoard, Region: "01"},
		{ID: "c", Kind: catalogue.KindUnit, HSAID: "SE2010123456-PN02", Name: "Board", UnitKind: routing.PatientBoard, Region: "01"},
		{ID: "d", Kind: catalogue.KindPermission, Contract: "urn:a", Sender: "Å", Receiver: "*", From: 20260302, Until: 20260301},
	}
	var problems catalogue.Problems
	if err := catalogue.Check(rows, routing.Rules{}, 20260301); !errors.As(err, &problems) {
		t.Fatal(err)
	}
	want := map[catalogue.ProblemCode][]string{
		"board-twice": {"01", rows[0].String()}, "id-form": {"sender", "Å"}, "days-exchanged": {"2026-03-02", "2026-03-01"},
	}
	for _, p := range problems {
		if values, ok := want[p.Code]; ok && !slices.Equal(values, p.Values) {
			t.Errorf("%s: %q, not %q", p.Code, p.Values, values)
		}
		delete(want, p.Code)
	}
	if len(want) > 0 {
		t.Errorf("not told: %v, of %+v", want, problems)
	}
	_, err := catalogue.Apply(rows, []catalogue.Edit{{Action: catalogue.EditRemove, Row: catalogue.Row{ID: "x"}}}, nil, 20260301)
	if !errors.As(err, &problems) || problems[0].Code != "row-gone" || len(problems[0].Values) != 0 {
		t.Errorf("%+v", problems)
	}
}
