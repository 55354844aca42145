package catalogue

import (
	"cmp"
	"slices"
)

// Change is what happened to one row between two states of a kept catalogue.
type Change struct {
	Kind   string `json:"kind"` // added, removed or changed
	What   Kind   `json:"what"`
	ID     string `json:"id"`
	Before *Row   `json:"before,omitempty"`
	After  *Row   `json:"after,omitempty"`
	Text   string `json:"text"` // the change in words, on one line
}

// Compare are the differences from a to b, found by row id: kinds in their order, then by what rows are about.
func Compare(a, b []Row) []Change {
	before := make(map[string]int, len(a))
	for i := range a {
		before[a[i].ID] = i
	}
	changes := []Change{}
	for i := range b {
		j, ok := before[b[i].ID]
		delete(before, b[i].ID)
		switch {
		case !ok:
			changes = append(changes, ChangeOf(nil, &b[i]))
		case !a[j].same(b[i]):
			changes = append(changes, ChangeOf(&a[j], &b[i]))
		}
	}
	for _, i := range before {
		changes = append(changes, ChangeOf(&a[i], nil))
	}
	sortChanges(changes)
	return changes
}

// sortChanges puts changes in an order that depends on what they say alone.
func sortChanges(changes []Change) {
	order := map[Kind]int{}
	for i, kind := range Kinds() {
		order[kind] = i
	}
	keys := make(map[string]string, len(changes))
	for _, c := range changes {
		keys[c.ID] = c.row().key()
	}
	slices.SortFunc(changes, func(x, y Change) int {
		return cmp.Or(cmp.Compare(order[x.What], order[y.What]), cmp.Compare(keys[x.ID], keys[y.ID]),
			cmp.Compare(x.row().From, y.row().From), cmp.Compare(x.ID, y.ID))
	})
}

// ChangeOf is what happened to a row; nil where it was not there.
func ChangeOf(before, after *Row) Change {
	switch {
	case before == nil:
		return Change{Kind: "added", What: after.Kind, ID: after.ID, After: after, Text: "+ " + after.String()}
	case after == nil:
		return Change{Kind: "removed", What: before.Kind, ID: before.ID, Before: before, Text: "- " + before.String()}
	}
	return Change{
		Kind: "changed", What: after.Kind, ID: after.ID, Before: before, After: after,
		Text: "~ " + before.String() + " → " + after.Words(),
	}
}

// String is the change in words.
func (c Change) String() string { return c.Text }

func (c Change) row() Row {
	if c.After != nil {
		return *c.After
	}
	return *c.Before
}

// Merge brings what changed from base to latest into mine, which was made from base too. A row that both changed,
// each otherwise, is an Problems: nothing of either is lost, a person must say.
func Merge(base, latest, mine []Row) ([]Row, error) {
	find := func(rows []Row) map[string]*Row {
		byID := make(map[string]*Row, len(rows))
		for i := range rows {
			byID[rows[i].ID] = &rows[i]
		}
		return byID
	}
	inBase, inMine := find(base), find(mine)
	theirs := map[string]Change{}
	for _, c := range Compare(base, latest) {
		theirs[c.ID] = c
	}
	var problems Problems
	merged := make([]Row, 0, len(mine)+len(theirs))
	for i := range mine {
		e := mine[i]
		their, touched := theirs[e.ID]
		delete(theirs, e.ID)
		origin := inBase[e.ID]
		switch {
		case !touched, their.After != nil && their.After.same(e):
			merged = append(merged, e)
		case origin != nil && origin.same(e): // only they changed it
			if their.After != nil {
				merged = append(merged, *their.After)
			}
		default:
			problems = append(problems, problemOf(e, "changed-meanwhile", their))
		}
	}
	for _, e := range latest { // what they added, or changed while it was removed here
		their, left := theirs[e.ID]
		switch {
		case !left || inMine[e.ID] != nil:
		case inBase[e.ID] == nil:
			merged = append(merged, e)
		default:
			problems = append(problems, problemOf(e, "removed-and-changed", their))
		}
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return merged, nil
}
