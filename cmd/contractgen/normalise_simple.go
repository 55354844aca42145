package main

import "strings"

// alike are the types of XML Schema that are held like another one, which stands for them in the normalised contract.
var alike = map[string]string{
	"normalizedString": "string", "token": "string", "language": "string", "Name": "string", "NCName": "string",
	"NMTOKEN": "string", "NMTOKENS": "string", "ID": "string", "IDREF": "string", "IDREFS": "string", "ENTITY": "string",
	"ENTITIES": "string", "anyURI": "string", "anySimpleType": "string",
	"positiveInteger": "integer", "nonNegativeInteger": "integer", "negativeInteger": "integer",
	"nonPositiveInteger": "integer", "float": "double",
	"gYear": "date", "gYearMonth": "date", "gMonth": "date", "gMonthDay": "date", "gDay": "date", "NOTATION": "QName",
}

// builtin is the type of XML Schema that stands for local in the normalised contract.
func (n *normaliser) builtin(c component, local string) (reference, error) {
	if other := alike[local]; other != "" {
		local = other
	}
	switch local {
	case "string", "boolean", "anyType":
	default:
		if !sized(local) && row10Lexical[local].right == "" {
			return reference{}, c.errorf("XML Schema has no type %q", local)
		}
	}
	return reference{builtin: local}, nil
}

// sized says whether a type of XML Schema is a whole number that fits one of Go's.
func sized(builtin string) bool {
	switch strings.TrimPrefix(builtin, "unsigned") {
	case "byte", "short", "int", "long", "Byte", "Short", "Int", "Long":
		return true
	}
	return false
}

// simpleReference is what a simpleType becomes: its base, or a type of its own where it enumerates strings (row 5).
func (n *normaliser) simpleReference(c component, local, space string) (reference, error) {
	if t := n.byDecl[c.element]; t != nil {
		return reference{named: t}, nil
	}
	r := child(c.element, spaceXSD, "restriction")
	if r == nil {
		return reference{builtin: "string"}, nil // a list or a union: its text
	}
	at := c.at(r)
	base, err := n.restricted(at, local, space)
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
	case len(values) > 0 && (base.builtin == "string" || base.named != nil):
		t := n.newType(c.element, local, space)
		t.values, t.enum = values, true
		return reference{named: t}, nil
	case pattern && sized(base.builtin):
		return reference{builtin: "integer"}, nil // leading zeros may count
	case pattern && base.builtin == "boolean":
		return reference{builtin: "string"}, nil
	}
	return base, nil
}

// restricted is the type that a restriction starts from.
func (n *normaliser) restricted(c component, local, space string) (reference, error) {
	if inner := child(c.element, spaceXSD, "simpleType"); inner != nil && c.element.SelectAttr("base") == nil {
		return n.simpleReference(c.at(inner), local, space)
	}
	found, name, err := n.lookup(c, "type", "base")
	if err != nil {
		return reference{}, err
	}
	if name.Space == spaceXSD {
		return n.builtin(c, name.Local)
	}
	if found.element.Tag != "simpleType" {
		return reference{}, c.errorf("the base %q is no simple type", name.Local)
	}
	return n.simpleReference(found, name.Local, name.Space)
}
