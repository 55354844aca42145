package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"rivgate/routing"
	"rivgate/store/db"
)

// StatisticsFilter says which cases are counted, and by which of the service's parameters.
type StatisticsFilter struct {
	// By names parameters: unit, provider, region, age, sex, main_problem, sub_problem, experienced, area, incident_unit,
	// and the months incident, received and closed.
	By                     []string
	Unit, Region, Provider string           // of the unit that handles the case
	IncidentUnit           string           // where it happened
	From, To               int              // months of the receipt, YYYYMM in Sweden, both in it; 0: open
	Units                  []string         // HSA-ids of units that handle it, any of these; nil: all; empty: none
	Kind                   routing.UnitKind // of the unit that handles it; "": any
	// Blurred counts each case by its weight, which is 0, 1 or 2 by chance and for good, and leaves out what comes to 0:
	// so no count, and no difference of counts, tells how many cases there are (docs/statistics.md).
	Blurred bool
}

// StatisticsRow is one count.
type StatisticsRow struct {
	Key   map[string]string `json:"key"`
	Count int               `json:"count"`
}

// StatisticsCount is a count of cases. A case with several codes is in one row for each.
type StatisticsCount struct {
	Rows  []StatisticsRow // in the order of their keys
	Cases int             // how many cases were counted
}

// statisticsColumn is the column of statistic that holds a parameter; "" where it is no parameter.
func statisticsColumn(by string) string {
	switch by {
	case "unit", "provider", "region", "age", "sex", "main_problem", "sub_problem", "experienced", "area", "incident_unit":
		return by
	case "incident", "received", "closed":
		return by + "_month"
	}
	return ""
}

// Statistics counts cases wherever they are handled. An unknown parameter in By, or one that stands there twice, is an
// error. What is not known is "". Months are YYYYMM in Sweden; an age is that of the patient when it happened, as the
// first year of its group. A case that was purged counts as before.
func (s *Store) Statistics(ctx context.Context, f StatisticsFilter) (StatisticsCount, error) {
	columns := make([]string, 0, len(f.By))
	for i, by := range f.By {
		column := statisticsColumn(by)
		if column == "" || slices.Contains(f.By[:i], by) {
			return StatisticsCount{}, fmt.Errorf("counting cases: %q is no parameter, or stands there twice", by)
		}
		columns = append(columns, column)
	}
	number, some := "count(*)", ""
	if f.Blurred {
		number, some = "COALESCE(sum(weight), 0)", " HAVING sum(weight) > 0"
	}
	c := f.conditions()
	query := `SELECT ` + number + ` FROM statistic` + c.Where()
	if len(columns) > 0 {
		list := strings.Join(columns, ", ")
		query = `SELECT ` + number + `, ` + list + ` FROM statistic` + c.Where() + ` GROUP BY ` + list + some
	}
	t := tally{by: f.By, counts: map[string]int{}}
	if _, err := db.Collect(ctx, s.read, t.scan, query, c.Args...); err != nil {
		return StatisticsCount{}, fmt.Errorf("counting cases: %w", err)
	}
	return StatisticsCount{Rows: t.rows(), Cases: t.cases}, nil
}

func (f StatisticsFilter) conditions() *db.Conditions {
	var c db.Conditions
	if f.Unit != "" {
		c.Add("unit = $?", fold(f.Unit))
	}
	if f.Units != nil {
		units := make([]string, 0, len(f.Units))
		for _, unit := range f.Units {
			units = append(units, fold(unit))
		}
		c.Among("unit", units)
	}
	if f.Provider != "" {
		c.Add("provider = $?", fold(f.Provider))
	}
	if f.Region != "" {
		c.Add("region = $?", f.Region)
	}
	if f.Kind != "" {
		c.Add("kind = $?", string(f.Kind))
	}
	if f.IncidentUnit != "" {
		c.Add("incident_unit = $?", fold(f.IncidentUnit))
	}
	if f.From != 0 {
		c.Add("received_month >= $?", f.From)
	}
	if f.To != 0 {
		c.Add("received_month <= $?", f.To)
	}
	return &c
}

// tally adds up the groups of a query. Several codes of a case are one value, one a line: the case counts once for
// each.
type tally struct {
	by     []string
	counts map[string]int // by the values of the parameters, each followed by NUL
	cases  int
}

// scan reads a group: how many cases, then the value of each parameter.
func (t *tally) scan(rows *sql.Rows) (none struct{}, err error) {
	var n int
	values := make([]sql.NullString, len(t.by))
	into := []any{&n}
	for i := range values {
		into = append(into, &values[i])
	}
	if err := rows.Scan(into...); err != nil {
		return none, err
	}
	t.cases += n
	keys := []string{""}
	for _, value := range values {
		codes := strings.Split(value.String, "\n")
		next := make([]string, 0, len(keys)*len(codes))
		for _, key := range keys {
			for _, code := range codes {
				next = append(next, key+code+"\x00")
			}
		}
		keys = next
	}
	for _, key := range keys {
		t.counts[key] += n
	}
	return none, nil
}

func (t *tally) rows() []StatisticsRow {
	keys := make([]string, 0, len(t.counts))
	for key := range t.counts {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	rows := make([]StatisticsRow, 0, len(keys))
	for _, key := range keys {
		row := StatisticsRow{Key: make(map[string]string, len(t.by)), Count: t.counts[key]}
		values := strings.Split(key, "\x00")
		for i, by := range t.by {
			row.Key[by] = values[i]
		}
		rows = append(rows, row)
	}
	return rows
}

// StatisticsRevision is another string whenever anything that Statistics counts has changed.
func (s *Store) StatisticsRevision(ctx context.Context) (string, error) {
	revisions, err := db.Collect(ctx, s.read, func(rows *sql.Rows) (string, error) {
		var cases, marks int64
		err := rows.Scan(&cases, &marks)
		return fmt.Sprint(cases, " ", marks), err
	}, `SELECT count(*), CAST(COALESCE(sum(mark), 0) AS BIGINT) FROM statistic`)
	if err != nil {
		return "", fmt.Errorf("asking whether statistics have changed: %w", err)
	}
	return revisions[0], nil
}
