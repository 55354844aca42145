package routing

import (
	"fmt"
	"slices"
)

// SameContract tells whether two namespaces are those of one contract: they are spelled alike but for the case of
// ASCII letters, as VP compares them.
func SameContract(a, b string) bool { return SameHSAID(a, b) }

// UnifyLetterCase is a catalogue in which each contract is spelled as in the first of its routes, or else of its
// permissions, and each profile as it is called. The notes tell once for each pair what was spelled otherwise: it
// counts as the same here, and may not elsewhere.
func UnifyLetterCase(c Catalogue) (Catalogue, []TableFact) {
	s := letterCases{names: map[string]string{}, noted: map[[2]string]bool{}}
	c.Routes, c.Permissions = slices.Clone(c.Routes), slices.Clone(c.Permissions)
	for i := range c.Routes {
		r := &c.Routes[i]
		row := *r
		r.Contract = s.contract(row.Contract, func() RowPlace { return PlaceOf(row, i) })
		if r.Profile = ProfileOf(row.Profile); row.Profile != "" {
			s.compare(row.Profile, r.Profile, "profile", func() RowPlace { return PlaceOf(row, i) })
		}
	}
	for i := range c.Permissions {
		p := &c.Permissions[i]
		row := *p
		p.Contract = s.contract(row.Contract, func() RowPlace { return permissionPlace(row, i) })
	}
	return c, s.notes
}

// LetterCaseWords are the words in English for the codes of what UnifyLetterCase tells. Values: the row, its
// spelling, the usual one.
func LetterCaseWords() map[string]string {
	const text = "{1} spells the %s {2} in another letter case than {3}: they count as the same; spell it alike"
	return map[string]string{
		"contract-spelling": fmt.Sprintf(text, "contract"), "profile-spelling": fmt.Sprintf(text, "profile"),
	}
}

// letterCases knows the first spelling of each contract, and which other ones it has told of.
type letterCases struct {
	names map[string]string // by folded namespace
	noted map[[2]string]bool
	notes []TableFact
}

func (s *letterCases) contract(written string, row func() RowPlace) string {
	folded := Fold(written)
	first, known := s.names[folded]
	if !known {
		s.names[folded] = written
		return written
	}
	s.compare(written, first, "contract", row)
	return first
}

func (s *letterCases) compare(written, usual, what string, row func() RowPlace) {
	if pair := [2]string{written, usual}; written != usual && !s.noted[pair] && len(s.notes) < maxNotes {
		s.noted[pair] = true
		s.notes = append(s.notes, NewTableFact(what+"-spelling", row(), written, usual))
	}
}
