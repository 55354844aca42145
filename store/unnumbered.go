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

// Unread tells whether nobody reads what is answered in a case: its reporter gave no number, so 1177 has no mailbox for
// it, and no code follows it either. Such a case was entered by a unit, by telephone say. c need not be opened.
func (s *Store) Unread(ctx context.Context, c Case) (bool, error) {
	ids, err := db.Collect(ctx, s.read, db.Text,
		`SELECT case_id FROM case_unnumbered WHERE case_id = $1 AND code = ''`, c.ID)
	if err != nil {
		return false, fmt.Errorf("asking who reads a case: %w", err)
	}
	return len(ids) > 0, nil
}
