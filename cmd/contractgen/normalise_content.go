package main

import (
	"encoding/xml"
	"strconv"
)

// contentFields returns the elements of a complexType, extension or restriction, its particles flattened.
func (n *normaliser) contentFields(c component, t *flatType) ([]*flatField, error) {
	var fields []*flatField
	for _, e := range children(c.element, spaceXSD) {
		switch e.Tag {
		case "sequence", "choice", "all", "group":
			inner, err := n.particle(c.at(e), t)
			if err != nil {
				return nil, err
			}
			fields = append(fields, inner...)
		}
	}
	return fields, nil
}

// particle flattens one particle (row 9): it returns the fields that the particle may fill.
func (n *normaliser) particle(c component, t *flatType) ([]*flatField, error) {
	least, most, err := occurs(c)
	if err != nil || most == 0 {
		return nil, err
	}
	var fields []*flatField
	switch c.element.Tag {
	case "element":
		f, err := n.elementField(c, t)
		if err != nil {
			return nil, err
		}
		fields = []*flatField{f}
	case "any":
		fields = []*flatField{{xml: xml.Name{Local: "Any"}, kind: anyField, occurs: repeated}}
	case "group":
		group, _, err := n.lookup(c, "group", "ref")
		if err != nil {
			return nil, err
		}
		if fields, err = n.contentFields(group, t); err != nil {
			return nil, err
		}
	case "sequence", "all", "choice":
		if fields, err = n.model(c, t); err != nil {
			return nil, err
		}
	default:
		return nil, nil
	}
	if most > 1 {
		return n.repeat(c, t, fields), nil
	}
	if least == 0 {
		makeOptional(fields)
	}
	return fields, nil
}

// model flattens a sequence, choice or all.
func (n *normaliser) model(c component, t *flatType) ([]*flatField, error) {
	var fields []*flatField
	alternatives := 0
	for _, e := range children(c.element, spaceXSD) {
		inner, err := n.particle(c.at(e), t)
		if err != nil {
			return nil, err
		}
		alternatives++
		if c.element.Tag == "choice" {
			fields = merge(fields, inner)
		} else {
			fields = append(fields, inner...)
		}
	}
	if c.element.Tag == "choice" && alternatives > 1 {
		makeOptional(fields)
	}
	return fields, nil
}

// merge adds the fields of one more alternative of a choice. Alternatives share a field that they have in common.
func merge(fields, more []*flatField) []*flatField {
	for _, f := range more {
		known := false
		for _, g := range fields {
			if f.kind == g.kind && f.xml == g.xml && f.ref == g.ref && f.kind != groupField {
				g.occurs, known = max(f.occurs, g.occurs), true
			}
		}
		if !known {
			fields = append(fields, f)
		}
	}
	return fields
}

// makeOptional makes fields optional.
func makeOptional(fields []*flatField) {
	for _, f := range fields {
		f.occurs = max(f.occurs, optional)
	}
}

// repeat makes fields repeated. One field becomes a slice; several become a slice of structs, so that their order is
// kept.
func (n *normaliser) repeat(c component, t *flatType, fields []*flatField) []*flatField {
	switch len(fields) {
	case 0:
		return nil
	case 1:
		fields[0].occurs = repeated
		return fields
	}
	group := n.newType(c.element, t.local+"Item", t.space)
	group.fields = fields
	return []*flatField{{xml: xml.Name{Local: "Items"}, kind: groupField, occurs: repeated, ref: reference{named: group}}}
}

func (n *normaliser) elementField(c component, t *flatType) (*flatField, error) {
	f := &flatField{kind: elementField, doc: documentation(c.element)}
	decl := c
	if c.element.SelectAttr("ref") != nil {
		found, name, err := n.lookup(c, "element", "ref")
		if err != nil {
			return nil, err
		}
		f.xml, decl = name, found
		if err := n.unsubstituted(c, name); err != nil {
			return nil, err
		}
	} else {
		f.xml = xml.Name{Local: c.element.SelectAttrValue("name", "")}
		if qualified(c, "elementFormDefault") {
			f.xml.Space = c.target
		}
	}
	if f.xml.Local == "" {
		return nil, c.errorf("an element with neither name nor ref")
	}
	nillable := decl.element.SelectAttrValue("nillable", "")
	f.nillable = nillable == "true" || nillable == "1"
	var err error
	f.ref, err = n.typeOf(decl, t.local+exported(f.xml.Local), t.space)
	return f, err
}

// unsubstituted refuses an element that other elements may replace: their content would be lost.
func (n *normaliser) unsubstituted(c component, head xml.Name) error {
	for key, member := range n.globals {
		if key.kind == "element" && member.element.SelectAttr("substitutionGroup") != nil {
			if name, err := n.name(member, "substitutionGroup"); err == nil && name == head {
				return c.errorf("element %s heads a substitution group, which is not supported", head.Local)
			}
		}
	}
	return nil
}

// occurs reads minOccurs and maxOccurs; unbounded is the largest int.
func occurs(c component) (least, most int, err error) {
	least, most = 1, 1
	if v := c.element.SelectAttrValue("minOccurs", ""); v != "" {
		if least, err = strconv.Atoi(v); err != nil {
			return 0, 0, c.errorf("minOccurs=%q is no number", v)
		}
	}
	switch v := c.element.SelectAttrValue("maxOccurs", ""); v {
	case "":
	case "unbounded":
		most = int(^uint(0) >> 1)
	default:
		if most, err = strconv.Atoi(v); err != nil {
			return 0, 0, c.errorf("maxOccurs=%q is neither a number nor unbounded", v)
		}
	}
	return least, most, nil
}
