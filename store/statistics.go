package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// parameter is one thing that cases are counted by: a column of cases c, or codes of which a case may have several.
type parameter struct{ column, codes string }

// parameterOf knows the parameters of the service, and the unit where it happened.
func parameterOf(name string) (parameter, bool) {
	switch name {
	case "unit", "provider", "region", "age", "sex", "area", "incident_unit":
		return parameter{column: "c." + name}, true
	case "incident", "received", "closed":
		return parameter{column: "c." + name + "_month"}, true
	case "main_problem", "sub_problem", "experienced":
		return parameter{column: "COALESCE(" + name + ".code, '')", codes: name}, true
	}
	return parameter{}, false
}

// Statistics counts cases wherever they are handled. An unknown parameter in By is an error. A case with several codes counts once for each;
// what is not known is "". Months are YYYYMM in Sweden, ages whole years when the case was received.
func (s *Store) Statistics(ctx context.Context, f StatisticsFilter) ([]StatisticsRow, error) {
	columns, joins, err := f.columns()
	if err != nil {
		return nil, err
	}
	query := "SELECT " + strings.Join(append(columns, "count(*)"), ", ") + " FROM cases c" + joins
	c := f.conditions()
	query += c.where()
	if len(columns) > 0 {
		list := strings.Join(columns, ", ")
		query += " GROUP BY " + list + " ORDER BY " + list
	}
	rows, err := collect(ctx, pool{s.read}, f.scan, query, c.args...)
	if err != nil {
		return nil, fmt.Errorf("counting cases: %w", err)
	}
	return rows, nil
}

func (f StatisticsFilter) columns() (columns []string, joins string, err error) {
	for _, name := range f.By {
		p, ok := parameterOf(name)
		if !ok {
			return nil, "", fmt.Errorf("counting cases: %q is no parameter", name)
		}
		columns = append(columns, p.column)
		if p.codes != "" {
			joins += fmt.Sprintf(" LEFT JOIN case_code %s ON %s.case_id = c.id AND %s.kind = '%s'", p.codes, p.codes, p.codes, p.codes)
		}
	}
	return columns, joins, nil
}

func (f StatisticsFilter) conditions() *conditions {
	var c conditions
	if f.Unit != "" {
		c.add("c.unit = $?", fold(f.Unit))
	}
	if f.Region != "" {
		c.add("c.region = $?", f.Region)
	}
	if f.Provider != "" {
		c.add("c.provider = $?", fold(f.Provider))
	}
	if !f.From.IsZero() {
		c.add("c.received >= $?", micros(f.From))
	}
	if !f.Until.IsZero() {
		c.add("c.received < $?", micros(f.Until))
	}
	return &c
}

func (f StatisticsFilter) scan(rows *sql.Rows) (StatisticsRow, error) {
	row := StatisticsRow{Key: map[string]string{}}
	values := make([]string, len(f.By))
	dest := make([]any, 0, len(f.By)+1)
	for i := range values {
		dest = append(dest, &values[i])
	}
	if err := rows.Scan(append(dest, &row.Count)...); err != nil {
		return row, err
	}
	for i, name := range f.By {
		row.Key[name] = values[i]
	}
	return row, nil
}
