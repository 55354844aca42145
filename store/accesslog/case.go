package accesslog

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"rivgate/routing"
	"rivgate/store/db"
)

// ShownCases is which cases a list showed: their ids, by the HSA-id of the unit that had them then.
type ShownCases map[string][]string

// Of are the cases that units had, sorted; nil units: all of them.
func (s ShownCases) Of(units []string) []string {
	var out []string
	for unit, ids := range s {
		if units == nil || slices.ContainsFunc(units, func(u string) bool { return routing.FoldTrimmed(u) == unit }) {
			out = append(out, ids...)
		}
	}
	slices.Sort(out)
	return out
}

// stored is the cases as a row keeps them: no more than a list can show, each once, in one order.
func (s ShownCases) stored() ShownCases {
	out, seen := ShownCases{}, map[string]bool{}
	for unit, ids := range s {
		for _, id := range ids {
			if id = db.StorableText(id); id != "" && !seen[id] && len(seen) < db.ListMax {
				seen[id] = true
				out[db.StorableText(routing.FoldTrimmed(unit))] = append(out[db.StorableText(routing.FoldTrimmed(unit))], id)
			}
		}
	}
	if len(out) == 0 {
		return nil
	}
	for _, ids := range out {
		slices.Sort(ids)
	}
	return out
}

// text is the column of them; "" for none.
func (s ShownCases) text() string {
	if len(s) == 0 {
		return ""
	}
	b, err := json.Marshal(s) // units are sorted
	if err != nil {           // strings
		return ""
	}
	return string(b)
}

// readShown reads the column. What is no list of cases was not written here: it comes back so that the row's hash is
// another.
func readShown(text string) ShownCases {
	if text == "" {
		return nil
	}
	var s ShownCases
	if err := json.Unmarshal([]byte(text), &s); err != nil || s.text() != text {
		return ShownCases{"?": {text}}
	}
	return s
}

// indexShown enters a row's cases where they are looked for.
func indexShown(ctx context.Context, t *db.Tx, seq int64, s ShownCases) error {
	var c db.Conditions
	var rows []string
	for unit, ids := range s {
		for _, id := range ids {
			rows = append(rows, c.Bind("($?, $?, $?)", id, seq, unit))
		}
	}
	if len(rows) == 0 {
		return nil
	}
	_, err := t.Exec(ctx, `INSERT INTO access_case (case_id, seq, unit) VALUES `+strings.Join(rows, ", "), c.Args...)
	return err
}

// cases is the condition of rows about any of the cases, and unless f.Direct of lists that showed them.
func (c *narrowing) cases(f Filter, ids []string) string {
	var about db.Conditions
	about.Args = c.Args
	about.Among("case_id", ids)
	if f.Direct || len(ids) == 0 {
		c.Args = about.Args
		return about.Parts[0]
	}
	about.Among("case_id", ids)
	c.Args = about.Args
	return `seq IN (SELECT seq FROM access_log WHERE ` + about.Parts[0] +
		` AND case_id <> '' UNION ALL SELECT seq FROM access_case WHERE ` + about.Parts[1] + `)`
}

// within narrows to rows of a reviewer's units; of a search for cases, to lists that showed one of them when a unit of
// theirs had it, too.
func (c *narrowing) within(f Filter) {
	units := make([]string, 0, len(f.Units))
	for _, unit := range f.Units {
		units = append(units, routing.FoldTrimmed(unit))
	}
	ids := f.Cases
	if f.Case != "" {
		ids = []string{f.Case}
	}
	var own db.Conditions
	own.Args = c.Args
	own.Among("unit", units)
	if f.Direct || len(ids) == 0 || len(units) == 0 {
		c.Parts, c.Args = append(c.Parts, own.Parts[0]), own.Args
		return
	}
	own.Among("case_id", ids)
	own.Among("unit", units)
	c.Args = own.Args
	c.Parts = append(c.Parts,
		`(`+own.Parts[0]+` OR seq IN (SELECT seq FROM access_case WHERE `+own.Parts[1]+` AND `+own.Parts[2]+`))`)
}

// shownAt tells whether every case that a row names is found by it.
func (l *Log) shownAt(ctx context.Context, row *Row) (bool, error) {
	if len(row.Cases) == 0 {
		return true, nil
	}
	var c db.Conditions
	c.Add("seq = $?", row.Seq)
	c.Among("case_id", row.Cases.Of(nil))
	found, err := db.Collect(ctx, l.read,
		func(rows *sql.Rows) (e [2]string, err error) { return e, rows.Scan(&e[0], &e[1]) },
		`SELECT case_id, unit FROM access_case`+c.Where(), c.Args...)
	if err != nil {
		return false, fmt.Errorf("reading what lists showed: %w", err)
	}
	at := ShownCases{}
	for _, e := range found {
		at[e[1]] = append(at[e[1]], e[0])
	}
	for _, ids := range at {
		slices.Sort(ids)
	}
	return at.text() == row.Cases.text(), nil
}
