package tak

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
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
	Signature string       `yaml:"signature,omitempty"`
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
	return []string{"hsa_id", "name", "kind", "region", "provider", "attachments", "supplements", "town", keyAliases}
}

func rowKeys() []string {
	return []string{"contract", "to", "address", "profile", "component", "signature", "from", "until"}
}

func permissionKeys() []string {
	return []string{"contract", "from_system", "to", "from", "until", keyFilters}
}

func filterKeys() []string { return []string{"service_domain", "categorizations"} }

const (
	keyFilters = "filters"
	keyAliases = "aliases"
)

// ReadYAML reads our own catalogue. names translates the short names of contracts ("SendComplaint") to responder
// namespaces; what holds a colon is a namespace already. A row without a profile gets RIVTABP21.
//
// The error lists every problem with its line: an unknown or repeated key, an unknown short name, a wrong date, a
// missing value, a unit that stands twice. Whether the rows fit together is checked by routing.NewTable.
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

// parseYAML returns the root mapping. Anything but exactly one YAML document is an error.
func parseYAML(r io.Reader, limit int64) (*yaml.Node, error) {
	from := &bounded{from: r, left: limit}
	decoder := yaml.NewDecoder(from)
	var document, second yaml.Node
	err := decoder.Decode(&document)
	switch {
	case errors.Is(err, io.EOF):
		return nil, newProblem("empty")
	case from.exceeded:
		return nil, errTooLarge
	case err != nil:
		return nil, syntax(err)
	}
	if err := decoder.Decode(&second); !errors.Is(err, io.EOF) {
		return nil, newProblem("second-yaml")
	}
	root := document.Content[0]
	if root.Kind != yaml.MappingNode {
		return nil, problemAt(root.Line, "no-catalogue")
	}
	return root, nil
}

// yamlLine finds the line in an error text of the YAML library, which gives it nowhere else.
var yamlLine = regexp.MustCompile(`line (\d+)`)

// syntax makes a problem of an error of the YAML library: it keeps the line, and replaces the text, which is written
// for programmers.
func syntax(err error) error {
	line := 0
	if found := yamlLine.FindStringSubmatch(err.Error()); found != nil {
		line, _ = strconv.Atoi(found[1]) // digits alone; a line that is too long for an int is none
	}
	return problemAt(line, "no-yaml")
}

// yamlReader collects the catalogue and what is wrong with it.
type yamlReader struct {
	names     map[string]string
	unitLines map[string]int // where a unit was seen, by folded HSA-id
	catalogue routing.Catalogue
	problems  []error
}

func (y *yamlReader) problem(line int, code string, values ...string) {
	y.problems = append(y.problems, problemAt(line, code, values...))
}

func (y *yamlReader) root(root *yaml.Node) {
	y.keys(root, []string{"units", "routes", "permissions"})
	for i := 0; i+1 < len(root.Content); i += 2 {
		list := root.Content[i+1]
		if list.Kind == yaml.ScalarNode && list.Tag == "!!null" {
			continue // "units:" with nothing below it
		}
		if list.Kind != yaml.SequenceNode {
			y.problem(list.Line, "no-list", root.Content[i].Value)
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

// keys checks that a mapping has only known keys, and each of them once.
func (y *yamlReader) keys(mapping *yaml.Node, known []string) {
	seen := map[string]bool{}
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		key := mapping.Content[i]
		switch {
		case !slices.Contains(known, key.Value):
			y.problem(key.Line, "key-unknown", strconv.Quote(key.Value), strings.Join(known, ", "))
		case seen[key.Value]:
			y.problem(key.Line, "key-twice", key.Value)
		}
		seen[key.Value] = true
	}
}

// entry decodes one mapping into a struct; false means that a problem was noted.
func (y *yamlReader) entry(node *yaml.Node, known []string, into any) bool {
	before := len(y.problems)
	if node.Kind != yaml.MappingNode {
		y.problem(node.Line, "entry-no-keys", strings.Join(known, ", "))
		return false
	}
	y.keys(node, known)
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i].Value, node.Content[i+1]
		switch {
		case key == keyFilters && slices.Contains(known, key):
			y.filters(value)
		case key == keyAliases && slices.Contains(known, key):
			y.singles(key, value)
		case value.Kind != yaml.ScalarNode:
			y.problem(value.Line, "not-single", key)
		case key == "from" || key == "until":
			if _, err := routing.ParseDate(value.Value); err != nil && value.Tag != "!!null" {
				y.problem(value.Line, "no-date", key, strconv.Quote(value.Value))
			}
		case (key == "attachments" || key == "supplements") && value.Tag != "!!bool":
			y.problem(value.Line, "no-bool", key)
		}
	}
	if len(y.problems) > before {
		return false
	}
	if err := node.Decode(into); err != nil {
		y.problem(node.Line, "entry-unclear")
		return false
	}
	return true
}

// filters checks the list of a permission's filters.
func (y *yamlReader) filters(list *yaml.Node) {
	if list.Kind != yaml.SequenceNode {
		y.problem(list.Line, "filters-no-list")
		return
	}
	for _, filter := range list.Content {
		if filter.Kind != yaml.MappingNode {
			y.problem(filter.Line, "filter-no-keys", strings.Join(filterKeys(), ", "))
			continue
		}
		y.keys(filter, filterKeys())
		domain := ""
		for i := 0; i+1 < len(filter.Content); i += 2 {
			key, value := filter.Content[i].Value, filter.Content[i+1]
			switch {
			case key == "service_domain" && !isSingle(value):
				y.problem(value.Line, "not-single", key)
			case key == "service_domain":
				domain = strings.TrimSpace(value.Value)
			default:
				y.singles(key, value)
			}
		}
		if domain == "" {
			y.problem(filter.Line, "filter-no-domain")
		}
	}
}

// singles checks a list of single values.
func (y *yamlReader) singles(key string, list *yaml.Node) {
	if list.Kind != yaml.SequenceNode ||
		slices.ContainsFunc(list.Content, func(n *yaml.Node) bool { return !isSingle(n) }) {
		y.problem(list.Line, "not-singles", key)
	}
}

func isSingle(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag != "!!null" }

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
		y.problem(node.Line, "unit-no-id")
	case twice:
		y.problem(node.Line, "unit-twice", u.HSAID, strconv.Itoa(former))
	case !u.Kind.Known():
		y.problem(node.Line, "unit-kind", u.HSAID, strconv.Quote(string(u.Kind)))
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
		Profile: strings.TrimSpace(r.Profile), Component: strings.TrimSpace(r.Component),
		Signature: routing.SignatureOf(strings.TrimSpace(r.Signature)), From: r.From, Until: r.Until, Line: node.Line,
	}
	row.Profile = cmp.Or(row.Profile, routing.RIVTABP21)
	if !row.Signature.Known() {
		y.problem(node.Line, "route-signature", strconv.Quote(r.Signature))
	}
	if row.Receiver == "" {
		y.problem(node.Line, "route-no-receiver")
	}
	y.catalogue.Routes = append(y.catalogue.Routes, row)
}

func (y *yamlReader) permission(node *yaml.Node) {
	var p yamlPermission
	if !y.entry(node, permissionKeys(), &p) {
		return
	}
	made := routing.Permission{
		Contract: y.contract(p.Contract, node.Line), Sender: strings.TrimSpace(p.FromSystem),
		Receiver: strings.TrimSpace(p.To),
		From:     p.From, Until: p.Until, Filters: p.Filters, Line: node.Line,
	}
	if made.Sender == "" {
		y.problem(node.Line, "no-sender")
	}
	if made.Receiver == "" {
		y.problem(node.Line, "no-receiver")
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
		y.problem(line, "no-contract")
	case !strings.Contains(written, ":"):
		y.problem(line, "contract-unknown", strconv.Quote(written))
	}
	return written
}
