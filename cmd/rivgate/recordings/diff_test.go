package recordings

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rivgate/cmd/rivgate/cli"
)

func TestFoldersAreComparedByName(t *testing.T) {
	a := folder(t, map[string]string{
		"same.txtar":    "-- response.xml --\n<x:a xmlns:x='urn:a'>1</x:a>\n",
		"w/other.txtar": "-- response.xml --\n<a><b>1</b></a>\n",
		"gone.txtar":    "-- log --\nx\n", "two.txtar": "-- 1/log --\nx\n-- 2/log --\nx\n", "broken.txtar": "-- x/y --\n",
	})
	b := folder(t, map[string]string{
		"same.txtar":    "-- response.xml --\n<a xmlns='urn:a'> 1 </a>\n",
		"w/other.txtar": "-- response.xml --\n<a><b>2</b></a>\n",
		"new.txtar":     "-- log --\nx\n", "two.txtar": "-- 1/log --\ny\n-- 3/log --\nx\n", "broken.txtar": "-- log --\n",
	})
	report := filepath.Join(t.TempDir(), "out.xml")
	code, out := run(t, &DiffCommand{A: a, B: b, Report: report})
	want := `broken.txtar: reading recordings: broken.txtar: x/y: an exchange has no part y
gone.txtar: only in a
new.txtar: only in b
two.txtar:1: log text (lines 1, 1)
two.txtar:2: only in a
two.txtar:3: only in b
w/other.txtar: response.xml /a/b value: "1", "2" (lines 1, 1)
1 the same, 6 different, 1 failed
`
	if code != cli.ExitRefused || out != want {
		t.Errorf("%d\n%s", code, out)
	}
	if text, err := os.ReadFile(report); err != nil || !strings.Contains(string(text), `tests="8" failures="6" errors="1"`) {
		t.Errorf("%v\n%s", err, text)
	}
	if code, out := run(t, &DiffCommand{
		A: filepath.Join(a, "w", "other.txtar"), B: filepath.Join(b, "w", "other.txtar"), Ignore: []string{"a/b"},
	}); code != cli.ExitDone || out != "1 the same, 0 different\n" {
		t.Errorf("%d %s", code, out)
	}
}

func TestDiffRefusesWhatItCannotCompare(t *testing.T) {
	files := folder(t, map[string]string{"a.xml": "<a/>", "b.xml": "<b/>", "a.txtar": "-- log --\nx\n"})
	at := func(name string) string { return filepath.Join(files, name) }
	for _, c := range []struct {
		command DiffCommand
		code    int
		said    string
	}{
		{DiffCommand{A: at("a.xml"), B: at("a.xml")}, cli.ExitDone, "1 the same"},
		{DiffCommand{A: at("a.xml"), B: at("b.xml")}, cli.ExitRefused, `/a name: "a", "b"`},
		{DiffCommand{A: at("a.xml"), B: at("a.txtar")}, cli.ExitUsage, "of a kind"},
		{DiffCommand{A: at("a.xml"), B: at("none.xml")}, cli.ExitUsage, "none.xml"},
		{DiffCommand{A: at("none.txtar"), B: at("a.txtar")}, cli.ExitUsage, "none.txtar"},
		{DiffCommand{A: at("a.xml"), B: at("a.xml"), Ignore: []string{"a//b"}}, cli.ExitUsage, "empty step"},
		{DiffCommand{A: at("a.xml"), B: at("a.xml"), Report: at("x.txt")}, cli.ExitUsage, ".json"},
		{DiffCommand{A: at("a.xml"), B: at("a.xml"), Report: at("none/x.xml")}, cli.ExitRefused, "none"},
		{DiffCommand{A: t.TempDir(), B: t.TempDir()}, cli.ExitUsage, "neither"},
	} {
		if code, out := run(t, &c.command); code != c.code || !strings.Contains(out, c.said) {
			t.Errorf("%+v: %d %s", c.command, code, out)
		}
	}
}
