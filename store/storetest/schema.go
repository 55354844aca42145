package storetest

import (
	"fmt"
	"io/fs"
	"testing"
	"testing/fstest"

	"rivgate/store"
)

// LatestSchema is the number of the last step of the schema that the program has.
const LatestSchema = 2

// nextStep is a step of the schema that the program before may go on with.
const nextStep = `-- +goose Up
ALTER TABLE heartbeat ADD COLUMN note TEXT NOT NULL DEFAULT '';
INSERT INTO schema_step (version) VALUES (%d);
`

// NextSteps are the names of what NextStep adds.
var NextSteps = fmt.Sprintf("%05d_next", LatestSchema+1)

// NextStep gives the program one step of the schema more than it has, until undo or the end of the test: it is then the
// program of the next version, and without the step the program of the version before. Not for tests that run in
// parallel.
func NextStep(t *testing.T) (undo func()) {
	t.Helper()
	before := store.Migrations
	all := fstest.MapFS{}
	err := fs.WalkDir(before, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(before, path)
		all[path] = &fstest.MapFile{Data: content}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, database := range []string{"sqlite", "postgres"} {
		all["migrations/"+database+"/"+NextSteps+".sql"] = &fstest.MapFile{
			Data: fmt.Appendf(nil, nextStep, LatestSchema+1),
		}
	}
	store.Migrations = all
	undo = func() { store.Migrations = before }
	t.Cleanup(undo)
	return undo
}
