package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"rivgate/store/db"
)

// ShownCases is which cases a list showed: their ids, by the HSA-id of the unit that had them then.
type ShownCases map[string][]string

// Shown names the cases of a list.
func Shown(cases []Case) ShownCases {
	var out ShownCases
	for _, c := range cases {
		if out == nil {
			out = ShownCases{}
		}
		unit := fold(c.Handler.Unit)
		out[unit] = append(out[unit], c.ID)
	}
	return out
}

// Of are the cases that units had, sorted; nil units: all of them.
func (s ShownCases) Of(units []string) []string {
	var out []string
	for unit, ids := range s {
		if units == nil || slices.ContainsFunc(units, func(u string) bool { return fold(u) == unit }) {
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
			if id = storableText(id); id != "" && !seen[id] && len(seen) < listMax {
				seen[id] = true
				out[storableText(fold(unit))] = append(out[storableText(fold(unit))], id)
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
func (t *tx) indexShown(ctx context.Context, seq int64, s ShownCases) error {
	var c conditions
	var rows []string
	for unit, ids := range s {
		for _, id := range ids {
			rows = append(rows, c.bind("($?, $?, $?)", id, seq, unit))
		}
	}
	if len(rows) == 0 {
		return nil
	}
	_, err := t.Exec(ctx, `INSERT INTO access_case (case_id, seq, unit) VALUES `+strings.Join(rows, ", "), c.args...)
	return err
}

// cases is the condition of rows about any of the cases, and unless f.Direct of lists that showed them.
func (c *conditions) cases(f AccessFilter, ids []string) string {
	var about conditions
	about.args = c.args
	about.among("case_id", ids)
	if f.Direct || len(ids) == 0 {
		c.args = about.args
		return about.parts[0]
	}
	about.among("case_id", ids)
	c.args = about.args
	return `seq IN (SELECT seq FROM access_log WHERE ` + about.parts[0] +
		` AND case_id <> '' UNION ALL SELECT seq FROM access_case WHERE ` + about.parts[1] + `)`
}

// within narrows to rows of a reviewer's units; of a search for cases, to lists that showed one of them when a unit of
// theirs had it, too.
func (c *conditions) within(f AccessFilter) {
	units := make([]string, 0, len(f.Units))
	for _, unit := range f.Units {
		units = append(units, fold(unit))
	}
	ids := f.Cases
	if f.Case != "" {
		ids = []string{f.Case}
	}
	var own conditions
	own.args = c.args
	own.among("unit", units)
	if f.Direct || len(ids) == 0 || len(units) == 0 {
		c.parts, c.args = append(c.parts, own.parts[0]), own.args
		return
	}
	own.among("case_id", ids)
	own.among("unit", units)
	c.args = own.args
	c.parts = append(c.parts,
		`(`+own.parts[0]+` OR seq IN (SELECT seq FROM access_case WHERE `+own.parts[1]+` AND `+own.parts[2]+`))`)
}

// shownAt tells whether every case that a row names is found by it.
func (s *Store) shownAt(ctx context.Context, row *Access) (bool, error) {
	if len(row.Cases) == 0 {
		return true, nil
	}
	var c conditions
	c.add("seq = $?", row.Seq)
	c.among("case_id", row.Cases.Of(nil))
	found, err := db.Collect(ctx, s.read,
		func(rows *sql.Rows) (e [2]string, err error) { return e, rows.Scan(&e[0], &e[1]) },
		`SELECT case_id, unit FROM access_case`+c.where(), c.args...)
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
