package finding

import (
	"slices"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	"rivgate/routing"
)

// identifiers are the HSA-ids of the units: sorted, and as one text with a line for each.
type identifiers struct {
	text   string
	at     []uint32 // where each begins in the text, and the end
	sorted []int32  // units, by their HSA-ids
}

func newIdentifiers(units []routing.Unit) identifiers {
	var x identifiers
	folded := make([]string, len(units))
	for i, u := range units {
		folded[i] = routing.Fold(u.HSAID)
		x.sorted = append(x.sorted, int32(i)) //nolint:gosec // a catalogue has far fewer units
	}
	slices.SortStableFunc(x.sorted, func(a, b int32) int { return strings.Compare(folded[a], folded[b]) })
	var text strings.Builder
	for _, unit := range x.sorted {
		x.at = append(x.at, uint32(text.Len())) //nolint:gosec // far below 4 GB
		text.WriteString(folded[unit] + "\n")
	}
	x.at = append(x.at, uint32(text.Len())) //nolint:gosec // as above
	x.text = text.String()
	return x
}

// id is the HSA-id at a place in their order.
func (x identifiers) id(i int) string { return x.text[x.at[i] : x.at[i+1]-1] }

// exact is the unit whose HSA-id stands in a text, between blanks or brackets; -1 where none does.
func (x identifiers) exact(text string) int {
	for _, typed := range strings.FieldsFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune("()[],;\"", r)
	}) {
		id := routing.Fold(typed)
		i := sort.Search(len(x.sorted), func(i int) bool { return x.id(i) >= id })
		if i < len(x.sorted) && id != "" && x.id(i) == id {
			return int(x.sorted[i])
		}
	}
	return -1
}

// holding calls fn for each unit that has a word of a query in its HSA-id. Only words with a digit are looked for:
// letters alone are meant as words.
func (x identifiers) holding(word string, fn func(unit int)) {
	if utf8.RuneCountInString(word) < minPart || !strings.ContainsFunc(word, unicode.IsDigit) {
		return
	}
	id := routing.Fold(word)
	for at := 0; ; {
		found := strings.Index(x.text[at:], id)
		if found < 0 {
			return
		}
		at += found
		i := sort.Search(len(x.sorted), func(i int) bool { return int(x.at[i+1]) > at })
		fn(int(x.sorted[i]))
		at = int(x.at[i+1])
	}
}
