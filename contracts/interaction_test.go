package contracts

import (
	"encoding/xml"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"rivgate/soap"
)

// Files that nobody here wrote are read too: every published WSDL that is at hand.
func TestPublishedWSDLs(t *testing.T) {
	const folder = "../../shared/rivta"
	if _, err := os.Stat(folder); err != nil {
		t.Skipf("NOT TESTED: the published contracts are not at hand, there is no folder %s", folder)
	}
	pack := os.DirFS(folder)
	found := 0
	err := fs.WalkDir(pack, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(name, ".wsdl") {
			return err
		}
		found++
		described, err := readWSDL(pack, name)
		if err != nil {
			t.Errorf("%v", err)
			return nil
		}
		op := described.operations[0]
		if !strings.HasPrefix(filepath.Base(name), op.Name+"Interaction_") || op.Request.Local != op.Name ||
			op.Response.Local != op.Name+"Response" ||
			len(op.Headers) == 0 || described.schemas[op.Contract] == "" ||
			!strings.HasSuffix(strings.TrimSuffix(name, ".wsdl"), op.Profile) {
			t.Errorf("%s: %+v", name, op)
		}
		if files, err := closure(pack, name); err != nil || len(files) < 3 {
			t.Errorf("%s leads to %v, %v", name, files, err)
		}
		if _, err := compile(pack, described.schemas[op.Contract], op.Request); err != nil {
			t.Logf("a published schema does not compile: %v", err)
		}
		return nil
	})
	if err != nil || found == 0 {
		t.Fatalf("%d WSDL files, %v", found, err)
	}
}

func TestBrokenFiles(t *testing.T) {
	wsdl := func(types, binding string) string {
		return `<w:definitions xmlns:w="http://schemas.xmlsoap.org/wsdl/" xmlns:s="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:c="urn:c" targetNamespace="urn:x:rivtabp20">
<w:types><xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">` + types + `</xs:schema></w:types>
<w:message name="Q"><w:part name="To" element="c:To"/><w:part name="parameters" element="c:Do"/></w:message><w:message name="R"><w:part name="parameters" element="c:DoResponse"/></w:message>
<w:portType name="P"><w:operation name="Do"><w:input message="c:Q"/><w:output message="c:R"/></w:operation></w:portType>` + binding + `</w:definitions>`
	}
	const bound = `<w:binding name="B" type="c:P"><w:operation name="Do"><s:operation soapAction="act"/><w:input>` +
		`<s:header part="To"/><s:body/></w:input></w:operation></w:binding>`
	pack := fstest.MapFS{
		"whole.wsdl":   {Data: []byte(wsdl(`<xs:import namespace="urn:c" schemaLocation="c.xsd"/>`, bound))},
		"unbound.wsdl": {Data: []byte(wsdl("", ""))},
		"other.wsdl":   {Data: []byte(wsdl("", strings.ReplaceAll(bound, `name="Do"`, `name="Undo"`)))},
		"half.wsdl":    {Data: []byte(wsdl("", bound)[:700])},
		"gone.wsdl":    {Data: []byte(wsdl(`<xs:import namespace="urn:c" schemaLocation="gone.xsd"/>`, bound))},
		"c.xsd": {
			Data: []byte(
				`<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:c"><xs:element name="Do" ` +
					`type="missing"/></xs:schema>`,
			),
		},
	}
	d, err := readWSDL(pack, "whole.wsdl")
	if err != nil {
		t.Fatal(err)
	}
	want := soap.Operation{
		Name: "Do", Contract: "urn:c", SOAPAction: "act", Profile: soap.RIVTABP20,
		Request:  xml.Name{Space: "urn:c", Local: "Do"},
		Response: xml.Name{Space: "urn:c", Local: "DoResponse"}, Headers: []xml.Name{{Space: "urn:c", Local: "To"}},
		WSDL: "whole.wsdl",
	}
	if !reflect.DeepEqual(d.operations, []soap.Operation{want}) || d.schemas["urn:c"] != "c.xsd" {
		t.Errorf("got %+v", d)
	}
	for _, name := range []string{"none.wsdl", "unbound.wsdl", "other.wsdl", "half.wsdl"} {
		if _, err := readWSDL(pack, name); err == nil {
			t.Errorf("%s was read", name)
		}
	}
	if _, err := closure(pack, "gone.wsdl"); err == nil {
		t.Error("a missing schema was not missed")
	}
	if _, err := compile(pack, "c.xsd", want.Request); err == nil {
		t.Error("a schema with an unknown type was compiled")
	}
}

// A contract whose schema does not compile is told of and goes on unvalidated.
func TestSchemaThatDoesNotCompile(t *testing.T) {
	r := &Registry{byNamespace: make(map[string]*Contract)}
	c := &Contract{
		Operation: soap.Operation{Name: "Do", Contract: "urn:c", WSDL: "gone.wsdl"}, Validation: Enforce,
		files: fstest.MapFS{},
	}
	r.open(c)
	if len(r.Problems()) != 1 || c.Validation != Off || c.Validate([]byte("<x/>")) != nil {
		t.Errorf("%v, %v", r.Problems(), c.Validation)
	}
}
