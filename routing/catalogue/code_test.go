package catalogue_test

import (
	"errors"
	"maps"
	"os"
	"regexp"
	"slices"
	"testing"

	"rivgate/routing"
	"rivgate/routing/catalogue"
)

// codesInSources are the codes that calls name, in these files.
func codesInSources(t *testing.T, call string, files ...string) []string {
	t.Helper()
	var codes []string
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range regexp.MustCompile(call+`"([a-z-]+)"`).FindAllStringSubmatch(string(source), -1) {
			codes = append(codes, found[1])
		}
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}

// Every rule that the sources name has words, and no code is left over.
func TestEveryRuleHasWords(t *testing.T) {
	said := codesInSources(t, `(?:problemOf|\.say)\([^"\n]+, `, "rules.go", "edit.go", "change.go")
	var known []string
	for _, code := range catalogue.ProblemCodes() {
		if known = append(known, string(code)); code.Text() == "" {
			t.Errorf("%s has no words", code)
		}
	}
	if !slices.Equal(said, known) {
		t.Errorf("the sources have %q, the words %q", said, known)
	}
}

// Every note on a file that the sources name has words, and no code is left over.
func TestEveryNoteHasWords(t *testing.T) {
	said := codesInSources(t, `\.Note\(`, "plan.go", "../tak/order_plan.go")
	said = append(said, slices.Collect(maps.Keys(routing.LetterCaseWords()))...)
	slices.Sort(said)
	if known := slices.Sorted(maps.Keys(catalogue.NoteWords())); !slices.Equal(said, known) {
		t.Errorf("the sources have %q, the words %q", said, known)
	}
}

// Every advice that the sources name has words, and no code is left over.
func TestEveryAdviceHasWords(t *testing.T) {
	said := codesInSources(t, `\.say\(`, "lint.go")
	said = append(said, slices.Collect(maps.Keys(routing.TableWords()))...)
	slices.Sort(said)
	if known := slices.Sorted(maps.Keys(catalogue.AdviceWords())); !slices.Equal(said, known) {
		t.Errorf("the sources have %q, the words %q", said, known)
	}
}

// What a rule was said with can be said in other words.
func TestProblemsTellTheirValues(t *testing.T) {
	rows := []catalogue.Row{
		{
			ID: "b", Kind: catalogue.KindUnit, HSAID: "SE2010123456-PN01", Name: "Board", UnitKind: routing.PatientBoard,
			Region: "01",
		},
		{
			ID: "c", Kind: catalogue.KindUnit, HSAID: "SE2010123456-PN02", Name: "Board", UnitKind: routing.PatientBoard,
			Region: "01",
		},
		{
			ID: "d", Kind: catalogue.KindPermission, Contract: "urn:a", Sender: "Å", Receiver: "*", From: 20260302,
			Until: 20260301,
		},
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
	_, err := catalogue.Apply(rows, []catalogue.Edit{{Action: catalogue.EditRemove, Row: catalogue.Row{ID: "x"}}}, nil,
		20260301)
	if !errors.As(err, &problems) || problems[0].Code != "row-gone" || len(problems[0].Values) != 0 {
		t.Errorf("%+v", problems)
	}
}

// TestAnOldRowIsMendedInItsTime: a unit without region is a problem of its row, and keeps nobody from editing others;
// nothing is published before it is mended.
func TestAnOldRowIsMendedInItsTime(t *testing.T) {
	unit := func(id, hsaID, region string) catalogue.Row {
		return catalogue.Row{
			ID: id, Kind: catalogue.KindUnit, HSAID: hsaID, Name: hsaID, UnitKind: routing.CareUnit, Region: region,
		}
	}
	before := []catalogue.Row{unit("old", "SE1", ""), unit("good", "SE2", "01")}
	var wrong catalogue.Problems
	err := catalogue.Check(before, keptRules(), 20260601)
	if !errors.As(err, &wrong) || len(wrong) != 1 || wrong[0].ID != "old" || wrong[0].Code != "unit-without-region" {
		t.Fatalf("the rows are judged: %v", err)
	}
	renamed := slices.Clone(before)
	renamed[1].Name = "another"
	if err := catalogue.CheckEdited(before, renamed, keptRules(), 20260601); err != nil {
		t.Errorf("another row cannot be edited: %v", err)
	}
	for name, after := range map[string][]catalogue.Row{
		"a new row without region":         append(slices.Clone(before), unit("new", "SE3", "")),
		"a region that is taken away":      {before[0], unit("good", "SE2", "")},
		"an old row edited and not mended": {unit("old", "SE1X", ""), before[1]},
	} {
		if err := catalogue.CheckEdited(before, after, keptRules(), 20260601); !errors.As(err, &wrong) || len(wrong) != 1 {
			t.Errorf("%s: %v", name, err)
		}
	}
}
