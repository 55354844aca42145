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
	"unsent":      "a count",
	"MarkScanned": "the virus scanner reads the file",
	"ownDraft":    "what the reader themselves typed",
	"saveDraft":   "what the reader themselves typed",
	"underWay":    "who is writing, and what is about to leave: no word of it",
}

// deskReaders are the functions of web and of the command line that read a desk (Store.Desk, Store.Desks), which has a
// handler's name, a registration number and the words of why a case was laid aside: and how the access log knows of it.
var deskReaders = map[string]string{
	"CaseLive":       "shows nothing of it: its version alone, to say that the case has changed",
	"casesOf":        "the cases are listed",
	"deskPart":       "the case is opened",
	"document":       "the case is opened before anything of it is given out",
	"handled":        "the case is opened",
	"inboxRows":      "the cases are listed",
	"letter":         "the case is opened: the letter has its time line",
	"live":           "the demo's cases, and nobody reads them",
	"newRequestPage": "the case is opened: the page has its time line",
	"registered":     "the cases are listed, or the case is opened",
	"showBoardCase":  "the case is opened",
	"showDesk":       "the case is opened",
	"withoutPlace":   "the cases are listed",
}

// phraseReaders are those that read standard replies (Store.Phrases). These are texts of units for all their cases, and
// no case's: no row is needed.
var phraseReaders = map[string]string{
	"insertPhrase": "into the answer that is being written", "phrasesOf": "to choose from",
	"showPhrases": "their own page",
}

// readsUnlogged tells whether a selector is store's Unlogged, or the line of the outbox (Later), which nobody needs: a
// room has the line itself.
func readsUnlogged(sel *ast.SelectorExpr) bool {
	of, inner := sel.X.(*ast.SelectorExpr)
	return sel.Sel.Name == "Unlogged" || sel.Sel.Name == "Relay" && inner && of.Sel.Name == "Later"
}

// readsFiles tells whether a call is one of relay's verbs that read files without a row, whatever it is called on: the
// first argument is the context.
func readsFiles(call *ast.CallExpr) bool {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	files := []string{"Attachment", "Attachments", "WriteAttachments"}
	return ok && len(call.Args) > 1 && slices.Contains(files, sel.Sel.Name)
}

// readsDesk and readsPhrases tell whether a call reads these from the store: the first argument is the context.
func readsDesk(call *ast.CallExpr) bool {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	return ok && len(call.Args) == 2 && (sel.Sel.Name == "Desk" || sel.Sel.Name == "Desks")
}

func readsPhrases(call *ast.CallExpr) bool {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	return ok && len(call.Args) > 2 && sel.Sel.Name == "Phrases"
}

// TestWhoShowsACaseOpensIt: what is read without a row of the access log is read by the functions above alone, wherever
// in web and cmd/rivgate they live.
func TestWhoShowsACaseOpensIt(t *testing.T) {
	found, desks, phrases := map[string]string{}, map[string]string{}, map[string]string{}
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
				if call, ok := n.(*ast.CallExpr); ok && readsFiles(call) {
					found[function.Name.Name] = s.file
				}
				if call, ok := n.(*ast.CallExpr); ok && readsDesk(call) {
					desks[function.Name.Name] = s.file
				}
				if call, ok := n.(*ast.CallExpr); ok && readsPhrases(call) {
					phrases[function.Name.Name] = s.file
				}
				return true
			})
		}
	}
	sameFunctions(t, "without a row", found, unlogged)
	sameFunctions(t, "desks", desks, deskReaders)
	sameFunctions(t, "standard replies", phrases, phraseReaders)
}

// sameFunctions compares the functions that read something, by name with their file, with those that may.
func sameFunctions(t *testing.T, what string, found, listed map[string]string) {
	t.Helper()
	for name, file := range found {
		if listed[name] == "" {
			t.Errorf("%s: %s reads %s, and is not among those that may: open the case, or say why not", file, name, what)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(listed)) {
		if found[name] == "" {
			t.Errorf("%s is listed for what it reads (%s), and reads nothing", name, what)
		}
	}
}
