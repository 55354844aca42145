package shell

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"rivgate/contracts"
	"rivgate/contracts/identity"
)

// Cut keeps a list of a thousand problems from filling an answer.
func Cut(text string) string {
	const most = 4000
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + " …"
	}
	return text
}

// clean is a parameter's name as it may be shown.
func clean(name string) string {
	if len(name) > 40 {
		name = name[:40]
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return -1
		}
		return r
	}, name)
}

// Everything that people and programs send becomes an XML message or a text in the database. This file is the one place
// that knows which characters these can hold.

// isChar tells whether XML 1.0 can hold a character (production 2, Char). utf8.RuneError stands for itself: bytes are
// judged by storable.
func isChar(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' || r >= ' ' && r <= 0xD7FF || r >= 0xE000 && r <= 0xFFFD ||
		r >= 0x10000 && r <= utf8.MaxRune
}

// storable tells whether XML 1.0 can hold a text.
func storable(s string) bool {
	return utf8.ValidString(s) && strings.IndexFunc(s, func(r rune) bool { return !isChar(r) }) < 0
}

// typed is a person's text with the line ends of the contracts, which is LF: browsers send CRLF, and word processors
// part lines and pages with U+000B and U+000C. A text that shows nothing is none.
func typed(s string) string {
	return identity.Trim(strings.NewReplacer("\r\n", "\n", "\v", "\n", "\f", "\n").Replace(s))
}

// shown is a text with U+FFFD for each piece that cannot be sent, so that a person finds it.
func shown(s string) string {
	return strings.Map(func(r rune) rune {
		if !isChar(r) {
			return utf8.RuneError
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// storableFiles refuses names of files that cannot be sent. They are the person's own: another one is not made up for
// them.
func storableFiles(f *Form, files []contracts.Attachment) {
	for _, a := range files {
		if !storable(a.FileName) {
			f.Refuse("file", textName)
		}
	}
}

// Sound refuses addresses whose path or query no text column can hold: one place for every endpoint. A query that does
// not parse is refused too, for a filter that falls away widens a list.
func Sound(r *http.Request) error {
	bad := func(s string) bool { return !utf8.ValidString(s) || strings.IndexByte(s, 0) >= 0 }
	if bad(r.URL.Path) {
		return Invalid("", textPath)
	}
	q, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return Invalid("", textQuerySyntax)
	}
	for name, values := range q {
		for _, v := range append(values, name) {
			if bad(v) {
				return Invalid(fieldName(clean(name)), textQuery)
			}
		}
	}
	return nil
}

// fieldName is a name that the sender chose as it may be said again: without digits when there are as many as in a
// personal number, and cut.
func fieldName(name string) string {
	const most, digits = 100, 6
	r := []rune(name)
	if len(r) > most {
		r = append(r[:most], '…')
	}
	n := 0
	for _, c := range r {
		if unicode.IsDigit(c) {
			n++
		}
	}
	for i, c := range r {
		if n >= digits && unicode.IsDigit(c) {
			r[i] = '*'
		}
	}
	return shown(string(r))
}

// StorableJSON refuses a JSON value with a text that XML cannot hold, by the path of the text. The decoder would mend
// some of it in silence: halves of surrogate pairs become U+FFFD.
func StorableJSON(body []byte) error {
	if !utf8.Valid(body) {
		return Invalid("", textUTF8)
	}
	// In valid JSON such characters come as escapes, or are U+FFFE and U+FFFF: most bodies have neither.
	if bytes.IndexByte(body, '\\') < 0 && !bytes.Contains(body, []byte("\xef\xbf")) {
		return nil
	}
	w := walk{body: body, d: json.NewDecoder(bytes.NewReader(body))}
	if w.value("") {
		return nil
	}
	return Invalid(fieldName(w.at), textJSON)
}

// walk goes through a JSON value with the path at hand.
type walk struct {
	body []byte
	d    *json.Decoder
	at   string // path of what cannot be stored
}

// value reads one value and tells whether all of it can be stored. What is no JSON is somebody else's to refuse.
func (w *walk) value(path string) bool {
	from := w.d.InputOffset()
	t, err := w.d.Token()
	if err != nil {
		return true
	}
	switch t := t.(type) {
	case string:
		return w.text(path, t, from)
	case json.Delim:
		for i := 0; w.d.More(); i++ {
			next := strconv.Itoa(i)
			if t == '{' {
				from := w.d.InputOffset()
				key, err := w.d.Token()
				if err != nil {
					return true
				}
				next, _ = key.(string)
				if !w.text(path, next, from) {
					return false
				}
			}
			if path != "" {
				next = path + "/" + next
			}
			if !w.value(next) {
				return false
			}
		}
		_, err := w.d.Token() // the end of it
		return err != nil || w.at == ""
	}
	return true
}

// text judges a text that stands in the body after from.
func (w *walk) text(path, s string, from int64) bool {
	if storable(s) && !loneSurrogate(w.body[from:w.d.InputOffset()]) {
		return true
	}
	w.at = path
	return false
}

// loneSurrogate tells whether a JSON text, as it is written, has half of a surrogate pair.
func loneSurrogate(raw []byte) bool {
	for i := 0; i+1 < len(raw); i++ {
		if raw[i] != '\\' {
			continue
		}
		i++ // what is escaped
		unit := escaped(raw[i:])
		switch {
		case unit < 0xD800 || unit > 0xDFFF:
		case unit > 0xDBFF || i+5 >= len(raw) || raw[i+5] != '\\':
			return true
		default:
			if low := escaped(raw[i+6:]); low < 0xDC00 || low > 0xDFFF {
				return true
			}
			i += 6 + 4
		}
	}
	return false
}

// escaped is the number of a uXXXX at the beginning of raw; 0 for anything else.
func escaped(raw []byte) uint64 {
	if len(raw) < 5 || raw[0] != 'u' {
		return 0
	}
	n, err := strconv.ParseUint(string(raw[1:5]), 16, 32)
	if err != nil {
		return 0
	}
	return n
}

// HSAOf is the HSA-id in what somebody chose or typed.
func HSAOf(typed string) string {
	if i := strings.LastIndex(typed, "("); i >= 0 && strings.HasSuffix(typed, ")") {
		typed = typed[i+1 : len(typed)-1]
	}
	return strings.TrimSpace(typed)
}
