package register

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"rivgate/store"
)

// waiting are two cases that lack a number; the id of the second looks like a formula to a spreadsheet.
func waiting() []store.Unnumbered {
	at := time.Date(2026, 2, 28, 23, 30, 0, 0, time.UTC) // half past midnight on the first of March in Sweden
	return []store.Unnumbered{
		{CaseID: "0001", Ref: "1177-A;B", Unit: "SE-VC01", State: store.InProgress, Received: at, Changed: at},
		{CaseID: "0002", Ref: "=1+1", Unit: "SE-VC01", State: store.Closed, Received: at, Changed: at.Add(24 * time.Hour)},
	}
}

// TestAWrittenFileIsReadAgain: what is written lacks the numbers alone; once they are filled in it names the same
// cases.
func TestAWrittenFileIsReadAgain(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"csv", "json"} {
		var b bytes.Buffer
		if err := Write(&b, format, waiting()); err != nil {
			t.Fatal(err)
		}
		empty, err := Read(b.Bytes())
		wantFault(t, format+" that nobody has filled in", err, FileEmpty, 0)
		if len(empty) != 0 {
			t.Errorf("%s: %v", format, empty)
		}
		rows, err := Read(filled(t, format, b.String()))
		if err != nil {
			t.Fatal(format, err)
		}
		if len(rows) != 2 || rows[0].Case != "0001" || rows[0].Number != "SYN 2026-1" || rows[1].Case != "0002" ||
			rows[1].Number != "SYN 2026-2" || rows[0].Line >= rows[1].Line {
			t.Errorf("%s: %+v", format, rows)
		}
	}
	var b bytes.Buffer
	if err := Write(&b, "csv", waiting()); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"2026-03-01;;0001;", "2026-03-01;2026-03-02;0002;", `"1177-A;B"`} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%s is not in\n%s", want, b.String())
		}
	}
}

// filled fills in the numbers of a file as the diary does.
func filled(t *testing.T, format, text string) []byte {
	t.Helper()
	if format == "csv" {
		var out strings.Builder
		for i, line := range strings.Split(strings.TrimSpace(text), "\n") {
			line = strings.TrimRight(line, "\r")
			if i > 0 {
				line += fmt.Sprintf("SYN 2026-%d", i)
			}
			out.WriteString(line + "\r\n")
		}
		return []byte(out.String())
	}
	var rows []map[string]any
	if err := json.Unmarshal([]byte(text), &rows); err != nil {
		t.Fatal(err)
	}
	for i := range rows {
		rows[i]["number"] = fmt.Sprintf("SYN 2026-%d", i+1)
	}
	b, err := json.MarshalIndent(rows, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func wantFault(t *testing.T, what string, err error, fault FileFault, line int) {
	t.Helper()
	var wrong *FileError
	if !errors.As(err, &wrong) || wrong.Fault != fault || wrong.Line != line {
		t.Errorf("%s: %v, want %s in line %d", what, err, fault, line)
		return
	}
	if word := fileWord(wrong); word == "" || line > 0 && !strings.Contains(word, fmt.Sprintf("Rad %d:", line)) {
		t.Errorf("%s: the page says %q", what, word)
	}
	if line > 0 && !strings.Contains(wrong.Error(), fmt.Sprintf("line %d:", line)) {
		t.Errorf("%s: the command says %q", what, wrong)
	}
}

// TestFilesThatDiariesWrite are read whatever their columns are parted by, in whichever order they stand.
func TestFilesThatDiariesWrite(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ file, want string }{
		"semicolons, as ours":  {"ärende;diarienummer\nA;S 1\nB;S 2\n", "2:A=S 1 3:B=S 2 "},
		"commas, in English":   {"number,case\n\"S, 1\",A\n", "2:A=S, 1 "},
		"tabs, with capitals":  {"ÄRENDE\tDiarienummer\nA\tS 1", "2:A=S 1 "},
		"a mark of Excel's":    {"\ufeffärende;diarienummer\r\nA;S 1\r\n", "2:A=S 1 "},
		"the id goes first":    {"ärende;id;diarienummer\nA;0001;S 1\nB;;S 2\n", "2:0001=S 1 3:B=S 2 "},
		"rows not filled in":   {"case;number\nA;\n;\nB;S 2\n", "4:B=S 2 "},
		"a spreadsheet's text": {"case;number\n'=A;'+S1\n", "2:=A=+S1 "},
		"an apostrophe stays":  {"case;number\nA;'S1\n", "2:A='S1 "},
		"a row over two lines": {"case;number\nA;\"S\n1\"\nB;S 2\n", "2:A=S\n1 4:B=S 2 "},
		"an answer of the API": {`{"items":[` + "\n" + `{"id":"0001","case":"A","number":" S 1 "},{"case":"B"}]}`, "2:0001=S 1 "},
		"a list": {
			"[{\"case\":\"A\",\"number\":\"S 1\"},\n{\"case\":\"B\",\"number\":\"S 2\"}]",
			"1:A=S 1 2:B=S 2 ",
		},
		"a short row":           {"case;unit;number\nA\nB;x;S 2\n", "3:B=S 2 "},
		"a number without case": {"case;number\n;S 1\n", "2:=S 1 "}, // the store says that there is no such case
	} {
		rows, err := Read([]byte(c.file))
		got := ""
		for _, r := range rows {
			got += fmt.Sprintf("%d:%s=%s ", r.Line, r.Case, r.Number)
		}
		if err != nil || got != c.want {
			t.Errorf("%s: %q, %v; want %q", name, got, err, c.want)
		}
	}
}

// TestFilesThatCannotBeRead name the line, where there is one.
func TestFilesThatCannotBeRead(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, file string
		fault      FileFault
		line       int
	}{
		{"nothing", "", FileNoHead, 0},
		{"Latin-1", "\xe4rende;diarienummer\nA;1\n", FileNotText, 0},
		{"no column of numbers", "ärende;nummer\nA;1\n", FileNoHead, 1},
		{"no column of cases", "diarienummer\n1\n", FileNoHead, 1},
		{"no head", "A;1\nB;2\n", FileNoHead, 1},
		{"a quote in a cell", "case;number\nA;1\nB;x\"2\"\n", FileNotTable, 3},
		{"a quote without end", "case;number\nA;\"1\n", FileNotTable, 2},
		{"JSON of something else", `{"cases": 1}`, FileNotJSON, 1},
		{"JSON that is cut", "[{\"case\":\"A\",\n\"number\":\"1\"}", FileNotJSON, 2},
		{"a number that is none", "[{\"case\":\"A\",\n\"number\":1}]", FileNotJSON, 2},
		{"too many", "case;number\n" + strings.Repeat("A;1\n", store.UnnumberedMost+1), FileTooMany, 0},
		{"none filled in", "case;number\nA;\n", FileEmpty, 0},
	} {
		rows, err := Read([]byte(c.file))
		wantFault(t, c.name, err, c.fault, c.line)
		if len(rows) != 0 {
			t.Errorf("%s: %v was read all the same", c.name, rows)
		}
	}
}

func TestEveryProblemOfALineHasWords(t *testing.T) {
	t.Parallel()
	for _, fault := range []store.NumberFault{
		store.NumberNoCase, store.NumberMissing, store.NumberLong, store.NumberPerson, store.NumberOther,
		store.NumberTaken, store.NumberTwice, store.NumberDouble,
	} {
		if word := ProblemWord(store.NumberProblem{Fault: fault, Has: "S 1"}); word == string(fault) {
			t.Errorf("%s has no words", fault)
		}
	}
}
