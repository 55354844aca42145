package main

import "strings"

// representedBy maps types of XML Schema to the one that represents them in the normalised contract, because Go holds
// both alike.
var representedBy = map[string]string{
	"normalizedString": "string", "token": "string", "language": "string", "Name": "string", "NCName": "string",
	"NMTOKEN": "string", "NMTOKENS": "string", "ID": "string", "IDREF": "string", "IDREFS": "string", "ENTITY": "string",
	"ENTITIES": "string", "anyURI": "string", "anySimpleType": "string",
	"positiveInteger": "integer", "nonNegativeInteger": "integer", "negativeInteger": "integer",
	"nonPositiveInteger": "integer", "float": "double",
	"gYear": "date", "gYearMonth": "date", "gMonth": "date", "gMonthDay": "date", "gDay": "date", "NOTATION": "QName",
}

// builtin returns the type of XML Schema that represents local in the normalised contract.
func (n *normaliser) builtin(c component, local string) (reference, error) {
	if other := representedBy[local]; other != "" {
		local = other
	}
	switch local {
	case "string", "boolean", "anyType":
	default:
		if !isSized(local) && row10Lexical[local].right == "" {
			return reference{}, c.errorf("XML Schema has no type %q", local)
		}
	}
	return reference{builtin: local}, nil
}

// isSized says whether a type of XML Schema is a whole number for which Go has a type.
func isSized(builtin string) bool {
	switch strings.TrimPrefix(builtin, "unsigned") {
	case "byte", "short", "int", "long", "Byte", "Short", "Int", "Long":
		return true
	}
	return false
}

// simpleReference returns what a simpleType becomes: a type of its own if it enumerates strings (row 5), else its base.
func (n *normaliser) simpleReference(c component, local, space string) (reference, error) {
	if t := n.byDecl[c.element]; t != nil {
		return reference{named: t}, nil
	}
	r := child(c.element, spaceXSD, "restriction")
	if r == nil {
		return reference{builtin: "string"}, nil // a list or a union is kept as text
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
	case pattern && isSized(base.builtin):
		return reference{builtin: "integer"}, nil // leading zeros may count
	case pattern && base.builtin == "boolean":
		return reference{builtin: "string"}, nil
	}
	return base, nil
}

// restricted returns the type that is restricted.
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
