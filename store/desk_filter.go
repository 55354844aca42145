package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// How far a set is counted before it is read, and up to how many cases it is the quicker way.
const (
	countedMost = 20_000
	quickMost   = 5_000
)

// sought is a filter on its way to a query over cases c: what a case's own row tells, and sets of cases that other tables know.
type sought struct {
	conditions
	filter CaseFilter
	units  []string // folded; nil: any
	sets   []caseSet
}

// caseSet is cases that have a word, or a code.
type caseSet struct {
	ids   string // a query of their ids, as case_id; written with $? for its values
	args  []any
	holds string // tells whether case c is among them; with the values of has
	has   []any
	size  int
}

// seek prepares a filter.
func (f CaseFilter) seek(now time.Time) *sought {
	w := &sought{filter: f}
	if f.State != "" {
		w.add("c.state = $?", string(f.State))
		if f.State != Closed {
			w.add("c.state <> 'closed'") // says that the index of the open ones will do
		}
	}
	if f.Queue != "" {
		f.Queue.in(&w.conditions, f.Assignee, now)
	}
	if f.Assignee != "" && f.Queue != QueueMine {
		w.add("c.assignee = $? AND c.assignee <> ''", f.Assignee)
	}
	w.unit()
	w.facts()
	if f.Problem != "" {
		const kinds = `kind IN ('main_problem', 'sub_problem')`
		w.sets = append(w.sets, caseSet{
			ids: `SELECT case_id FROM case_code WHERE code = $? AND ` + kinds, args: []any{f.Problem},
			holds: `EXISTS (SELECT 1 FROM case_code k WHERE k.case_id = c.id AND k.` + kinds + ` AND k.code = $?)`, has: []any{f.Problem},
		})
	}
	for _, word := range slices.Compact(slices.Sorted(slices.Values(strings.Fields(strings.ToLower(f.Query))))) {
		w.sets = append(w.sets, wordSet(word))
	}
	return w
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
		w.add("c.received >= $?", micros(f.Since))
	}
	if !f.Until.IsZero() {
		w.add("c.received < $?", micros(f.Until))
	}
	if !f.Due.IsZero() {
		w.add("c.due < $?", micros(f.Due))
	}
	if f.Unprotected {
		w.add("NOT c.protected")
	}
}

// wordSet is the cases of which a word begins as this one, or whose reporter or patient has it as their personal number. Those whose words are still to be written
// are looked through.
func wordSet(word string) caseSet {
	end := word + "\U0010FFFF"
	text := escapeLike(word)
	const unwritten = `c.stale AND (c.search LIKE $? ESCAPE '\' OR c.search LIKE $? ESCAPE '\' OR c.search LIKE $? ESCAPE '\' OR c.search LIKE $? ESCAPE '\')`
	likes := []any{text + "%", "%\n" + text + "%", "% " + text + "%", "%-" + text + "%"}
	s := caseSet{
		ids:   `SELECT w.case_id FROM case_word w WHERE w.word >= $? AND w.word < $? UNION SELECT c.id FROM cases c WHERE ` + unwritten,
		args:  append([]any{word, end}, likes...),
		holds: `(EXISTS (SELECT 1 FROM case_word w WHERE w.case_id = c.id AND w.word >= $? AND w.word < $?) OR ` + unwritten,
		has:   append([]any{word, end}, likes...),
	}
	for _, id := range personIDs(word) {
		s.ids += ` UNION SELECT c.id FROM cases c WHERE c.reporter_id = $? AND c.reporter_id <> '' UNION SELECT c.id FROM cases c WHERE c.patient_id = $? AND c.patient_id <> ''`
		s.holds += ` OR c.reporter_id = $? OR c.patient_id = $?`
		s.args, s.has = append(s.args, id, id), append(s.has, id, id)
	}
	s.holds += ")"
	return s
}

// personIDs are the personal numbers that a word may be: one of twelve digits, or one without its century.
func personIDs(word string) []string {
	digits := strings.NewReplacer("-", "", "+", "").Replace(word)
	if strings.Trim(digits, "0123456789") != "" {
		return nil
	}
	switch len(digits) {
	case 12:
		return []string{digits}
	case 10:
		return []string{"19" + digits, "20" + digits, "18" + digits}
	}
	return nil
}

// measure counts the sets, as far as it matters, and sorts the smallest first.
func (w *sought) measure(ctx context.Context, q querier) error {
	for i := range w.sets {
		set := &w.sets[i]
		if w.filter.open() {
			set.size = countedMost // the index of the open ones is quick enough
			continue
		}
		var c conditions
		query := fmt.Sprintf(`SELECT count(*) FROM (SELECT 1 FROM (%s) AS s LIMIT %d) AS capped`, c.bind(set.ids, set.args...), countedMost)
		n, err := countOf(ctx, q, query, c.args)
		if err != nil {
			return err
		}
		set.size = n
	}
	slices.SortStableFunc(w.sets, func(a, b caseSet) int { return a.size - b.size })
	return nil
}

// open tells whether only open cases are asked for.
func (f CaseFilter) open() bool {
	return f.Queue != "" && f.Queue != QueueFinished || f.State != "" && f.State != Closed || f.Order == DueFirst && !f.finished()
}

func (f CaseFilter) finished() bool { return f.Queue == QueueFinished || f.State == Closed }

// from is where a query begins: with the smallest set, if that is at most so many cases, else with all cases; and what is left to ask of each.
func (w *sought) from(most int) string {
	from := "cases c"
	for i, set := range w.sets {
		if i == 0 && set.size <= most {
			from = "(" + w.bind(set.ids, set.args...) + ") d CROSS JOIN cases c"
			w.parts = append(w.parts, "c.id = d.case_id")
			continue
		}
		w.add(set.holds, set.has...)
	}
	return from
}

// count counts, up to a limit where there is one.
func (w *sought) count(ctx context.Context, q querier, limit int) (int, error) {
	from := w.from(countedMost)
	if w.units != nil {
		w.among("c.unit", w.units)
	}
	if limit > 0 {
		return countOf(ctx, q, fmt.Sprintf(`SELECT count(*) FROM (SELECT 1 FROM %s%s LIMIT %d) AS capped`, from, w.where(), limit), w.args)
	}
	return countOf(ctx, q, `SELECT count(*) FROM `+from+w.where(), w.args)
}

func countOf(ctx context.Context, q querier, query string, args []any) (n int, err error) {
	rows, err := q.query(ctx, query, args...)
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
