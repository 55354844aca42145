package contracts

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"path"
	"strings"
	"sync"

	"github.com/jacoelho/xsd"
	"github.com/jacoelho/xsd/xsderrors"

	"rivgate/soap"
)

// schema is the compiled schema of a whole request envelope.
type schema struct {
	engine   *xsd.Engine
	names    map[string]bool   // every element name of the contract's schemas
	binary   map[xml.Name]bool // the elements that are xs:base64Binary
	sessions sync.Pool         // of *xsd.Session
}

// wrapper is a schema of the envelope. Its Body holds the request element and nothing else. The Header is not looked
// at, not even where a header's type is known: LogicalAddress is a string there, and stacks add mustUnderstand to it.
const wrapper = `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:c="%[1]s" targetNamespace="` +
	soap.NamespaceEnvelope + `" elementFormDefault="qualified">
<xs:import namespace="%[1]s" schemaLocation="%[2]s"/>
<xs:element name="Envelope"><xs:complexType><xs:sequence>
<xs:element name="Header" minOccurs="0"><xs:complexType><xs:sequence>
<xs:any namespace="##any" processContents="skip" minOccurs="0" maxOccurs="unbounded"/>
</xs:sequence><xs:anyAttribute namespace="##any" processContents="skip"/></xs:complexType></xs:element>
<xs:element name="Body"><xs:complexType><xs:sequence><xs:element ref="c:%[3]s"/></xs:sequence>
<xs:anyAttribute namespace="##any" processContents="skip"/></xs:complexType></xs:element>
</xs:sequence><xs:anyAttribute namespace="##any" processContents="skip"/></xs:complexType></xs:element>
</xs:schema>`

// compile compiles the envelope of one operation. file is the schema file of its namespace in pack.
func compile(pack fs.FS, file string, request xml.Name) (*schema, error) {
	s := &schema{names: make(map[string]bool)}
	found := &binaries{is: map[xml.Name]bool{}, not: map[xml.Name]bool{}}
	resolve := func(_ context.Context, base, location string) (xsd.SchemaSource, error) {
		name := path.Join(path.Dir(base), location)
		text, err := fs.ReadFile(pack, name)
		if err != nil {
			return xsd.SchemaSource{}, fmt.Errorf("%w: %s", xsderrors.ErrSchemaNotFound, name)
		}
		if err := elementNames(text, s.names, found); err != nil {
			return xsd.SchemaSource{}, err
		}
		return xsd.Bytes(name, text), nil
	}
	source := xsd.Bytes("envelope.xsd",
		fmt.Appendf(nil, wrapper, escape(request.Space), escape(file), escape(request.Local)))
	engine, err := xsd.Compile(context.Background(), source.WithResolver(xsd.ResolverFunc(resolve)))
	if err != nil {
		return nil, fmt.Errorf("compiling schema %s: %w", file, err)
	}
	s.engine, s.binary = engine, found.names()
	return s, nil
}

func escape(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a Builder does not fail
	return b.String()
}

// elementNames collects the names of the elements that a schema file declares.
func elementNames(text []byte, into map[string]bool, found *binaries) error {
	d := xml.NewDecoder(bytes.NewReader(text))
	var file scope
	depth := 0
	for {
		token, err := d.RawToken()
		if err != nil {
			if token == nil && d.InputOffset() == int64(len(text)) {
				return nil
			}
			return fmt.Errorf("reading schema: %w", err)
		}
		if _, ok := token.(xml.EndElement); ok {
			depth--
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		if depth++; depth == 1 {
			file = newScope(start)
		}
		if start.Name.Local == "element" {
			found.add(file, start, depth)
			for _, a := range start.Attr {
				if a.Name.Local == "name" && a.Name.Space == "" {
					into[a.Value] = true
				}
			}
		}
	}
}

// validate is nil or a SCHEMA error.
func (s *schema) validate(envelope []byte) error {
	session, _ := s.sessions.Get().(*xsd.Session)
	if session == nil {
		var err error
		// The guard and the reader have bounded the message; smaller limits of the validator's own would refuse large files.
		session, err = s.engine.NewSession(xsd.ValidateOptions{
			MaxErrors: 1, MaxInstanceDepth: 1 << 10, MaxInstanceAttributes: 1 << 10,
			MaxInstanceTokenBytes: math.MaxInt32, MaxInstanceTextBytes: math.MaxInt32, MaxInstanceBytes: math.MaxInt32,
		})
		if err != nil {
			return fmt.Errorf("opening validation: %w", err)
		}
	}
	err := session.Validate(context.Background(), bytes.NewReader(envelope))
	s.sessions.Put(session)
	if err == nil {
		return nil
	}
	var found *xsderrors.Error
	if !errors.As(err, &found) {
		other := refuse(SubSchema, "", schemaText(""))
		other.Class = ClassOther
		return other
	}
	e := refuse(SubSchema, s.path(found), schemaText(found.Code))
	e.Class = schemaClass(found.Code)
	e.Line, e.Column = found.Line, found.Column
	return e
}

// path is where the error is, below Body. It has only names that the schema declares, since any other name is chosen by
// the sender and may hold anything. An element in a wrong place is named if the schema has an element of that name.
func (s *schema) path(e *xsderrors.Error) string {
	var known []string
	place := strings.TrimPrefix(e.Path, "/Envelope")
	place = strings.Trim(strings.TrimPrefix(place, "/Body"), "/")
	for name := range strings.SplitSeq(place, "/") {
		if !s.names[name] {
			return strings.Join(known, "/")
		}
		known = append(known, name)
	}
	if e.Code == xsderrors.CodeValidationElement || e.Code == xsderrors.CodeValidationNil {
		name := e.Message[strings.LastIndexAny(e.Message, " }")+1:]
		if s.names[name] {
			known = append(known, name)
		}
	}
	return strings.Join(known, "/")
}

func schemaClass(code xsderrors.Code) SchemaClass {
	switch code {
	case xsderrors.CodeValidationElement:
		return ClassElement
	case xsderrors.CodeValidationContent:
		return ClassContent
	case xsderrors.CodeValidationText:
		return ClassText
	case xsderrors.CodeValidationAttribute:
		return ClassAttribute
	case xsderrors.CodeValidationNil:
		return ClassNil
	case xsderrors.CodeValidationFacet, xsderrors.CodeValidationType:
		return ClassValue
	case xsderrors.CodeValidationRoot:
		return ClassRoot
	}
	return ClassOther
}

// schemaText says what kind of error it is. The validator's own words are not used, since they quote what the sender
// wrote.
func schemaText(code xsderrors.Code) string {
	const remedy = " Rätta meddelandet enligt kontraktets schema och skicka det med ett nytt id."
	switch code {
	case xsderrors.CodeValidationElement:
		return "Ett element är okänt, står på fel plats eller förekommer för många gånger, eller så saknas ett element " +
			"före det." + remedy
	case xsderrors.CodeValidationContent:
		return "Ett obligatoriskt element saknas i elementet. Ett frivilligt element som är tomt ska utelämnas." + remedy
	case xsderrors.CodeValidationText:
		return "Text står där bara element får stå." + remedy
	case xsderrors.CodeValidationAttribute:
		return "Ett attribut är inte tillåtet eller saknas." + remedy
	case xsderrors.CodeValidationNil:
		return "Ett element har xsi:nil, som schemat inte tillåter där. Ett frivilligt element utan värde ska utelämnas." +
			remedy
	case xsderrors.CodeValidationFacet, xsderrors.CodeValidationType:
		return "Ett värde har inte den form, längd eller typ som schemat kräver." + remedy
	case xsderrors.CodeValidationRoot:
		return "Meddelandet är inte den begäran som kontraktet beskriver." + remedy
	}
	return "Meddelandet följer inte kontraktets schema." + remedy
}
