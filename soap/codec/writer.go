package codec

import (
	"encoding/base64"
	"encoding/xml"
	"errors"
	"slices"
	"strconv"
	"unicode/utf8"
)

// Writer writes one envelope. It gives out prefixes in the order in which it meets namespaces: soap is the envelope's,
// then come n1, n2 and so on. The first error is that of the envelope.
type Writer struct {
	out          []byte
	tail         string          // of every prefix
	spaces       []string        // in the order of their prefixes
	reserved     map[string]bool // prefixes that values use
	inTag        bool            // a start tag is open for attributes
	unqualified  bool            // the element that was opened last has no namespace
	defaultSpace string          // the default namespace in scope
	err          error
}

func (w *Writer) fail(err error) {
	if w.err == nil {
		w.err = err
	}
}

// Write writes an element: v is a pointer to what Go has for its type.
func Write(w *Writer, space, local string, v any) { w.element(space, local, v) }

// WriteOptional writes an element unless v is nil.
func WriteOptional[T any](w *Writer, space, local string, v *T) {
	if v != nil {
		w.element(space, local, v)
	}
}

// WriteEach writes an element for each item.
func WriteEach[T any](w *Writer, space, local string, items []T) {
	for i := range items {
		w.element(space, local, &items[i])
	}
}

// WriteGroup writes the elements of each item.
func WriteGroup[T any, P Pointer[T]](w *Writer, items []T) {
	for i := range items {
		P(&items[i]).WriteXML(w)
	}
}

// WriteAny writes what a wildcard let in.
func WriteAny(w *Writer, elements []Any) {
	for i := range elements {
		e := &elements[i]
		w.element(e.Name.Space, e.Name.Local, &e.Content)
	}
}

// WriteText writes the text of an element: v is a pointer to what Go has for its type.
func WriteText(w *Writer, v any) {
	if file, ok := v.(*Base64Binary); ok { // may be large
		w.endTag()
		w.out = base64.StdEncoding.AppendEncode(w.out, *file)
		return
	}
	w.content(w.text(v))
}

// WriteAttr writes an attribute: v is a pointer to what Go has for its type.
func WriteAttr(w *Writer, space, local string, v any) { w.attr(space, local, w.text(v)) }

// WriteOptionalAttr writes an attribute unless v is nil.
func WriteOptionalAttr[T any](w *Writer, space, local string, v *T) {
	if v != nil {
		w.attr(space, local, w.text(v))
	}
}

// WriteOtherAttrs writes attributes that are known by their names only.
func WriteOtherAttrs(w *Writer, attrs []xml.Attr) {
	for _, a := range attrs {
		w.attr(a.Name.Space, a.Name.Local, a.Value)
	}
}

// element writes v, a pointer to a Value or to what is written as one text.
func (w *Writer) element(space, local string, v any) {
	w.open(space, local)
	n, isNillable := v.(nillable)
	if isNillable {
		v = n.value()
	}
	switch value, isValue := v.(Value); {
	case isNillable && *n.nilFlag():
		w.attr(instanceNamespace, "nil", "true")
	case isValue:
		value.WriteXML(w)
	default:
		WriteText(w, v)
	}
	w.close(space, local)
}

// open begins a start tag.
func (w *Writer) open(space, local string) {
	w.endTag()
	w.out = w.appendName(append(w.out, '<'), space, local)
	w.inTag, w.unqualified = true, space == ""
}

func (w *Writer) close(space, local string) {
	w.endTag()
	w.out = append(w.appendName(append(w.out, "</"...), space, local), '>')
}

// endTag ends the start tag that is open.
func (w *Writer) endTag() {
	if w.inTag {
		w.out = append(w.out, '>')
		w.inTag = false
	}
}

func (w *Writer) content(text string) {
	w.endTag()
	w.appendEscaped(text, false)
}

func (w *Writer) attr(space, local, value string) {
	w.out = w.appendName(append(w.out, ' '), space, local)
	w.attribute("", value)
}

// attribute writes name, which has its blank in front, and value.
func (w *Writer) attribute(name, value string) {
	w.out = append(append(w.out, name...), `="`...)
	w.appendEscaped(value, true)
	w.out = append(w.out, '"')
}

// appendName appends the name with its prefix.
func (w *Writer) appendName(out []byte, space, local string) []byte {
	switch space {
	case "":
	case xmlNamespace:
		out = append(out, "xml:"...)
	default:
		i := slices.Index(w.spaces, space)
		if i < 0 {
			i = len(w.spaces)
			w.spaces = append(w.spaces, space)
		}
		out = append(w.appendPrefix(out, i), ':')
	}
	return append(out, local...)
}

// appendPrefix appends the prefix of w.spaces[i].
func (w *Writer) appendPrefix(out []byte, i int) []byte {
	if i == 0 {
		return append(append(out, "soap"...), w.tail...)
	}
	return append(strconv.AppendInt(append(out, 'n'), int64(i), 10), w.tail...)
}

// reserve keeps a prefix from being given to a namespace.
func (w *Writer) reserve(prefix string) {
	if w.reserved == nil {
		w.reserved = map[string]bool{}
	}
	w.reserved[prefix] = true
}

// reservePrefixOf keeps the prefix that value may have from being given to a namespace by chance.
func (w *Writer) reservePrefixOf(value string) {
	if prefix, ok := valuePrefix(value); ok {
		w.reserve(prefix)
	}
}

// clash says whether a reserved prefix was given out.
func (w *Writer) clash() bool {
	for i := range w.spaces {
		if w.reserved[string(w.appendPrefix(nil, i))] {
			return true
		}
	}
	return false
}

// errCharacter says that a text cannot be written at all: XML 1.0 has no form for some control characters.
var errCharacter = errors.New("a character that XML cannot hold")

func (w *Writer) appendEscaped(text string, inAttribute bool) {
	last := 0
	for i := 0; i < len(text); {
		r, width := rune(text[i]), 1
		if r == ' ' || r > '>' && r < utf8.RuneSelf {
			i++ // as most characters
			continue
		}
		if r >= utf8.RuneSelf {
			r, width = utf8.DecodeRuneInString(text[i:])
		}
		if !allowed(r, width) {
			w.fail(errCharacter)
			return
		}
		if escape := escapeOf(r, inAttribute); escape != "" {
			w.out = append(append(w.out, text[last:i]...), escape...)
			last = i + width
		}
		i += width
	}
	w.out = append(w.out, text[last:]...)
}

// allowed says whether XML has the character r, which was read from so many bytes.
func allowed(r rune, width int) bool {
	if r < ' ' {
		return r == '\t' || r == '\n' || r == '\r'
	}
	return (r != utf8.RuneError || width > 1) && r != 0xFFFE && r != 0xFFFF
}

func escapeOf(r rune, inAttribute bool) string {
	switch r {
	case '&':
		return "&amp;"
	case '<':
		return "&lt;"
	case '>':
		return "&gt;"
	case '\r':
		return "&#xD;"
	}
	if inAttribute {
		switch r {
		case '"':
			return "&quot;"
		case '\n':
			return "&#xA;"
		case '\t':
			return "&#x9;"
		}
	}
	return ""
}
