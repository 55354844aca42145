package contracts

import (
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"

	"rivgate/wsdl"
)

// The sub codes of the program, of the schema and of the integration guide are the same, each with its error code, a
// cause and a remedy.
func TestSubCodesAreDocumented(t *testing.T) {
	source, err := os.ReadFile("error.go")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]string{}
	for _, found := range regexp.MustCompile(`(?m)^\tSub\w+ += "([A-Z_]+)"`).FindAllStringSubmatch(string(source), -1) {
		known[found[1]] = CodeOf(found[1])
		if found[1] == SubOutOfOrder {
			known[found[1]] = INFO
		}
	}
	pack, err := wsdl.Pack("inferred")
	if err != nil {
		t.Fatal(err)
	}
	schema, err := fs.ReadFile(pack, "schemas/core_components/supportprocess_logistics_complaintsandfeedback_1.0.xsd")
	if err != nil {
		t.Fatal(err)
	}
	guide, err := os.ReadFile("../docs/integration.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(guide), "\n## Sub codes\n")
	table, _, _ = strings.Cut(table, "\n## ")
	for where, list := range map[string][][]string{
		"schema": regexp.MustCompile(`(?m)^([A-Z_]+) \(([A-Z_]+)\): (\S[^.]*\.) (\S[^.]*\.)$`).FindAllStringSubmatch(
			string(schema), -1,
		),
		"guide": regexp.MustCompile("(?m)^\\| `([A-Z_]+)` \\| `([A-Z_]+)` \\| (\\S[^.]*\\.) \\| (\\S[^.]*\\.) \\|$").
			FindAllStringSubmatch(table, -1),
	} {
		said := map[string]bool{}
		for _, found := range list {
			said[found[1]] = true
			if code, ok := known[found[1]]; !ok || code != found[2] {
				t.Errorf("the %s has %s with %s, the program %q", where, found[1], found[2], code)
			}
		}
		for code := range known {
			if !said[code] {
				t.Errorf("the %s does not have %s with its error code, cause and remedy", where, code)
			}
		}
	}
	if len(known) < 20 {
		t.Errorf("only %d sub codes were found in the program", len(known))
	}
}
