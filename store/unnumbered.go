package store

import (
	"context"
	"fmt"

	"rivgate/store/db"
)

// CaseByFollowCode is the id of the case that a code follows, by the code's digest. ErrNotFound: no case has it.
func (s *Store) CaseByFollowCode(ctx context.Context, digest string) (string, error) {
	ids, err := db.Collect(ctx, s.read, db.Text,
		`SELECT case_id FROM case_unnumbered WHERE code = $1 AND code <> ''`, digest)
	if err != nil {
		return "", fmt.Errorf("finding a case by its code: %w", err)
	}
	if len(ids) == 0 {
		return "", ErrNotFound
	}
	return ids[0], nil
}
