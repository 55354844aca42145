package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"rivgate/contracts/identity"
	"rivgate/store/db"
)

// maxQuick is the size up to which a page is found sooner through a set of cases than through an index in the order of
// the list.
const maxQuick = 5_000

// caseQuery is the query that a filter becomes, over cases c: conditions on the case's own row, and sets of cases from
// other tables.
type caseQuery struct {
	db.Conditions
	filter  CaseFilter
	dialect db.Dialect
	units   []string // folded; nil: any
	sets    []caseSet
}

// caseSet is cases that have some words, or a code.
type caseSet struct {
	ids  string // a query of their ids, as case_id; written with $? for its values
	args []any
	// tells whether case c is among them, of one case at a time, which is why it has a LIMIT; with the values of has
	holds string
	has   []any
	few   bool // there are at most maxQuick
}

// measuredQuery makes a query of a filter, and counts its sets as far as the choice of a plan needs it.
func (s *Store) measuredQuery(ctx context.Context, f CaseFilter) (*caseQuery, error) {
	w, err := s.caseQuery(ctx, f)
	if err == nil {
		err = w.measure(ctx, s.read)
	}
	return w, err
}

// caseQuery makes a query of a filter, and counts nothing.
func (s *Store) caseQuery(ctx context.Context, f CaseFilter) (*caseQuery, error) {
	w := &caseQuery{filter: f, dialect: s.Dialect}
	if f.open() {
		w.Add("c.state <> 'closed'")
	}
	if f.finished() {
		w.Add("c.state = 'closed'") // in so many words: an index of the closed ones is of use only then
	}
	if f.State != "" {
		w.Add("c.state = $?", string(f.State))
	}
	if f.Queue != "" {
		w.Parts = append(w.Parts, f.Queue.holds(&w.Conditions, f.Assignee, s.Now()))
	}
	if f.Assignee != "" && f.Queue != QueueMine {
		w.Add("c.assignee = $? AND c.assignee <> ''", f.Assignee)
	}
	w.unit()
	w.facts()
	if f.Problem != "" {
		w.sets = append(w.sets, problemSet(f.Problem))
	}
	if f.Unnumbered {
		w.sets = append(w.sets, caseSet{
			ids:   `SELECT case_id FROM case_unnumbered`,
			holds: `(SELECT 1 FROM case_unnumbered u WHERE u.case_id = c.id LIMIT 1) IS NOT NULL`,
		})
	}
	if f.Unsent {
		w.sets = append(w.sets, caseSet{
			ids: `SELECT o.case_id FROM outgoing o JOIN cases k ON k.id = o.case_id AND k.unit = o.unit WHERE ` + unsent +
				` GROUP BY o.case_id`,
			holds: `(SELECT 1 FROM outgoing o WHERE o.case_id = c.id AND o.unit = c.unit AND ` + unsent + ` LIMIT 1) IS NOT NULL`,
		})
	}
	words, err := s.words(ctx, f.Query)
	if err != nil {
		return nil, err
	}
	if len(words) > 0 {
		w.sets = append(w.sets, wordSet(s.Dialect, words))
	}
	return w, nil
}

// words are the words that are looked for. Several that together are somebody's identity are one: an identity of a
// region may have any form.
func (s *Store) words(ctx context.Context, query string) ([]string, error) {
	words := identity.Words(query)
	if len(words) < 2 || !strings.ContainsAny(query, "0123456789") {
		return words, nil
	}
	cases, err := s.CasesOf(ctx, query)
	if len(cases) > 0 {
		words = []string{identity.Fold(identity.Key(query))}
	}
	return words, err
}

// unit narrows to the units that are asked for and may be seen.
func (w *caseQuery) unit() {
	f := w.filter
	if f.Unit != "" {
		w.units = []string{fold(f.Unit)}
	}
	if f.Units == nil {
		return
	}
	allowed := make([]string, 0, len(f.Units))
	for _, unit := range f.Units {
		if unit = fold(unit); f.Unit == "" || unit == w.units[0] {
			allowed = append(allowed, unit)
		}
	}
	slices.Sort(allowed)
	w.units = slices.Compact(allowed)
}

// facts narrows by what the case's row tells and no index is for.
func (w *caseQuery) facts() {
	f := w.filter
	if f.Via != "" {
		w.Add("c.via = $?", string(f.Via))
	}
	if f.Kind != "" {
		w.Add("c.kind = $?", string(f.Kind))
	}
	if f.Area != "" {
		w.Add("c.area = $? AND c.area <> ''", f.Area)
	}
	if !f.Since.IsZero() {
		w.Add("c.received >= $?", db.Micros(f.Since))
	}
	if !f.Until.IsZero() {
		w.Add("c.received < $?", db.Micros(f.Until))
	}
	if !f.Due.IsZero() {
		w.Add("c.due < $? AND c.state <> 'closed'", db.Micros(f.Due))
	}
	if f.closedTo != "" {
		w.Add("c.closed_month >= $? AND c.closed_month <= $?", f.closedFrom, f.closedTo)
	}
	if f.Unprotected {
		w.Add("NOT c.protected")
	}
	if f.WithoutIncidentUnit {
		w.Add(withoutIncidentUnit)
	}
}

// withoutIncidentUnit are the cases in the indexes of that name.
const withoutIncidentUnit = "c.incident_unit = ''"

// problemSet is the cases with a main or sub problem.
func problemSet(code string) caseSet {
	const kinds = `kind IN ('main_problem', 'sub_problem')`
	ids := `SELECT case_id FROM case_code WHERE code = $? AND ` + kinds
	return caseSet{
		ids: ids, args: []any{code},
		holds: `(SELECT 1 FROM case_code k WHERE k.case_id = c.id AND k.` + kinds + ` AND k.code = $? LIMIT 1) IS NOT NULL`,
		has:   []any{code},
	}
}

// measure finds out which sets are few, and puts those first.
func (w *caseQuery) measure(ctx context.Context, q db.Querier) error {
	for i := range w.sets {
		var c db.Conditions
		set := &w.sets[i]
		n, err := db.Count(ctx, q, fmt.Sprintf(`SELECT count(*) FROM (SELECT 1 FROM (%s) AS s LIMIT %d) AS capped`,
			c.Bind(set.ids, set.args...), maxQuick+1), c.Args)
		if err != nil {
			return err
		}
		set.few = n <= maxQuick
	}
	slices.SortStableFunc(w.sets, func(a, b caseSet) int {
		return map[bool]int{b.few: 1}[true] - map[bool]int{a.few: 1}[true]
	})
	return nil
}

// open tells whether only open cases are asked for.
func (f CaseFilter) open() bool {
	return f.Queue != "" && f.Queue != QueueFinished || f.State != "" && f.State != Closed ||
		(f.Order == DueFirst || !f.Due.IsZero()) && !f.finished()
}

func (f CaseFilter) finished() bool { return f.Queue == QueueFinished || f.State == Closed }

// from is where a query begins: with a set of few cases, or with the index that has the cases in their order; what is
// left is asked of each case.
func (w *caseQuery) from() string {
	from := "cases c" + w.dialect.Through(w.index())
	for i, set := range w.sets {
		if i == 0 && set.few {
			from = "(" + w.Bind(set.ids, set.args...) + ") d CROSS JOIN cases c" + w.dialect.Through("cases_row")
			w.Parts = append(w.Parts, "c.id = d.case_id")
			continue
		}
		w.Add(set.holds, set.has...)
	}
	return from
}

// index is what cases are gone through by.
func (w *caseQuery) index() string {
	switch f := w.filter; {
	case f.WithoutIncidentUnit && w.units == nil:
		return "cases_placeless_received"
	case f.WithoutIncidentUnit && w.apart():
		return "cases_placeless"
	case f.open():
		return "cases_open_due"
	case w.units != nil && w.apart():
		return "cases_unit"
	case f.Assignee != "":
		return "cases_assignee"
	case f.Area != "":
		return "cases_area"
	case f.finished():
		return "cases_closed"
	}
	return "cases_received"
}

// apart tells whether each unit's cases are gone through by themselves: unless most would be looked at in vain.
func (w *caseQuery) apart() bool {
	return len(w.units) == 1 || len(w.units) <= unitsApart && len(w.sets) == 0
}

// ready says over which rows a count goes.
func (w *caseQuery) ready() string {
	from := w.from()
	if w.units != nil {
		w.Among("c.unit", w.units)
	}
	return from
}
