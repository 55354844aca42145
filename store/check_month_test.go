package store_test

import (
	"slices"
	"testing"

	"rivgate/store"
)

// What was gathered for statistics is part of the invariant: a case that was changed behind its back is a breach, one that was changed as programs do is none.
func TestStatisticsArePartOfTheInvariant(t *testing.T) {
	both(t, func(t *testing.T, s *store.Store, url string) {
		seedCases(t, url, 600)
		breaches := func(want ...string) {
			t.Helper()
			lines, err := s.Check(t.Context())
			if err != nil || !slices.Equal(lines, want) {
				t.Errorf("%q %v, want %q", lines, err, want)
			}
		}
		before, err := s.Check(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Statistics(t.Context(), store.StatisticsFilter{}); err != nil { // gathers them
			t.Fatal(err)
		}
		breaches(before...)
		change(t, url, `UPDATE cases SET area = 'unseen', version = version + 1 WHERE id = 'case-9'`)
		breaches(before...)
		change(t, url, `UPDATE cases SET area = 'unseen' WHERE id = 'case-5'`) // no program does this: the version stays
		breaches(append(before, "month's statistics differ from its cases: 200003")...)
	})
}
