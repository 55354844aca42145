package store_test

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"rivgate/store"
	"rivgate/store/storetest"
)

// before makes the schema of the release before the one that stores are opened with, until then is called.
func before(t *testing.T) (then func()) {
	t.Helper()
	all, first := store.Migrations, fstest.MapFS{}
	err := fs.WalkDir(all, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, "00001_first.sql") {
			return err
		}
		content, err := fs.ReadFile(all, path)
		first[path] = &fstest.MapFile{Data: content}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	store.Migrations = first
	t.Cleanup(func() { store.Migrations = all })
	return func() { store.Migrations = all }
}

// TestWhatWasThereBefore: registration numbers of before are found after the step, and standard replies are the units'.
func TestWhatWasThereBefore(t *testing.T) {
	for name, empty := range map[string]func(testing.TB) string{"SQLite": sqlite, "PostgreSQL": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			url, then := empty(t), before(t)
			old := open(t, url, store.Options{})
			for _, query := range []string{
				`INSERT INTO cases (id, ref_root, ref_extension, state, unit, via, received, changed, version, forward_due,
					reporter_id, patient_id, area, incident_unit, closed_month, doc)
					VALUES ('c1', 'R', 'K1', 'closed', 'SE2010123456-VC01', 'inbox', 1, 1, 1, FALSE, '', '', '', '', '', '{}')`,
				`INSERT INTO desk (case_id, unit, version, diary, doc) VALUES ('c1', 'SE2010123456-VC01', 1, 'ÅRS  2026/17-B', '{}'),
					('c1', 'SE2010123456-VC02', 1, 'Eken 5', '{}')`,
				`INSERT INTO case_search (case_id, words) VALUES ('c1', ' ab ')`,
				`INSERT INTO phrase (id, unit, kind, title, text, position, version, by_id, by_name, at)
					VALUES ('p1', 'SE2010123456-VC01', 'reply', 'Tack', 'Tack.', 1, 1, 'anna', 'Anna', 1)`,
			} {
				if err := old.Exec(t.Context(), query); err != nil {
					t.Fatal(err)
				}
			}
			if err := old.Close(); err != nil {
				t.Fatal(err)
			}
			then()
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
