package codec

import (
	"encoding/xml"
	"strings"
)

var _ Value = (*Content)(nil)

// ReadXML takes everything.
func (c *Content) ReadXML(p *Part) bool {
	switch p.kind {
	case attribute:
		c.Attr = append(c.Attr, xml.Attr{Name: p.name, Value: p.text})
		c.bind(p.scope, p.text, p.name == xml.Name{Space: instanceNamespace, Local: "type"})
	case textRun:
		p.runs = append(p.runs, p.text)
	case startTag:
		c.joinRuns(p)
		child := p.tree()
		c.Children = append(c.Children, Node{Element: &child})
	case endTag:
		c.joinRuns(p)
		for _, n := range c.Children {
			if n.Element == nil {
				c.bind(p.scope, n.Text, false)
			}
		}
	}
	return true
}

// joinRuns makes one text of the runs since the last child: comments and CDATA sections cut a text into any number of
// them.
func (c *Content) joinRuns(p *Part) {
	if text := strings.Join(p.runs, ""); text != "" {
		c.Children = append(c.Children, Node{Text: text})
	}
	p.runs = p.runs[:0]
}

// tree is the child that p is at.
func (p *Part) tree() Any {
	a := Any{Name: p.child.name}
	p.in.structure(p.child, &a.Content)
	return a
}

// bind keeps the declaration that value needs, if it looks like a QName.
func (c *Content) bind(scope map[string]string, value string, qname bool) {
	prefix, ok := valuePrefix(value)
	if !ok && qname && !strings.Contains(value, ":") {
		prefix, ok = "", true
	}
	space := scope[prefix]
	if !ok || space == "" || prefix == "xml" {
		return
	}
	for _, b := range c.Bindings {
		if b.Prefix == prefix {
			return
		}
	}
	c.Bindings = append(c.Bindings, Binding{Prefix: prefix, Space: space})
}

// valuePrefix is the prefix of a value that has the form of a QName.
func valuePrefix(value string) (string, bool) {
	prefix, local, found := strings.Cut(strings.TrimSpace(value), ":")
	if !found || prefix == "" || local == "" ||
		strings.ContainsAny(prefix, blanks) || strings.ContainsAny(local, blanks+":/") {
		return "", false
	}
	return prefix, true
}

// WriteXML writes c with the declarations that its values need.
func (c *Content) WriteXML(w *Writer) {
	outer := w.defaultSpace
	inner := outer
	for _, b := range c.Bindings {
		if b.Prefix == "" {
			inner = b.Space
			continue
		}
		w.reserve(b.Prefix)
		w.attribute(" xmlns:"+b.Prefix, b.Space)
	}
	if w.unqualified {
		inner = "" // an element without namespace cannot stand below a default namespace
	}
	if inner != outer {
		w.attribute(" xmlns", inner)
	}
	w.defaultSpace = inner
	for _, a := range c.Attr {
		w.reservePrefixOf(a.Value)
		w.attr(a.Name.Space, a.Name.Local, a.Value)
	}
	for _, n := range c.Children {
		if n.Element != nil {
			w.element(n.Element.Name.Space, n.Element.Name.Local, &n.Element.Content)
			continue
		}
		w.reservePrefixOf(n.Text)
		w.content(n.Text)
	}
	w.defaultSpace = outer
}
