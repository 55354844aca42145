package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"

	"github.com/beevik/etree"
	"github.com/hooklift/gowsdl"
)

// draft lets gowsdl write Go types from the normalised contract. It drops gowsdl's operations and imports (row 1).
func (g *goPackage) draft() ([]byte, error) {
	dir, err := os.MkdirTemp("", "contractgen-")
	if err != nil {
		return nil, fmt.Errorf("making a folder for gowsdl: %w", err)
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, g.name+".wsdl")
	if err := g.normalised().WriteToFile(file); err != nil {
		return nil, fmt.Errorf("writing the normalised contract: %w", err)
	}
	parts, err := runGowsdl(file)
	if err != nil {
		return nil, err
	}
	return append([]byte("package "+g.name+"\n"), parts["types"]...), nil
}

// runGowsdl returns what gowsdl makes of a WSDL file: header, types and operations.
func runGowsdl(file string) (map[string][]byte, error) {
	generator, err := gowsdl.NewGoWSDL(file, "draft", false, true)
	if err != nil {
		return nil, fmt.Errorf("opening gowsdl: %w", err)
	}
	parts, err := generator.Start()
	if err != nil {
		return nil, fmt.Errorf("running gowsdl: %w", err)
	}
	return parts, nil
}

// normalised is the contract as gowsdl reads it: one schema without imports (row 11), one name for each type (row 6).
func (g *goPackage) normalised() *etree.Document {
	doc := etree.NewDocument()
	definitions := doc.CreateElement("wsdl:definitions")
	definitions.CreateAttr("xmlns:wsdl", spaceWSDL)
	definitions.CreateAttr("xmlns:xs", spaceXSD)
	definitions.CreateAttr("xmlns:tns", "urn:normalised")
	definitions.CreateAttr("targetNamespace", "urn:normalised")
	schema := definitions.CreateElement("wsdl:types").CreateElement("xs:schema")
	schema.CreateAttr("targetNamespace", "urn:normalised")
	for _, t := range g.types {
		t.declare(schema)
	}
	return doc
}

func (t *flatType) declare(schema *etree.Element) {
	if t.enum {
		simple := schema.CreateElement("xs:simpleType")
		simple.CreateAttr("name", t.name)
		restriction := simple.CreateElement("xs:restriction")
		restriction.CreateAttr("base", "xs:string")
		for _, v := range t.values {
			e := restriction.CreateElement("xs:enumeration")
			e.CreateAttr("value", row5Value(v.value))
			annotate(e, v.doc)
		}
		return
	}
	complexType := schema.CreateElement("xs:complexType")
	complexType.CreateAttr("name", t.name)
	sequence := complexType.CreateElement("xs:sequence")
	for _, f := range t.fields {
		switch f.kind {
		case anyField:
			sequence.CreateElement("xs:any")
		case attributeField:
			f.declare(complexType.CreateElement("xs:attribute"))
		case anyAttrField:
			complexType.CreateElement("xs:anyAttribute")
		default:
			f.declare(sequence.CreateElement("xs:element"))
		}
	}
}

func (f *flatField) declare(e *etree.Element) {
	e.CreateAttr("name", f.xml.Local)
	if f.ref.named != nil {
		e.CreateAttr("type", "tns:"+f.ref.named.name)
	} else {
		e.CreateAttr("type", "xs:"+f.ref.builtin)
	}
	switch {
	case f.kind == attributeField && f.occurs == required:
		e.CreateAttr("use", "required")
	case f.occurs == repeated:
		e.CreateAttr("maxOccurs", row8Bound)
	case f.kind != attributeField && f.occurs == optional:
		e.CreateAttr("minOccurs", "0")
	}
	if f.nillable {
		e.CreateAttr("nillable", "true")
	}
	annotate(e, f.doc)
}

func annotate(e *etree.Element, doc []string) {
	if len(doc) > 0 {
		e.CreateElement("xs:annotation").CreateElement("xs:documentation").SetText(strings.Join(doc, "\n"))
	}
}

// draftType is one type as gowsdl wrote it: elements, then wildcards, then attributes.
type draftType struct {
	goType                          string // of a type that is no struct
	elements, wildcards, attributes []draftField
	constants                       []draftConstant
}

// draftField is one field of a struct, with its tag for encoding/xml and its comment.
type draftField struct {
	name, goType, tag string
	doc               []string
}

// draftConstant is one value of an enumeration, a Go literal.
type draftConstant struct {
	name, literal string
	doc           []string
}

// readDraft parses what gowsdl wrote. It returns the types by their names.
func readDraft(text []byte) (map[string]*draftType, error) {
	file, err := parser.ParseFile(token.NewFileSet(), "", text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, fmt.Errorf("reading what gowsdl wrote: %w", err)
	}
	found := map[string]*draftType{}
	for _, d := range file.Decls {
		decl, ok := d.(*ast.GenDecl)
		if !ok {
			continue
		}
		end := decl.Pos()
		for _, spec := range decl.Specs {
			switch s := spec.(type) {
			case *ast.TypeSpec:
				found[s.Name.Name] = readType(file, s)
			case *ast.ValueSpec:
				t := found[types.ExprString(s.Type)]
				if t == nil {
					return nil, fmt.Errorf("constant %s has a type that gowsdl did not write", s.Names[0].Name)
				}
				c := draftConstant{s.Names[0].Name, types.ExprString(s.Values[0]), commentIn(file, end, s.Pos())}
				t.constants = append(t.constants, c)
			}
			end = spec.End()
		}
	}
	return found, nil
}

func readType(file *ast.File, spec *ast.TypeSpec) *draftType {
	body, ok := spec.Type.(*ast.StructType)
	if !ok {
		return &draftType{goType: types.ExprString(spec.Type)}
	}
	t := &draftType{}
	end := body.Fields.Opening
	for _, field := range body.Fields.List {
		f := draftField{goType: types.ExprString(field.Type), doc: commentIn(file, end, field.Pos())}
		end = field.End()
		for _, name := range field.Names {
			f.name = name.Name
		}
		if field.Tag != nil {
			tag, _ := strconv.Unquote(field.Tag.Value)
			f.tag = reflect.StructTag(tag).Get("xml")
		}
		switch {
		case f.tag == ",any":
			t.wildcards = append(t.wildcards, f)
		case strings.Contains(f.tag, ",attr"):
			t.attributes = append(t.attributes, f)
		default:
			t.elements = append(t.elements, f)
		}
	}
	return t
}

// commentIn returns the lines of the comments between two places. go/ast does not have them at the field, because
// gowsdl leaves an empty line below some comments.
func commentIn(file *ast.File, from, to token.Pos) []string {
	var lines []string
	for _, group := range file.Comments {
		for _, c := range group.List {
			if from < c.Pos() && c.End() <= to {
				lines = append(lines, strings.TrimSpace(strings.TrimPrefix(c.Text, "//")))
			}
		}
	}
	return lines
}
