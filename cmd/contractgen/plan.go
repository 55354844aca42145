package main

import (
	"encoding/xml"

	"github.com/beevik/etree"
)

// goType is one Go type to be: a struct, or a string with constants where values is set.
type goType struct {
	name   string // given by names.go
	local  string // what it is called by nature
	space  string // namespace of who declares it
	doc    []string
	fields []*goField
	values []enumValue
	enum   bool
}

// enumValue is one constant.
type enumValue struct {
	name, value string
	doc         []string
}

// fieldKind says how a field is tagged.
type fieldKind int

const (
	elementField fieldKind = iota
	attributeField
	textField
	anyField
	anyAttrField
	groupField
)

// occurrence is how often a field may be there.
type occurrence int

const (
	required occurrence = iota
	optional
	repeated
)

// goField is one field of a struct.
type goField struct {
	name     string
	xml      xml.Name
	kind     fieldKind
	occurs   occurrence
	of       reference
	nillable bool
	doc      []string
}

// reference is a type in use: one of ours, or a Go type by its text.
type reference struct {
	named *goType
	plain string
}

// planner turns schemas into Go types. Types are found from the messages on: what no message uses is left out.
type planner struct {
	*schemas
	types  []*goType
	byDecl map[*etree.Element]*goType
}

func newPlanner(s *schemas) *planner {
	return &planner{schemas: s, byDecl: map[*etree.Element]*goType{}}
}

// root is the struct of a message.
func (p *planner) root(op operation, name xml.Name) (*goType, error) {
	c, ok := p.globals[symbol{kind: "element", name: name}]
	if !ok {
		return nil, op.binding.errorf("element {%s}%s is not declared in the pack", name.Space, name.Local)
	}
	of, err := p.typeOf(c, name.Local, c.target)
	if err != nil {
		return nil, err
	}
	if of.named != nil && !of.named.enum {
		return of.named, nil
	}
	t := p.byDecl[c.element]
	if t == nil { // a message that is mere text, or a free tree
		t = p.newType(c.element, name.Local, c.target)
		t.fields = []*goField{{name: "Value", kind: textField, of: of}}
	}
	return t, nil
}

func (p *planner) newType(decl *etree.Element, local, space string) *goType {
	t := &goType{local: local, space: space, doc: documentation(decl)}
	p.types = append(p.types, t)
	p.byDecl[decl] = t
	return t
}

// typeOf is the type of the element or attribute c. owner and space name what is declared in place.
func (p *planner) typeOf(c component, owner, space string) (reference, error) {
	if c.element.SelectAttr("type") != nil {
		found, name, err := p.lookup(c, "type", "type")
		if err != nil {
			return reference{}, err
		}
		if name.Space == spaceXSD {
			return p.builtin(c, name.Local)
		}
		return p.declared(found, name.Local, name.Space)
	}
	if inner := child(c.element, spaceXSD, "complexType", "simpleType"); inner != nil {
		return p.declared(c.at(inner), owner, space)
	}
	if c.element.SelectAttr("substitutionGroup") != nil {
		return reference{}, c.errorf("substitution groups are not supported")
	}
	if c.element.Tag == "attribute" {
		return reference{plain: "string"}, nil
	}
	return reference{plain: "soap.Content"}, nil // no type at all is xs:anyType
}

// declared is the type of a complexType or simpleType.
func (p *planner) declared(c component, local, space string) (reference, error) {
	if c.element.Tag == "simpleType" {
		return p.simpleReference(c, local, space)
	}
	if t := p.byDecl[c.element]; t != nil {
		return reference{named: t}, nil
	}
	if p.mixed(c.element) {
		return reference{plain: "soap.Content"}, nil
	}
	t := p.newType(c.element, local, space)
	var err error
	t.fields, err = p.complexFields(c, t)
	if err != nil {
		return reference{}, err
	}
	nameFields(t)
	return reference{named: t}, nil
}

func (p *planner) mixed(e *etree.Element) bool {
	if content := child(e, spaceXSD, "complexContent"); content != nil && content.SelectAttrValue("mixed", "") == "true" {
		return true
	}
	return e.SelectAttrValue("mixed", "") == "true" || e.SelectAttrValue("mixed", "") == "1"
}

// complexFields are all fields of a complexType, those of its base included.
func (p *planner) complexFields(c component, t *goType) ([]*goField, error) {
	if content := child(c.element, spaceXSD, "simpleContent", "complexContent"); content != nil {
		derived := child(content, spaceXSD, "extension", "restriction")
		if derived == nil {
			return nil, c.source.errorf(content, "neither extension nor restriction")
		}
		return p.derivedFields(c.at(derived), t, content.Tag == "simpleContent")
	}
	fields, err := p.contentFields(c, t)
	if err != nil {
		return nil, err
	}
	attributes, err := p.attributeFields(c, t)
	return append(attributes, fields...), err
}

// derivedFields flattens an extension or a restriction: nothing of the base is lost.
func (p *planner) derivedFields(c component, t *goType, simple bool) ([]*goField, error) {
	base, name, err := p.lookup(c, "type", "base")
	if err != nil {
		return nil, err
	}
	var inherited []*goField
	switch {
	case name.Space == spaceXSD && simple:
		of, err := p.builtin(c, name.Local)
		if err != nil {
			return nil, err
		}
		inherited = []*goField{{name: "Value", kind: textField, of: of}}
	case name.Space == spaceXSD: // xs:anyType
	case base.element.Tag == "simpleType":
		of, err := p.simpleReference(base, name.Local, name.Space)
		if err != nil {
			return nil, err
		}
		inherited = []*goField{{name: "Value", kind: textField, of: of}}
	default:
		if inherited, err = p.complexFields(base, t); err != nil {
			return nil, err
		}
	}
	own, err := p.contentFields(c, t)
	if err != nil {
		return nil, err
	}
	attributes, err := p.attributeFields(c, t)
	if err != nil {
		return nil, err
	}
	fields := inheritAttributes(c.element, inherited, attributes)
	for _, f := range inherited {
		// A restriction says all its content anew; its attributes it says only where they differ.
		if f.kind == textField || f.kind != attributeField && f.kind != anyAttrField && c.element.Tag == "extension" {
			fields = append(fields, f)
		}
	}
	return append(fields, own...), nil
}

// inheritAttributes are those of the base with those that are said anew in their place.
func inheritAttributes(derived *etree.Element, inherited, own []*goField) []*goField {
	prohibited := map[string]bool{}
	for _, a := range children(derived, spaceXSD) {
		if a.Tag == "attribute" && a.SelectAttrValue("use", "") == "prohibited" {
			prohibited[a.SelectAttrValue("name", "")] = true
		}
	}
	fields := []*goField{}
	for _, f := range inherited {
		if f.kind != attributeField && f.kind != anyAttrField || prohibited[f.xml.Local] {
			continue
		}
		for i, o := range own {
			if o.kind == f.kind && o.xml == f.xml {
				f, own = o, append(append([]*goField{}, own[:i]...), own[i+1:]...)
				break
			}
		}
		fields = append(fields, f)
	}
	return append(fields, own...)
}

// attributeFields are the attributes declared in c, groups of them included.
func (p *planner) attributeFields(c component, t *goType) ([]*goField, error) {
	var fields []*goField
	for _, e := range children(c.element, spaceXSD) {
		switch at := c.at(e); e.Tag {
		case "attribute":
			f, err := p.attributeField(at, t)
			if err != nil {
				return nil, err
			}
			if f != nil {
				fields = append(fields, f)
			}
		case "attributeGroup":
			group, _, err := p.lookup(at, "attributeGroup", "ref")
			if err != nil {
				return nil, err
			}
			inner, err := p.attributeFields(group, t)
			if err != nil {
				return nil, err
			}
			fields = append(fields, inner...)
		case "anyAttribute":
			fields = append(fields, &goField{name: "OtherAttributes", kind: anyAttrField})
		}
	}
	return fields, nil
}

func (p *planner) attributeField(c component, t *goType) (*goField, error) {
	use := c.element.SelectAttrValue("use", "optional")
	if use == "prohibited" {
		return nil, nil
	}
	f := &goField{kind: attributeField, occurs: optional, doc: documentation(c.element)}
	if use == "required" {
		f.occurs = required
	}
	decl := c
	if c.element.SelectAttr("ref") != nil {
		name, err := p.name(c, "ref")
		if err != nil {
			return nil, err
		}
		f.xml = name
		if name.Space == spaceXML { // xml:lang and the like need no schema
			f.of = reference{plain: "string"}
			return f, nil
		}
		if decl, _, err = p.lookup(c, "attribute", "ref"); err != nil {
			return nil, err
		}
	} else {
		f.xml.Local = c.element.SelectAttrValue("name", "")
		if qualified(c, "attributeFormDefault") {
			f.xml.Space = c.target
		}
	}
	var err error
	f.of, err = p.typeOf(decl, t.local+exported(f.xml.Local), t.space)
	return f, err
}

// qualified says whether the local declaration c has the namespace of its schema.
func qualified(c component, attribute string) bool {
	return c.element.SelectAttrValue("form", c.schema.SelectAttrValue(attribute, "unqualified")) == "qualified"
}
