package store

import (
	"context"

	"rivgate/store/db"
)

// ListQuery is the query of a list, and CountQuery that of a count, as it is when everything looked for is rare, or
// frequent.
func (s *Store) ListQuery(ctx context.Context, f CaseFilter, frequent bool) (string, []any, error) {
	w, err := s.measuredQuery(ctx, f)
	if err != nil {
		return "", nil, err
	}
	w.weigh(frequent)
	query := w.list()
	return query, w.Args, nil
}

// CountQuery is like ListQuery.
func (s *Store) CountQuery(ctx context.Context, f CaseFilter, frequent bool) (string, []any, error) {
	w, err := s.measuredQuery(ctx, f)
	if err != nil {
		return "", nil, err
	}
	w.weigh(frequent)
	from := w.ready()
	return "SELECT count(*) FROM " + from + w.Where(), w.Args, nil
}

func (w *caseQuery) weigh(frequent bool) {
	for i := range w.sets {
		w.sets[i].few = !frequent
	}
}

// CasesOfQuery is the query of CasesOf.
const CasesOfQuery = casesOf

// Exec changes the database past all verbs.
func (s *Store) Exec(ctx context.Context, query string, args ...any) error {
	return s.write(ctx, func(ctx context.Context, t *tx) error {
		_, err := t.Exec(ctx, query, args...)
		return err
	})
}

// FollowClock reads the database's clock by a query, "" for its own.
func (s *Store) FollowClock(ctx context.Context, query string) {
	if query != "" {
		s.Dialect.Clock = query
	}
	s.DB.FollowClock(ctx)
}

// NewQuestions are the questions of a group, for a test that opens the engine alone.
func NewQuestions() db.Questions { return newQuestions() }
