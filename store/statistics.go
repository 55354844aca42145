package store

import (
	"context"
	"fmt"
	"slices"

	"rivgate/routing"
)

// StatisticsScope is a StatisticsFilter with what a reader's rights add to it.
type StatisticsScope struct {
	StatisticsFilter
	Units []string         // HSA-ids, any of these; nil: all; empty: none
	Kind  routing.UnitKind // of the unit that has the case; "": any
}

// Statistics counts cases wherever they are handled. An unknown parameter in By, and one that stands there twice, is an error. A case with several codes
// counts once for each; what is not known is "". Months are YYYYMM in Sweden, ages whole years when the case was received. Rows come in the order of
// their keys. It is exact at the moment of asking: months that have changed are gathered first, which for the very first time takes as long as reading
// every case.
func (s *Store) Statistics(ctx context.Context, f StatisticsFilter) ([]StatisticsRow, error) {
	return s.Tally(ctx, StatisticsScope{StatisticsFilter: f})
}

// Tally is Statistics within a scope.
func (s *Store) Tally(ctx context.Context, scope StatisticsScope) ([]StatisticsRow, error) {
	if err := s.gatherMonths(ctx, scope.months(), nil); err != nil {
		return nil, fmt.Errorf("gathering statistics: %w", err)
	}
	return s.TallyGathered(ctx, scope)
}

// GatherStatistics brings what is gathered of every month up to date, for TallyGathered: for the very first time it reads every case. progress may be nil; else
// it hears after each month that had changed how many of these are done, and of how many.
func (s *Store) GatherStatistics(ctx context.Context, progress func(done, of int)) error {
	if err := s.gatherMonths(ctx, monthSpan{}, progress); err != nil {
		return fmt.Errorf("gathering statistics: %w", err)
	}
	return nil
}

// TallyGathered is Tally as of when the statistics were gathered last: what has come or changed since is not counted, and its time does not depend on it.
func (s *Store) TallyGathered(ctx context.Context, scope StatisticsScope) ([]StatisticsRow, error) {
	columns := make([]int, 0, len(scope.By))
	for i, name := range scope.By {
		column := slices.Index(statisticsColumns(), name)
		if column < 0 || slices.Contains(scope.By[:i], name) {
			return nil, fmt.Errorf("counting cases: %q is no parameter, or stands there twice", name)
		}
		columns = append(columns, column)
	}
	t := newTally(scope, columns)
	if err := s.eachMonth(ctx, scope.months(), t.month); err != nil {
		return nil, fmt.Errorf("counting cases: %w", err)
	}
	return t.rows(), nil
}

// months are those that the scope reaches into.
func (s StatisticsScope) months() (m monthSpan) {
	if !s.From.IsZero() {
		m.first = month(s.From)
	}
	if !s.Until.IsZero() {
		m.last = month(s.Until)
	}
	return m
}

// monthSpan is a span of months, both ends in it; "" is open.
type monthSpan struct{ first, last string }

// conditions are those on a column of months.
func (m monthSpan) conditions(column string) *conditions {
	var c conditions
	if m.first != "" {
		c.add(column+" >= $?", m.first)
	}
	if m.last != "" {
		c.add(column+" <= $?", m.last)
	}
	return &c
}
