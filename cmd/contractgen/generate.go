package main

import (
	"errors"
	"fmt"
	"strings"
)

// errNoWSDL says that a pack is empty.
var errNoWSDL = errors.New("no .wsdl below it")

// generate is all that a pack becomes. The same files give the same bytes.
func generate(pack, dir, soapPath string) (output, error) {
	domains, err := loadPack(dir)
	if err != nil {
		return nil, err
	}
	if len(domains) == 0 {
		return nil, fmt.Errorf("reading %s: %w", dir, errNoWSDL)
	}
	files := output{}
	folders := foldersOf(domains)
	for i, d := range domains {
		g, err := newPackage(pack, folders[i], soapPath, d)
		if err != nil {
			return nil, fmt.Errorf("service domain %s: %w", d.name, err)
		}
		if files[folders[i]+"/types.go"], err = g.typesFile(); err != nil {
			return nil, fmt.Errorf("service domain %s: writing types: %w", d.name, err)
		}
		if files[folders[i]+"/operations.go"], err = g.operationsFile(); err != nil {
			return nil, fmt.Errorf("service domain %s: writing operations: %w", d.name, err)
		}
	}
	return files, nil
}

// foldersOf are the names of the packages: the last word of the domain, and more of it where that is not enough.
func foldersOf(domains []*domain) []string {
	name := func(d *domain, words int) string {
		parts := strings.FieldsFunc(d.name, func(r rune) bool { return !('a' <= r|0x20 && r|0x20 <= 'z' || '0' <= r && r <= '9') })
		return strings.ToLower(strings.Join(parts[max(0, len(parts)-words):], ""))
	}
	folders := make([]string, len(domains))
	for i, d := range domains {
		for words := 1; folders[i] == ""; words++ {
			clash := false
			for j, other := range domains {
				clash = clash || i != j && words < 8 && name(other, words) == name(d, words)
			}
			if !clash {
				folders[i] = name(d, words)
			}
		}
	}
	return folders
}

// goPackage is what one service domain becomes.
type goPackage struct {
	pack, name, soapPath string
	domain               *domain
	types                []*goType
	calls                []call
}

// call is one operation with its Go names.
type call struct {
	operation
	Go                        string // name of the method
	RequestType, ResponseType string

	request, response *goType
}

func newPackage(pack, name, soapPath string, d *domain) (*goPackage, error) {
	p := newPlanner(d.schemas)
	g := &goPackage{pack: pack, name: name, soapPath: soapPath, domain: d}
	for _, op := range d.operations {
		c := call{operation: op}
		var err error
		if c.request, err = p.root(op, op.Request); err != nil {
			return nil, err
		}
		if c.response, err = p.root(op, op.Response); err != nil {
			return nil, err
		}
		g.calls = append(g.calls, c)
	}
	nameCalls(g.calls)
	reserved := map[string]bool{"Client": true, "Operations": true}
	for _, c := range g.calls {
		reserved[c.Go+"Operation"], reserved["Handle"+c.Go] = true, true
	}
	g.types = p.types
	if err := nameTypes(g.types, reserved); err != nil {
		return nil, err
	}
	for i := range g.calls {
		g.calls[i].RequestType, g.calls[i].ResponseType = g.calls[i].request.name, g.calls[i].response.name
	}
	return g, nil
}

// nameCalls gives operations that are called alike the major version of their contract, and those of one contract in the
// older profile the name of that.
func nameCalls(calls []call) {
	for i, c := range calls {
		name := exported(c.Name)
		versions, profiles := false, false
		for j, other := range calls {
			if i != j && other.Name == c.Name {
				versions = versions || other.Contract != c.Contract
				profiles = profiles || other.Contract == c.Contract
			}
		}
		if versions {
			name += "V" + c.major
		}
		if profiles && c.Profile == "RIVTABP20" {
			name += "BP20"
		}
		calls[i].Go = name
	}
}

// goType is the Go source of the type of f.
func (f *goField) goType() string {
	base := f.of.plain
	if f.of.named != nil {
		base = f.of.named.name
	}
	switch f.kind {
	case anyField:
		return "[]soap.Any"
	case anyAttrField:
		return "[]xml.Attr"
	}
	if f.nillable {
		base = "soap.Nillable[" + base + "]"
	}
	switch f.occurs {
	case optional:
		return "*" + base
	case repeated:
		return "[]" + base
	}
	return base
}

// tag is the struct tag of f, for package soap.
func (f *goField) tag() string {
	name := f.xml.Local
	if f.xml.Space != "" {
		name = f.xml.Space + " " + name
	}
	switch f.kind {
	case attributeField:
		name += ",attr"
	case textField:
		name = ",chardata"
	case anyField:
		name = ",any"
	case anyAttrField:
		name = ",any,attr"
	case groupField:
		return "`soap:\"group\"`"
	}
	return "`xml:\"" + name + "\"`"
}
