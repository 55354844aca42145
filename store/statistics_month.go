package store

import (
	"context"
	"database/sql"

	"rivgate/store/db"
)

// monthSum tells whether a month is as it was: every change of a case raises its version.
type monthSum struct {
	month    string
	cases    int64
	versions int64
}

func scanMonthSum(rows *sql.Rows) (m monthSum, err error) {
	return m, rows.Scan(&m.month, &m.cases, &m.versions)
}

// gatherMonths brings the gathered facts of a span up to date. It runs after the changes that it follows, in transactions of its own: no accept waits for
// statistics. Two that do it at once write the same. progress, where there is one, hears after each month how many are done, and of how many.
func (s *Store) gatherMonths(ctx context.Context, months monthSpan, progress func(done, of int)) error {
	c := months.conditions("received_month")
	now, err := db.Collect(ctx, s.read, scanMonthSum, `SELECT received_month, count(*), CAST(sum(version) AS BIGINT) FROM cases`+c.where()+` GROUP BY received_month`, c.args...)
	if err != nil {
		return err
	}
	c = months.conditions("month")
	gathered, err := db.Collect(ctx, s.read, scanMonthSum, `SELECT month, cases, versions FROM statistics_month`+c.where(), c.args...)
	if err != nil {
		return err
	}
	known := make(map[string]monthSum, len(gathered))
	for _, m := range gathered {
		known[m.month] = m
	}
	var changed []string
	for _, m := range now {
		if known[m.month] != m {
			changed = append(changed, m.month)
		}
		delete(known, m.month)
	}
	for name := range known { // retention took its last case away
		changed = append(changed, name)
	}
	for i, name := range changed {
		if err := s.gatherMonth(ctx, name); err != nil {
			return err
		}
		if progress != nil {
			progress(i+1, len(changed))
		}
	}
	return nil
}

// gatherMonth gathers the facts of one month anew.
func (s *Store) gatherMonth(ctx context.Context, name string) error {
	f, err := s.factsOf(ctx, name)
	if err != nil {
		return err
	}
	return s.write(ctx, func(ctx context.Context, t *tx) error {
		if f.sum.cases == 0 {
			_, err := t.Exec(ctx, `DELETE FROM statistics_month WHERE month = $1`, name)
			return err
		}
		_, err := t.Exec(ctx, `INSERT INTO statistics_month (month, cases, versions, facts) VALUES ($1, $2, $3, $4)
			ON CONFLICT (month) DO UPDATE SET cases = excluded.cases, versions = excluded.versions, facts = excluded.facts`,
			name, f.sum.cases, f.sum.versions, f.pack())
		return err
	})
}

// eachMonth gives the gathered facts of a span to a function, in the order of the months.
func (s *Store) eachMonth(ctx context.Context, months monthSpan, do func(name string, packed []byte) error) error {
	c := months.conditions("month")
	_, err := db.Collect(ctx, s.read, func(rows *sql.Rows) (none struct{}, err error) {
		var name string
		var packed []byte
		if err := rows.Scan(&name, &packed); err != nil {
			return none, err
		}
		return none, do(name, packed)
	}, `SELECT month, facts FROM statistics_month`+c.where()+` ORDER BY month`, c.args...)
	return err
}

// factsOf reads the facts of a month's cases. The codes are read after the cases: where one has changed in between, its version has, too, and the sum
// says that the month is to be gathered again.
func (s *Store) factsOf(ctx context.Context, name string) (*monthFacts, error) {
	f := &monthFacts{sum: monthSum{month: name}}
	at := map[string]int{}
	_, err := db.Collect(ctx, s.read, func(rows *sql.Rows) (none struct{}, err error) {
		var id string
		var version int64
		var one caseFacts
		v := &one.single
		err = rows.Scan(&id, &version, &one.received, &v[0], &v[1], &v[2], &v[3], &v[4], &v[5], &v[6], &v[7], &v[8], &one.kind)
		at[id] = len(f.cases)
		f.cases = append(f.cases, one)
		f.sum.cases++
		f.sum.versions += version
		return none, err
	}, `SELECT id, version, received, unit, provider, region, age, sex, area, incident_unit, incident_month, closed_month, kind
		FROM cases WHERE received_month = $1 ORDER BY received, id`, name)
	if err != nil {
		return nil, err
	}
	_, err = db.Collect(ctx, s.read, func(rows *sql.Rows) (none struct{}, err error) {
		var id, kind, code string
		err = rows.Scan(&id, &kind, &code)
		if i, known := at[id]; known {
			for n, list := range statisticsLists() {
				if list == kind {
					f.cases[i].lists[n] = append(f.cases[i].lists[n], code)
				}
			}
		}
		return none, err
	}, `SELECT k.case_id, k.kind, k.code FROM case_code k WHERE k.case_id IN (SELECT c.id FROM cases c WHERE c.received_month = $1) ORDER BY k.case_id, k.kind, k.code`, name)
	return f, err
}
