package main

import (
	"encoding/xml"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/beevik/etree"
)

// operation is one operation of one binding. It is read from the binding, because gowsdl takes the header for the body
// (row 1).
type operation struct {
	Name, SOAPAction, Profile, WSDL string
	Contract                        string
	Request, Response               xml.Name
	Headers                         []xml.Name

	binding component // its element, for errors
	major   string    // major version of the contract
}

// domain is one service domain. It becomes one Go package.
type domain struct {
	name       string // supportprocess:logistics:complaintsandfeedback
	operations []operation
	schemas    *schemas
}

// service is one WSDL file.
type service struct {
	*source
	target string
}

// loadPack reads every WSDL below dir and groups them by service domain, in the order of their names.
func loadPack(dir string) ([]*domain, error) {
	l := &loader{dir: dir, files: map[string]*source{}}
	var paths []string
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ".wsdl") {
			return err
		}
		rel, err := filepath.Rel(dir, name)
		paths = append(paths, filepath.ToSlash(rel))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("looking for WSDL files: %w", err)
	}
	slices.Sort(paths)
	byName := map[string]*domain{}
	var domains []*domain
	for _, path := range paths {
		src, err := l.read(path)
		if err != nil {
			return nil, err
		}
		if !is(src.root, spaceWSDL, "definitions") {
			return nil, src.errorf(src.root, "not a WSDL 1.1 file")
		}
		s := service{source: src, target: src.root.SelectAttrValue("targetNamespace", "")}
		operations, err := s.operations()
		if err != nil {
			return nil, err
		}
		name := domainOf(operations[0].Contract)
		d := byName[name]
		if d == nil {
			d = &domain{name: name, schemas: &schemas{loader: l, globals: map[symbol]component{}, seen: map[string]bool{}}}
			byName[name] = d
			domains = append(domains, d)
		}
		d.operations = append(d.operations, operations...)
		if err := s.types(d.schemas); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(domains, func(a, b *domain) int { return strings.Compare(a.name, b.name) })
	return domains, nil
}

// domainOf returns the service domain of a responder namespace,
// urn:riv[-application]:DOMAIN:INTERACTIONResponder:MAJOR.
func domainOf(contract string) string {
	parts := strings.Split(contract, ":")
	if len(parts) > 4 && parts[0] == "urn" {
		return strings.Join(parts[2:len(parts)-2], ":")
	}
	return contract
}

// types collects the schemas in wsdl:types and all that they import.
func (s service) types(to *schemas) error {
	types := child(s.root, spaceWSDL, "types")
	if types == nil {
		return s.errorf(s.root, "no wsdl:types")
	}
	for _, schema := range children(types, spaceXSD) {
		if err := to.add(schema, s.source, ""); err != nil {
			return err
		}
	}
	return nil
}

// named returns the child of the definitions that value, a name with a prefix, refers to. local is the child's element.
func (s service) named(at *etree.Element, local, value string) (*etree.Element, error) {
	name, ok := resolve(at, value)
	if ok && name.Space == s.target {
		for _, e := range children(s.root, spaceWSDL) {
			if e.Tag == local && e.SelectAttrValue("name", "") == name.Local {
				return e, nil
			}
		}
	}
	return nil, s.errorf(at, "wsdl:%s %q is not in this file", local, value)
}

func (s service) operations() ([]operation, error) {
	if imported := child(s.root, spaceWSDL, "import"); imported != nil {
		return nil, s.errorf(imported, "wsdl:import is not supported")
	}
	var found []operation
	for _, binding := range children(s.root, spaceWSDL) {
		if binding.Tag != "binding" || child(binding, spaceSOAP, "binding") == nil {
			continue
		}
		portType, err := s.named(binding, "portType", binding.SelectAttrValue("type", ""))
		if err != nil {
			return nil, err
		}
		for _, e := range children(binding, spaceWSDL) {
			if e.Tag != "operation" {
				continue
			}
			op, err := s.operation(binding, portType, e)
			if err != nil {
				return nil, err
			}
			found = append(found, op)
		}
	}
	if len(found) == 0 {
		return nil, s.errorf(s.root, "no SOAP 1.1 binding with an operation")
	}
	return found, nil
}

func (s service) operation(binding, portType, e *etree.Element) (operation, error) {
	op := operation{
		Name: e.SelectAttrValue("name", ""), WSDL: s.path, Profile: "RIVTABP21",
		binding: component{element: e, source: s.source},
	}
	if strings.HasSuffix(strings.ToLower(s.target), "rivtabp20") {
		op.Profile = "RIVTABP20"
	}
	style := child(binding, spaceSOAP, "binding").SelectAttrValue("style", "document")
	if so := child(e, spaceSOAP, "operation"); so != nil {
		op.SOAPAction = so.SelectAttrValue("soapAction", "")
		style = so.SelectAttrValue("style", style)
	}
	if style != "document" {
		return op, s.errorf(e, "style %q: only document/literal is supported", style)
	}
	var abstract *etree.Element
	for _, candidate := range children(portType, spaceWSDL) {
		if candidate.Tag == "operation" && candidate.SelectAttrValue("name", "") == op.Name {
			abstract = candidate
		}
	}
	if abstract == nil {
		return op, s.errorf(e, "operation %q is not in the portType", op.Name)
	}
	var err error
	if op.Request, op.Headers, err = s.message(e, abstract, "input"); err != nil {
		return op, err
	}
	if op.Response, _, err = s.message(e, abstract, "output"); err != nil {
		return op, err
	}
	op.Contract = op.Request.Space
	op.major = op.Contract[strings.LastIndex(op.Contract, ":")+1:]
	return op, nil
}

// message finds the element of the body and those of the headers. direction is input or output.
func (s service) message(bound, abstract *etree.Element, direction string) (
	body xml.Name, headers []xml.Name, err error,
) {
	in, declared := child(bound, spaceWSDL, direction), child(abstract, spaceWSDL, direction)
	if in == nil || declared == nil {
		return body, nil, s.errorf(bound, "no wsdl:%s", direction)
	}
	message, err := s.named(declared, "message", declared.SelectAttrValue("message", ""))
	if err != nil {
		return body, nil, err
	}
	inHeader := map[string]bool{}
	for _, h := range children(in, spaceSOAP) {
		if h.Tag != "header" {
			continue
		}
		of, err := s.named(h, "message", h.SelectAttrValue("message", ""))
		if err != nil {
			return body, nil, err
		}
		name, err := s.part(h, of, h.SelectAttrValue("part", ""))
		if err != nil {
			return body, nil, err
		}
		headers = append(headers, name)
		if of == message {
			inHeader[h.SelectAttrValue("part", "")] = true
		}
	}
	part := ""
	if soapBody := child(in, spaceSOAP, "body"); soapBody != nil {
		part = soapBody.SelectAttrValue("parts", "")
	}
	for _, p := range children(message, spaceWSDL) {
		if name := p.SelectAttrValue("name", ""); part == "" && p.Tag == "part" && !inHeader[name] {
			part = name
		}
	}
	body, err = s.part(in, message, part)
	return body, headers, err
}

// part returns the name of the element of one part of a message.
func (s service) part(at, message *etree.Element, name string) (xml.Name, error) {
	for _, p := range children(message, spaceWSDL) {
		if p.Tag != "part" || p.SelectAttrValue("name", "") != name {
			continue
		}
		value := p.SelectAttrValue("element", "")
		if value == "" {
			return xml.Name{}, s.errorf(p, "part %q has no element: only document/literal is supported", name)
		}
		element, ok := resolve(p, value)
		if !ok {
			return element, s.errorf(p, "the prefix of %q is not declared", value)
		}
		return element, nil
	}
	return xml.Name{}, s.errorf(at, "part %q is not in message %q", name, message.SelectAttrValue("name", ""))
}
