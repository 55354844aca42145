package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"
)

// table is output in aligned columns.
type table struct {
	head []string
	rows [][]string
}

func (t *table) add(cells ...any) {
	row := make([]string, len(cells))
	for i, c := range cells {
		row[i] = cell(c)
	}
	t.rows = append(t.rows, row)
}

// cell writes a value on one line without control characters: what a stranger sent must not steer a terminal.
func cell(v any) string {
	var s string
	switch v := v.(type) {
	case time.Time:
		if v.IsZero() {
			return "-"
		}
		s = v.Local().Format("2006-01-02 15:04:05")
	case *time.Time:
		if v == nil {
			return "-"
		}
		return cell(*v)
	default:
		s = fmt.Sprint(v)
	}
	if s == "" {
		return "-"
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)
}

func (t *table) print(w io.Writer) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, row := range append([][]string{t.head}, t.rows...) {
		if _, err := fmt.Fprintln(tw, strings.Join(row, "\t")); err != nil {
			return err
		}
	}
	return tw.Flush()
}

// show prints v as JSON, or calls text, as --format says.
func (s *session) show(v any, text func(w io.Writer) error) error {
	if !s.json {
		return text(s.out)
	}
	if list := reflect.ValueOf(v); list.Kind() == reflect.Slice && list.IsNil() {
		v = []struct{}{} // a list of none is [], never null
	}
	e := json.NewEncoder(s.out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// more tells, beside the list, that it does not end with the row after.
func (s *session) more(rest int, after string) {
	if rest > 0 {
		fmt.Fprintf(s.err, "there are more: go on with --after %s, or raise --limit (500 at most)\n", after)
	}
}

// checkLimit refuses page sizes that the store does not give.
func checkLimit(limit int) error {
	if limit < 1 || limit > 500 {
		return usage("--limit %d is none: write 1 to 500", limit)
	}
	return nil
}

// progress tells a person at a terminal how far long work has come; it is silent elsewhere.
func (s *session) progress(format string, args ...any) {
	f, ok := s.err.(*os.File)
	if !ok {
		return
	}
	if info, err := f.Stat(); err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return
	}
	fmt.Fprintf(f, "\r\x1b[K"+format, args...)
}
