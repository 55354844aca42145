package soap

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"rivgate/soap/guard"
)

// depthLimit bounds the nesting that Decode follows, so that no message can exhaust the stack.
const depthLimit = 256

// token is a start tag, the end of an element, or text.
type token struct {
	kind tokenKind
	name xml.Name   // of a start tag, resolved
	attr []xml.Attr // of a start tag, resolved, without declarations
	text string
}

type tokenKind byte

const (
	startTag tokenKind = iota + 1
	endTag
	textRun
)

// tokens reads an XML document with namespaces resolved. Comments and processing instructions are left out. It refuses a DOCTYPE, undeclared
// prefixes, attributes twice, and tags that do not fit. It is encoding/xml that reads, but for what is plain: see plainTokens.
type tokens struct {
	plainTokens
	xml *xml.Decoder
}

func newTokens(document []byte) *tokens {
	t := &tokens{plainTokens: plainTokens{document: bytes.TrimPrefix(document, []byte("\xef\xbb\xbf")), names: map[string]*tagName{}}}
	t.xml = xml.NewDecoder(&t.plainTokens)
	// Whoever calls has made it UTF-8, whatever the declaration says.
	t.xml.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	return t
}

// outside is what is declared outside the root element.
var outside = map[string]string{"xml": xmlNamespace}

func (t *tokens) scope() map[string]string {
	if len(t.open) == 0 {
		return outside
	}
	return t.open[len(t.open)-1].scope
}

// refuse is an Error at the present place.
func (t *tokens) refuse(fact guard.Fact, element string) error {
	read := t.document[:t.passed+t.xml.InputOffset()]
	e := guard.Factual(fact, element)
	e.Line, e.Column = 1+bytes.Count(read, []byte("\n")), len(read)-bytes.LastIndexByte(read, '\n')
	return e
}

// next is the next token; io.EOF after the root element.
func (t *tokens) next() (token, error) {
	if t.passed+t.xml.InputOffset() == int64(t.at) && !t.closing {
		switch kind, text, name := t.plain(); kind {
		case startTag:
			return t.start(name, nil)
		case endTag, textRun:
			return token{kind: kind, text: text}, nil
		}
	}
	for {
		read, err := t.xml.RawToken()
		if errors.Is(err, io.EOF) {
			if len(t.open) > 0 {
				return token{}, t.refuse(guard.FactEndsEarly, "")
			}
			return token{}, io.EOF
		}
		if err != nil {
			refusal := t.refuse(guard.FactNotWellFormed, "").(*Error)
			refusal.Cause = err
			return token{}, refusal
		}
		switch x := read.(type) {
		case xml.StartElement:
			t.closing = t.document[t.at-len("/>")] == '/'
			return t.start(&tagName{raw: x.Name}, x.Attr)
		case xml.EndElement:
			t.closing = false
			if len(t.open) == 0 || t.open[len(t.open)-1].raw != x.Name {
				return token{}, t.refuse(guard.FactEndTag, "")
			}
			t.open = t.open[:len(t.open)-1]
			return token{kind: endTag}, nil
		case xml.CharData:
			return token{kind: textRun, text: string(x)}, nil
		case xml.Directive:
			return token{}, t.refuse(guard.FactDoctype, "")
		}
	}
}

func (t *tokens) start(tag *tagName, raw []xml.Attr) (token, error) {
	if len(t.open) == depthLimit {
		return token{}, t.refuse(guard.FactDepth, "")
	}
	scope := t.scope()
	var attrs []xml.Attr
	copied := false
	for _, a := range raw {
		if a.Name.Space != "xmlns" && (a.Name.Space != "" || a.Name.Local != "xmlns") {
			attrs = append(attrs, a)
			continue
		}
		if !copied {
			scope, copied = cloneScope(scope), true
		}
		if a.Name.Space == "" {
			scope[""] = a.Value
		} else {
			scope[a.Name.Local] = a.Value
		}
	}
	t.open = append(t.open, opened{tagName: tag, scope: scope})
	name, ok := resolve(scope, tag.raw, true)
	for i := 0; ok && i < len(attrs); i++ {
		attrs[i].Name, ok = resolve(scope, attrs[i].Name, false)
		for j := range i {
			if attrs[j].Name == attrs[i].Name {
				return token{}, t.refuse(guard.FactAttributeTwice, "")
			}
		}
	}
	if !ok {
		return token{}, t.refuse(guard.FactPrefix, "")
	}
	return token{kind: startTag, name: name, attr: attrs}, nil
}

func cloneScope(scope map[string]string) map[string]string {
	clone := make(map[string]string, len(scope)+4)
	for prefix, space := range scope {
		clone[prefix] = space
	}
	return clone
}

// resolve is raw with its prefix replaced; the default namespace counts for elements only.
func resolve(scope map[string]string, raw xml.Name, element bool) (xml.Name, bool) {
	if raw.Space == "" {
		if element {
			raw.Space = scope[""]
		}
		return raw, true
	}
	space := scope[raw.Space]
	return xml.Name{Space: space, Local: raw.Local}, space != ""
}

// skip reads to the end of the element whose start tag was read last.
func (t *tokens) skip() error {
	for depth := 1; depth > 0; {
		k, err := t.next()
		if err != nil {
			return err
		}
		switch k.kind {
		case startTag:
			depth++
		case endTag:
			depth--
		}
	}
	return nil
}

// tree reads the element whose start tag is s.
func (t *tokens) tree(s token) (Any, error) {
	a := Any{Name: s.name, Attr: s.attr}
	scope := t.scope()
	for _, attr := range s.attr {
		a.bind(scope, attr.Value, attr.Name == xml.Name{Space: instanceNamespace, Local: "type"})
	}
	for {
		k, err := t.next()
		if err != nil {
			return a, err
		}
		switch k.kind {
		case textRun:
			if n := len(a.Children); n > 0 && a.Children[n-1].Element == nil {
				a.Children[n-1].Text += k.text
			} else if k.text != "" {
				a.Children = append(a.Children, Node{Text: k.text})
			}
		case startTag:
			child, err := t.tree(k)
			if err != nil {
				return a, err
			}
			a.Children = append(a.Children, Node{Element: &child})
		case endTag:
			for _, n := range a.Children {
				if n.Element == nil {
					a.bind(scope, n.Text, false)
				}
			}
			return a, nil
		}
	}
}

// bind keeps the declaration that value needs, if it looks like a QName.
func (a *Any) bind(scope map[string]string, value string, qname bool) {
	prefix, ok := valuePrefix(value)
	if !ok && qname && !strings.Contains(value, ":") {
		prefix, ok = "", true
	}
	space := scope[prefix]
	if !ok || space == "" || prefix == "xml" {
		return
	}
	for _, b := range a.Bindings {
		if b.Prefix == prefix {
			return
		}
	}
	a.Bindings = append(a.Bindings, Binding{Prefix: prefix, Space: space})
}
