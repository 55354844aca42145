package main

import (
	"encoding/xml"

	"github.com/beevik/etree"
)

// flatType is one type of the normalised contract. A complexType becomes a list of fields, without bases, groups and
// particles inside particles (rows 7 and 9); a simpleType becomes a list of values (row 5).
type flatType struct {
	name   string // in Go and in the normalised contract; given by nameTypes
	local  string // its name in the schema, or made from that of the element that it is declared in
	space  string // namespace of the schema that declares it
	doc    []string
	fields []*flatField
	values []enumValue
	enum   bool
}

// enumValue is one value of an enumeration.
type enumValue struct {
	value string
	doc   []string
}

// fieldKind says what a field holds.
type fieldKind int

const (
	elementField fieldKind = iota
	attributeField
	textField    // the text of an element that has attributes
	anyField     // xs:any
	anyAttrField // xs:anyAttribute
	groupField   // several fields that are repeated together
)

// occurrence is how often a field may be there.
type occurrence int

const (
	required occurrence = iota
	optional
	repeated
)

// flatField is one field of a flatType.
type flatField struct {
	name     string   // in Go; given by typesFile
	xml      xml.Name // on the wire; a field without a name there has a Local of ours
	kind     fieldKind
	occurs   occurrence
	ref      reference
	nillable bool
	doc      []string
}

// reference refers to a type: one of the contract's, or one of XML Schema by its local name.
type reference struct {
	named   *flatType
	builtin string
}

// normaliser turns the types of schemas into flat ones. It starts from the messages: types that no message uses are
// left out.
type normaliser struct {
	*schemas
	types  []*flatType
	byDecl map[*etree.Element]*flatType
}

func newNormaliser(s *schemas) *normaliser {
	return &normaliser{schemas: s, byDecl: map[*etree.Element]*flatType{}}
}

// root returns the struct of a message.
func (n *normaliser) root(op operation, name xml.Name) (*flatType, error) {
	c, ok := n.globals[symbol{kind: "element", name: name}]
	if !ok {
		return nil, op.binding.errorf("element {%s}%s is not declared in the pack", name.Space, name.Local)
	}
	of, err := n.typeOf(c, name.Local, c.target)
	if err != nil {
		return nil, err
	}
	if of.named != nil && !of.named.enum {
		return of.named, nil
	}
	t := n.byDecl[c.element]
	if t == nil { // the message is text only, or a free tree
		t = n.newType(c.element, name.Local, c.target)
		t.fields = []*flatField{{xml: xml.Name{Local: "Value"}, kind: textField, ref: of}}
	}
	return t, nil
}

func (n *normaliser) newType(decl *etree.Element, local, space string) *flatType {
	t := &flatType{local: local, space: space, doc: documentation(decl)}
	n.types = append(n.types, t)
	n.byDecl[decl] = t
	return t
}

// typeOf returns the type of the element or attribute c. A type that is declared in place gets owner and space as name
// and namespace.
func (n *normaliser) typeOf(c component, owner, space string) (reference, error) {
	if c.element.SelectAttr("type") != nil {
		found, name, err := n.lookup(c, "type", "type")
		if err != nil {
			return reference{}, err
		}
		if name.Space == spaceXSD {
			return n.builtin(c, name.Local)
		}
		return n.declared(found, name.Local, name.Space)
	}
	if inner := child(c.element, spaceXSD, "complexType", "simpleType"); inner != nil {
		return n.declared(c.at(inner), owner, space)
	}
	if c.element.SelectAttr("substitutionGroup") != nil {
		return reference{}, c.errorf("substitution groups are not supported")
	}
	if c.element.Tag == "attribute" {
		return reference{builtin: "string"}, nil
	}
	return reference{builtin: "anyType"}, nil // XML Schema's default
}

// declared returns the type that a complexType or simpleType becomes.
func (n *normaliser) declared(c component, local, space string) (reference, error) {
	if c.element.Tag == "simpleType" {
		return n.simpleReference(c, local, space)
	}
	if t := n.byDecl[c.element]; t != nil {
		return reference{named: t}, nil
	}
	if n.mixed(c.element) {
		return reference{builtin: "anyType"}, nil
	}
	t := n.newType(c.element, local, space)
	var err error
	t.fields, err = n.complexFields(c, t)
	if err != nil {
		return reference{}, err
	}
	return reference{named: t}, nil
}

func (n *normaliser) mixed(e *etree.Element) bool {
	if content := child(e, spaceXSD, "complexContent"); content != nil && content.SelectAttrValue("mixed", "") == "true" {
		return true
	}
	return e.SelectAttrValue("mixed", "") == "true" || e.SelectAttrValue("mixed", "") == "1"
}

// complexFields returns all fields of a complexType, those of its base included.
func (n *normaliser) complexFields(c component, t *flatType) ([]*flatField, error) {
	if content := child(c.element, spaceXSD, "simpleContent", "complexContent"); content != nil {
		derived := child(content, spaceXSD, "extension", "restriction")
		if derived == nil {
			return nil, c.source.errorf(content, "neither extension nor restriction")
		}
		return n.derivedFields(c.at(derived), t, content.Tag == "simpleContent")
	}
	fields, err := n.contentFields(c, t)
	if err != nil {
		return nil, err
	}
	attributes, err := n.attributeFields(c, t)
	return append(attributes, fields...), err
}

// derivedFields flattens an extension or a restriction (row 7): nothing of the base is lost.
func (n *normaliser) derivedFields(c component, t *flatType, simple bool) ([]*flatField, error) {
	base, name, err := n.lookup(c, "type", "base")
	if err != nil {
		return nil, err
	}
	var inherited []*flatField
	switch {
	case name.Space == spaceXSD && simple:
		of, err := n.builtin(c, name.Local)
		if err != nil {
			return nil, err
		}
		inherited = []*flatField{{xml: xml.Name{Local: "Value"}, kind: textField, ref: of}}
	case name.Space == spaceXSD: // xs:anyType
	case base.element.Tag == "simpleType":
		of, err := n.simpleReference(base, name.Local, name.Space)
		if err != nil {
			return nil, err
		}
		inherited = []*flatField{{xml: xml.Name{Local: "Value"}, kind: textField, ref: of}}
	default:
		if inherited, err = n.complexFields(base, t); err != nil {
			return nil, err
		}
	}
	own, err := n.contentFields(c, t)
	if err != nil {
		return nil, err
	}
	attributes, err := n.attributeFields(c, t)
	if err != nil {
		return nil, err
	}
	fields := inheritAttributes(c.element, inherited, attributes)
	for _, f := range inherited {
		// A restriction repeats all its content, but only those attributes that differ.
		if f.kind == textField || f.kind != attributeField && f.kind != anyAttrField && c.element.Tag == "extension" {
			fields = append(fields, f)
		}
	}
	return append(fields, own...), nil
}

// inheritAttributes returns the attributes of the base and the own ones; an own one replaces that of the base.
func inheritAttributes(derived *etree.Element, inherited, own []*flatField) []*flatField {
	prohibited := map[string]bool{}
	for _, a := range children(derived, spaceXSD) {
		if a.Tag == "attribute" && a.SelectAttrValue("use", "") == "prohibited" {
			prohibited[a.SelectAttrValue("name", "")] = true
		}
	}
	fields := []*flatField{}
	for _, f := range inherited {
		if f.kind != attributeField && f.kind != anyAttrField || prohibited[f.xml.Local] {
			continue
		}
		for i, o := range own {
			if o.kind == f.kind && o.xml == f.xml {
				f, own = o, append(append([]*flatField{}, own[:i]...), own[i+1:]...)
				break
			}
		}
		fields = append(fields, f)
	}
	return append(fields, own...)
}

// attributeFields returns the attributes that c declares, directly or by a group.
func (n *normaliser) attributeFields(c component, t *flatType) ([]*flatField, error) {
	var fields []*flatField
	for _, e := range children(c.element, spaceXSD) {
		switch at := c.at(e); e.Tag {
		case "attribute":
			f, err := n.attributeField(at, t)
			if err != nil {
				return nil, err
			}
			if f != nil {
				fields = append(fields, f)
			}
		case "attributeGroup":
			group, _, err := n.lookup(at, "attributeGroup", "ref")
			if err != nil {
				return nil, err
			}
			inner, err := n.attributeFields(group, t)
			if err != nil {
				return nil, err
			}
			fields = append(fields, inner...)
		case "anyAttribute":
			fields = append(fields, &flatField{xml: xml.Name{Local: "OtherAttributes"}, kind: anyAttrField})
		}
	}
	return fields, nil
}

func (n *normaliser) attributeField(c component, t *flatType) (*flatField, error) {
	use := c.element.SelectAttrValue("use", "optional")
	if use == "prohibited" {
		return nil, nil
	}
	f := &flatField{kind: attributeField, occurs: optional, doc: documentation(c.element)}
	if use == "required" {
		f.occurs = required
	}
	decl := c
	if c.element.SelectAttr("ref") != nil {
		name, err := n.name(c, "ref")
		if err != nil {
			return nil, err
		}
		f.xml = name
		if name.Space == spaceXML { // xml:lang, xml:base and xml:space need no schema
			f.ref = reference{builtin: "string"}
			return f, nil
		}
		if decl, _, err = n.lookup(c, "attribute", "ref"); err != nil {
			return nil, err
		}
	} else {
		f.xml.Local = c.element.SelectAttrValue("name", "")
		if qualified(c, "attributeFormDefault") {
			f.xml.Space = c.target
		}
	}
	var err error
	f.ref, err = n.typeOf(decl, t.local+exported(f.xml.Local), t.space)
	return f, err
}

// qualified says whether the local declaration c is in the namespace of its schema.
func qualified(c component, attribute string) bool {
	return c.element.SelectAttrValue("form", c.schema.SelectAttrValue(attribute, "unqualified")) == "qualified"
}
