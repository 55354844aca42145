package store

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"rivgate/store/db"
)

// unitsApart is for how many units a list is made of lists of each: beyond it, all cases are gone through in their
// order.
const unitsApart = 64

// Cursor is where the page after c begins.
func (f CaseFilter) Cursor(c Case) string {
	at := c.Received
	if f.byDue() {
		at = c.Due
	}
	return fmt.Sprintf("%d.%s", db.Micros(at), c.ID)
}

// byDue tells whether the list is in the order of DueFirst: closed cases have no time left.
func (f CaseFilter) byDue() bool { return f.Order == DueFirst && !f.finished() }

// Cases lists cases in the filter's order.
func (s Unlogged) Cases(ctx context.Context, f CaseFilter) ([]Case, error) {
	w, err := s.measuredQuery(ctx, f)
	var cases []Case
	if err == nil {
		query := w.list()
		cases, err = db.Collect(ctx, s.read, scanCase, query, w.Args...)
	}
	if err != nil {
		return nil, fmt.Errorf("listing cases: %w", err)
	}
	return cases, nil
}

// list is the query of a page. It finds the ids first, in indexes where it can: the cases themselves are large.
func (w *caseQuery) list() string {
	f := w.filter
	column, direction := "received", " DESC"
	if f.byDue() {
		column, direction = "due", ""
	}
	from := w.from()
	w.after(column)
	limit := w.Bind("$?", db.ListLimit(f.Limit))
	order := " ORDER BY c." + column + direction + ", c.id" + direction
	ids := func() string {
		return "SELECT c.id AS id, c." + column + " AS at FROM " + from + w.Where() + order + " LIMIT " + limit
	}
	var found string
	if n := len(w.units); !strings.HasPrefix(from, "(") && n > 1 && w.apart() && !f.open() {
		parts := w.Parts
		each := make([]string, n)
		for i, unit := range w.units {
			w.Parts = append(parts[:len(parts):len(parts)], w.Bind("c.unit = $?", unit))
			each[i] = fmt.Sprintf("SELECT id, at FROM (%s) AS u%d", ids(), i)
		}
		found = "SELECT id, at FROM (" + strings.Join(each, " UNION ALL ") + ") AS u ORDER BY at" + direction + ", id" +
			direction + " LIMIT " + limit
	} else {
		if w.units != nil {
			w.Among("c.unit", w.units)
		}
		found = ids()
	}
	return "SELECT c.doc, c.protected FROM (" + found + ") AS p CROSS JOIN cases c WHERE c.id = p.id ORDER BY p.at" +
		direction + ", p.id" + direction
}

// after narrows to what follows a cursor: a moment with an id, or the id of a case alone.
func (w *caseQuery) after(column string) {
	if w.filter.After == "" {
		return
	}
	sign := "<"
	if column == "due" {
		sign = ">"
	}
	text, id, found := strings.Cut(w.filter.After, ".")
	at, err := strconv.ParseInt(text, 10, 64)
	if found && err == nil {
		w.Add("(c."+column+", c.id) "+sign+" ($?, $?)", at, id)
		return
	}
	w.Add("(c."+column+", c.id) "+sign+" (SELECT a."+column+", a.id FROM cases a WHERE a.id = $?)", w.filter.After)
}

// CaseCounts counts the cases of f by state: open ones exactly, closed ones up to f.CountMost.
func (s *Store) CaseCounts(ctx context.Context, f CaseFilter) (map[State]int, error) {
	counts := map[State]int{}
	states := []State{Submitted, Delivered, InProgress, AwaitingReporter, Closed}
	f.Order = NewestFirst
	if f.State != "" {
		states = []State{f.State}
	}
	for _, f.State = range states {
		n, err := s.countCases(ctx, f)
		if err != nil {
			return nil, err
		}
		if n > 0 {
			counts[f.State] = n
		}
	}
	return counts, nil
}

// countCases counts the cases of a filter: open ones exactly, others up to CountMost.
func (s *Store) countCases(ctx context.Context, f CaseFilter) (int, error) {
	w, err := s.measuredQuery(ctx, f)
	if err != nil {
		return 0, fmt.Errorf("counting cases: %w", err)
	}
	return s.countSought(ctx, w)
}

func (s *Store) countSought(ctx context.Context, w *caseQuery) (int, error) {
	f := w.filter
	if !f.open() && w.units == nil && len(w.sets) > 0 { // in whatever order: the first of the set will do
		w.sets = slices.Clone(w.sets)
		w.sets[0].few = true
	}
	from := w.ready()
	query := `SELECT count(*) FROM ` + from + w.Where()
	if !f.open() {
		query = fmt.Sprintf(`SELECT count(*) FROM (SELECT 1 FROM %s%s LIMIT %d) AS capped`, from, w.Where(), f.CountMost())
	}
	n, err := db.Count(ctx, s.read, query, w.Args)
	if err != nil {
		return 0, fmt.Errorf("counting cases: %w", err)
	}
	return n, nil
}

// CountWithoutIncidentUnit counts the cases of f whose unit, where it happened, is not known: exactly, however many.
func (s *Store) CountWithoutIncidentUnit(ctx context.Context, f CaseFilter) (int, error) {
	f.WithoutIncidentUnit, f.After = true, ""
	w, err := s.measuredQuery(ctx, f)
	if err != nil {
		return 0, fmt.Errorf("counting cases without a unit: %w", err)
	}
	n, err := db.Count(ctx, s.read, `SELECT count(*) FROM `+w.ready()+w.Where(), w.Args)
	if err != nil {
		return 0, fmt.Errorf("counting cases without a unit: %w", err)
	}
	return n, nil
}
