package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"rivgate/cmd/rivgate/cli"
	"rivgate/store"
	"rivgate/store/storetest"
)

// oldStore puts a database at the default place of the working directory, and makes this the program of the next
// version: the database has an older schema.
func oldStore(t *testing.T, content []byte) {
	t.Helper()
	storetest.NextStep(t)
	if err := os.MkdirAll("data", 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join("data", "rivgate.db"), content, 0o600); err != nil {
		t.Fatal(err)
	}
}

func oldContent(t *testing.T) []byte {
	t.Helper()
	content, err := os.ReadFile("../../testdata/store/v1.db")
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func TestOnlyServeDemoAndMigrateCreateAStore(t *testing.T) {
	dir := elsewhere(t, "")
	for _, args := range [][]string{
		{"queue", "list"},
		{"queue", "check"},
		{"case", "list"},
		{"user", "list"},
		{"audit", "verify"},
		{"backup", "--to", "copy.db"},
		{"tak", "versions"},
	} {
		code, out, problem := command(t, args...)
		if code != cli.ExitUsage || !strings.Contains(problem, filepath.Join(dir, "data", "rivgate.db")) ||
			!strings.Contains(problem, "rivgate.yaml does not set it") {
			t.Errorf("%v without a store: %d\n%s%s", args, code, out, problem)
		}
	}
	if _, err := os.Stat("data"); err == nil {
		t.Error("one of them made the folder of the store")
	}
	if code, out, problem := command(t, "migrate", "--dry-run"); code != cli.ExitDone ||
		!strings.Contains(out, "it would be created") {
		t.Errorf("a dry run without a store: %d\n%s%s", code, out, problem)
	}
	if _, err := os.Stat("data"); err == nil {
		t.Error("the dry run made the folder of the store")
	}
	for _, args := range [][]string{{"version"}, {"config", "check"}, {"tak", "show"}, {"help"}} {
		if code, out, problem := command(t, args...); code != cli.ExitDone {
			t.Errorf("%v needs no store: %d\n%s%s", args, code, out, problem)
		}
	}
	if code, out, problem := command(t, "migrate"); code != cli.ExitDone ||
		!strings.Contains(out, "created, with schema") {
		t.Errorf("creating the store: %d\n%s%s", code, out, problem)
	}
	if code, _, problem := command(t, "queue", "list"); code != cli.ExitDone {
		t.Errorf("the store is there: %d %s", code, problem)
	}
}

func TestOnlyMigrateChangesASchema(t *testing.T) {
	old := oldContent(t)
	elsewhere(t, "")
	oldStore(t, old)
	code, _, problem := command(t, "queue", "list")
	if code != cli.ExitRefused ||
		!strings.Contains(problem, "run rivgate migrate") {
		t.Errorf("a command on an older schema: %d %s", code, problem)
	}
	code, out, _ := command(t, "migrate", "--dry-run")
	if code != cli.ExitDone || !strings.Contains(out, "schema 1 would be migrated") ||
		!strings.Contains(out, storetest.NextSteps) {
		t.Errorf("a dry run: %d %s", code, out)
	}
	if code, _, problem := command(t, "queue", "list"); code != cli.ExitRefused {
		t.Errorf("the dry run changed the schema: %d %s", code, problem)
	}
	if code, out, problem = command(t, "migrate"); code != cli.ExitDone ||
		!strings.Contains(out, "migrated from schema 1") {
		t.Fatalf("migrating: %d %s%s", code, out, problem)
	}
	if code, _, problem := command(t, "queue", "list"); code != cli.ExitDone {
		t.Errorf("after migrating: %d %s", code, problem)
	}
	copies, err := filepath.Glob("data/rivgate.db.v1-*Z")
	if err != nil || len(copies) != 1 || !strings.Contains(out, copies[0]) {
		t.Fatalf("the copies are %v, %v; the command says %s", copies, err, out)
	}
	schema, err := store.SchemaOf(t.Context(), "sqlite:"+copies[0], store.Options{})
	if err != nil || schema.Has != 1 {
		t.Errorf("the copy has schema %d, %v", schema.Has, err)
	}
}

func TestServeLeavesTheSchemaWhereItIsToldSo(t *testing.T) {
	old := oldContent(t)
	elsewhere(t,
		"environment: test\ntak: {source: later.yaml}\nstore: {migrate: false}\nsoap: {listen: '127.0.0.1:0'}\nweb: "+
			"{listen: '127.0.0.1:0'}\n")
	if code, _, problem := command(t, "serve"); code != cli.ExitUsage || !strings.Contains(problem, "there is no store") {
		t.Errorf("serve without a store: %d %s", code, problem)
	}
	oldStore(t, old)
	if code, _, problem := command(t, "serve"); code != cli.ExitRefused ||
		!strings.Contains(problem, "run rivgate migrate") {
		t.Errorf("serve on an older schema: %d %s", code, problem)
	}
}

func TestMigrateLeavesAFileThatIsServedFrom(t *testing.T) {
	old := oldContent(t)
	elsewhere(t, "")
	oldStore(t, old)
	lock, err := os.Create("data/rivgate.db.lock")
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	code, _, problem := command(t, "migrate")
	if code != cli.ExitRefused || !strings.Contains(problem, "another process serves from the file ./data/rivgate.db") {
		t.Errorf("migrating under a gateway: %d %s", code, problem)
	}
	schema, err := store.SchemaOf(t.Context(), "sqlite:./data/rivgate.db", store.Options{})
	if err != nil || schema.Has != 1 {
		t.Errorf("the schema is %d, %v", schema.Has, err)
	}
}

func TestWhatProductionDemandsOfADatabase(t *testing.T) {
	const production = "environment: production\nstore: {url: '"
	for url, want := range map[string]string{
		"postgres://rivgate@db.example/rivgate": "nothing verifies that " +
			"db.example is the database",
		"postgres://rivgate@db.example/rivgate?sslmode=require":                          "nothing verifies",
		"postgres://rivgate@db.example/rivgate?sslmode=verify-ca":                        "nothing verifies",
		"postgres://rivgate@127.0.0.1,db.example/rivgate":                                "nothing verifies that db.example",
		"postgres://rivgate@db.example/rivgate?sslmode=verify-full":                      "",
		"postgres://rivgate@db1.example,db2.example/rivgate?sslmode=verify-full":         "",
		"postgres://rivgate@127.0.0.1/rivgate":                                           "",
		"postgres://rivgate@localhost/rivgate?sslmode=disable":                           "",
		"postgres://rivgate@/rivgate?host=/run/postgresql":                               "",
		"postgres://rivgate:hushhush@db.example:port/rivgate?sslmode=verify-full":        "store.url: cannot be read",
		"postgres://rivgate@db.example/rivgate?sslmode=verify-full&sslrootcert=none.pem": "store.url: cannot be read",
	} {
		elsewhere(t, production+url+"'}\n")
		_, out, _ := command(t, "config", "check")
		about := ""
		for line := range strings.Lines(out) {
			if strings.Contains(line, "store.url") {
				about += line
			}
		}
		if want == "" && about != "" || !strings.Contains(about, want) || strings.Contains(out, "hushhush") {
			t.Errorf("%s: %q", url, about)
		}
	}
}
