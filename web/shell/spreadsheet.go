package shell

import (
	"encoding/csv"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"rivgate/contracts/identity"
)

// Download says that what follows is saved, never shown. No name tells of a person.
func Download(w http.ResponseWriter, mediaType, name string) {
	h := w.Header()
	h.Set("Content-Type", mediaType)
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	disposition := `attachment; filename="` + name + `"`
	if strings.IndexFunc(name, func(r rune) bool { return r < ' ' || r > '~' || r == '"' || r == '\\' }) >= 0 {
		disposition = mime.FormatMediaType("attachment", map[string]string{"filename": name})
	}
	h.Set("Content-Disposition", disposition)
}

// Spreadsheet writes rows as a file that a Swedish spreadsheet opens with a click: UTF-8 with a byte order mark,
// semicolons, line ends of CR LF. What it would take for a formula is made a text. It is the one writer of such files.
type Spreadsheet struct{ w *csv.Writer }

// NewSpreadsheet begins a file with its head.
func NewSpreadsheet(w io.Writer, head []string) (Spreadsheet, error) {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return Spreadsheet{}, err
	}
	s := Spreadsheet{csv.NewWriter(w)}
	s.w.Comma, s.w.UseCRLF = ';', true
	return s, s.Row(head)
}

// Row writes a row. The values stay as they are.
func (s Spreadsheet) Row(values []string) error {
	cells := make([]string, len(values))
	for i, value := range values {
		cells[i] = cellOf(value)
	}
	return s.w.Write(cells)
}

// End writes what is left, and gives the first error of all rows.
func (s Spreadsheet) End() error {
	s.w.Flush()
	return s.w.Error()
}

// cellOf is a value as it may stand in a cell: composed, with line ends of one kind, and no formula. A number may be
// negative.
func cellOf(value string) string {
	value = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\x00", "").Replace(identity.NFC(value))
	first := strings.TrimLeftFunc(value, func(r rune) bool { return identity.Blank(string(r)) })
	if first == "" || !strings.ContainsAny(string([]rune(first)[:1]), "=+-@\uff1d\uff0b\uff0d\uff20|%") {
		return value
	}
	if _, err := strconv.ParseFloat(strings.Replace(value, ",", ".", 1), 64); err == nil && value[0] == '-' {
		return value
	}
	return "'" + value
}
