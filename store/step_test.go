package store_test

import (
	"database/sql"
	"strings"
	"testing"

	"rivgate/store"
)

// TestNextStepFillsOldRows: what rows of the first schema said at the beginning of a reason, columns say after the
// step, and the reasons are plain.
func TestNextStepFillsOldRows(t *testing.T) {
	t.Parallel()
	url := copyOfFirst(t)
	raw := func() *sql.DB {
		db, err := sql.Open("sqlite", strings.TrimPrefix(url, "sqlite:"))
		if err != nil {
			t.Fatal(err)
		}
		return db
	}
	before := raw()
	for _, change := range []string{
		`UPDATE held SET refused = 'dismissed: gap'`,
		`INSERT INTO pause (receiver, by_whom, reason, at) VALUES ('SE2010123456-A', 'anna', 'Underhåll: nya servrar', 1)`,
	} {
		if _, err := before.Exec(change); err != nil {
			t.Fatal(err)
		}
	}
	if err := before.Close(); err != nil {
		t.Fatal(err)
	}
	s := open(t, url, store.Options{})
	pauses, err := s.Pauses(t.Context())
	if err != nil || len(pauses) != 2 || !pauses[0].Maintenance || pauses[0].Reason != "nya servrar" ||
		pauses[1].Maintenance || pauses[1].Reason != "moving house" {
		t.Errorf("pauses: %+v, %v", pauses, err)
	}
	if stranded, err := s.Strandeds(t.Context(), 0); err != nil || len(stranded) != 0 {
		t.Errorf("stranded: %+v, %v", stranded, err)
	}
	after := raw()
	defer after.Close()
	var n int
	err = after.QueryRow(`SELECT count(*) FROM held WHERE dismissed AND refused = 'gap'`).Scan(&n)
	if err != nil || n != 1 {
		t.Errorf("%d dismissed messages have their plain reason: %v", n, err)
	}
}
