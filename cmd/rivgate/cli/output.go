package cli

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

// Table is output in aligned columns.
type Table struct {
	Head []string
	rows [][]string
}

// Add is one more row.
func (t *Table) Add(cells ...any) {
	row := make([]string, len(cells))
	for i, c := range cells {
		row[i] = Cell(c)
	}
	t.rows = append(t.rows, row)
}

// Cell writes a value on one line without control characters: what a stranger sent must not steer a terminal.
func Cell(v any) string {
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
		return Cell(*v)
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

// Print writes the head and all rows, each column as wide as its longest cell.
func (t *Table) Print(w io.Writer) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, row := range append([][]string{t.Head}, t.rows...) {
		if _, err := fmt.Fprintln(tw, strings.Join(row, "\t")); err != nil {
			return err
		}
	}
	return tw.Flush()
}

// Show prints v as JSON, or calls text, as --format says.
func (s *Session) Show(v any, text func(w io.Writer) error) error {
	if !s.JSON {
		return text(s.Out)
	}
	if list := reflect.ValueOf(v); list.Kind() == reflect.Slice && list.IsNil() {
		v = []struct{}{} // a list of none is [], never null
	}
	e := json.NewEncoder(s.Out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// More tells, beside the list, that it does not end with the row after.
func (s *Session) More(rest int, after string) {
	if rest > 0 {
		fmt.Fprintf(s.Err, "there are more: go on with --after %s, or raise --limit (500 at most)\n", after)
	}
}

// CheckLimit refuses page sizes that the store does not give.
func CheckLimit(limit int) error {
	if limit < 1 || limit > 500 {
		return Usage("--limit %d is none: write 1 to 500", limit)
	}
	return nil
}

// Progress tells a person at a terminal how far long work has come; it is silent elsewhere.
func (s *Session) Progress(format string, args ...any) {
	f, ok := s.Err.(*os.File)
	if !ok {
		return
	}
	if info, err := f.Stat(); err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return
	}
	fmt.Fprintf(f, "\r\x1b[K"+format, args...)
}

// NounOf is "1 row" or "2 rows".
func NounOf(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
