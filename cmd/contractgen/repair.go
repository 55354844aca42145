package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// The repairs of what gowsdl writes. Each is named after its row in the table of gowsdl's faults, in the package
// comment. If gowsdl does not write the fault that a repair is for, generating stops: no repair outlives its fault.

// repaired returns the field f of the contract: d, which gowsdl wrote, without gowsdl's faults.
func (f *flatField) repaired(d draftField) (draftField, error) {
	switch f.kind {
	case anyField:
		return row4Wildcard(d)
	case anyAttrField:
		return row4Attributes(), nil
	}
	name, err := row3Required(d.tag)
	if err != nil {
		return d, err
	}
	if f.kind != textField && f.kind != groupField {
		d.name = row6Name(name)
	}
	if f.occurs == repeated {
		if d.goType, err = row8Slice(d.goType); err != nil {
			return d, err
		}
	}
	d.goType = strings.TrimPrefix(d.goType, "*") // gowsdl makes a pointer to every type that it does not know
	if wrong, ok := row10Lexical[f.ref.builtin]; ok {
		if d.goType, err = wrong.repair(d.goType); err != nil {
			return d, err
		}
	}
	d.goType = row3Occurrence(f, d.goType)
	return d, nil
}

// row2Namespace: gowsdl writes no namespace. The code that reads and writes f has that of the schema that declares f,
// here as the constant for it.
func row2Namespace(f *flatField, constants map[string]string) string {
	if f.xml.Space == "" {
		return `""`
	}
	return constants[f.xml.Space]
}

// row3Required: gowsdl writes omitempty everywhere; encoding/xml then does not send a required false or 0.
func row3Required(tag string) (string, error) {
	name, ok := strings.CutSuffix(tag, ",omitempty")
	if !ok {
		return tag, fmt.Errorf("row 3: gowsdl wrote the tag %q, without omitempty", tag)
	}
	return name, nil
}

// row3Occurrence: gowsdl chooses between pointer and value by the type. Here a required field is a value, an optional
// one a pointer, a repeated one a slice, and a nillable one says whether it is nil.
func row3Occurrence(f *flatField, of string) string {
	if f.nillable {
		of = "codec.Nillable[" + of + "]"
	}
	switch f.occurs {
	case optional:
		return "*" + of
	case repeated:
		return "[]" + of
	}
	return of
}

// wrongType is a type that gowsdl writes, and the right one.
type wrongType struct{ wrong, right string }

func (w wrongType) repair(of string) (string, error) {
	if of != w.wrong {
		return of, fmt.Errorf("gowsdl wrote the type %s, not %s, which is to be repaired", of, w.wrong)
	}
	return w.right, nil
}

// row4Content: gowsdl keeps free content as text, so that prefixes declared around it are lost.
var row4Content = wrongType{"AnyType", "codec.Content"}

// row4Wildcard: gowsdl has strings for xs:any, so that the elements in it are lost, and calls every wildcard Items.
func row4Wildcard(d draftField) (draftField, error) {
	var err error
	d.goType, err = wrongType{"[]string", "[]codec.Any"}.repair(d.goType)
	d.name = "Any"
	return d, err
}

// row4Attributes: gowsdl does not read xs:anyAttribute.
func row4Attributes() draftField {
	return draftField{name: "OtherAttributes", goType: "[]xml.Attr"}
}

// row5Value: gowsdl escapes quotes only. This escapes everything else, so that gowsdl writes a Go literal of value.
func row5Value(value string) string {
	quoted := strconv.Quote(value)
	return strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`)
}

// row5Constants: gowsdl drops what is no letter from the names of constants, so that two values can have one name. The
// constants of all types get names that differ.
func row5Constants(types []*flatType, drafts map[string]*draftType, reserved map[string]bool) {
	used := map[string]bool{}
	for name := range reserved {
		used[name] = true
	}
	sorted := slices.Clone(types)
	slices.SortFunc(sorted, func(a, b *flatType) int { return strings.Compare(a.name, b.name) })
	for _, t := range sorted {
		used[t.name] = true
	}
	for _, t := range sorted {
		for i, c := range drafts[t.name].constants {
			value, _ := strconv.Unquote(c.literal)
			drafts[t.name].constants[i].name = unused(used, t.name+title(value))
		}
	}
}

// row6Name: gowsdl drops what is no letter, so that a-b and ab get one name, adds an underscore to words of Go, and
// writes Id where Go has ID. Here the name is made from the one in gowsdl's tag, of which ",attr" may be left.
func row6Name(tag string) string {
	local, _, _ := strings.Cut(tag, ",")
	return exported(local)
}

// row6Taken: gowsdl takes types of these names for those of XML Schema, whatever their case and namespace. No type gets
// one of them.
var row6Taken = []string{
	"anytype", "anyuri", "base64binary", "boolean", "byte", "date", "datetime", "decimal", "double", "float", "hexbinary",
	"int", "integer", "long", "ncname", "short", "string", "time", "token", "unsignedbyte", "unsignedint", "unsignedlong",
	"unsignedshort",
}

// row7Text: gowsdl turns text with attributes into a string, and the attributes are lost. Here the text is a field;
// these calls of package codec read and write it.
const row7Text = "Text"

// row8Bound: gowsdl makes a slice only if maxOccurs is this. The normalised contract has it for everything repeated.
const row8Bound = "unbounded"

// row8Slice returns the type of the elements of the slice that gowsdl made.
func row8Slice(of string) (string, error) {
	inner, ok := strings.CutPrefix(of, "[]")
	if !ok {
		return of, fmt.Errorf("row 8: gowsdl wrote %s for what is repeated, no slice", of)
	}
	return inner, nil
}

// row9Group: gowsdl does not read particles inside particles. Fields that are repeated together are a struct; these
// calls of package codec read and write it.
const row9Group = "Group"

// row10Lexical: gowsdl's Go type for these does not hold every value, or does not exist. Ours keep a value as written.
var row10Lexical = map[string]wrongType{
	"decimal":      {"float64", "codec.Decimal"},
	"integer":      {"int32", "codec.Integer"},
	"double":       {"float64", "codec.Double"},
	"dateTime":     {"soap.XSDDateTime", "codec.DateTime"},
	"date":         {"soap.XSDDate", "codec.Date"},
	"time":         {"soap.XSDTime", "codec.Time"},
	"duration":     {"Duration", "codec.Duration"},
	"hexBinary":    {"[]byte", "codec.HexBinary"},
	"base64Binary": {"[]byte", "codec.Base64Binary"},
	"QName":        {"QName", "codec.QName"},
	"anyType":      row4Content,
}
