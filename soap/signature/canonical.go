package signature

import (
	"bufio"
	"bytes"
	"cmp"
	"io"
	"slices"
	"unicode/utf8"
)

// canonical writes one element of a walk in exclusive canonical form without comments (Exclusive XML Canonicalization
// 1.0, and Canonical XML 1.0 for how things are written). It keeps what namespaces it has written for the open
// elements, and nothing else.
type canonical struct {
	to       *bufio.Writer
	included []string // prefixes that are written wherever they are in scope; "" is the default namespace

	rendered   []binding // written for the open elements; a depth that of the element
	prefixes   []string  // of the element at hand
	newly      []binding // to be written with it
	attributes []sortedAttribute
	value      []byte // of an attribute
	carriage   bool   // the last character was a carriage return
	started    bool
	base       int // depth of the element that is written
}

type sortedAttribute struct {
	*attribute
}

func newCanonical(to io.Writer, included []string) *canonical {
	return &canonical{to: bufio.NewWriterSize(to, 4<<10), included: included}
}

// write takes what the walk has met. done tells that the element has ended.
func (c *canonical) write(w *walk, e event) (done bool, err error) {
	switch e {
	case eventStart:
		if !c.started {
			c.started, c.base = true, w.depth
		}
		c.carriage = false
		return false, c.start(w)
	case eventEnd:
		c.carriage = false
		c.to.WriteString("</")
		c.to.Write(w.raw)
		c.to.WriteByte('>')
		for len(c.rendered) > 0 && c.rendered[len(c.rendered)-1].depth >= w.depth {
			c.rendered = c.rendered[:len(c.rendered)-1]
		}
		if w.depth == c.base {
			return true, c.to.Flush()
		}
	case eventText:
		return false, c.text(w.piece, w.cdata)
	case eventInstruction:
		c.carriage = false
		c.instruction(w.piece)
	case eventComment, eventMark: // line ends on its two sides are two
		c.carriage = false
	}
	return false, nil
}

func (c *canonical) start(w *walk) error {
	c.namespaces(w)
	c.to.WriteByte('<')
	c.to.Write(w.raw)
	for _, b := range c.newly {
		c.to.WriteString(" xmlns")
		if b.prefix != "" {
			c.to.WriteByte(':')
			c.to.WriteString(b.prefix)
		}
		c.to.WriteString(`="`)
		c.escapeValue([]byte(b.space))
		c.to.WriteByte('"')
	}
	c.rendered = append(c.rendered, c.newly...)
	c.attributes = c.attributes[:0]
	for i := range w.attributes {
		if _, declares := w.attributes[i].declares(); !declares {
			c.attributes = append(c.attributes, sortedAttribute{&w.attributes[i]})
		}
	}
	slices.SortFunc(c.attributes, func(a, b sortedAttribute) int {
		return cmp.Or(cmp.Compare(a.space, b.space), bytes.Compare(a.local, b.local))
	})
	for _, a := range c.attributes {
		c.to.WriteByte(' ')
		if len(a.prefix) > 0 {
			c.to.Write(a.prefix)
			c.to.WriteByte(':')
		}
		c.to.Write(a.local)
		c.to.WriteString(`="`)
		var err error
		if c.value, err = appendValue(c.value[:0], a.raw); err != nil {
			return err
		}
		c.escapeValue(c.value)
		c.to.WriteByte('"')
	}
	return c.to.WriteByte('>')
}

// namespaces finds what is to be declared with the element at hand: what it uses, and what is included by name.
func (c *canonical) namespaces(w *walk) {
	c.prefixes, c.newly = c.prefixes[:0], c.newly[:0]
	use := func(prefix []byte) {
		for _, known := range c.prefixes {
			if known == string(prefix) {
				return
			}
		}
		c.prefixes = append(c.prefixes, w.keep(prefix))
	}
	use(splitName(w.raw).prefix)
	for i := range w.attributes {
		a := &w.attributes[i]
		if _, declares := a.declares(); !declares && len(a.prefix) > 0 {
			use(a.prefix)
		}
	}
	for _, prefix := range c.included {
		if _, declared := w.lookup([]byte(prefix)); declared {
			use([]byte(prefix))
		}
	}
	for _, prefix := range c.prefixes {
		if prefix == "xml" {
			continue
		}
		space, _ := w.lookup([]byte(prefix))
		if c.renderedAs(prefix) != space {
			c.newly = append(c.newly, binding{prefix, space, w.depth})
		}
	}
	slices.SortFunc(c.newly, func(a, b binding) int { return cmp.Compare(a.prefix, b.prefix) })
}

// renderedAs is what the open elements declare for a prefix; "" where they declare nothing.
func (c *canonical) renderedAs(prefix string) string {
	for i := len(c.rendered) - 1; i >= 0; i-- {
		if c.rendered[i].prefix == prefix {
			return c.rendered[i].space
		}
	}
	return ""
}

// text writes character data, with line ends as XML reads them.
func (c *canonical) text(p []byte, literal bool) error {
	begin := 0
	for i := 0; i < len(p); i++ {
		b := p[i]
		if textClass[b] == 0 {
			c.carriage = false
			continue
		}
		c.to.Write(p[begin:i])
		begin = i + 1
		after := c.carriage
		c.carriage = false
		switch {
		case b == '\n':
			if !after {
				c.to.WriteByte('\n')
			}
		case b == '\r':
			c.to.WriteByte('\n')
			c.carriage = true
		case b == '&' && !literal:
			r, n, err := referred(p[i:])
			if err != nil {
				return err
			}
			c.character(r)
			i += n - 1
			begin = i + 1
		default:
			c.character(rune(b))
		}
	}
	_, err := c.to.Write(p[begin:])
	return err
}

// textClass is 1 for what is not written as it stands in text.
var textClass = [256]byte{'&': 1, '<': 1, '>': 1, '\r': 1, '\n': 1}

func (c *canonical) character(r rune) {
	switch r {
	case '&':
		c.to.WriteString("&amp;")
	case '<':
		c.to.WriteString("&lt;")
	case '>':
		c.to.WriteString("&gt;")
	case '\r':
		c.to.WriteString("&#xD;")
	default:
		var room [utf8.UTFMax]byte
		c.to.Write(utf8.AppendRune(room[:0], r))
	}
}

func (c *canonical) escapeValue(p []byte) {
	begin := 0
	for i, b := range p {
		var written string
		switch b {
		case '&':
			written = "&amp;"
		case '<':
			written = "&lt;"
		case '"':
			written = "&quot;"
		case '\t':
			written = "&#x9;"
		case '\n':
			written = "&#xA;"
		case '\r':
			written = "&#xD;"
		default:
			continue
		}
		c.to.Write(p[begin:i])
		c.to.WriteString(written)
		begin = i + 1
	}
	c.to.Write(p[begin:])
}

// instruction writes a processing instruction: its target, and, if there is more, one blank and the rest.
func (c *canonical) instruction(p []byte) {
	p = p[2 : len(p)-2]
	n := 0
	for n < len(p) && !isBlank(p[n]) {
		n++
	}
	c.to.WriteString("<?")
	c.to.Write(p[:n])
	rest := bytes.TrimLeft(p[n:], " \t\r\n")
	if len(rest) > 0 {
		c.to.WriteByte(' ')
		rest = bytes.ReplaceAll(rest, []byte("\r\n"), []byte("\n"))
		c.to.Write(bytes.ReplaceAll(rest, []byte("\r"), []byte("\n")))
	}
	c.to.WriteString("?>")
}
