package routing

import (
	"errors"
	"fmt"
	"maps"
	"strings"
)

// TableFact is something that a person should know of a catalogue. Its code is one of TableWords. Values that are rows
// or days stand among Values in English, and as what they are in Rows and Spans, for tables of other languages.
type TableFact struct {
	Fact
	Rows  map[int]RowPlace `json:"-"` // those of the values that are rows, by their places
	Spans map[int]Span     `json:"-"` // those that are days, from and until
}

// String is the fact in English.
func (f TableFact) String() string { return f.Words(TableWords()) }

// MarshalText is String, for JSON and logs.
func (f TableFact) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// TableTexts are facts in English, a line each.
func TableTexts(facts []TableFact) string {
	var lines []string
	for _, fact := range facts {
		lines = append(lines, fact.String())
	}
	return strings.Join(lines, "\n")
}

// TableProblem is something for which a catalogue makes no table.
type TableProblem struct{ TableFact }

// Error is the problem in English.
func (p *TableProblem) Error() string { return p.String() }

// TableProblems are the problems that an error of NewTable consists of, in their order.
func TableProblems(err error) (all []*TableProblem) {
	var one *TableProblem
	joined, several := err.(interface{ Unwrap() []error }) //nolint:errorlint // what errors.Join made, not what it holds
	switch {
	case several:
		for _, part := range joined.Unwrap() {
			all = append(all, TableProblems(part)...)
		}
	case errors.As(err, &one):
		all = append(all, one)
	}
	return all
}

// RowPlace is a route or a permission of a catalogue, and where it stands.
type RowPlace struct {
	Line, Number               int    // the line of the file, else 0; the number in the list, from 1
	Contract, Sender, Receiver string // a route has no sender
	Permission                 bool
}

// String is the row in English.
func (p RowPlace) String() string {
	at := rowPosition(p.Line, p.Number-1)
	if p.Permission {
		return "permission " + at + " (" + p.Sender + " on " + p.Contract + " to " + p.Receiver + ")"
	}
	return "route " + at + " (" + p.Contract + " to " + p.Receiver + ")"
}

// PlaceOf is a route and its index in the catalogue's list.
func PlaceOf(row Row, index int) RowPlace {
	return RowPlace{Line: row.Line, Number: index + 1, Contract: row.Contract, Receiver: row.Receiver}
}

func permissionPlace(p Permission, index int) RowPlace {
	return RowPlace{
		Line: p.Line, Number: index + 1, Contract: p.Contract, Sender: p.Sender, Receiver: p.Receiver, Permission: true,
	}
}

// TableWords are the codes of TableFact, each with its words in English: those of problems, and those of notes.
func TableWords() map[string]string {
	words := TableProblemWords()
	maps.Copy(words, tableNotes)
	maps.Copy(words, LetterCaseWords())
	return words
}

// TableProblemWords are the codes of TableProblem, each with its words in English.
func TableProblemWords() map[string]string { return maps.Clone(tableProblems) }

// NewTableFact is a fact with its values; a RowPlace or a Span among them is kept as it is too.
func NewTableFact(code string, values ...any) TableFact {
	f := TableFact{Fact: Fact{Code: code}, Rows: map[int]RowPlace{}, Spans: map[int]Span{}}
	for i, value := range values {
		text := fmt.Sprint(value)
		switch v := value.(type) {
		case RowPlace:
			f.Rows[i] = v
		case Span:
			f.Spans[i], text = v, v.inWords()
		}
		f.Values = append(f.Values, text)
	}
	return f
}

// inWords are the days that rows have in common: "on 2026-01-31", or from one to another.
func (s Span) inWords() string {
	if s.From == s.Until {
		return "on " + dayName(s.From)
	}
	return "from " + dayName(s.From) + " to " + dayName(s.Until)
}

func dayName(d Date) string {
	switch d {
	case 0:
		return "the beginning"
	case LastDay:
		return "the end"
	}
	return d.String()
}

var tableProblems = map[string]string{
	"no-contract":           "{1} has no contract: give it the responder namespace",
	"no-sender":             "{1} has no sender: give it the HSA-id of the calling system",
	"no-receiver":           "{1} has no receiver: give it an HSA-id, or * for all",
	"days-exchanged":        "{1} begins on {2}, after its last day {3}: exchange the two",
	"inbox-other-contract":  "{1} goes to {2}, but this contract brings no cases to an inbox: give the row a URL",
	"portal-other-contract": "{1} goes to {2}, which takes the return contract only: give the row a URL",
	"address-in-house-unknown": "{1} goes to {2}, which is no address of ours: write rivgate:inbox, rivgate:portal or " +
		"a URL",
	"signature-unknown":  "{1} has the signature {2}, which is not known: write " + SignaturesInWords,
	"signature-in-house": "{1} goes to {2}, where nothing is sent on that could be signed: write require or none",
	"in-and-out": "{1} and {2} lead both into the house and to a system outside, {3}: end one of them before the " +
		"other begins",
	"above-itself":      "unit {1} is above itself in the HSA tree: correct its place in the tree's file",
	"unit-no-id":        "unit number {1} ({2}) has no HSA-id: give it one",
	"unit-twice":        "unit {1} is there twice, as number {2} and {3}: remove one",
	"unit-kind-unknown": "unit {1} has the unknown kind {2}: write " + KindsInWords,
	"other-outside": "{1} leads cases for {2} to {3}, but {2} is no care (kind other), whose cases are handled in the " +
		"inbox alone: write rivgate:inbox",
	"board-without-region": "patient board {1} has no region: give it its county code",
	"board-twice":          "region {1} has two patient boards, {2} and {3}: a region has exactly one",
}

var tableNotes = map[string]string{
	"shared-day": "{1} and {2} are both valid {3}: the later one, to {4}, counts on that day",
	"days-shared": "{1} and {2} are both valid {3}: calls on those days are refused with VP006; end one before the " +
		"other begins",
}
