package soap

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
)

// depthLimit bounds the nesting that Decode follows, so that no message can exhaust the stack.
const depthLimit = 256

// startTag is a start tag with resolved names.
type startTag struct {
	name xml.Name
	attr []xml.Attr // without declarations
}

// endTag is an end tag that fits.
type endTag struct{}

// tokens reads an XML document with namespaces resolved: startTag, endTag, or string for text. Comments and processing
// instructions are left out. It refuses a DOCTYPE, undeclared prefixes, attributes twice, and tags that do not fit.
type tokens struct {
	xml    *xml.Decoder
	open   []xml.Name          // as written
	scopes []map[string]string // prefix → namespace, one for each open element; shared where nothing was declared
}

func newTokens(document []byte) *tokens {
	d := xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(document, []byte("\xef\xbb\xbf"))))
	// Whoever calls has made it UTF-8, whatever the declaration says.
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	return &tokens{xml: d, scopes: []map[string]string{{"xml": xmlNamespace}}}
}

func (t *tokens) scope() map[string]string { return t.scopes[len(t.scopes)-1] }

// refuse is an Error at the present place.
func (t *tokens) refuse(reason string) error {
	line, column := t.xml.InputPos()
	return &Error{Kind: Malformed, Reason: reason, Line: line, Column: column}
}

// next is the next token; io.EOF after the root element.
func (t *tokens) next() (any, error) {
	for {
		token, err := t.xml.RawToken()
		if errors.Is(err, io.EOF) {
			if len(t.open) > 0 {
				return nil, t.refuse("the document ends too early")
			}
			return nil, io.EOF
		}
		if err != nil {
			refusal := t.refuse("not well-formed").(*Error)
			refusal.Cause = err
			return nil, refusal
		}
		switch x := token.(type) {
		case xml.StartElement:
			return t.start(x)
		case xml.EndElement:
			if len(t.open) == 0 || t.open[len(t.open)-1] != x.Name {
				return nil, t.refuse("an end tag that does not fit")
			}
			t.open, t.scopes = t.open[:len(t.open)-1], t.scopes[:len(t.scopes)-1]
			return endTag{}, nil
		case xml.CharData:
			return string(x), nil
		case xml.Directive:
			return nil, t.refuse("a document type declaration")
		}
	}
}

func (t *tokens) start(s xml.StartElement) (any, error) {
	if len(t.open) == depthLimit {
		return nil, t.refuse("nested too deep")
	}
	scope := t.scope()
	var attrs []xml.Attr
	copied := false
	for _, a := range s.Attr {
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
	t.open, t.scopes = append(t.open, s.Name), append(t.scopes, scope)
	name, ok := resolve(scope, s.Name, true)
	for i := 0; ok && i < len(attrs); i++ {
		attrs[i].Name, ok = resolve(scope, attrs[i].Name, false)
		for j := range i {
			if attrs[j].Name == attrs[i].Name {
				return nil, t.refuse("an attribute twice")
			}
		}
	}
	if !ok {
		return nil, t.refuse("an undeclared prefix")
	}
	return startTag{name: name, attr: attrs}, nil
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
		token, err := t.next()
		if err != nil {
			return err
		}
		switch token.(type) {
		case startTag:
			depth++
		case endTag:
			depth--
		}
	}
	return nil
}

// tree reads the element whose start tag is s.
func (t *tokens) tree(s startTag) (Any, error) {
	a := Any{Name: s.name, Attr: s.attr}
	scope := t.scope()
	for _, attr := range s.attr {
		a.bind(scope, attr.Value, attr.Name == xml.Name{Space: instanceNamespace, Local: "type"})
	}
	for {
		token, err := t.next()
		if err != nil {
			return a, err
		}
		switch x := token.(type) {
		case string:
			if n := len(a.Children); n > 0 && a.Children[n-1].Element == nil {
				a.Children[n-1].Text += x
			} else if x != "" {
				a.Children = append(a.Children, Node{Text: x})
			}
		case startTag:
			child, err := t.tree(x)
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
