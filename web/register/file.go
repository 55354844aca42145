package register

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"rivgate/contracts/identity"
	"rivgate/store"
	"rivgate/web/shell"
)

// FileMost is how large a file of registration numbers may be, in bytes.
const FileMost = 4 << 20

// FileFault says why a file of numbers cannot be read.
type FileFault string

// The faults.
const (
	FileNotText  FileFault = "not-text" // no UTF-8
	FileNoHead   FileFault = "no-head"  // its first line does not name a case and a number
	FileNotTable FileFault = "not-table"
	FileNotJSON  FileFault = "not-json"
	FileTooMany  FileFault = "too-many" // above store.UnnumberedMost
	FileEmpty    FileFault = "empty"    // no line has a number
)

// FileError is a file of numbers that cannot be read.
type FileError struct {
	Fault FileFault
	Line  int // 0: of the whole
}

func (e *FileError) Error() string {
	text := map[FileFault]string{
		FileNotText: "the file is not UTF-8 text", FileNoHead: "the first line must name the columns case (or id) and number",
		FileNotTable: "this line is not a row of the table", FileNotJSON: "the file is not JSON of cases and numbers",
		FileTooMany: fmt.Sprintf("more than %d cases: part the file", store.UnnumberedMost),
		FileEmpty:   "no line of the file has a number",
	}[e.Fault]
	if e.Line > 0 {
		return fmt.Sprintf("line %d: %s", e.Line, text)
	}
	return text
}

// Read reads a file of registration numbers: a table with a head (semicolons, commas or tabs), or JSON. A row without a
// number is not filled in, and is left out. *FileError.
func Read(content []byte) ([]store.Numbered, error) {
	content = bytes.TrimPrefix(content, []byte("\ufeff"))
	if !utf8.Valid(content) {
		return nil, &FileError{Fault: FileNotText}
	}
	read := readTable
	if start := bytes.TrimSpace(content); len(start) > 0 && (start[0] == '[' || start[0] == '{') {
		read = readJSON
	}
	all, err := read(content)
	switch {
	case err != nil:
		return nil, err
	case len(all) > store.UnnumberedMost:
		return nil, &FileError{Fault: FileTooMany}
	case len(all) == 0:
		return nil, &FileError{Fault: FileEmpty}
	}
	return all, nil
}

func readTable(content []byte) ([]store.Numbered, error) {
	r := csv.NewReader(bytes.NewReader(content))
	r.Comma, r.FieldsPerRecord = separator(content), -1
	head, err := r.Read()
	if err != nil {
		return nil, &FileError{Fault: FileNoHead}
	}
	id, ref, number := column(head, "id"), column(head, headCase, "case"), column(head, headNumber, "number")
	if number < 0 || id < 0 && ref < 0 {
		return nil, &FileError{Fault: FileNoHead, Line: 1}
	}
	var all []store.Numbered
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		var wrong *csv.ParseError
		if errors.As(err, &wrong) {
			return nil, &FileError{Fault: FileNotTable, Line: wrong.Line}
		}
		if err != nil {
			return nil, &FileError{Fault: FileNotTable}
		}
		line, _ := r.FieldPos(0)
		one := store.Numbered{Line: line, Case: cell(row, id), Number: cell(row, number)}
		if one.Case == "" {
			one.Case = cell(row, ref)
		}
		if one.Number != "" {
			all = append(all, one)
		}
	}
}

// separator is what parts the columns of a table: what its head has most of.
func separator(content []byte) rune {
	head, _, _ := bytes.Cut(content, []byte("\n"))
	best := ';'
	for _, r := range ",\t" {
		if strings.Count(string(head), string(r)) > strings.Count(string(head), string(best)) {
			best = r
		}
	}
	return best
}

func column(head []string, names ...string) int {
	return slices.IndexFunc(head, func(name string) bool {
		return slices.Contains(names, identity.Fold(strings.TrimSpace(name)))
	})
}

// cell is what stands in a row; a spreadsheet's mark that something is a text is no part of it.
func cell(row []string, i int) string {
	if i < 0 || i >= len(row) {
		return ""
	}
	text := strings.TrimSpace(row[i])
	if after, marked := strings.CutPrefix(text, "'"); marked && after != "" && strings.ContainsAny(after[:1], "=+-@|%") {
		return after
	}
	return text
}

func readJSON(content []byte) ([]store.Numbered, error) {
	d := json.NewDecoder(bytes.NewReader(content))
	line := func() int { return 1 + bytes.Count(content[:d.InputOffset()], []byte("\n")) }
	wrong := func() error { return &FileError{Fault: FileNotJSON, Line: line()} }
	for { // up to the list, which may be the items of an answer of the API
		token, err := d.Token()
		if err != nil {
			return nil, wrong()
		}
		if token == json.Delim('[') {
			break
		}
	}
	var all []store.Numbered
	for d.More() {
		var row struct {
			ID     string `json:"id"`
			Case   string `json:"case"`
			Number string `json:"number"`
		}
		if err := d.Decode(&row); err != nil {
			return nil, wrong()
		}
		one := store.Numbered{Line: line(), Case: row.ID, Number: strings.TrimSpace(row.Number)}
		if one.Case == "" {
			one.Case = row.Case
		}
		if one.Number != "" {
			all = append(all, one)
		}
	}
	if _, err := d.Token(); err != nil {
		return nil, wrong()
	}
	return all, nil
}

// row is a case of a file, for JSON.
type row struct {
	store.Unnumbered
	Number string `json:"number"` // to be filled in
}

// Write writes the cases that lack a number, as a table or as JSON, to be filled in and read by Read.
func Write(w io.Writer, format string, cases []store.Unnumbered) error {
	if format == "json" {
		rows := make([]row, 0, len(cases))
		for _, c := range cases {
			rows = append(rows, row{Unnumbered: c})
		}
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(rows)
	}
	sheet, err := shell.NewSpreadsheet(w, head())
	if err != nil {
		return err
	}
	for _, c := range cases {
		closed := ""
		if c.State == store.Closed {
			closed = shell.Swedish(c.Changed).Format(time.DateOnly)
		}
		if err := sheet.Row([]string{
			c.Ref, c.Unit, shell.StateWord(c.State), shell.Swedish(c.Received).Format(time.DateOnly), closed, c.CaseID, "",
		}); err != nil {
			return err
		}
	}
	return sheet.End()
}
