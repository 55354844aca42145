package tak

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"rivgate/routing"
)

// ReadHSATree reads the tree of HSA units from one or more files, with any root element, in UTF-8 or ISO-8859-1. The
// first file goes first: a later file cannot change a unit or a place (DN) that an earlier one has.
//
// A unit's parent is its nearest ancestor by distinguished name (DN) that is a unit too, or else "SE". It is an error
// when two units of a file have the same DN, when two files give one DN to different units, and when a file has no
// units.
func ReadHSATree(readers ...io.Reader) (routing.Tree, error) {
	places := map[string]string{} // DN → HSA-id, both folded
	units := map[string]string{}  // and back
	for i, r := range readers {
		if err := readUnits(r, places, units); err != nil {
			return nil, fmt.Errorf("reading HSA file %d: %w", i+1, err)
		}
	}
	tree := make(routing.Tree, len(units))
	for unit, dn := range units {
		if unit != "SE" {
			tree[unit] = nearest(dn, places)
		}
	}
	return tree, nil
}

func readUnits(r io.Reader, places, units map[string]string) error {
	s := newScanner(r, maxXML)
	here := map[string]bool{} // DNs of this file
	read := func() error {
		id, dn, err := readUnit(s)
		if err != nil || id == "" || dn == "" {
			return err // an entry without an HSA-id is not a unit
		}
		holder, taken := places[dn]
		if here[dn] || taken && holder != id {
			return s.problem("dn-twice", id)
		}
		here[dn] = true
		if _, known := units[id]; !known {
			units[id], places[dn] = dn, id
		}
		return nil
	}
	var within func(child xml.StartElement) error
	within = func(child xml.StartElement) error {
		if child.Name == (xml.Name{Space: namespaceHSA, Local: "hsaUnit"}) {
			return read()
		}
		return s.children(within)
	}
	if err := s.document(within); err != nil {
		return err
	}
	if len(here) == 0 {
		return newProblem("no-tree")
	}
	return nil
}

// readUnit reads the present hsaUnit: its HSA-id folded, and its DN in the form in which DNs are compared.
func readUnit(s *scanner) (id, dn string, err error) {
	err = s.children(func(child xml.StartElement) error {
		if child.Name.Space != namespaceHSA {
			return s.skip()
		}
		var err error
		switch child.Name.Local {
		case "hsaIdentity":
			id, err = s.text()
		case "DN":
			dn, err = s.text()
		default:
			err = s.skip()
		}
		return err
	})
	return routing.Fold(id), canonical(dn), err
}

// nearest is the first unit above a place, not the place itself.
func nearest(dn string, places map[string]string) string {
	for above := parentDN(dn); above != ""; above = parentDN(above) {
		if unit, ok := places[above]; ok {
			return unit
		}
	}
	return "SE"
}

// canonical is a DN in lower case without blanks around its parts, for comparing. "" stays "".
func canonical(dn string) string {
	var parts []string
	for rest := dn; rest != ""; {
		part := firstRDN(rest)
		rest = strings.TrimPrefix(rest[len(part):], ",")
		kind, value, _ := strings.Cut(part, "=")
		parts = append(parts, strings.ToLower(strings.TrimSpace(kind)+"="+strings.TrimSpace(value)))
	}
	return strings.Join(parts, ",")
}

// parentDN is the DN one step up: without the first part.
func parentDN(dn string) string {
	return strings.TrimPrefix(dn[len(firstRDN(dn)):], ",")
}

// firstRDN is a DN up to its first comma that is not escaped by a backslash.
func firstRDN(dn string) string {
	for i := 0; i < len(dn); i++ {
		switch dn[i] {
		case '\\':
			i++
		case ',':
			return dn[:i]
		}
	}
	return dn
}
