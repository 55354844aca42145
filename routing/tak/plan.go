package tak

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"

	"rivgate/routing"
)

// Plan is what a file would change in a kept catalogue: the edits, and in words what a person should know before they are saved.
type Plan struct {
	Edits  []routing.Edit
	Report []string
}

func (p *Plan) say(format string, args ...any) {
	p.Report = append(p.Report, fmt.Sprintf(format, args...))
}

func (p *Plan) edit(action routing.EditAction, e routing.Entry) {
	p.Edits = append(p.Edits, routing.Edit{Action: action, Entry: e})
}

// ReadPlan reads a file for a kept catalogue that has these rows: a whole catalogue (our YAML, a saved copy) takes the place of units, routes and
// permissions; a beställning changes what it names. Which it is, its content says.
func ReadPlan(r io.Reader, names map[string]string, rows []routing.Entry) (Plan, error) {
	content := bufio.NewReaderSize(r, 4096)
	head, _ := content.Peek(4096) // a short file is no error here
	if IsOrder(head) {
		order, err := ReadOrder(content)
		if err != nil {
			return Plan{}, err
		}
		return order.Plan(rows), nil
	}
	c, err := ReadAny(content, names)
	if err != nil {
		return Plan{}, err
	}
	return PlanCatalogue(rows, c), nil
}

// IsOrder tells a beställning by the beginning of a file: it is JSON, and names what no catalogue does.
func IsOrder(head []byte) bool {
	head = bytes.TrimSpace(bytes.TrimPrefix(head, []byte("\xEF\xBB\xBF")))
	if !bytes.HasPrefix(head, []byte("{")) {
		return false
	}
	return slices.ContainsFunc([]string{`"plattform"`, `"formatVersion"`, `"bestallningsTidpunkt"`, `"genomforandeTidpunkt"`, `"inkludera"`, `"exkludera"`},
		func(key string) bool { return bytes.Contains(head, []byte(key)) })
}

// PlanCatalogue is the way from rows to a whole catalogue. Rows keep their ids: one that says the same stays, one about the same HSA-ids and
// contract is changed. A catalogue without units (a TAK's) leaves the units alone; plain objects are added, never removed.
//
// A contract that is spelled in several letter cases gets one spelling. Rows that are there twice are taken once, and of two routes that share one day the earlier one ends the day before, as it would be
// decided anyway; the report tells.
func PlanCatalogue(rows []routing.Entry, c routing.Catalogue) Plan {
	var p Plan
	c, p.Report = routing.OneSpelling(c)
	wanted := p.joined(p.seams(p.once(routing.EntriesOf(c))))
	present := map[string][]routing.Entry{}
	for _, e := range rows {
		whole := e.Kind == routing.EntryRoute || e.Kind == routing.EntryPermission || e.Kind == routing.EntryUnit && len(c.Units) > 0
		if whole {
			present[e.Key()] = append(present[e.Key()], e)
		}
	}
	var left []routing.Entry
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
			p.edit(routing.EditChange, e)
			continue
		}
		p.edit(routing.EditAdd, e)
	}
	for _, e := range rows {
		if slices.ContainsFunc(present[e.Key()], func(gone routing.Entry) bool { return gone.ID == e.ID }) {
			p.edit(routing.EditRemove, routing.Entry{ID: e.ID})
		}
	}
	return p
}

// once drops rows that say what another says.
func (p *Plan) once(rows []routing.Entry) []routing.Entry {
	seen := make(map[routing.Entry]bool, len(rows))
	return slices.DeleteFunc(rows, func(e routing.Entry) bool {
		line := e.Line
		e.Line = 0
		if seen[e] {
			e.Line = line
			p.say("%s is there twice: taken once", e)
			return true
		}
		seen[e] = true
		return false
	})
}

// joined makes one row of permissions that differ in their filters alone, as a TAK may have them: what one of them lets through is let through.
func (p *Plan) joined(rows []routing.Entry) []routing.Entry {
	first := map[routing.Entry]int{}
	kept := rows[:0]
	for _, e := range rows {
		bare := e
		bare.Filters, bare.Line, bare.ID = "", 0, ""
		i, known := first[bare]
		if e.Kind != routing.EntryPermission || !known {
			first[bare] = len(kept)
			kept = append(kept, e)
			continue
		}
		p.say("%s is there with other filters too: taken as one", e)
		kept[i].Filters = kept[i].Filters.Or(e.Filters)
	}
	return kept
}

// seams ends a route the day before another to the same receiver begins, where they share that one day.
func (p *Plan) seams(rows []routing.Entry) []routing.Entry {
	begin := map[string][]int{}
	for i, e := range rows {
		if e.Kind == routing.EntryRoute && e.From != 0 {
			begin[e.Key()] = append(begin[e.Key()], i)
		}
	}
	for i := range rows {
		e := &rows[i]
		if e.Kind != routing.EntryRoute || e.Until == 0 || e.Until == e.From {
			continue
		}
		for _, j := range begin[e.Key()] {
			if j != i && rows[j].From == e.Until && rows[j].Profile == e.Profile {
				p.say("%s shares its last day with the one that begins then: ended the day before", *e)
				e.Until = e.Until.Before()
				break
			}
		}
	}
	return rows
}

// errNothing is said of a file that changes nothing.
var errNothing = errors.New("the file orders nothing")
