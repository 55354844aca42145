package catalogue

import (
	"maps"

	"rivgate/routing"
)

// Note is something that a person should know of a file before its edits are saved.
type Note struct {
	routing.Fact
	Rows map[int]Row // those of the values that are rows, by their places
}

// String is the note in English.
func (n Note) String() string { return n.Words(NoteWords()) }

// MarshalText is String, for JSON.
func (n Note) MarshalText() ([]byte, error) { return []byte(n.String()), nil }

// NoteWords are the codes of notes, each with its words in English.
func NoteWords() map[string]string {
	words := maps.Clone(noteWords)
	maps.Copy(words, routing.LetterCaseWords())
	return words
}

var noteWords = map[string]string{
	"order-for":       "for platform {1}, takes effect on {2}",
	"twice":           "{1} is there twice: taken once",
	"other-filters":   "{1} is there with other filters too: taken as one",
	"shared-day":      "{1} shares its last day with the one that begins then: ended the day before",
	"not-changed":     "{1} is there already and is not changed",
	"ordered-twice":   "{1} is ordered too, beside {2}: both are passed on, and refused as rows that share days",
	"not-prolonged":   "it is not prolonged: change it by hand if it is to go on after {1}",
	"replaced-before": "{1} would begin later and is removed: {2} takes its place",
	"replaced":        "{1} ends on {2}: {3} takes its place",
	"there-until":     "{1} is there already until {2}: the new one begins after it",
	"begins-later":    "{1} begins later: the new one ends before it",
	"plain-left":      "{1} plain objects to exclude are left: remove them by hand once nothing needs them",
	"not-there":       "{1} is not there: nothing to end",
	"there":           "{1} is there already",
}
