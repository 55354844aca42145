package contracts

import (
	"encoding/xml"
	"strings"
)

const namespaceSchema = "http://www.w3.org/2001/XMLSchema"

// binaries finds the names of elements that are xs:base64Binary in every declaration. Only their text may be taken out
// of a large message and replaced by a stand-in.
type binaries struct {
	is  map[xml.Name]bool
	not map[xml.Name]bool
}

// scope is what the root of a schema file says that holds for all declarations in it.
type scope struct {
	target    string
	qualified bool              // local elements are in the target namespace
	prefixes  map[string]string // declared on the root, where RIV-TA has them all
}

func newScope(root xml.StartElement) scope {
	s := scope{prefixes: map[string]string{}}
	for _, a := range root.Attr {
		switch {
		case a.Name.Space == "xmlns":
			s.prefixes[a.Name.Local] = a.Value
		case a.Name.Space == "" && a.Name.Local == "xmlns":
			s.prefixes[""] = a.Value
		case a.Name.Local == "targetNamespace":
			s.target = a.Value
		case a.Name.Local == "elementFormDefault":
			s.qualified = a.Value == "qualified"
		}
	}
	return s
}

// add judges one declaration; depth is that of the element in its file, 2 for a global one.
func (b *binaries) add(s scope, declaration xml.StartElement, depth int) {
	name, isBinary, fixed, qualified := xml.Name{}, false, false, s.qualified || depth == 2
	for _, a := range declaration.Attr {
		if a.Name.Space != "" {
			continue
		}
		switch a.Name.Local {
		case "name":
			name.Local = a.Value
		case "form":
			qualified = a.Value == "qualified"
		case "type":
			prefix, local, found := strings.Cut(a.Value, ":")
			if !found {
				prefix, local = "", prefix
			}
			isBinary = local == "base64Binary" && s.prefixes[prefix] == namespaceSchema
		case "fixed":
			fixed = true
		}
	}
	if qualified {
		name.Space = s.target
	}
	if isBinary && !fixed {
		b.is[name] = true
	} else {
		b.not[name] = true
	}
}

// names are the elements whose declarations all say xs:base64Binary.
func (b *binaries) names() map[xml.Name]bool {
	all := map[xml.Name]bool{}
	for name := range b.is {
		if !b.not[name] {
			all[name] = true
		}
	}
	return all
}
