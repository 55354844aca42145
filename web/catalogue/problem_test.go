package catalogue

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"rivgate/relay"
	"rivgate/routing"
	"rivgate/routing/catalogue"
)

// literals are the first string of every call that a pattern finds in Go files, with other values for its verbs.
func literals(t *testing.T, glob, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(glob)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range regexp.MustCompile(pattern).FindAllStringSubmatch(string(source), -1) {
			for _, quoted := range found[1:] {
				if quoted == "" { // a part that is not there
					continue
				}
				text, err := strconv.Unquote(quoted)
				if err != nil {
					t.Fatalf("%s: %s: %v", file, quoted, err)
				}
				all = append(all, strings.NewReplacer("%d", "7", "%q", `"x"`, "there is no %s", "there is no contract", "%s", "sender").Replace(text))
			}
		}
	}
	return all
}

func TestEveryRuleOfTheCatalogueIsSwedish(t *testing.T) {
	t.Parallel()
	codes := catalogue.ProblemCodes()
	if len(codes) < 25 || len(codes) != len(ruleWords()) {
		t.Errorf("%d rules, %d of them in Swedish", len(codes), len(ruleWords()))
	}
	for _, code := range codes {
		text, remedy, _ := ruleText(catalogue.Problem{Code: code, Values: []string{"sender", "x"}})
		if strings.HasPrefix(text, "Raden bryter mot") || strings.Contains(text+remedy, "%") || remedy == "Rätta raden." {
			t.Errorf("%s is told as %q, %q", code, text, remedy)
		}
	}
}

// TestEveryWordOfAFilesReaderIsSwedish: whatever the readers of files can say stands on the page in Swedish, with a remedy.
func TestEveryWordOfAFilesReaderIsSwedish(t *testing.T) {
	t.Parallel()
	n := 0
	said := regexp.MustCompile(`%(\.80)?[qsw]`)
	for _, file := range []string{"yaml", "order", "scan", "vagval", "cache", "doubled", "tak", "plan"} {
		for _, text := range literals(t, "../../routing/tak/"+file+".go", `(?:problem\((?:[\w.]+, )?|errors\.New\(|fmt\.Errorf\()("(?:[^"\\]|\\.)*"|`+"`[^`]*`"+`)`) {
			if strings.HasPrefix(text, "reading ") || strings.HasPrefix(text, "writing ") || !strings.Contains(text, " ") || strings.HasSuffix(text, "%w") {
				continue // what it was doing, not what is wrong
			}
			n++
			all := fileProblems(errors.New("reading the catalogue: " + said.ReplaceAllString(text, `"x"`)))
			if len(all) != 1 || strings.HasPrefix(all[0].Text, "Det som står här") || strings.Contains(all[0].Text+all[0].Remedy, "%") || all[0].Remedy == "" {
				t.Errorf("%q is told as %+v", text, all)
			}
		}
	}
	if n < 45 {
		t.Errorf("only %d texts were found: the test looks in the wrong place", n)
	}
}

func TestEveryNoteOnAFileIsSwedish(t *testing.T) {
	t.Parallel()
	sameFacts(t, catalogue.NoteWords(), reportWords)
	row := catalogue.Row{Kind: catalogue.KindRoute, Contract: "urn:riv:x:SendResponder:1", Receiver: "SE1", Address: "https://a.example", From: 20260101}
	note := catalogue.Note{Fact: routing.NewFact("there-until", row.String(), "2026-02-01"), Rows: map[int]catalogue.Row{0: row}}
	want := []string{"Vägval Send till SE1 går till https://a.example, från 2026-01-01: finns redan till och med 2026-02-01. Den nya börjar efter den."}
	if got := reportLines([]catalogue.Note{note}); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

func TestSeveralProblemsOfAFileAreRows(t *testing.T) {
	t.Parallel()
	got := fileProblems(errors.New("reading the catalogue: line 3: the unit has no hsa_id\nline 9: until: \"i dag\" is no date: write it as 2026-01-31\nsomething new"))
	want := []rowProblem{
		{Row: "Filens rad 3", Text: "Enheten saknar HSA-id.", Remedy: "Skriv det i hsa_id.", Detail: "line 3: the unit has no hsa_id"},
		{Row: "Filens rad 9", Text: `until är inget datum: "i dag".`, Remedy: "Skriv dagen som 2026-01-31.", Detail: "line 9: until: \"i dag\" is no date: write it as 2026-01-31"},
		{Row: "Filen", Text: "Det som står här går inte att läsa.", Remedy: "Rätta det läsaren säger och välj filen igen.", Detail: "something new"},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v", got)
	}
}

func TestEveryStepOfAConnectionTestIsSwedish(t *testing.T) {
	t.Parallel()
	sameFacts(t, relay.ProbeResults(), probeResults)
	sameFacts(t, relay.ProbeRemedies(), probeRemedies)
}
