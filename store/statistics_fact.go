package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"rivgate/store/db"
)

// factColumns are the columns of case_fact, without mark.
const factColumns = `case_id, unit, kind, provider, region, incident_unit, incident_month, received, received_month,
	closed_month, age, sex, area, main_problem, sub_problem, experienced`

// fact is what statistics count of a case: the values of factColumns.
func (c *Case) fact() []any {
	number := func(text string) sql.NullInt64 {
		n, err := strconv.ParseInt(text, 10, 32)
		return sql.NullInt64{Int64: n, Valid: err == nil}
	}
	codes := func(list []string) string {
		return strings.Join(slices.Compact(slices.Sorted(slices.Values(list))), "\n")
	}
	return []any{
		c.ID, fold(c.Handler.Unit), string(c.Handler.Kind), fold(c.Handler.Provider), c.Handler.Region, c.incidentUnit(),
		number(c.incidentMonth()), db.Micros(c.Received), number(month(c.Received)), number(c.closedMonth()),
		number(c.age()), c.Facts.Sex, c.Classification.Area, codes(c.Classification.MainProblems),
		codes(c.Classification.SubProblems), codes(c.Facts.Experienced),
	}
}

// incidentUnit is the unit where it happened, as the handler has it, else as the reporter has it; in upper case.
func (c *Case) incidentUnit() string {
	return fold(cmp.Or(c.Classification.IncidentUnit, c.Facts.IncidentUnit))
}

func (c *Case) incidentMonth() string {
	date := cmp.Or(c.Classification.IncidentDate, c.Facts.IncidentDate)
	return date[:min(6, len(date))]
}

func (c *Case) closedMonth() string {
	if c.Closed == nil {
		return ""
	}
	return month(*c.Closed)
}

// putFact writes a case's row of the statistics, unless it is unchanged; before is nil for a new case.
func (t *tx) putFact(ctx context.Context, c, before *Case) error {
	fact := c.fact()
	if before != nil && slices.Equal(fact, before.fact()) {
		return nil
	}
	return t.Put(ctx, putFact, append(fact, int64(rand.Int32()))...)
}

// checkFacts counts by brute force: it reads every case, and finds those of which statistics count something else. Case
// and fact are read by one query, so that gateways may change them meanwhile.
func (s *Store) checkFacts(ctx context.Context) (lines []string, err error) {
	_, err = db.Collect(ctx, s.read, func(rows *sql.Rows) (none struct{}, err error) {
		c, kept, err := scanFact(rows)
		if err == nil && !slices.Equal(kept, factText(c.fact())) {
			lines = append(lines, "statistics differ from the case: "+c.ID)
		}
		return none, err
	},
		`SELECT c.doc, `+factColumns+
			` FROM (SELECT id, doc FROM cases) AS c LEFT JOIN case_fact ON case_id = c.id ORDER BY c.id`)
	if err != nil {
		return nil, fmt.Errorf("checking (statistics): %w", err)
	}
	gone, err := db.Collect(ctx, s.read, texts, `SELECT f.case_id FROM case_fact f
		WHERE NOT EXISTS (SELECT 1 FROM cases c WHERE c.id = f.case_id) ORDER BY f.case_id LIMIT 100`)
	if err != nil {
		return nil, fmt.Errorf("checking (statistics): %w", err)
	}
	for _, id := range gone {
		lines = append(lines, "statistics count a case that is gone: "+id)
	}
	return lines, nil
}

// scanFact reads a case and its row of case_fact, whose values are invalid where there is none.
func scanFact(rows *sql.Rows) (c Case, kept []sql.NullString, err error) {
	var doc content
	kept = make([]sql.NullString, strings.Count(factColumns, ",")+1)
	into := []any{&doc}
	for i := range kept {
		into = append(into, &kept[i])
	}
	if err := rows.Scan(into...); err != nil {
		return Case{}, nil, err
	}
	c, err = readCase(doc)
	return c, kept, err
}

// factText is the values of a fact as scanFact reads them.
func factText(fact []any) []sql.NullString {
	out := make([]sql.NullString, len(fact))
	for i, value := range fact {
		if n, is := value.(sql.NullInt64); !is {
			out[i] = sql.NullString{String: fmt.Sprint(value), Valid: true}
		} else if n.Valid {
			out[i] = sql.NullString{String: fmt.Sprint(n.Int64), Valid: true}
		}
	}
	return out
}
