package main

import (
	"encoding/xml"
	"strings"

	"github.com/beevik/etree"
)

// component is a global or local declaration, with the schema that it is in.
type component struct {
	element *etree.Element
	source  *source
	schema  *etree.Element // the xs:schema around it
	target  string         // target namespace; if the schema has none, that of the including schema
}

func (c component) errorf(format string, args ...any) error {
	return c.source.errorf(c.element, format, args...)
}

// at returns e, a local declaration inside c.
func (c component) at(e *etree.Element) component {
	c.element = e
	return c
}

// symbol is the name of a global declaration. kind is element, attribute, type, group or attributeGroup.
type symbol struct {
	kind string
	name xml.Name
}

// schemas are the global declarations of all schemas of one service domain.
type schemas struct {
	loader  *loader
	globals map[symbol]component
	seen    map[string]bool // file and target namespace
}

// add collects the declarations of a schema and of all that it imports and includes, however deep (row 11). A namespace
// may be spread over several files, and two files may declare the same thing in the same way.
func (s *schemas) add(schema *etree.Element, src *source, target string) error {
	if own := schema.SelectAttrValue("targetNamespace", ""); own != "" {
		target = own
	}
	for _, e := range children(schema, spaceXSD) {
		c := component{element: e, source: src, schema: schema, target: target}
		switch e.Tag {
		case "import", "include":
			if err := s.follow(c); err != nil {
				return err
			}
		case "redefine":
			return c.errorf("xs:redefine is not supported")
		case "notation":
		default:
			if err := s.declare(c); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *schemas) follow(c component) error {
	location := c.element.SelectAttrValue("schemaLocation", "")
	if location == "" {
		return nil // another file must have the namespace; a declaration that is missing is reported where it is used
	}
	if strings.Contains(location, "://") {
		return c.errorf("schemaLocation %q is not in the pack; nothing is fetched", location)
	}
	target := ""
	if c.element.Tag == "include" {
		target = c.target
	}
	path := c.source.relative(location)
	if s.seen[path+" "+target] {
		return nil
	}
	s.seen[path+" "+target] = true
	src, err := s.loader.read(path)
	if err != nil {
		return c.errorf("reading %s: %v", location, err)
	}
	if !is(src.root, spaceXSD, "schema") {
		return c.errorf("%s is no schema", location)
	}
	return s.add(src.root, src, target)
}

func (s *schemas) declare(c component) error {
	key := symbol{kind: c.element.Tag, name: xml.Name{Space: c.target, Local: c.element.SelectAttrValue("name", "")}}
	if key.kind == "complexType" || key.kind == "simpleType" {
		key.kind = "type"
	}
	if key.name.Local == "" {
		return c.errorf("a global xs:%s without a name", c.element.Tag)
	}
	if other, ok := s.globals[key]; ok {
		if same(c.element, other.element) {
			return nil
		}
		return c.errorf("%s %s is declared otherwise in %s:%d", key.kind, key.name.Local, other.source.path,
			other.source.lines[other.element])
	}
	s.globals[key] = c
	return nil
}

// same says whether two declarations are equal but for annotations, prefixes and layout.
func same(a, b *etree.Element) bool {
	if a.Tag != b.Tag || a.NamespaceURI() != b.NamespaceURI() {
		return false
	}
	attrs := func(e *etree.Element) map[string]any {
		values := map[string]any{}
		for _, x := range e.Attr {
			switch {
			case x.Space == "xmlns" || x.Space == "" && x.Key == "xmlns" || x.Space != "":
			case x.Key == "type" || x.Key == "ref" || x.Key == "base" || x.Key == "itemType":
				name, _ := resolve(e, x.Value)
				values[x.Key] = name
			default:
				values[x.Key] = x.Value
			}
		}
		return values
	}
	x, y := attrs(a), attrs(b)
	if len(x) != len(y) {
		return false
	}
	for k, v := range x {
		if y[k] != v {
			return false
		}
	}
	c, d := children(a, spaceXSD), children(b, spaceXSD)
	if len(c) != len(d) {
		return false
	}
	for i := range c {
		if !same(c[i], d[i]) {
			return false
		}
	}
	return true
}

// name resolves a reference in attribute of c.
func (s *schemas) name(c component, attribute string) (xml.Name, error) {
	value := c.element.SelectAttrValue(attribute, "")
	name, ok := resolve(c.element, value)
	if !ok {
		return name, c.errorf("the prefix of %s=%q is not declared", attribute, value)
	}
	if name.Space == "" && c.schema.SelectAttrValue("targetNamespace", "") == "" {
		name.Space = c.target // a schema without a namespace takes that of the including schema
	}
	return name, nil
}

// lookup finds the global declaration that attribute of c refers to. For a type of XML Schema itself there is no
// component.
func (s *schemas) lookup(c component, kind, attribute string) (component, xml.Name, error) {
	name, err := s.name(c, attribute)
	if err != nil || name.Space == spaceXSD {
		return component{}, name, err
	}
	found, ok := s.globals[symbol{kind: kind, name: name}]
	if !ok {
		return component{}, name, c.errorf("%s {%s}%s is not declared in the pack", kind, name.Space, name.Local)
	}
	return found, name, nil
}
