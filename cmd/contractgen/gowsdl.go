package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/beevik/etree"
	"github.com/hooklift/gowsdl"
)

// draft has gowsdl write the Go types of a normalised WSDL: one schema without imports, every type under the Go name it is
// to have, particles flattened, so that there is nothing left that gowsdl stumbles over.
func (g *goPackage) draft() ([]byte, error) {
	dir, err := os.MkdirTemp("", "contractgen-")
	if err != nil {
		return nil, fmt.Errorf("making a folder for gowsdl: %w", err)
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, g.name+".wsdl")
	if err := g.normalised().WriteToFile(file); err != nil {
		return nil, fmt.Errorf("writing the normalised WSDL: %w", err)
	}
	generator, err := gowsdl.NewGoWSDL(file, g.name, false, true)
	if err != nil {
		return nil, fmt.Errorf("opening gowsdl: %w", err)
	}
	parts, err := generator.Start()
	if err != nil {
		return nil, fmt.Errorf("running gowsdl: %w", err)
	}
	return append(parts["header"], parts["types"]...), nil
}

// normalised is the WSDL for gowsdl. Its names are Go names; what they are on the wire is put back by repair.
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
		if t.enum {
			simple := schema.CreateElement("xs:simpleType")
			simple.CreateAttr("name", t.name)
			restriction := simple.CreateElement("xs:restriction")
			restriction.CreateAttr("base", "xs:string")
			for i := range t.values {
				restriction.CreateElement("xs:enumeration").CreateAttr("value", "v"+strconv.Itoa(i))
			}
			continue
		}
		complexType := schema.CreateElement("xs:complexType")
		complexType.CreateAttr("name", t.name)
		sequence := complexType.CreateElement("xs:sequence")
		for _, f := range t.fields {
			normalisedField(complexType, sequence, f)
		}
	}
	return doc
}

func normalisedField(complexType, sequence *etree.Element, f *goField) {
	of := "xs:string"
	if f.of.named != nil {
		of = "tns:" + f.of.named.name
	}
	switch f.kind {
	case anyField:
		sequence.CreateElement("xs:any")
	case attributeField, anyAttrField:
		e := complexType.CreateElement("xs:attribute")
		e.CreateAttr("name", f.name)
		e.CreateAttr("type", of)
	default:
		e := sequence.CreateElement("xs:element")
		e.CreateAttr("name", f.name)
		e.CreateAttr("type", of)
		if f.occurs == repeated {
			e.CreateAttr("maxOccurs", "unbounded")
		}
	}
}
