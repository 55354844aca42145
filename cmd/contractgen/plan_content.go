package main

import (
	"encoding/xml"
	"strconv"
)

// contentFields are the elements of a complexType, extension or restriction, its particles flattened.
func (p *planner) contentFields(c component, t *goType) ([]*goField, error) {
	var fields []*goField
	for _, e := range children(c.element, spaceXSD) {
		switch e.Tag {
		case "sequence", "choice", "all", "group":
			inner, err := p.particle(c.at(e), t)
			if err != nil {
				return nil, err
			}
			fields = append(fields, inner...)
		}
	}
	return fields, nil
}

// particle flattens one particle to the fields that it may fill.
func (p *planner) particle(c component, t *goType) ([]*goField, error) {
	least, most, err := occurs(c)
	if err != nil || most == 0 {
		return nil, err
	}
	var fields []*goField
	switch c.element.Tag {
	case "element":
		f, err := p.elementField(c, t)
		if err != nil {
			return nil, err
		}
		fields = []*goField{f}
	case "any":
		fields = []*goField{{name: "Any", kind: anyField, occurs: repeated}}
	case "group":
		group, _, err := p.lookup(c, "group", "ref")
		if err != nil {
			return nil, err
		}
		if fields, err = p.contentFields(group, t); err != nil {
			return nil, err
		}
	case "sequence", "all", "choice":
		if fields, err = p.model(c, t); err != nil {
			return nil, err
		}
	default:
		return nil, nil
	}
	if most > 1 {
		return p.repeat(c, t, fields), nil
	}
	if least == 0 {
		relax(fields)
	}
	return fields, nil
}

// model flattens a sequence, choice or all.
func (p *planner) model(c component, t *goType) ([]*goField, error) {
	var fields []*goField
	alternatives := 0
	for _, e := range children(c.element, spaceXSD) {
		inner, err := p.particle(c.at(e), t)
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
		relax(fields)
	}
	return fields, nil
}

// merge adds the fields of one more alternative of a choice; what another alternative has too becomes one field.
func merge(fields, more []*goField) []*goField {
	for _, f := range more {
		known := false
		for _, g := range fields {
			if f.kind == g.kind && f.xml == g.xml && f.of == g.of && f.kind != groupField {
				g.occurs, known = max(f.occurs, g.occurs), true
			}
		}
		if !known {
			fields = append(fields, f)
		}
	}
	return fields
}

// relax makes fields optional.
func relax(fields []*goField) {
	for _, f := range fields {
		f.occurs = max(f.occurs, optional)
	}
}

// repeat makes fields repeated: one field a slice, several a slice of structs, so that their order is kept.
func (p *planner) repeat(c component, t *goType, fields []*goField) []*goField {
	switch len(fields) {
	case 0:
		return nil
	case 1:
		fields[0].occurs = repeated
		return fields
	}
	group := p.newType(c.element, t.local+"Item", t.space)
	group.fields = fields
	nameFields(group)
	return []*goField{{name: "Items", kind: groupField, occurs: repeated, of: reference{named: group}}}
}

func (p *planner) elementField(c component, t *goType) (*goField, error) {
	f := &goField{kind: elementField, doc: documentation(c.element)}
	decl := c
	if c.element.SelectAttr("ref") != nil {
		found, name, err := p.lookup(c, "element", "ref")
		if err != nil {
			return nil, err
		}
		f.xml, decl = name, found
		if err := p.unsubstituted(c, name); err != nil {
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
	f.of, err = p.typeOf(decl, t.local+exported(f.xml.Local), t.space)
	return f, err
}

// unsubstituted refuses an element that others may stand for: their content would be lost.
func (p *planner) unsubstituted(c component, head xml.Name) error {
	for key, member := range p.globals {
		if key.kind == "element" && member.element.SelectAttr("substitutionGroup") != nil {
			if name, err := p.name(member, "substitutionGroup"); err == nil && name == head {
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
