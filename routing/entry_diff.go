package routing

import (
	"cmp"
	"slices"
	"strings"
)

// EntryChange is what happened to one row between two states of a kept catalogue.
type EntryChange struct {
	Kind   string    `json:"kind"` // added, removed or changed
	What   EntryKind `json:"what"`
	ID     string    `json:"id"`
	Before *Entry    `json:"before,omitempty"`
	After  *Entry    `json:"after,omitempty"`
	Text   string    `json:"text"` // the change in words, on one line
}

// CompareEntries are the differences from a to b, found by row id: kinds in their order, then by what rows are about.
func CompareEntries(a, b []Entry) []EntryChange {
	before := make(map[string]int, len(a))
	for i := range a {
		before[a[i].ID] = i
	}
	changes := []EntryChange{}
	for i := range b {
		j, ok := before[b[i].ID]
		delete(before, b[i].ID)
		switch {
		case !ok:
			changes = append(changes, changeOf(nil, &b[i]))
		case !a[j].same(b[i]):
			changes = append(changes, changeOf(&a[j], &b[i]))
		}
	}
	for _, i := range before {
		changes = append(changes, changeOf(&a[i], nil))
	}
	sortChanges(changes)
	return changes
}

// sortChanges puts changes in an order that depends on what they say alone.
func sortChanges(changes []EntryChange) {
	order := map[EntryKind]int{}
	for i, kind := range EntryKinds() {
		order[kind] = i
	}
	keys := make(map[string]string, len(changes))
	for _, c := range changes {
		keys[c.ID] = c.row().key()
	}
	slices.SortFunc(changes, func(x, y EntryChange) int {
		return cmp.Or(cmp.Compare(order[x.What], order[y.What]), cmp.Compare(keys[x.ID], keys[y.ID]), cmp.Compare(x.row().From, y.row().From), cmp.Compare(x.ID, y.ID))
	})
}

func changeOf(before, after *Entry) EntryChange {
	switch {
	case before == nil:
		return EntryChange{Kind: "added", What: after.Kind, ID: after.ID, After: after, Text: "+ " + after.String()}
	case after == nil:
		return EntryChange{Kind: "removed", What: before.Kind, ID: before.ID, Before: before, Text: "- " + before.String()}
	}
	return EntryChange{Kind: "changed", What: after.Kind, ID: after.ID, Before: before, After: after, Text: "~ " + before.String() + " → " + after.Words()}
}

func (c EntryChange) row() Entry {
	if c.After != nil {
		return *c.After
	}
	return *c.Before
}

// MergeEntries brings what changed from base to latest into mine, which was made from base too. A row that both changed, each otherwise, is
// an EntryProblems: nothing of either is lost, a person must say.
func MergeEntries(base, latest, mine []Entry) ([]Entry, error) {
	find := func(rows []Entry) map[string]*Entry {
		byID := make(map[string]*Entry, len(rows))
		for i := range rows {
			byID[rows[i].ID] = &rows[i]
		}
		return byID
	}
	inBase, inMine := find(base), find(mine)
	theirs := map[string]EntryChange{}
	for _, c := range CompareEntries(base, latest) {
		theirs[c.ID] = c
	}
	var problems EntryProblems
	merged := make([]Entry, 0, len(mine)+len(theirs))
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
			problems = append(problems, problemOf(e, "take your change of this row back, or discard the draft", "the version published meanwhile has %s", strings.TrimSpace(their.Text)))
		}
	}
	for _, e := range latest { // what they added, or changed while it was removed here
		their, left := theirs[e.ID]
		switch {
		case !left || inMine[e.ID] != nil:
		case inBase[e.ID] == nil:
			merged = append(merged, e)
		default:
			problems = append(problems, problemOf(e, "discard the draft and begin anew", "the draft removes what was changed meanwhile: %s", their.Text))
		}
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return merged, nil
}
