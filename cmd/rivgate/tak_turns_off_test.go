package main

import (
	"os"
	"strings"
	"testing"

	"rivgate/cmd/rivgate/cli"
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
