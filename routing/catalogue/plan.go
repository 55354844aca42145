package catalogue

import (
	"slices"

	"rivgate/routing"
)

// Plan is what a file would change in a kept catalogue: the edits, and what a person should know before they are saved.
type Plan struct {
	Edits  []Edit
	Report []Note
}

// Note adds something that a person should know; the code is one of NoteWords.
func (p *Plan) Note(code string, values ...any) {
	fact, rows := factOf(code, values...)
	p.Report = append(p.Report, Note{fact, rows})
}

// Add adds an edit.
func (p *Plan) Add(action EditAction, e Row) {
	p.Edits = append(p.Edits, Edit{Action: action, Row: e})
}

// PlanFrom is the way from rows to a whole catalogue. Rows keep their ids: one that says the same stays, one about
// the same HSA-ids and contract is changed. A catalogue without units (a TAK's) leaves the units alone; plain objects
// are added, never removed.
//
// A contract that is spelled in several letter cases gets one spelling. Rows that are there twice are taken once, and
// of two routes that share one day the earlier one ends the day before, as it would be decided anyway; the report
// tells.
func PlanFrom(rows []Row, c routing.Catalogue) Plan {
	var p Plan
	c, spelled := routing.UnifyLetterCase(c)
	for _, fact := range spelled {
		p.Report = append(p.Report, Note{Fact: fact.Fact})
	}
	wanted := p.joined(p.seams(p.once(RowsOf(c))))
	present := map[string][]Row{}
	for _, e := range rows {
		whole := e.Kind == KindRoute || e.Kind == KindPermission || e.Kind == KindUnit && len(c.Units) > 0
		if whole {
			present[e.Key()] = append(present[e.Key()], e)
		}
	}
	var left []Row
	for _, e := range wanted {
		key := e.Key()
		if i := slices.IndexFunc(present[key], e.Same); i >= 0 {
			present[key] = slices.Delete(present[key], i, i+1)
			continue
		}
		left = append(left, e)
	}
	for _, e := range left {
		key := e.Key()
		if former := present[key]; len(former) > 0 {
			e.ID = former[0].ID
			present[key] = former[1:]
			p.Add(EditChange, e)
			continue
		}
		p.Add(EditAdd, e)
	}
	for _, e := range rows {
		if slices.ContainsFunc(present[e.Key()], func(gone Row) bool { return gone.ID == e.ID }) {
			p.Add(EditRemove, Row{ID: e.ID})
		}
	}
	return p
}

// once drops rows that say what another says.
func (p *Plan) once(rows []Row) []Row {
	seen := make(map[Row]bool, len(rows))
	return slices.DeleteFunc(rows, func(e Row) bool {
		line := e.Line
		e.Line = 0
		if seen[e] {
			e.Line = line
			p.Note("twice", e)
			return true
		}
		seen[e] = true
		return false
	})
}

// joined makes one row of permissions that differ in their filters alone, as a TAK may have them: what one of them
// lets through is let through.
func (p *Plan) joined(rows []Row) []Row {
	first := map[Row]int{}
	kept := rows[:0]
	for _, e := range rows {
		bare := e
		bare.Filters, bare.Line, bare.ID = "", 0, ""
		i, known := first[bare]
		if e.Kind != KindPermission || !known {
			first[bare] = len(kept)
			kept = append(kept, e)
			continue
		}
		p.Note("other-filters", e)
		kept[i].Filters = kept[i].Filters.Or(e.Filters)
	}
	return kept
}

// seams ends a route the day before another to the same receiver begins, where they share that one day.
func (p *Plan) seams(rows []Row) []Row {
	begin := map[string][]int{}
	for i, e := range rows {
		if e.Kind == KindRoute && e.From != 0 {
			begin[e.Key()] = append(begin[e.Key()], i)
		}
	}
	for i := range rows {
		e := &rows[i]
		if e.Kind != KindRoute || e.Until == 0 || e.Until == e.From {
			continue
		}
		for _, j := range begin[e.Key()] {
			if j != i && rows[j].From == e.Until && rows[j].Profile == e.Profile {
				p.Note("shared-day", *e)
				e.Until = e.Until.Before()
				break
			}
		}
	}
	return rows
}
