package main

import (
	"bytes"
	"fmt"
	"go/format"
	"slices"
	"strconv"
	"strings"
	"text/template"
)

// codecFile is the code that reads and writes the types: for each field one call, in the order of the schema. typesFile
// must have been made before.
func (g *goPackage) codecFile() ([]byte, error) {
	constants := g.namespaceConstants()
	t, err := template.New("codec").Funcs(template.FuncMap{
		"read":  func(f *flatField) string { return f.call("codec.Read", "p", "&v.", constants) },
		"write": func(f *flatField) string { return f.call("codec.Write", "w", f.writtenAs(), constants) },
	}).Parse(codecTemplate)
	if err != nil {
		return nil, fmt.Errorf("reading the template: %w", err)
	}
	data := codecData{Marker: marker, Package: g.name, Soap: g.soapPath}
	for space, name := range constants {
		data.Spaces = append(data.Spaces, codecSpace{name, space})
	}
	slices.SortFunc(data.Spaces, func(a, b codecSpace) int { return strings.Compare(a.Space, b.Space) })
	for _, t := range g.types {
		data.Types = append(data.Types, codecType{Name: t.name, Enum: t.enum, Fields: attributesFirst(t.fields)})
	}
	var out bytes.Buffer
	if err := t.Execute(&out, data); err != nil {
		return nil, fmt.Errorf("filling the template: %w", err)
	}
	return format.Source(out.Bytes())
}

// codecData is what the template is filled with.
type codecData struct {
	Marker, Package, Soap string
	Spaces                []codecSpace
	Types                 []codecType
}

// codecSpace is a namespace and the constant that stands for it.
type codecSpace struct{ Name, Space string }

// codecType is a type with its fields in the order in which they are written.
type codecType struct {
	Name   string
	Enum   bool
	Fields []*flatField
}

// attributesFirst is the order in which fields are written, and are asked whether they take a part: attributes before
// content, and those that have a field of their own before the others.
func attributesFirst(fields []*flatField) []*flatField {
	rank := map[fieldKind]int{attributeField: -2, anyAttrField: -1} // content: 0
	sorted := slices.Clone(fields)
	slices.SortStableFunc(sorted, func(a, b *flatField) int { return rank[a.kind] - rank[b.kind] })
	return sorted
}

// namespaceConstants are the names of the constants for the namespaces of elements and attributes: ns, and the last two
// words of the namespace.
func (g *goPackage) namespaceConstants() map[string]string {
	names := map[string]string{}
	used := map[string]bool{}
	for _, t := range g.types {
		for _, f := range t.fields {
			if f.xml.Space == "" || names[f.xml.Space] != "" {
				continue
			}
			words := strings.FieldsFunc(f.xml.Space, func(r rune) bool { return strings.ContainsRune(":/.#-_", r) })
			last := strings.Join(words[max(0, len(words)-2):], " ")
			names[f.xml.Space] = unused(used, "ns"+exported(last))
		}
	}
	return names
}

// call is the call that reads or writes f. function is the stem of its name, arg its first argument, and value what
// stands in front of the field's name.
func (f *flatField) call(function, arg, value string, constants map[string]string) string {
	value += f.name
	unnamed := func(kind string) string { return fmt.Sprintf("%s%s(%s, %s)", function, kind, arg, value) }
	named := func(kind string) string {
		name := row2Namespace(f, constants) + ", " + strconv.Quote(f.xml.Local)
		return fmt.Sprintf("%s%s(%s, %s, %s)", function, kind, arg, name, value)
	}
	occurs := map[occurrence]string{required: "", optional: "Optional", repeated: "Each"}[f.occurs]
	switch f.kind {
	case attributeField:
		return named(occurs + "Attr")
	case anyAttrField:
		return unnamed("OtherAttrs")
	case textField:
		return unnamed(row7Text)
	case anyField:
		return unnamed("Any")
	case groupField:
		return unnamed(row9Group)
	}
	return named(occurs)
}

// writtenAs is what stands in front of the field's name where it is written: what is optional or repeated is passed as
// it is, everything else as a pointer.
func (f *flatField) writtenAs() string {
	if f.occurs != required || f.kind == anyAttrField {
		return "v."
	}
	return "&v."
}

const codecTemplate = `{{.Marker}}

package {{.Package}}

import "{{.Soap}}/codec"
{{if .Spaces}}
const (
{{- range .Spaces}}
	{{.Name}} = {{printf "%q" .Space}}
{{- end}}
)
{{end}}
{{- range .Types}}
{{- if .Enum}}
// XMLText is the value, to be read or set.
func (v *{{.Name}}) XMLText() *string { return (*string)(v) }
{{else}}
// ReadXML takes p if it is a part of {{.Name}}.
func (v *{{.Name}}) ReadXML(p *codec.Part) bool {
	return {{range $i, $f := .Fields}}{{if $i}} ||
		{{end}}{{read $f}}{{else}}false{{end}}
}

// WriteXML writes the parts of {{.Name}}.
func (v *{{.Name}}) WriteXML(w *codec.Writer) {
{{- range .Fields}}
	{{write .}}
{{- end}}
}
{{end}}
{{- end}}`
