package main

import (
	"slices"
	"strconv"
	"strings"
)

// addMinor gives a request the elements of its contract's minor versions: the global elements of the namespaces
// CONTRACT.MINOR (…:SendComplaintResponder:1.1), as optional fields before the wildcard that lets them in. No content
// model names them: an optional element before xs:any namespace="##other" would be ambiguous (XML Schema 1.0, Unique
// Particle Attribution), so a minor version's schema only imports the schema that declares them.
func (n *normaliser) addMinor(request *flatType, contract string) error {
	wildcard := slices.IndexFunc(request.fields, func(f *flatField) bool { return f.kind == anyField })
	if wildcard < 0 {
		return nil
	}
	var fields []*flatField
	for _, c := range n.minorElements(contract) {
		f, err := n.elementField(c, request)
		if err != nil {
			return err
		}
		f.occurs, f.xml.Space = optional, c.target // a global element is in the namespace of its schema
		fields = append(fields, f)
	}
	request.fields = slices.Insert(request.fields, wildcard, fields...)
	return nil
}

// minorElements are the elements that minor versions of a contract declare, the earlier version's first, each version's
// in the order of its file.
func (n *normaliser) minorElements(contract string) []component {
	minor := func(c component) int {
		number, err := strconv.Atoi(strings.TrimPrefix(c.target, contract+"."))
		if err != nil {
			return 0
		}
		return number
	}
	var found []component
	for key, c := range n.globals {
		if key.kind == "element" && strings.HasPrefix(c.target, contract+".") && minor(c) > 0 {
			found = append(found, c)
		}
	}
	slices.SortFunc(found, func(a, b component) int {
		if first := minor(a) - minor(b); first != 0 {
			return first
		}
		return a.source.lines[a.element] - b.source.lines[b.element]
	})
	return found
}
