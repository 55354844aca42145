package catalogue

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"rivgate/routing"
)

// DifferenceKind is what happened to a row.
type DifferenceKind string

// The kinds of Difference.
const (
	Added   DifferenceKind = "added"
	Removed DifferenceKind = "removed"
	Changed DifferenceKind = "changed"
)

// Difference is one difference between two catalogues. Before and After are the row in words; one is "" where it was
// not there.
type Difference struct {
	Kind   DifferenceKind `json:"kind"`
	What   string         `json:"what"` // unit, route, permission or parent
	Before string         `json:"before,omitempty"`
	After  string         `json:"after,omitempty"`
}

// String is the change on one line: "+ route …", "- route …" or "~ route … → …".
func (c Difference) String() string {
	switch c.Kind {
	case Added:
		return "+ " + c.What + " " + c.After
	case Removed:
		return "- " + c.What + " " + c.Before
	}
	return "~ " + c.What + " " + c.Before + " → " + c.After
}

// Differences are all differences, in an order that depends on the catalogues' content alone: units, routes,
// permissions, tree, each by HSA-ids and contract.
type Differences []Difference

// String is a line for each change; "" where there is none.
func (c Differences) String() string {
	var text strings.Builder
	for _, change := range c {
		text.WriteString(change.String() + "\n")
	}
	return text.String()
}

// Diff compares two catalogues. The order of rows and the lines they stand on do not count. A row that has a
// counterpart with the same contract and HSA-ids is changed, else it is added or removed.
func Diff(a, b routing.Catalogue) Differences {
	changes := compare("unit", a.Units, b.Units, func(u routing.Unit) string { return routing.Fold(u.HSAID) }, unitText)
	changes = append(changes, compare("route", a.Routes, b.Routes, routeKey, RouteText)...)
	changes = append(changes, compare("permission", a.Permissions, b.Permissions, permissionKey, PermissionText)...)
	return append(changes, compareTrees(a.Tree, b.Tree)...)
}

// compare works on the rows' texts: what both sides have is dropped, and what is left of one key is paired.
func compare[T any](what string, before, after []T, key, text func(T) string) (changes Differences) {
	type sides struct{ before, after []string }
	groups := map[string]*sides{}
	group := func(row T) *sides {
		k := key(row)
		if groups[k] == nil {
			groups[k] = &sides{}
		}
		return groups[k]
	}
	for _, row := range before {
		g := group(row)
		g.before = append(g.before, text(row))
	}
	for _, row := range after {
		g := group(row)
		t := text(row)
		if i := slices.Index(g.before, t); i >= 0 {
			g.before = slices.Delete(g.before, i, i+1)
			continue
		}
		g.after = append(g.after, t)
	}
	for _, k := range slices.Sorted(maps.Keys(groups)) {
		g := groups[k]
		slices.Sort(g.before)
		slices.Sort(g.after)
		changes = append(changes, pair(what, g.before, g.after)...)
	}
	return changes
}

// pair makes changes of as many rows as both sides have, and additions or removals of the rest.
func pair(what string, before, after []string) (changes Differences) {
	both := min(len(before), len(after))
	for i := range both {
		changes = append(changes, Difference{Changed, what, before[i], after[i]})
	}
	for _, text := range before[both:] {
		changes = append(changes, Difference{Kind: Removed, What: what, Before: text})
	}
	for _, text := range after[both:] {
		changes = append(changes, Difference{Kind: Added, What: what, After: text})
	}
	return changes
}

func compareTrees(a, b routing.Tree) Differences {
	list := func(tree routing.Tree) (rows [][2]string) {
		for unit, parent := range tree {
			rows = append(rows, [2]string{unit, parent})
		}
		return rows
	}
	if maps.Equal(a, b) {
		return nil
	}
	return compare("parent", list(a), list(b),
		func(row [2]string) string { return row[0] },
		func(row [2]string) string { return "of " + row[0] + ": " + row[1] })
}

func routeKey(r routing.Row) string { return routing.Fold(r.Receiver) + " " + routing.Fold(r.Contract) }

func permissionKey(p routing.Permission) string {
	return routing.Fold(p.Sender) + " " + routing.Fold(p.Receiver) + " " + routing.Fold(p.Contract)
}

func unitText(u routing.Unit) string {
	text := fmt.Sprintf("%s %q, %s, region %s", u.HSAID, u.Name, u.Kind, u.Region)
	if u.Provider != "" {
		text += ", provider " + u.Provider
	}
	if u.Attachments {
		text += ", attachments"
	}
	if u.Supplements {
		text += ", supplements"
	}
	return text + placeText(u.Town, u.Aliases)
}

// placeText is the end of a unit's words: where it is, and what else it is called.
func placeText(town string, aliases routing.Names) (text string) {
	if town != "" {
		text += ", town " + town
	}
	if aliases != "" {
		text += ", aliases " + aliases.Words()
	}
	return text
}

// RouteText is a route in words, as differences and refusals show it.
func RouteText(r routing.Row) string {
	text := fmt.Sprintf("%s to %s at %q, %s", r.Contract, r.Receiver, r.Address, cmp.Or(r.Profile, routing.RIVTABP21))
	if r.Component != "" {
		text += ", component " + r.Component
	}
	return text + r.Signature.Suffix() + routing.Span{From: r.From, Until: r.Until}.Words()
}

// PermissionText is a permission in words.
func PermissionText(p routing.Permission) string {
	return p.Sender + " on " + p.Contract + " to " + p.Receiver + routing.Span{From: p.From, Until: p.Until}.Words() +
		p.Filters.Suffix()
}
