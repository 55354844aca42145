package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rivgate/cmd/rivgate/cli"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"
)

// command runs one command line in this process.
func command(t *testing.T, args ...string) (code int, out, err string) {
	t.Helper()
	var o, e bytes.Buffer
	s := &cli.Session{Context: t.Context(), Out: &o, Err: &e, Now: time.Now}
	code = run(s, args)
	return code, o.String(), e.String()
}

func TestHelpIsAsRecorded(t *testing.T) {
	t.Setenv("COLUMNS", "100")
	var model CLI
	parser, err := kong.New(&model, kong.Name("rivgate"))
	if err != nil {
		t.Fatal(err)
	}
	paths := [][]string{nil}
	for _, noun := range parser.Model.Children {
		paths = append(paths, []string{noun.Name})
		for _, verb := range noun.Children {
			paths = append(paths, []string{noun.Name, verb.Name})
		}
	}
	for _, path := range paths {
		name := strings.Join(append([]string{"rivgate"}, path...), "-")
		t.Run(name, func(t *testing.T) {
			code, got, problem := command(t, append(path, "--help")...)
			if code != cli.ExitDone || problem != "" {
				t.Fatalf("exit code %d, %s", code, problem)
			}
			golden(t, filepath.Join("testdata", "cli", name+".txt"), got)
		})
	}
}

// golden compares with a recording; -update rewrites it.
func golden(t *testing.T, file, got string) {
	t.Helper()
	if f := flag.Lookup("update"); f != nil && f.Value.String() == "true" {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-) differs (+):\n%s", file, diff)
	}
}

func TestMain(m *testing.M) {
	flag.Bool("update", false, "rewrite the recordings")
	flag.Parse()
	os.Exit(m.Run())
}

// elsewhere is a folder with a configuration whose files all lie there.
func elsewhere(t *testing.T, more string) string {
	t.Helper()
	dir := t.TempDir()
	t.Chdir(dir)
	file := filepath.Join(dir, "rivgate.yaml")
	if err := os.WriteFile(file, []byte(more), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestExitCodesTellWhatHappened(t *testing.T) {
	elsewhere(t, "")
	withEmptyStore(t)
	if err := os.WriteFile("broken.yaml", []byte("nonsense: 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("envelope.xml",
		[]byte(`<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"/>`), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		args []string
		code int
		says string // in either output
	}{
		"no command at all shows the help": {nil, cli.ExitDone, "Usage: rivgate"},
		"help is help":                     {[]string{"help"}, cli.ExitDone, "Usage: rivgate"},
		"help for a command": {
			[]string{"help", "queue", "retry"}, cli.ExitDone, "Usage: rivgate queue retry",
		},
		"help for what is no command": {[]string{"help", "fly"}, cli.ExitUsage, "See rivgate --help"},
		"an unknown command":          {[]string{"fly"}, cli.ExitUsage, "See rivgate --help"},
		"an unknown flag":             {[]string{"version", "--fast"}, cli.ExitUsage, "--fast"},
		"the example configuration":   {[]string{"config", "example"}, cli.ExitDone, "environment: demo"},
		"a good configuration":        {[]string{"config", "check"}, cli.ExitDone, "nothing wrong"},
		"a bad configuration": {
			[]string{"config", "check", "--config", "broken.yaml"}, cli.ExitUsage, "broken.yaml:1: unknown key",
		},
		"any command with a bad configuration": {
			[]string{"queue", "list", "--config", "broken.yaml"}, cli.ExitUsage, "broken.yaml:1: unknown key",
		},
		"a configuration that is not there": {
			[]string{"case", "list", "--config", "none.yaml"}, cli.ExitUsage, "no such file",
		},
		"a call that has a route": {
			[]string{
				"tak", "resolve", "--contract", "SendComplaint", "--to", "SE2010123456-VC01", "--from", "SE0000000001-1177",
			}, cli.ExitDone, "rivgate:inbox",
		},
		"a call without permission": {
			[]string{"tak", "resolve", "--contract", "SendComplaint", "--to", "SE2010123456-VC01", "--from", "SE2010123456-AVV"},
			cli.ExitRefused, "VP007",
		},
		"a call to nobody": {
			[]string{"tak", "resolve", "--contract", "SendComplaint", "--to", "SE2010123456-X"}, cli.ExitRefused, "VP004",
		},
		"the catalogue, one receiver": {
			[]string{"tak", "show", "--to", "se2010123456-pn01"}, cli.ExitDone, "patient_board",
		},
		"importing what is not there": {
			[]string{"tak", "import", "none.yaml", "--to", "x.yaml"}, cli.ExitRefused, "does not exist",
		},
		"importing into the demo": {
			[]string{"tak", "import", "rivgate.yaml"}, cli.ExitUsage, "cannot be written",
		},
		"an empty queue":                            {[]string{"queue", "list"}, cli.ExitDone, "RECEIVER"},
		"a delivery that is not there":              {[]string{"queue", "show", "x"}, cli.ExitRefused, "no delivery x"},
		"a verb for everything needs to be said so": {[]string{"queue", "retry"}, cli.ExitUsage, "--all"},
		"a verb for everything":                     {[]string{"queue", "retry", "--all"}, cli.ExitDone, "0 due now"},
		"a verb for one that is not there": {
			[]string{"queue", "release", "x"}, cli.ExitRefused, "no delivery in state parked",
		},
		"releasing what only waits": {
			[]string{"queue", "release", "--state", "due"}, cli.ExitUsage, "leave --state out",
		},
		"releasing what is held, by a state": {
			[]string{"queue", "release", "--held", "--state", "parked"}, cli.ExitUsage, "leave --state out",
		},
		"releasing all that is held": {
			[]string{"queue", "release", "--held", "--all"}, cli.ExitDone, "0 released",
		},
		"closing needs a reason": {[]string{"queue", "close", "--all"}, cli.ExitUsage, "--reason"},
		"redirecting to nonsense": {
			[]string{"queue", "redirect", "--all", "--to", "over there"}, cli.ExitUsage, "no address",
		},
		"an age that is none": {
			[]string{"queue", "list", "--since", "yesterday"}, cli.ExitUsage, "--since",
		},
		"pausing a receiver": {[]string{"queue", "pause", "SE2010123456-AVV"}, cli.ExitDone, "paused"},
		"pausing a misspelt receiver": {
			[]string{"queue", "pause", "SE2010123456-AVX"}, cli.ExitRefused, "SE2010123456-AVV",
		},
		"pausing it all the same": {
			[]string{"queue", "pause", "SE2010123456-AVX", "--force"}, cli.ExitDone, "paused",
		},
		"a contract that nobody has": {
			[]string{"tak", "resolve", "--contract", "SendCompliant", "--to", "x"}, cli.ExitUsage, "did you mean SendComplaint?",
		},
		"publishing without a reason": {[]string{"tak", "publish"}, cli.ExitUsage, "a reason is mandatory"},
		"an empty queue as JSON":      {[]string{"queue", "list", "--format", "json"}, cli.ExitDone, "[]"},
		"no cases as JSON":            {[]string{"case", "list", "--format", "json"}, cli.ExitDone, "[]"},
		"a page of none":              {[]string{"queue", "list", "--limit", "0"}, cli.ExitUsage, "1 to 500"},
		"resuming a receiver":         {[]string{"queue", "resume", "SE2010123456-AVV"}, cli.ExitDone, "resumed"},
		"no cases yet":                {[]string{"case", "list"}, cli.ExitDone, "UNIT"},
		"a case that is not there":    {[]string{"case", "show", "x"}, cli.ExitRefused, "no case x"},
		"a reply to a case that is not there": {
			[]string{"case", "reply", "x", "--text", "Hej"}, cli.ExitRefused, "no such case",
		},
		"a reply with a code that is not there": {
			[]string{"case", "reply", "x", "--type", "CLOSE", "--problem", "99"}, cli.ExitUsage, `"99"`,
		},
		"sending to a closed port": {
			[]string{"send", "envelope.xml", "--url", "http://127.0.0.1:1/", "--as", "SE0000000001-1177"},
			cli.ExitUnreachable,
			"refused",
		},
		"sending to nonsense":      {[]string{"send", "envelope.xml", "--url", "here"}, cli.ExitUsage, "--url"},
		"an envelope that is none": {[]string{"validate", "envelope.xml"}, cli.ExitRefused, "envelope.xml:1:"},
		"a file that is not there": {[]string{"validate", "none.xml"}, cli.ExitUsage, "none.xml"},
		"migrating": {
			[]string{"migrate"}, cli.ExitDone, "rivgate.db: the schema is this version's",
		},
		"the version": {[]string{"version"}, cli.ExitDone, "rivgate development"},
		"a database that does not answer": {
			[]string{"queue", "list", "--config", "postgres.yaml"}, cli.ExitUnreachable, "store",
		},
	} {
		if err := os.WriteFile("postgres.yaml",
			[]byte("store: {url: 'postgres://nobody:hushhush@127.0.0.1:1/none?connect_timeout=2'}\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		t.Run(name, func(t *testing.T) {
			code, out, problem := command(t, c.args...)
			if code != c.code {
				t.Errorf("exit code %d, not %d\n%s%s", code, c.code, out, problem)
			}
			if !strings.Contains(out+problem, c.says) {
				t.Errorf("it does not say %q:\n%s%s", c.says, out, problem)
			}
			if strings.Contains(out+problem, "hushhush") {
				t.Errorf("a password is shown:\n%s%s", out, problem)
			}
		})
	}
}

// withEmptyStore makes the store of the working directory.
func withEmptyStore(t *testing.T) {
	t.Helper()
	if code, out, problem := command(t, "migrate"); code != cli.ExitDone {
		t.Fatalf("making a store: %d %s%s", code, out, problem)
	}
}

func TestJSONIsJSON(t *testing.T) {
	elsewhere(t, "")
	withEmptyStore(t)
	for _, args := range [][]string{
		{"version"},
		{"config", "check"},
		{"queue", "list"},
		{"case", "list"},
		{"tak", "show"},
		{"migrate"},
		{"tak", "diff", "demo"},
		{"tak", "resolve", "--contract", "SendComplaint", "--to", "SE2010123456-VC01"},
		{"tak", "resolve", "--contract", "SendComplaint", "--to", "x"},
		{"queue", "retry", "--all", "--dry-run"},
	} {
		_, out, problem := command(t, append(args, "--format", "json")...)
		if !json.Valid([]byte(out)) || problem != "" {
			t.Errorf("%v: %s%s", args, out, problem)
		}
	}
}

func TestACatalogueTravelsThroughItsForms(t *testing.T) {
	elsewhere(t, "")
	_, yaml, problem := command(t, "tak", "export")
	if problem != "" {
		t.Fatal(problem)
	}
	if err := os.WriteFile("exported.yaml", []byte(yaml), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, problem := command(t, "tak", "import", "exported.yaml", "--to", "copy.xml")
	if code != cli.ExitDone || !strings.Contains(out, "written to copy.xml") {
		t.Fatalf("importing: %d\n%s%s", code, out, problem)
	}
	if code, out, problem = command(t, "tak", "diff", "copy.xml"); code != cli.ExitDone || out != "" {
		t.Errorf("the copy differs: %d\n%s%s", code, out, problem)
	}
	less := strings.Replace(yaml, "SE2010123456-VC02", "SE2010123456-VC99", 1)
	if err := os.WriteFile("other.yaml", []byte(less), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out, _ = command(t, "tak", "diff", "other.yaml"); code != cli.ExitRefused ||
		!strings.Contains(out, "+ unit SE2010123456-VC99") {
		t.Errorf("a difference is not told: %d\n%s", code, out)
	}
	if code, out, _ = command(t, "tak", "import", "other.yaml", "--to", "copy.xml", "--dry-run"); code != cli.ExitDone ||
		!strings.Contains(out, "not written") {
		t.Errorf("a dry run: %d\n%s", code, out)
	}
	if code, _, _ = command(t, "tak", "diff", "exported.yaml", "copy.xml"); code != cli.ExitDone {
		t.Error("the dry run wrote")
	}
	broken := strings.ReplaceAll(yaml, "patient_board", "board")
	if err := os.WriteFile("broken.yaml", []byte(broken), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out, problem = command(t, "tak", "import", "broken.yaml", "--to", "copy.xml"); code != cli.ExitRefused {
		t.Errorf("a catalogue that does not load was taken: %d\n%s%s", code, out, problem)
	}
}
