package main

import "strings"

// builtin is the Go type of a type of XML Schema.
func (p *planner) builtin(c component, local string) (reference, error) {
	switch local {
	case "string", "normalizedString", "token", "language", "Name", "NCName", "NMTOKEN", "NMTOKENS", "ID", "IDREF", "IDREFS",
		"ENTITY", "ENTITIES", "anyURI", "anySimpleType":
		return reference{plain: "string"}, nil
	case "boolean":
		return reference{plain: "bool"}, nil
	case "byte":
		return reference{plain: "int8"}, nil
	case "short":
		return reference{plain: "int16"}, nil
	case "int":
		return reference{plain: "int32"}, nil
	case "long":
		return reference{plain: "int64"}, nil
	case "unsignedByte":
		return reference{plain: "uint8"}, nil
	case "unsignedShort":
		return reference{plain: "uint16"}, nil
	case "unsignedInt":
		return reference{plain: "uint32"}, nil
	case "unsignedLong":
		return reference{plain: "uint64"}, nil
	}
	// What no Go type holds whole is kept as it was written.
	lexical := map[string]string{
		"decimal": "Decimal", "integer": "Integer", "positiveInteger": "Integer", "nonNegativeInteger": "Integer",
		"negativeInteger": "Integer", "nonPositiveInteger": "Integer", "float": "Double", "double": "Double",
		"dateTime": "DateTime", "date": "Date", "gYear": "Date", "gYearMonth": "Date", "gMonth": "Date", "gMonthDay": "Date",
		"gDay": "Date", "time": "Time", "duration": "Duration", "hexBinary": "HexBinary", "base64Binary": "Base64Binary",
		"QName": "QName", "NOTATION": "QName", "anyType": "Content",
	}[local]
	if lexical == "" {
		return reference{}, c.errorf("XML Schema has no type %q", local)
	}
	return reference{plain: "soap." + lexical}, nil
}

// simpleReference is the Go type of a simpleType: its base, or a type of its own where it enumerates strings.
func (p *planner) simpleReference(c component, local, space string) (reference, error) {
	if t := p.byDecl[c.element]; t != nil {
		return reference{named: t}, nil
	}
	r := child(c.element, spaceXSD, "restriction")
	if r == nil {
		return reference{plain: "string"}, nil // a list or a union: its text
	}
	at := c.at(r)
	base, err := p.restricted(at, local, space)
	if err != nil {
		return reference{}, err
	}
	values, pattern := []enumValue{}, false
	for _, facet := range children(r, spaceXSD) {
		switch facet.Tag {
		case "enumeration":
			values = append(values, enumValue{value: facet.SelectAttrValue("value", ""), doc: documentation(facet)})
		case "pattern":
			pattern = true
		}
	}
	switch {
	case len(values) > 0 && (base.plain == "string" || base.named != nil):
		t := p.newType(c.element, local, space)
		t.values, t.enum = values, true
		return reference{named: t}, nil
	case pattern && (strings.HasPrefix(base.plain, "int") || strings.HasPrefix(base.plain, "uint")):
		return reference{plain: "soap.Integer"}, nil // leading zeros may count
	case pattern && base.plain == "bool":
		return reference{plain: "string"}, nil
	}
	return base, nil
}

// restricted is the type that a restriction starts from.
func (p *planner) restricted(c component, local, space string) (reference, error) {
	if inner := child(c.element, spaceXSD, "simpleType"); inner != nil && c.element.SelectAttr("base") == nil {
		return p.simpleReference(c.at(inner), local, space)
	}
	found, name, err := p.lookup(c, "type", "base")
	if err != nil {
		return reference{}, err
	}
	if name.Space == spaceXSD {
		return p.builtin(c, name.Local)
	}
	if found.element.Tag != "simpleType" {
		return reference{}, c.errorf("the base %q is no simple type", name.Local)
	}
	return p.simpleReference(found, name.Local, name.Space)
}
