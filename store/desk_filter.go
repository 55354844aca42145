package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"rivgate/contracts/identity"
	"rivgate/store/db"
)

// How far sets are counted before one is read, and for how many cases in all the ways to a page are weighed.
const (
	countedMost = 30_000
	weighedFor  = 1_000_000
	quickMost   = 5_000 // of a set, beside the index of the open cases
)

// sought is a filter on its way to a query over cases c: what a case's own row tells, and sets of cases that other tables know.
type sought struct {
	conditions
	filter  CaseFilter
	dialect db.Dialect
	units   []string // folded; nil: any
	few     int      // cases of those units, as far as they were counted
	sets    []caseSet
}

// caseSet is cases that have a word, or a code.
type caseSet struct {
	ids   string // a query of their ids, as case_id; written with $? for its values
	args  []any
	rows  string // of rows, about as many; with the first values of args. "": few
	holds string // tells whether case c is among them, of one case at a time: hence the LIMIT; with the values of has
	has   []any
	size  int // as far as it was counted
}

// seek prepares a filter, and counts its sets as far as it matters.
func (s *Store) seek(ctx context.Context, f CaseFilter) (*sought, error) {
	w, err := s.sought(ctx, f)
	if err == nil {
		err = w.measure(ctx, s.read)
	}
	return w, err
}

// sought prepares a filter, and counts nothing.
func (s *Store) sought(ctx context.Context, f CaseFilter) (*sought, error) {
	w := &sought{filter: f, dialect: s.Dialect, few: countedMost}
	if f.open() {
		w.add("c.state <> 'closed'")
	}
	if f.finished() {
		w.add("c.state = 'closed'") // in so many words: an index of the closed ones is of use only then
	}
	if f.State != "" {
		w.add("c.state = $?", string(f.State))
	}
	if f.Queue != "" {
		w.parts = append(w.parts, f.Queue.holds(&w.conditions, f.Assignee, s.Now()))
	}
	if f.Assignee != "" && f.Queue != QueueMine {
		w.add("c.assignee = $? AND c.assignee <> ''", f.Assignee)
	}
	w.unit()
	w.facts()
	if f.Problem != "" {
		w.sets = append(w.sets, problemSet(f.Problem))
	}
	words, err := s.words(ctx, f.Query)
	if err != nil {
		return nil, err
	}
	stale, err := s.anyStale(ctx, len(words) > 0)
	if err != nil {
		return nil, err
	}
	for _, word := range slices.Compact(slices.Sorted(slices.Values(words))) {
		w.sets = append(w.sets, wordSet(word, stale))
	}
	return w, nil
}

// words are the words that are looked for. Several that together are somebody's identity are one: an identity of a region may have any form.
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
func (w *sought) unit() {
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
func (w *sought) facts() {
	f := w.filter
	if f.Via != "" {
		w.add("c.via = $?", string(f.Via))
	}
	if f.Kind != "" {
		w.add("c.kind = $?", string(f.Kind))
	}
	if f.Area != "" {
		w.add("c.area = $? AND c.area <> ''", f.Area)
	}
	if !f.Since.IsZero() {
		w.add("c.received >= $?", db.Micros(f.Since))
	}
	if !f.Until.IsZero() {
		w.add("c.received < $?", db.Micros(f.Until))
	}
	if !f.Due.IsZero() {
		w.add("c.due < $? AND c.state <> 'closed'", db.Micros(f.Due))
	}
	if f.closedTo != "" {
		w.add("c.closed_month >= $? AND c.closed_month <= $?", f.closedFrom, f.closedTo)
	}
	if f.Unprotected {
		w.add("NOT c.protected")
	}
	if f.Placeless {
		w.add(placeless)
	}
}

// placeless are the cases in the indexes of that name.
const placeless = "c.incident_unit = ''"

// problemSet is the cases with a main or sub problem.
func problemSet(code string) caseSet {
	const kinds = `kind IN ('main_problem', 'sub_problem')`
	ids := `SELECT case_id FROM case_code WHERE code = $? AND ` + kinds
	return caseSet{
		ids: ids, rows: ids, args: []any{code},
		holds: `(SELECT 1 FROM case_code k WHERE k.case_id = c.id AND k.` + kinds + ` AND k.code = $? LIMIT 1) IS NOT NULL`, has: []any{code},
	}
}

// wordSet is the cases of which a word begins as this one, or whose reporter or patient has it as their identity. Where the words of some cases are still to be
// written, those are looked through.
func wordSet(word string, stale bool) caseSet {
	s := caseSet{args: []any{word, word + "\U0010FFFF"}, rows: `SELECT w.case_id FROM case_word w WHERE w.word >= $? AND w.word < $?`}
	s.ids, s.has = s.rows, slices.Clone(s.args)
	s.holds = `((SELECT 1 FROM case_word w WHERE w.case_id = c.id AND w.word >= $? AND w.word < $? LIMIT 1) IS NOT NULL`
	or := func(holds, condition string, args ...any) {
		s.ids += ` UNION SELECT c.id FROM cases c WHERE ` + condition
		s.holds += ` OR ` + holds
		s.args, s.has = append(s.args, args...), append(s.has, args...)
	}
	if stale {
		const found = `c.stale AND c.search LIKE $? ESCAPE '\'`
		or(found, found, "%"+escapeLike(word)+"%") // rather too many, for a moment, than too few
	}
	for _, id := range identity.Keys(word) {
		for _, who := range []string{"reporter_id", "patient_id"} {
			// Whose the cases are is found once, by its index, whichever cases are gone through.
			persons := `c.id IN (SELECT p.id FROM cases p WHERE p.` + who + ` = $? AND p.` + who + ` <> '')`
			or(persons, `c.`+who+` = $? AND c.`+who+` <> ''`, id)
		}
	}
	if s.ids == s.rows {
		s.ids = strings.Replace(s.ids, "SELECT", "SELECT DISTINCT", 1)
	}
	s.holds += ")"
	return s
}

// measure counts the sets, as far as it matters, and sorts the smallest first.
func (w *sought) measure(ctx context.Context, q db.Querier) error {
	for i := range w.sets {
		var err error
		set := &w.sets[i]
		if set.size, err = upTo(ctx, q, countedMost, set.rows, set.args[:strings.Count(set.rows, "$?")]...); err != nil {
			return err
		}
	}
	slices.SortStableFunc(w.sets, func(a, b caseSet) int { return a.size - b.size })
	if len(w.sets) == 0 || w.units == nil {
		return nil
	}
	var c conditions
	c.among("c.unit", w.units)
	var err error
	w.few, err = countOf(ctx, q, fmt.Sprintf(`SELECT count(*) FROM (SELECT 1 FROM cases c%s LIMIT %d) AS capped`, c.where(), countedMost), c.args)
	return err
}

// upTo counts the rows of a query, up to a number.
func upTo(ctx context.Context, q db.Querier, most int, query string, args ...any) (int, error) {
	var c conditions
	return countOf(ctx, q, fmt.Sprintf(`SELECT count(*) FROM (SELECT 1 FROM (%s) AS s LIMIT %d) AS capped`, c.bind(query, args...), most), c.args)
}

// open tells whether only open cases are asked for.
func (f CaseFilter) open() bool {
	return f.Queue != "" && f.Queue != QueueFinished || f.State != "" && f.State != Closed || (f.Order == DueFirst || !f.Due.IsZero()) && !f.finished()
}

func (f CaseFilter) finished() bool { return f.Queue == QueueFinished || f.State == Closed }

// begins tells whether the smallest set is a quicker way to so many cases than going through an index until they are found: as if words and codes were spread
// evenly over the cases.
func (w *sought) begins(wanted int) bool {
	if len(w.sets) == 0 || w.sets[0].size >= countedMost {
		return false
	}
	if w.filter.open() {
		return w.sets[0].size <= min(quickMost, w.few)
	}
	all := float64(weighedFor)
	if w.few < countedMost {
		all = float64(w.few)
	}
	through := float64(wanted)
	for _, set := range w.sets {
		through *= all / float64(max(set.size, 1))
	}
	return float64(w.sets[0].size) <= min(through, all)
}

// from is where a query begins: with the smallest set, or with the index in which the fewest cases must be looked at; and what is left to ask of each.
func (w *sought) from(wanted int) string {
	from := "cases c" + w.dialect.Through(w.index())
	begins := w.begins(wanted)
	for i, set := range w.sets {
		if i == 0 && begins {
			from = "(" + w.bind(set.ids, set.args...) + ") d CROSS JOIN cases c" + w.dialect.Through("cases_row")
			w.parts = append(w.parts, "c.id = d.case_id")
			continue
		}
		if begins { // before the case is looked at
			set.holds = strings.ReplaceAll(set.holds, "case_id = c.id", "case_id = d.case_id")
		}
		w.add(set.holds, set.has...)
	}
	return from
}

// index is what cases are gone through by.
func (w *sought) index() string {
	switch f := w.filter; {
	case f.Placeless && w.units == nil:
		return "cases_placeless_received"
	case f.Placeless && w.apart():
		return "cases_placeless"
	case f.open():
		return "cases_open_due"
	case w.units != nil && (w.few < countedMost || w.apart()):
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

// apart tells whether each unit's cases are gone through by themselves: unless they are so many that most would be looked at in vain.
func (w *sought) apart() bool {
	return len(w.units) == 1 || len(w.units) <= unitsApart && (len(w.sets) == 0 || w.few < countedMost)
}

// ready says over which rows a count goes, that ends at a number.
func (w *sought) ready(most int) string {
	from := w.from(most)
	if w.units != nil {
		w.among("c.unit", w.units)
	}
	return from
}

func countOf(ctx context.Context, q db.Querier, query string, args []any) (n int, err error) {
	rows, err := q.Query(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	for rows.Next() {
		err = rows.Scan(&n)
	}
	if closing := rows.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = rows.Err()
	}
	return n, err
}
