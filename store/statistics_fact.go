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

	"rivgate/routing"
	"rivgate/store/db"
)

// factColumns are the columns of statistic that a case decides.
const factColumns = `case_id, unit, kind, provider, region, incident_unit, incident_month, received_month,
	closed_month, age, sex, area, main_problem, sub_problem, experienced`

// fact is what statistics count of a case: the values of factColumns. It stays when the case is purged, so nothing in
// it but the case's id may lead to a person: no day, no age by the year, no text.
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
		number(c.incidentMonth()), number(month(c.Received)), number(c.closedMonth()),
		number(ageGroup(c.Age())), c.Sex(), c.Classification.Area, codes(c.Classification.MainProblems),
		codes(c.Classification.SubProblems), codes(c.Facts.Experienced),
	}
}

// incidentUnit is the unit where it happened, as the handler has it, else as the reporter has it; in upper case.
func (c *Case) incidentUnit() string {
	return fold(cmp.Or(c.Classification.IncidentUnit, c.Facts.IncidentUnit))
}

// incidentDate is when it happened, as the handler has it, else as the reporter has it.
func (c *Case) incidentDate() string {
	return cmp.Or(c.Classification.IncidentDate, c.Facts.IncidentDate)
}

func (c *Case) incidentMonth() string {
	date := c.incidentDate()
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
	return t.Put(ctx, putFact, append(fact, rand.Int64(), newWeight(), int64(rand.Int32()))...)
}

// newWeight draws what a case counts where counts are blurred: 0, 1, 1 or 2. It is 1 on average, so that sums are right
// on average, and may be 0, so that no sum tells how many cases there are at most: docs/statistics.md.
func newWeight() int64 { return int64(rand.IntN(2) + rand.IntN(2)) }

// leaveFact lets the fact of a case that goes stay, without the way back to the case.
func (t *tx) leaveFact(ctx context.Context, c *Case) error {
	if err := t.putFact(ctx, c, nil); err != nil { // as it is now, whichever program wrote it
		return err
	}
	_, err := t.Exec(ctx, `UPDATE statistic SET case_id = NULL, id = $2, mark = $3 WHERE case_id = $1`, c.ID, rand.Int64(),
		int64(rand.Int32()))
	return err
}

// factsAtOnce is how many facts one transaction of FillFacts writes.
const factsAtOnce = 200

// FillFacts writes what statistics count of the cases that the program before this one has taken or changed: all of
// them after a migration, and a few while replicas of both run side by side. It cuts the way from facts to cases that
// the program before has purged. It tells how many cases it took; where there is nothing to do it only looks.
func (s *Store) FillFacts(ctx context.Context) (took int, err error) {
	left, err := db.Collect(ctx, s.read, db.Text, `SELECT case_id FROM case_fact LIMIT 1`)
	if err != nil {
		return 0, fmt.Errorf("filling statistics: %w", err)
	}
	for n := len(left) * factsAtOnce; n == factsAtOnce; took += n {
		err := s.write(ctx, func(ctx context.Context, t *tx) (err error) {
			n, err = t.fillFacts(ctx)
			return err
		})
		if err != nil {
			return took, fmt.Errorf("filling statistics: %w", err)
		}
	}
	gone, err := db.Collect(ctx, s.read, db.Text, factsOfNoCase)
	if err != nil || len(gone) == 0 {
		return took, err
	}
	err = s.write(ctx, func(ctx context.Context, t *tx) error {
		_, err := t.Exec(ctx, `UPDATE statistic SET case_id = NULL
			WHERE case_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM cases c WHERE c.id = case_id)`)
		return err
	})
	if err != nil {
		return took, fmt.Errorf("filling statistics: %w", err)
	}
	return took, nil
}

// fillFacts takes over some rows of case_fact, where the program before writes its facts.
func (t *tx) fillFacts(ctx context.Context) (int, error) {
	ids, err := db.Collect(ctx, t, db.Text, `SELECT case_id FROM case_fact ORDER BY case_id LIMIT $1`, factsAtOnce)
	if err != nil {
		return 0, err
	}
	for _, id := range ids {
		c, err := t.lockCaseID(ctx, id)
		if err != nil {
			return 0, err
		}
		if c != nil {
			if err := t.putFact(ctx, c, nil); err != nil {
				return 0, err
			}
		}
		if _, err := t.Exec(ctx, `DELETE FROM case_fact WHERE case_id = $1`, id); err != nil {
			return 0, err
		}
	}
	return len(ids), nil
}

// factsOfNoCase finds facts that lead to a case that is gone.
const factsOfNoCase = `SELECT f.case_id FROM statistic f
	WHERE f.case_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM cases c WHERE c.id = f.case_id) ORDER BY f.case_id LIMIT 100`

// moveFacts gives what statistics keep of a board to its new HSA-id: of purged cases too.
func (t *tx) moveFacts(ctx context.Context, from string, unit routing.Unit) error {
	_, err := t.Exec(ctx, `UPDATE statistic SET unit = $2, provider = $3, mark = $4 WHERE unit = $1`, from,
		fold(unit.HSAID), fold(unit.Provider), int64(rand.Int32()))
	return err
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
			` FROM (SELECT id, doc FROM cases) AS c LEFT JOIN statistic ON case_id = c.id ORDER BY c.id`)
	if err != nil {
		return nil, fmt.Errorf("checking (statistics): %w", err)
	}
	gone, err := db.Collect(ctx, s.read, db.Text, factsOfNoCase)
	if err != nil {
		return nil, fmt.Errorf("checking (statistics): %w", err)
	}
	for _, id := range gone {
		lines = append(lines, "statistics count a case that is gone: "+id)
	}
	return lines, nil
}

// scanFact reads a case and its row of statistic, whose values are invalid where there is none.
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
