package web

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"strings"
)

// exportRows is where the rows of a file go, one at a time.
type exportRows interface {
	row(values []string) error
	end() error
}

// csvRows writes rows as CSV with a head. What a spreadsheet would take for a formula is made a text.
type csvRows struct{ w *csv.Writer }

func newCSVRows(w io.Writer, head []string) (csvRows, error) {
	if _, err := io.WriteString(w, "\ufeff"); err != nil { // a Swedish spreadsheet takes it for UTF-8 then
		return csvRows{}, err
	}
	c := csvRows{csv.NewWriter(w)}
	c.w.Comma = ';'
	return c, c.w.Write(head)
}

func (c csvRows) row(values []string) error {
	for i, v := range values {
		if v != "" && strings.ContainsAny(v[:1], "=+-@\t\r") {
			values[i] = "'" + v
		}
	}
	return c.w.Write(values)
}

func (c csvRows) end() error {
	c.w.Flush()
	return c.w.Error()
}

// jsonRows writes rows as one array of objects.
type jsonRows struct {
	w    io.Writer
	head []string
	n    int
}

func (j *jsonRows) row(values []string) error {
	begin := "[\n"
	if j.n > 0 {
		begin = ",\n"
	}
	j.n++
	object := make(map[string]string, len(values))
	for i, v := range values {
		object[j.head[i]] = v
	}
	b, err := json.Marshal(object)
	if err != nil {
		return err
	}
	_, err = io.WriteString(j.w, begin+string(b))
	return err
}

func (j *jsonRows) end() error {
	text := "\n]\n"
	if j.n == 0 {
		text = "[]\n"
	}
	_, err := io.WriteString(j.w, text)
	return err
}
