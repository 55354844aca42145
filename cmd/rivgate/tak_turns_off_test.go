package main

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"rivgate/cmd/rivgate/cli"
	"rivgate/routing/catalogue"
)

// keptHere is a folder with a store in which the demo's catalogue is published, for commands in this process.
func keptHere(t *testing.T) (demo string) {
	t.Helper()
	t.Chdir(t.TempDir())
	config := "environment: test\ntak: {source: store}\nstore: {url: \"sqlite:kept.db\"}\n"
	if err := os.WriteFile("rivgate.yaml", []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	tells(t, cli.ExitDone, "", "migrate")
	_, demo, _ = command(t, "tak", "export", "demo")
	imports(t, demo)
	tells(t, cli.ExitDone, "version 1", "tak", "publish", "--reason", "the first one")
	return demo
}

// imports takes a catalogue into the draft.
func imports(t *testing.T, catalogue string) {
	t.Helper()
	if err := os.WriteFile("catalogue.yaml", []byte(catalogue), 0o600); err != nil {
		t.Fatal(err)
	}
	tells(t, cli.ExitDone, "in the draft", "tak", "import", "catalogue.yaml")
}

// tells wants an exit code and words of a command.
func tells(t *testing.T, code int, words string, args ...string) string {
	t.Helper()
	got, out, problem := command(t, args...)
	if got != code || !strings.Contains(out+problem, words) {
		t.Fatalf("%v: exit code %d, not %d with %q\n%s%s", args, got, code, words, out, problem)
	}
	return out + problem
}

func TestTurningUnitsOffIsConfirmedByCommand(t *testing.T) {
	demo := keptHere(t)
	const board, unit = "TSTNMT2321000156-PN12", "TSTNMT2321000156-VC12"
	var lines []string
	for line := range strings.Lines(demo) {
		if !strings.Contains(line, board) {
			lines = append(lines, line)
		}
	}
	without := strings.Join(lines, "")
	imports(t, without)
	diff := tells(t, cli.ExitRefused, "a region loses its patient board: publishing needs --turns-off 2", "tak", "diff")
	for _, want := range []string{
		"turns off " + board + " Patientnämnden i region 12", "turns off " + unit + " Vårdcentralen Linden",
		"region 12 loses its patient board " + board,
	} {
		if !strings.Contains(diff, want) {
			t.Errorf("the difference does not tell %q:\n%s", want, diff)
		}
	}
	tells(t, cli.ExitRefused, "- unit that citizens can choose "+unit, "tak", "diff", "version:1", "draft")
	tells(t, cli.ExitRefused, "--turns-off 2", "tak", "publish", "--reason", "the board closes")
	tells(t, cli.ExitRefused, "--turns-off 2", "tak", "publish", "--reason", "the board closes", "--turns-off", "1")
	tells(t, cli.ExitDone, "version 2", "tak", "publish", "--reason", "the board closes", "--turns-off", "2")
	tells(t, cli.ExitDone, "version 3", "tak", "rollback", "1", "--reason", "not yet")
	tells(t, cli.ExitRefused, "--turns-off 2", "tak", "rollback", "2", "--reason", "now")
	tells(t, cli.ExitDone, "version 4", "tak", "rollback", "2", "--reason", "now", "--turns-off", "2")
}

func TestABoardsCasesAreTakenOverByCommand(t *testing.T) {
	demo := keptHere(t)
	const from, to = "TSTNMT2321000156-PN12", "TSTNMT2321000156-PN13"
	imports(t, strings.ReplaceAll(demo, from, to))
	tells(t, cli.ExitRefused, "--take-over "+from+"="+to, "tak", "diff")
	tells(t, cli.ExitRefused, "does not become", "tak", "publish", "--reason", "x", "--take-over", to+"="+from)
	tells(t, cli.ExitDone, to+" takes over 0 cases of "+from, "tak", "publish", "--reason", "x", "--take-over",
		from+"="+to)
	tells(t, cli.ExitDone, to+" takes over 0 cases of "+from, "tak", "history", "--changes")
}

// TestABoardsIDIsChangedRowByRow: whoever changes the board's row alone is told of the takeover too, at the row and at
// the difference; its routes follow.
func TestABoardsIDIsChangedRowByRow(t *testing.T) {
	keptHere(t)
	const from, to = "TSTNMT2321000156-PN12", "TSTNMT2321000156-PN13"
	var rows struct{ Rows []catalogue.Row }
	_, out, problem := command(t, "tak", "rows", "--format", "json")
	if err := json.Unmarshal([]byte(out), &rows); err != nil {
		t.Fatalf("%v %s", err, problem)
	}
	i := slices.IndexFunc(rows.Rows, func(e catalogue.Row) bool { return e.Kind == catalogue.KindUnit && e.HSAID == from })
	if i < 0 {
		t.Fatalf("no row of the board in\n%s", out)
	}
	tells(t, cli.ExitDone, "tak publish --take-over "+from+"="+to, "tak", "edit", "change", rows.Rows[i].ID, "--hsa-id",
		to)
	tells(t, cli.ExitRefused, "--take-over "+from+"="+to, "tak", "diff")
	tells(t, cli.ExitDone, to+" takes over 0 cases of "+from, "tak", "publish", "--reason", "x", "--take-over",
		from+"="+to)
}

// TestTheCatalogueShowsWhatUnitsAreFoundBy: their town and other names stand in the table and in JSON.
func TestTheCatalogueShowsWhatUnitsAreFoundBy(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("catalogue.yaml", []byte(`units:
  - {hsa_id: SE2010123456-VC01, name: Björken, kind: care_unit, region: "01", town: Solna, aliases: [Huvudsta, Björkens VC]}
routes:
  - {contract: SendComplaint, to: SE2010123456-VC01, address: "rivgate:inbox"}
permissions:
  - {contract: SendComplaint, from_system: SE0000000001-1177, to: "*"}
`), 0o600); err != nil {
		t.Fatal(err)
	}
	out := tells(t, cli.ExitDone, "ALIASES", "tak", "show", "catalogue.yaml")
	for _, want := range []string{"TOWN", "Solna", "Björkens VC, Huvudsta"} {
		if !strings.Contains(out, want) {
			t.Errorf("%s is not in\n%s", want, out)
		}
	}
	_, out, _ = command(t, "tak", "show", "catalogue.yaml", "--format", "json")
	if !strings.Contains(out, `"Huvudsta"`) || !strings.Contains(out, `"Solna"`) {
		t.Errorf("as JSON:\n%s", out)
	}
}
