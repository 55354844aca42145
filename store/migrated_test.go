package store_test

import (
	"context"
	"io/fs"
	"testing"
	"testing/fstest"

	"go.uber.org/zap"

	"rivgate/store"
	"rivgate/store/db"
	"rivgate/store/storetest"
)

// firstSchema are the steps of the schema up to the release before.
func firstSchema(t *testing.T) fs.FS {
	t.Helper()
	first := fstest.MapFS{}
	for _, database := range []string{"sqlite", "postgres"} {
		content, err := fs.ReadFile(store.Migrations, "migrations/"+database+"/00001_first.sql")
		if err != nil {
			t.Fatal(err)
		}
		first[database+"/00001_first.sql"] = &fstest.MapFile{Data: content}
	}
	return first
}

// TestWhatWasThereBefore: registration numbers of before are found after the step, and standard replies are the units'.
func TestWhatWasThereBefore(t *testing.T) {
	for name, empty := range map[string]func(testing.TB) string{"SQLite": sqlite, "PostgreSQL": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			url := empty(t)
			old, err := db.Open(t.Context(), url, db.Options{
				Migrations: firstSchema(t), Log: zap.NewNop(), Questions: store.NewQuestions,
			})
			if err != nil {
				t.Fatal(err)
			}
			for _, query := range []string{
				`INSERT INTO cases (id, ref_root, ref_extension, state, unit, via, received, changed, version, forward_due,
					reporter_id, patient_id, area, incident_unit, closed_month, doc)
					VALUES ('c1', 'R', 'K1', 'closed', 'SE2010123456-VC01', 'inbox', 1, 1, 1, FALSE, '', '', '', '', '', '{}')`,
				`INSERT INTO desk (case_id, unit, version, diary, doc) VALUES
					('c1', 'SE2010123456-VC01', 1, 'ÅRS  2026/17-B', '{}'),
					('c1', 'SE2010123456-VC02', 1, 'Eken 5', '{}')`,
				`INSERT INTO case_search (case_id, words) VALUES ('c1', ' ab ')`,
				`INSERT INTO phrase (id, unit, kind, title, text, position, version, by_id, by_name, at)
					VALUES ('p1', 'SE2010123456-VC01', 'reply', 'Tack', 'Tack.', 1, 1, 'anna', 'Anna', 1)`,
			} {
				change := func(ctx context.Context, x *db.Tx) error { _, err := x.Exec(ctx, query); return err }
				if err := old.Write(t.Context(), change); err != nil {
					t.Fatal(err)
				}
			}
			if err := old.Close(); err != nil {
				t.Fatal(err)
			}
			s := open(t, url, store.Options{})
			for _, words := range []string{"års", "2026/17-b", "ÅRS 2026/17", "eken 5"} {
				cases, err := s.Unlogged().Cases(t.Context(), store.CaseFilter{Query: words})
				if err != nil || len(cases) != 1 {
					t.Errorf("%q finds %d cases, %v", words, len(cases), err)
				}
			}
			all, err := s.Phrases(t.Context(), "reply", store.Holder{Level: store.LevelUnit, ID: "se2010123456-vc01"})
			if err != nil || len(all) != 1 || all[0].Text != "Tack." {
				t.Errorf("standard replies: %+v, %v", all, err)
			}
		})
	}
}
