package store

import "context"

// purgeDesk takes away what people did with a case that goes, and the words that it is found by.
func (t *tx) purgeDesk(ctx context.Context, caseID string) error {
	for _, query := range []string{
		`DELETE FROM desk_file WHERE owner IN (SELECT id FROM draft WHERE case_id = $1) OR owner IN (SELECT id FROM outgoing WHERE case_id = $1)
			OR owner IN (SELECT files FROM desk_event WHERE case_id = $1 AND files <> '')
			OR owner IN (SELECT id FROM opinion WHERE case_id = $1)`,
		`DELETE FROM opinion WHERE case_id = $1`,
		`DELETE FROM draft WHERE case_id = $1`,
		`DELETE FROM outgoing WHERE case_id = $1`,
		`DELETE FROM desk_event WHERE case_id = $1`,
		`DELETE FROM desk WHERE case_id = $1`,
		`DELETE FROM case_reporter WHERE case_id = $1`,
		`DELETE FROM case_search WHERE case_id = $1`,
	} {
		if _, err := t.Exec(ctx, query, caseID); err != nil {
			return err
		}
	}
	return nil
}
