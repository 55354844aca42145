package routing

import (
	"fmt"
	"maps"
)

// TableProblem is something for which a catalogue makes no table. Its code is one of TableWords.
type TableProblem struct{ Fact }

// Error is the problem in English.
func (p *TableProblem) Error() string { return p.Words(tableWords) }

// TableWords are the codes of TableProblem and of a table's notes, each with its words in English.
func TableWords() map[string]string {
	words := maps.Clone(tableWords)
	maps.Copy(words, LetterCaseWords())
	return words
}

func tableFact(code string, values []any) Fact {
	f := Fact{Code: code}
	for _, v := range values {
		f.Values = append(f.Values, fmt.Sprint(v))
	}
	return f
}

var tableWords = map[string]string{
	"no-contract":           "{1} has no contract: give it the responder namespace",
	"no-sender":             "{1} has no sender: give it the HSA-id of the calling system",
	"no-receiver":           "{1} has no receiver: give it an HSA-id, or * for all",
	"days-exchanged":        "{1} begins on {2}, after its last day {3}: exchange the two",
	"inbox-other-contract":  "{1} goes to {2}, but this contract brings no cases to an inbox: give the row a URL",
	"portal-other-contract": "{1} goes to {2}, which takes the return contract only: give the row a URL",
	"address-in-house-unknown": "{1} goes to {2}, which is no address of ours: write rivgate:inbox, rivgate:portal or " +
		"a URL",
	"in-and-out": "{1} lead both into the house and to a system outside, {2}: end one of them before the " +
		"other begins",
	"above-itself":         "unit {1} is above itself in the HSA tree: correct its place in the tree's file",
	"unit-no-id":           "unit number {1} ({2}) has no HSA-id: give it one",
	"unit-twice":           "unit {1} is there twice, as number {2} and {3}: remove one",
	"unit-kind-unknown":    "unit {1} has the unknown kind {2}: write care_unit or patient_board",
	"board-without-region": "patient board {1} has no region: give it its county code",
	"board-twice":          "region {1} has two patient boards, {2} and {3}: a region has exactly one",

	"shared-day":  "{1} are both valid {2}: the later one, to {3}, counts on that day",
	"days-shared": "{1} are both valid {2}: calls on those days are refused with VP006; end one before the other begins",
}

// TableTexts are notes of a table in English.
func TableTexts(notes []Fact) (all []string) {
	words := TableWords()
	for _, note := range notes {
		all = append(all, note.Words(words))
	}
	return all
}
