package redact

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// markup is an XML document of which values can be exchanged, and all else stays as it is written.
type markup struct {
	text   []byte
	pieces []piece
}

// piece is one token where it stands.
type piece struct {
	from, to int
	element  *element // whose start tag or text it is; nil for what is left as it is
	tag      *xml.StartElement
	value    string
	hidden   bool // a comment or an instruction: it may hold anything, and is left out
}

// element is one element with what is needed to judge its values.
type element struct {
	name   string // local
	space  string // prefix
	parent *element
	inside []*element
	text   string // its own
	isAttr bool   // it stands for an attribute of parent
}

// place is where an element or attribute stands: local names from the root, parted by /.
func (e *element) place() string {
	if e == nil {
		return ""
	}
	if e.isAttr {
		return e.parent.place() + "/@" + e.name
	}
	return e.parent.place() + "/" + e.name
}

// child is the text of the first element inside with a name; "" without one.
func (e *element) child(name string) string {
	for _, in := range e.inside {
		if in.name == name {
			return strings.TrimSpace(in.text)
		}
	}
	return ""
}

// within tells whether an element is in one with a name, or is it.
func (e *element) within(name string) bool {
	for ; e != nil; e = e.parent {
		if strings.EqualFold(e.name, name) {
			return true
		}
	}
	return false
}

// readMarkup reads a document. One that is not well-formed, or has a document type, is an error.
func readMarkup(text []byte) (*markup, error) {
	m := &markup{text: text}
	d := xml.NewDecoder(bytes.NewReader(text))
	// it is UTF-8 by now, whatever it says
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	var at *element
	var open []string
	roots := 0
	for {
		from := int(d.InputOffset())
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%w: it is not well-formed", ErrNotMasked)
		}
		p := piece{from: from, to: int(d.InputOffset())}
		switch t := token.(type) {
		case xml.StartElement:
			next := &element{name: t.Name.Local, space: t.Name.Space, parent: at}
			if at != nil {
				at.inside = append(at.inside, next)
			} else {
				roots++
			}
			tag := t.Copy()
			at, p.element, p.tag = next, next, &tag
			open = append(open, t.Name.Space+":"+t.Name.Local)
		case xml.EndElement:
			if len(open) == 0 || open[len(open)-1] != t.Name.Space+":"+t.Name.Local {
				return nil, fmt.Errorf("%w: it is not well-formed", ErrNotMasked)
			}
			open, at = open[:len(open)-1], at.parent
		case xml.CharData:
			if value := string(t); at != nil && strings.TrimSpace(value) != "" {
				p.element, p.value = at, value
				at.text += value
			} else if at == nil && strings.TrimSpace(value) != "" {
				return nil, fmt.Errorf("%w: it is not well-formed", ErrNotMasked)
			}
		case xml.Comment:
			p.hidden = true
		case xml.ProcInst:
			p.hidden = true // the declaration too: the charset is another by now
		case xml.Directive:
			return nil, fmt.Errorf("%w: it has a document type", ErrNotMasked)
		}
		m.pieces = append(m.pieces, p)
	}
	if len(open) > 0 || roots != 1 {
		return nil, fmt.Errorf("%w: it is not well-formed", ErrNotMasked)
	}
	return m, nil
}

// write is the document with each value, of elements and attributes, as other has it. other gets the element, or one
// that stands for an attribute of it. The text of an element is given once, whole, even where it is written in pieces.
func (m *markup) write(other func(*element, string) string) []byte {
	var out bytes.Buffer
	out.WriteString(xml.Header)
	written := map[*element]bool{}
	for _, p := range m.pieces {
		raw := m.text[p.from:p.to]
		switch {
		case p.hidden:
		case p.tag != nil:
			writeTag(&out, raw, p, other)
		case p.element != nil && written[p.element]:
		case p.element != nil:
			written[p.element] = true
			_ = xml.EscapeText(&out, []byte(other(p.element, p.element.text))) // a buffer takes all
		default:
			out.Write(raw)
		}
	}
	return bytes.TrimRight(out.Bytes(), "\n")
}

// writeTag writes a start tag with the values of its attributes exchanged. The n-th value in quotes is that of the n-th
// attribute.
func writeTag(out *bytes.Buffer, raw []byte, p piece, other func(*element, string) string) {
	for _, a := range p.tag.Attr {
		i := bytes.IndexAny(raw, `"'`)
		if i < 0 {
			break
		}
		end := bytes.IndexByte(raw[i+1:], raw[i])
		if end < 0 {
			break
		}
		quoted := raw[i : i+end+2]
		stands := &element{name: a.Name.Local, space: a.Name.Space, parent: p.element, text: a.Value, isAttr: true}
		out.Write(raw[:i])
		out.WriteByte('"')
		_ = xml.EscapeText(out, []byte(other(stands, a.Value))) // a buffer takes all
		out.WriteByte('"')
		raw = raw[i+len(quoted):]
	}
	out.Write(raw)
}

// UTF8 is a message in UTF-8 without a mark: by its byte order mark, else by the charset of its content type, else by
// its declaration.
func UTF8(message []byte, contentType string) ([]byte, error) {
	switch {
	case bytes.HasPrefix(message, []byte("\xef\xbb\xbf")):
		message = message[3:]
	case bytes.HasPrefix(message, []byte("\xfe\xff")):
		return fromUTF16(message[2:], 1), nil
	case bytes.HasPrefix(message, []byte("\xff\xfe")):
		return fromUTF16(message[2:], 0), nil
	case bytes.HasPrefix(message, []byte("\x00<")):
		return fromUTF16(message, 1), nil
	case bytes.HasPrefix(message, []byte("<\x00")):
		return fromUTF16(message, 0), nil
	case latin1(message, contentType):
		out := make([]byte, 0, len(message)+len(message)/8)
		for _, b := range message {
			out = utf8.AppendRune(out, rune(b))
		}
		return out, nil
	}
	if !utf8.Valid(message) {
		return nil, fmt.Errorf("%w: its charset is not known", ErrNotMasked)
	}
	return message, nil
}

// latin1 tells whether a message says that it is in ISO-8859-1.
func latin1(message []byte, contentType string) bool {
	declared := strings.ToLower(contentType)
	if !strings.Contains(declared, "charset") {
		head, _, _ := bytes.Cut(message[:min(len(message), 200)], []byte("?>"))
		declared = strings.ToLower(string(head))
	}
	return strings.Contains(declared, "iso-8859-1")
}

// fromUTF16 is a text of two-byte units as UTF-8; low is where in a unit its low byte is: 1 for big-endian, 0 for
// little-endian.
func fromUTF16(text []byte, low int) []byte {
	units := make([]uint16, 0, len(text)/2)
	for i := 0; i+1 < len(text); i += 2 {
		units = append(units, uint16(text[i+1-low])<<8|uint16(text[i+low]))
	}
	return []byte(string(utf16.Decode(units)))
}
