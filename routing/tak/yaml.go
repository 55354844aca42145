package tak

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"rivgate/routing"
)

// yamlRow is a route as our catalogue writes it.
type yamlRow struct {
	Contract  string       `yaml:"contract"`
	To        string       `yaml:"to"`
	Address   string       `yaml:"address"`
	Profile   string       `yaml:"profile,omitempty"`
	Component string       `yaml:"component,omitempty"`
	From      routing.Date `yaml:"from,omitempty"`
	Until     routing.Date `yaml:"until,omitempty"`
}

// yamlPermission is a permission as our catalogue writes it.
type yamlPermission struct {
	Contract   string       `yaml:"contract"`
	FromSystem string       `yaml:"from_system"`
	To         string       `yaml:"to"`
	From       routing.Date `yaml:"from,omitempty"`
	Until      routing.Date `yaml:"until,omitempty"`

	Filters routing.Filters `yaml:"filters,omitempty"`
}

// Keys that each kind of entry may have.
func unitKeys() []string {
	return []string{"hsa_id", "name", "kind", "region", "provider", "attachments"}
}

func rowKeys() []string {
	return []string{"contract", "to", "address", "profile", "component", "from", "until"}
}

func permissionKeys() []string {
	return []string{"contract", "from_system", "to", "from", "until", keyFilters}
}

func filterKeys() []string { return []string{"service_domain", "categorizations"} }

const keyFilters = "filters"

// ReadYAML reads our own catalogue. names translates the short names of contracts ("SendComplaint") to responder namespaces;
// what holds a colon is a namespace already. A row without a profile gets RIVTABP21.
//
// Every offence is in the error with its line: an unknown or repeated key, an unknown short name, a date that is none, a missing
// value, a unit that is there twice. Whether the rows go together is left to routing.NewTable.
func ReadYAML(r io.Reader, names map[string]string) (routing.Catalogue, error) {
	y := &yamlReader{names: names, unitLines: map[string]int{}}
	root, err := parseYAML(r, maxYAML)
	if err == nil {
		y.root(root)
		err = errors.Join(y.problems...)
	}
	if err != nil {
		return routing.Catalogue{}, fmt.Errorf("reading the catalogue: %w", err)
	}
	return y.catalogue, nil
}

// parseYAML gives the root mapping of the one document that there must be.
func parseYAML(r io.Reader, limit int64) (*yaml.Node, error) {
	decoder := yaml.NewDecoder(&bounded{from: r, left: limit})
	var document, second yaml.Node
	err := decoder.Decode(&document)
	switch {
	case errors.Is(err, io.EOF):
		return nil, errors.New("the file is empty")
	case errors.Is(err, errTooLarge) || err != nil && strings.Contains(err.Error(), errTooLarge.Error()):
		return nil, errTooLarge
	case err != nil:
		return nil, syntax(err)
	}
	if err := decoder.Decode(&second); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is a second document, or something that is not YAML, after the first one")
	}
	root := document.Content[0]
	if root.Kind != yaml.MappingNode {
		return nil, fmt.Errorf("line %d: the catalogue must consist of units, routes and permissions", root.Line)
	}
	return root, nil
}

var position = regexp.MustCompile(`line (\d+)`) // in the messages of the YAML library

// syntax keeps the line of the library's message and drops its words, which are written for programmers.
func syntax(err error) error {
	if at := position.FindString(err.Error()); at != "" {
		return errors.New(at + ": this is not YAML; look at indentation, quotes and brackets")
	}
	return errors.New("this is not YAML; look at indentation, quotes and brackets")
}

// yamlReader collects the catalogue and what is wrong with it.
type yamlReader struct {
	names     map[string]string
	unitLines map[string]int // where a unit was seen, by folded HSA-id
	catalogue routing.Catalogue
	problems  []error
}

func (y *yamlReader) problem(line int, format string, args ...any) {
	y.problems = append(y.problems, fmt.Errorf("line %d: %w", line, fmt.Errorf(format, args...)))
}

func (y *yamlReader) root(root *yaml.Node) {
	y.keys(root, []string{"units", "routes", "permissions"})
	for i := 0; i+1 < len(root.Content); i += 2 {
		list := root.Content[i+1]
		if list.Kind == yaml.ScalarNode && list.Tag == "!!null" {
			continue // "units:" with nothing below it
		}
		if list.Kind != yaml.SequenceNode {
			y.problem(list.Line, "%s must be a list, each entry beginning with a dash", root.Content[i].Value)
			continue
		}
		for _, entry := range list.Content {
			switch root.Content[i].Value {
			case "units":
				y.unit(entry)
			case "routes":
				y.route(entry)
			case "permissions":
				y.permission(entry)
			}
		}
	}
}

// keys checks that a mapping has known keys only, and each once.
func (y *yamlReader) keys(mapping *yaml.Node, known []string) {
	seen := map[string]bool{}
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		key := mapping.Content[i]
		switch {
		case !slices.Contains(known, key.Value):
			y.problem(key.Line, "unknown key %q; known are %s", key.Value, strings.Join(known, ", "))
		case seen[key.Value]:
			y.problem(key.Line, "%s is there twice", key.Value)
		}
		seen[key.Value] = true
	}
}

// entry decodes one mapping into a struct; false means that a problem was noted.
func (y *yamlReader) entry(node *yaml.Node, known []string, into any) bool {
	before := len(y.problems)
	if node.Kind != yaml.MappingNode {
		y.problem(node.Line, "an entry must have keys and values: %s", strings.Join(known, ", "))
		return false
	}
	y.keys(node, known)
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i].Value, node.Content[i+1]
		switch {
		case key == keyFilters && slices.Contains(known, key):
			y.filters(value)
		case value.Kind != yaml.ScalarNode:
			y.problem(value.Line, "%s must be a single value", key)
		case key == "from" || key == "until":
			if _, err := routing.ParseDate(value.Value); err != nil && value.Tag != "!!null" {
				y.problem(value.Line, "%s: %w", key, err)
			}
		case key == "attachments" && value.Tag != "!!bool":
			y.problem(value.Line, "attachments must be true or false")
		}
	}
	if len(y.problems) > before {
		return false
	}
	if err := node.Decode(into); err != nil {
		y.problem(node.Line, "the entry cannot be understood")
		return false
	}
	return true
}

// filters checks the list of a permission's filters.
func (y *yamlReader) filters(list *yaml.Node) {
	if list.Kind != yaml.SequenceNode {
		y.problem(list.Line, "filters must be a list: [{service_domain: …, categorizations: […]}]")
		return
	}
	for _, filter := range list.Content {
		if filter.Kind != yaml.MappingNode {
			y.problem(filter.Line, "a filter must have keys and values: %s", strings.Join(filterKeys(), ", "))
			continue
		}
		y.keys(filter, filterKeys())
		domain := ""
		for i := 0; i+1 < len(filter.Content); i += 2 {
			key, value := filter.Content[i].Value, filter.Content[i+1]
			single := func(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag != "!!null" }
			switch {
			case key == "service_domain" && !single(value):
				y.problem(value.Line, "service_domain must be a single value")
			case key == "service_domain":
				domain = strings.TrimSpace(value.Value)
			case value.Kind != yaml.SequenceNode || slices.ContainsFunc(value.Content, func(n *yaml.Node) bool { return !single(n) }):
				y.problem(value.Line, "%s must be a list of single values", key)
			}
		}
		if domain == "" {
			y.problem(filter.Line, "the filter has no service_domain")
		}
	}
}

func (y *yamlReader) unit(node *yaml.Node) {
	var u routing.Unit
	if !y.entry(node, unitKeys(), &u) {
		return
	}
	u.HSAID = strings.TrimSpace(u.HSAID)
	key := routing.Fold(u.HSAID)
	former, twice := y.unitLines[key]
	switch {
	case u.HSAID == "":
		y.problem(node.Line, "the unit has no hsa_id")
	case twice:
		y.problem(node.Line, "unit %s is there already, on line %d", u.HSAID, former)
	case u.Kind != routing.CareUnit && u.Kind != routing.PatientBoard:
		y.problem(node.Line, "unit %s has the kind %q; write %s or %s", u.HSAID, u.Kind, routing.CareUnit, routing.PatientBoard)
	}
	y.unitLines[key] = node.Line
	y.catalogue.Units = append(y.catalogue.Units, u)
}

func (y *yamlReader) route(node *yaml.Node) {
	var r yamlRow
	if !y.entry(node, rowKeys(), &r) {
		return
	}
	row := routing.Row{
		Contract: y.contract(r.Contract, node.Line), Receiver: strings.TrimSpace(r.To), Address: strings.TrimSpace(r.Address),
		Profile: strings.TrimSpace(r.Profile), Component: strings.TrimSpace(r.Component), From: r.From, Until: r.Until, Line: node.Line,
	}
	row.Profile = cmp.Or(row.Profile, routing.RIVTABP21)
	if row.Receiver == "" {
		y.problem(node.Line, `the route has no receiver: write to: with an HSA-id, or "*" for all`)
	}
	y.catalogue.Routes = append(y.catalogue.Routes, row)
}

func (y *yamlReader) permission(node *yaml.Node) {
	var p yamlPermission
	if !y.entry(node, permissionKeys(), &p) {
		return
	}
	made := routing.Permission{
		Contract: y.contract(p.Contract, node.Line), Sender: strings.TrimSpace(p.FromSystem), Receiver: strings.TrimSpace(p.To),
		From: p.From, Until: p.Until, Filters: p.Filters, Line: node.Line,
	}
	if made.Sender == "" {
		y.problem(node.Line, "the permission has no sender: write from_system: with the HSA-id of the calling system")
	}
	if made.Receiver == "" {
		y.problem(node.Line, `the permission has no receiver: write to: with an HSA-id, or "*" for all`)
	}
	y.catalogue.Permissions = append(y.catalogue.Permissions, made)
}

// contract is the namespace that a namespace or short name stands for.
func (y *yamlReader) contract(written string, line int) string {
	written = strings.TrimSpace(written)
	namespace, known := y.names[written]
	switch {
	case known:
		return namespace
	case written == "":
		y.problem(line, "the entry has no contract")
	case !strings.Contains(written, ":"):
		y.problem(line, "contract %q is neither a responder namespace nor a short name that the active pack knows", written)
	}
	return written
}
