package recordings

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rivgate/cmd/rivgate/cli"
	"rivgate/contracts/identity"
)

// nobody is a number of somebody who is born in 2070: no rule of test numbers has it.
var nobody = "20700304238" + string(identity.CheckDigit("700304238"))

// runner is a command.
type runner interface{ Run(s *cli.Session) error }

// run runs one command.
func run(t *testing.T, command runner) (code int, out string) {
	t.Helper()
	return runIn(t, &cli.Session{Context: t.Context(), Now: time.Now}, command)
}

func runIn(t *testing.T, s *cli.Session, command runner) (code int, out string) {
	t.Helper()
	var o bytes.Buffer
	s.Out, s.Err = &o, &o
	return codeOf(t, command.Run(s), &o)
}

// codeOf is the exit code of what a command returned, and its output with the error.
func codeOf(t testing.TB, err error, o *bytes.Buffer) (code int, out string) {
	var known *cli.Failure
	var told *cli.Told
	switch {
	case errors.As(err, &told):
		code = told.Code
	case errors.As(err, &known):
		code = known.Code
		o.WriteString(err.Error())
	case err != nil:
		t.Errorf("an error without exit code: %v", err)
	}
	return code, o.String()
}

// median is the middle of what calls took.
func median(took []time.Duration) time.Duration {
	slices.Sort(took)
	return took[len(took)/2]
}

// folder writes files.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		name = filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// contents are all files of a folder, hidden ones too.
func contents(t *testing.T, root string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(name)
		below, _ := filepath.Rel(root, name)
		all[filepath.ToSlash(below)] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// personal is a folder with one person in many places.
func personal(t *testing.T) string {
	letter := base64.StdEncoding.EncodeToString([]byte("Jag heter Tolv och har nummer " + nobody + "."))
	return folder(t, map[string]string{
		"one.txtar": "-- request.headers --\nX-Patient: " + nobody + "\nContent-Type: text/xml\nx-rivta-a: " + nobody +
			"\n-- request.xml --\n<a><personId><id>" + nobody + "</id></personId>\n<value>" + letter + "</value></a>\n" +
			"-- response.xml --\n<b><message>Hej Tolv</message></b>\n-- after.txt --\ncase of " + nobody + "\n",
		"w/two.txtar": "-- x/exchange.yaml --\nparts: {request.xml: {body: ../bodies/b.xml}}\n-- x/log --\nfor 700304-" +
			nobody[8:] + "\n-- y/exchange.yaml --\nparts: {request.xml: {body: ../bodies/b.xml}}\n",
		"bodies/b.xml": "<a><name>Tolv Tolvsson</name><id>" + nobody + "</id></a>\n",
		"README.md":    "A test of " + nobody + ".\n",
	})
}

func TestCheckNamesEveryPlace(t *testing.T) {
	root := personal(t)
	code, out := run(t, &RedactCommand{Check: true, Dir: root})
	if code != cli.ExitRefused || strings.Contains(out, nobody) {
		t.Errorf("%d %s", code, out)
	}
	for _, place := range []string{
		"one.txtar: one: request.headers:1:12:", "one.txtar: one: request.headers:3:12:", "one.txtar: one: request.xml:1:18:",
		"one.txtar: one: request.xml:2:8: in base64:", "one.txtar: after.txt:1:9:", "w/two.txtar: x: request.xml:1:",
		"w/two.txtar: x: log:1:5:", "w/two.txtar: y: request.xml:1:", "bodies/b.xml:1:", "README.md:1:11:",
	} {
		if !strings.Contains(out, place) {
			t.Errorf("%s is not named in\n%s", place, out)
		}
	}
	if n := strings.Count(out, "\n"); n != 11 {
		t.Errorf("%d lines\n%s", n, out)
	}
}

func TestRedactedIsTheSamePersonEverywhere(t *testing.T) {
	root := personal(t)
	if code, out := run(t, &RedactCommand{Dir: root}); code != cli.ExitDone || out != "3 exchanges redacted in 4 files\n" {
		t.Fatalf("%d %s", code, out)
	}
	all := contents(t, root)
	if len(all) != 4 {
		t.Errorf("files: %v", all)
	}
	for name, text := range all {
		if strings.Contains(text, nobody[2:8]) || strings.Contains(text, "Tolv") {
			t.Errorf("%s still has somebody:\n%s", name, text)
		}
	}
	const stands = "201701012393" // who is born in 2070 is a child
	if !strings.Contains(all["README.md"], stands) || !strings.Contains(all["w/two.txtar"], "170101-2393") ||
		!strings.Contains(all["bodies/b.xml"], stands) || strings.Count(all["w/two.txtar"], "bodies/b.xml") != 2 ||
		!strings.Contains(all["one.txtar"], "X-Patient: redacted\n") ||
		!strings.Contains(all["one.txtar"], "x-rivta-a: "+stands+"\n") ||
		!strings.Contains(all["one.txtar"], "placeholders:\n  /b/message: any\n") ||
		!strings.Contains(all["one.txtar"], "redaction: persons-1\n") {
		t.Errorf("%v", all)
	}
	if code, out := run(t, &RedactCommand{Check: true, Dir: root}); code != cli.ExitDone {
		t.Errorf("%d %s", code, out)
	}
	if code, out := run(t, &RedactCommand{Dir: root}); code != cli.ExitDone {
		t.Errorf("%d %s", code, out)
	}
	for name, text := range contents(t, root) {
		if name != "one.txtar" && name != "bodies/b.xml" && text != all[name] { // texts become other texts
			t.Errorf("%s changed again: %s", name, text)
		}
	}
}

func TestNothingChangesWhereOneFileCannotBeRedacted(t *testing.T) {
	for what, broken := range map[string]string{
		"a request that is no XML":    "-- request.xml --\n<a>\n",
		"a file that is no recording": "-- x/y --\n",
		"a letter nobody can change": "-- comment.bin --\n" +
			base64.StdEncoding.EncodeToString([]byte("om "+nobody+" igen")) + "\n",
	} {
		root := personal(t)
		if err := os.WriteFile(filepath.Join(root, "zz.txtar"), []byte(broken), 0o600); err != nil {
			t.Fatal(err)
		}
		before := contents(t, root)
		code, out := run(t, &RedactCommand{Dir: root})
		if code != cli.ExitRefused || !strings.Contains(out, "zz.txtar") || strings.Contains(out, nobody) {
			t.Errorf("%s: %d %s", what, code, out)
		}
		after := contents(t, root)
		for name := range after {
			if after[name] != before[name] || len(after) != len(before) {
				t.Errorf("%s: %s changed", what, name)
			}
		}
	}
	root := folder(t, map[string]string{"a.txtar": "-- request.xml --\n<a>\n-- response.xml --\n<a/>\n"})
	if code, out := run(t, &RedactCommand{LeaveOut: true, Dir: root}); code != cli.ExitDone {
		t.Errorf("%d %s", code, out)
	}
	if text := contents(t, root)["a.txtar"]; !strings.Contains(text, "tags: ['left-out:request.xml']") ||
		strings.Contains(text, "-- request.xml --") {
		t.Error(text)
	}
	for _, dir := range []string{t.TempDir(), filepath.Join(root, "none")} {
		if code, _ := run(t, &RedactCommand{Dir: dir}); code != cli.ExitUsage {
			t.Errorf("%s: %d", dir, code)
		}
	}
}

// The project's own recordings have test persons alone.
func TestOurOwnRecordingsHoldNobody(t *testing.T) {
	for _, name := range []string{"recordings", "answers"} {
		if code, out := run(t, &RedactCommand{Check: true, Dir: "../../../testdata/" + name}); code != cli.ExitDone {
			t.Errorf("%d %s", code, out)
		}
	}
}
