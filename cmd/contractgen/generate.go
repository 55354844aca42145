package main

import (
	"errors"
	"fmt"
	"strings"
)

// errNoWSDL says that a pack is empty.
var errNoWSDL = errors.New("no .wsdl below it")

// generate returns all files that a pack becomes. The same pack gives the same bytes.
func generate(pack, dir, soapPath string) (output, error) {
	domains, err := loadPack(dir)
	if err != nil {
		return nil, err
	}
	if len(domains) == 0 {
		return nil, fmt.Errorf("reading %s: %w", dir, errNoWSDL)
	}
	return generateDomains(pack, domains, soapPath)
}

func generateDomains(pack string, domains []*domain, soapPath string) (output, error) {
	files := output{}
	folders := foldersOf(domains)
	for i, d := range domains {
		g, err := newPackage(pack, folders[i], soapPath, d)
		if err != nil {
			return nil, fmt.Errorf("service domain %s: %w", d.name, err)
		}
		draft, err := g.draft()
		if err != nil {
			return nil, fmt.Errorf("service domain %s: %w", d.name, err)
		}
		if files[folders[i]+"/types.go"], err = g.typesFile(draft); err != nil {
			return nil, fmt.Errorf("service domain %s: repairing what gowsdl wrote: %w", d.name, err)
		}
		if files[folders[i]+"/codec.go"], err = g.codecFile(); err != nil {
			return nil, fmt.Errorf("service domain %s: writing the codec: %w", d.name, err)
		}
		if files[folders[i]+"/operations.go"], err = g.operationsFile(); err != nil {
			return nil, fmt.Errorf("service domain %s: writing operations: %w", d.name, err)
		}
	}
	return files, nil
}

// foldersOf names the packages: by the last word of the domain, or by more words where domains share the last one.
func foldersOf(domains []*domain) []string {
	name := func(d *domain, words int) string {
		parts := strings.FieldsFunc(d.name, func(r rune) bool {
			return !('a' <= r|0x20 && r|0x20 <= 'z' || '0' <= r && r <= '9')
		})
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

// goPackage is the Go package of one service domain.
type goPackage struct {
	pack, name, soapPath string
	domain               *domain
	types                []*flatType
	calls                []call
	reserved             map[string]bool // names of the package that are no types
}

// call is one operation with its Go names.
type call struct {
	operation
	Go                        string // name of the method
	RequestType, ResponseType string

	request, response *flatType
}

func newPackage(pack, name, soapPath string, d *domain) (*goPackage, error) {
	n := newNormaliser(d.schemas)
	g := &goPackage{pack: pack, name: name, soapPath: soapPath, domain: d}
	for _, op := range d.operations {
		c := call{operation: op}
		var err error
		if c.request, err = n.root(op, op.Request); err != nil {
			return nil, err
		}
		if err := n.addMinor(c.request, op.Contract); err != nil {
			return nil, err
		}
		if c.response, err = n.root(op, op.Response); err != nil {
			return nil, err
		}
		g.calls = append(g.calls, c)
	}
	nameCalls(g.calls)
	g.reserved = map[string]bool{"Client": true, "Operations": true}
	for _, c := range g.calls {
		g.reserved[c.Go+"Operation"], g.reserved["Handle"+c.Go] = true, true
	}
	g.types = n.types
	if err := nameTypes(g.types, g.reserved); err != nil {
		return nil, err
	}
	for i := range g.calls {
		g.calls[i].RequestType, g.calls[i].ResponseType = g.calls[i].request.name, g.calls[i].response.name
	}
	return g, nil
}

// nameCalls names the methods. Where operations of several contracts have one name, the major version is added; where
// one contract has both profiles, the older one is added.
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
