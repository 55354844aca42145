package rivgate_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"slices"
	"strings"
	"testing"
)

// unlogged are the functions of web and of the command line that read what is written about persons without opening the
// case: each judges, counts or scans, and shows nothing of it that is not the reader's own.
var unlogged = map[string]string{
	"countMore": "cmd/rivgate: whether a list goes on",
	"Seed":      "cmd/rivgate: whether the demo's store has any case",

	"BoardJudged": "whether a consent stands",
	"ownSince":    "whose the messages since a version are",
	"lateMine":    "a count",
	"MarkScanned": "the virus scanner reads the file",
	"ownDraft":    "what the reader themselves typed",
	"saveDraft":   "what the reader themselves typed",
	"underWay":    "who is writing, and what is about to leave: no word of it",
}

// readsUnlogged tells whether a selector is store's Unlogged, or one of relay's verbs that read files the same way.
func readsUnlogged(sel *ast.SelectorExpr) bool {
	of, inner := sel.X.(*ast.SelectorExpr)
	files := slices.Contains([]string{"Attachment", "Attachments", "WriteAttachments"}, sel.Sel.Name)
	return sel.Sel.Name == "Unlogged" || files && inner && of.Sel.Name == "Relay"
}

// TestWhoShowsACaseOpensIt: what is read without a row of the access log is read by the functions above alone, wherever
// in web and cmd/rivgate they live.
func TestWhoShowsACaseOpensIt(t *testing.T) {
	found := map[string]string{}
	for _, s := range sources(t) {
		room := strings.Split(s.folder, "/")[0]
		if s.test || room != "web" && !strings.HasPrefix(s.folder, "cmd/rivgate") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), s.file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			function, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			ast.Inspect(function, func(n ast.Node) bool {
				if sel, ok := n.(*ast.SelectorExpr); ok && readsUnlogged(sel) {
					found[function.Name.Name] = s.file
				}
				return true
			})
		}
	}
	for name, file := range found {
		if unlogged[name] == "" {
			t.Errorf("%s: %s reads what is written about persons, and no row of the access log says so", file, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(unlogged)) {
		if found[name] == "" {
			t.Errorf("%s is listed, and reads nothing", name)
		}
	}
}
