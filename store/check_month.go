package store

import (
	"context"
	"database/sql"
	"fmt"

	"rivgate/store/db"
)

// wrongMonth begins the line of a breach in what statistics count.
const wrongMonth = "month's statistics differ from its cases"

// checkedMonth is how often a month is read again that changes while it is read.
const checkedMonth = 3

// checkMonths finds the months whose gathered facts say something else than the cases, though they count as current. What does not is gathered
// anew before it is used. Gateways may accept meanwhile.
func (s *Store) checkMonths(ctx context.Context) (lines []string, err error) {
	names, err := db.Collect(ctx, s.read, func(rows *sql.Rows) (name string, err error) { return name, rows.Scan(&name) },
		`SELECT month FROM statistics_month ORDER BY month`)
	for i := 0; i < len(names) && err == nil; i++ {
		var wrong bool
		if wrong, err = s.wrongMonth(ctx, names[i]); wrong {
			lines = append(lines, wrongMonth+": "+names[i])
		}
	}
	if err != nil {
		return nil, fmt.Errorf("checking (%s): %w", wrongMonth, err)
	}
	return lines, nil
}

// wrongMonth tells whether a month is wrong. One that never stands still is left to the next check.
func (s *Store) wrongMonth(ctx context.Context, name string) (bool, error) {
	for range checkedMonth {
		gathered, packed, err := s.gatheredMonth(ctx, name)
		if err != nil || gathered.cases == 0 {
			return false, err
		}
		facts, err := s.factsOf(ctx, name)
		if err != nil || facts.sum != gathered || string(facts.pack()) == string(packed) {
			return false, err
		}
		now, err := db.Collect(ctx, s.read, scanMonthSum,
			`SELECT received_month, count(*), CAST(sum(version) AS BIGINT) FROM cases WHERE received_month = $1 GROUP BY received_month`, name)
		if err != nil {
			return false, err
		}
		if len(now) == 1 && now[0] == facts.sum {
			return true, nil
		}
	}
	return false, nil
}

// gatheredMonth is what was gathered of a month; no cases where that is gone.
func (s *Store) gatheredMonth(ctx context.Context, name string) (sum monthSum, packed []byte, err error) {
	_, err = db.Collect(ctx, s.read, func(rows *sql.Rows) (none struct{}, err error) {
		return none, rows.Scan(&sum.month, &sum.cases, &sum.versions, &packed)
	}, `SELECT month, cases, versions, facts FROM statistics_month WHERE month = $1`, name)
	return sum, packed, err
}
