package main

import (
	"bytes"
	"errors"
	"fmt"
	"go/format"
	"slices"
	"strings"
)

// typesFile writes gowsdl's draft, repaired: types and fields in the order of the contract. It notes the names of the
// fields for codecFile.
func (g *goPackage) typesFile(text []byte) ([]byte, error) {
	drafts, err := readDraft(text)
	if err != nil {
		return nil, err
	}
	for _, t := range g.types {
		if drafts[t.name] == nil {
			return nil, fmt.Errorf("gowsdl left out type %s", t.name)
		}
	}
	row5Constants(g.types, drafts, g.reserved)
	w := &typesWriter{}
	for _, t := range g.types {
		w.comment(append([]string{t.name + " is " + t.local + " of " + t.space + "."}, t.doc...))
		write := w.writeStruct
		if t.enum {
			write = w.writeEnum
		}
		if err := write(t, drafts[t.name]); err != nil {
			return nil, fmt.Errorf("type %s: %w", t.name, err)
		}
	}
	head := marker + "\n\npackage " + g.name + "\n\n"
	if w.uses("xml.") {
		head += "import \"encoding/xml\"\n\n"
	}
	if w.uses("codec.") {
		head += "import \"" + g.soapPath + "/codec\"\n\n"
	}
	return format.Source(append([]byte(head), w.code.Bytes()...))
}

// typesWriter writes declarations.
type typesWriter struct {
	code bytes.Buffer
	used []string // the types of fields
}

func (w *typesWriter) uses(qualifier string) bool {
	return slices.ContainsFunc(w.used, func(of string) bool { return strings.Contains(of, qualifier) })
}

func (w *typesWriter) comment(lines []string) {
	for _, line := range lines {
		w.code.WriteString("// " + line + "\n")
	}
}

func (w *typesWriter) writeStruct(t *flatType, draft *draftType) error {
	fmt.Fprintf(&w.code, "type %s struct {\n", t.name)
	names := map[string]bool{"ReadXML": true, "WriteXML": true} // the methods
	for _, f := range t.fields {
		d, err := draft.take(f)
		if err == nil {
			d, err = f.repaired(d)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", f.xml.Local, err)
		}
		if names[d.name] && f.kind == attributeField {
			d.name += "Attribute"
		}
		f.name = unused(names, d.name)
		w.comment(d.doc)
		fmt.Fprintf(&w.code, "%s %s\n", f.name, d.goType)
		w.used = append(w.used, d.goType)
	}
	w.code.WriteString("}\n\n")
	return draft.done()
}

func (w *typesWriter) writeEnum(t *flatType, draft *draftType) error {
	if len(draft.constants) != len(t.values) {
		return fmt.Errorf("gowsdl wrote %d constants of %d values", len(draft.constants), len(t.values))
	}
	fmt.Fprintf(&w.code, "type %s %s\n\nconst (\n", t.name, draft.goType)
	for _, c := range draft.constants {
		w.comment(c.doc)
		fmt.Fprintf(&w.code, "%s %s = %s\n", c.name, t.name, c.literal)
	}
	w.code.WriteString(")\n\n")
	return nil
}

// take returns the next field of the kind of f, which must be f: gowsdl keeps the order.
func (d *draftType) take(f *flatField) (draftField, error) {
	var from *[]draftField
	want := f.xml.Local
	switch f.kind {
	case anyAttrField:
		return draftField{}, nil
	case anyField:
		from, want = &d.wildcards, ""
	case attributeField:
		from = &d.attributes
	default:
		from = &d.elements
	}
	if len(*from) > 0 {
		next := (*from)[0]
		if local, _, _ := strings.Cut(next.tag, ","); local == want {
			*from = (*from)[1:]
			return next, nil
		}
	}
	return draftField{}, errors.New("gowsdl left it out")
}

// done refuses fields that gowsdl wrote and the contract does not have.
func (d *draftType) done() error {
	for _, left := range [][]draftField{d.elements, d.wildcards, d.attributes} {
		if len(left) > 0 {
			return fmt.Errorf("gowsdl wrote %s, which the contract does not have", left[0].name)
		}
	}
	return nil
}
