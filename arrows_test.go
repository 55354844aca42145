// Package rivgate_test holds what is true of the module as a whole. It knows folders and imports, no behaviour.
package rivgate_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// arrows are the imports among our packages that the architecture allows. A package that is not here may import none of
// ours. contracts/* stands for the pack folders with the hand-written mapping, and contracts/*/* for the generated code
// beneath them.
var arrows = map[string][]string{
	"soap":                         {"soap/*"},
	"soap/guard":                   {},
	"soap/codec":                   {"soap/guard"},
	"soap/wire":                    {"routing/reach"}, // the dialer judges the address really dialled, by the rule of all
	"soap/signature":               {"soap/guard"},
	"soap/signature/signaturetest": {"soap/guard"},
	"routing":                      {"routing/reach"},
	"routing/reach":                {},
	"wsdl":                         {},
	"contracts":                    {"soap", "soap/*", "wsdl", "contracts/identity"},
	"contracts/*":                  {"contracts", "contracts/*/*", "soap", "soap/*", "wsdl"},
	"contracts/redact":             {"contracts", "contracts/identity"},
	"contracts/*/*":                {"soap", "soap/*"},
	"routing/catalogue":            {"routing", "routing/reach"},
	"routing/finding":              {"routing", "contracts/identity"},
	"routing/tak":                  {"routing", "routing/catalogue", "soap"},
	"store": {
		"store/accesslog", "store/accounts", "store/catalogues", "store/db", "routing", "routing/catalogue",
		"contracts/identity",
	},
	"store/accesslog":  {"store/db", "routing"},
	"store/accounts":   {"store/accesslog", "store/db", "routing"},
	"store/catalogues": {"store/accesslog", "store/db", "routing", "routing/catalogue", "contracts/identity"},
	"store/db":         {},
	"store/storetest":  {"store", "store/db", "routing", "routing/catalogue"},
	"relay": {
		"relay/outgoing", "relay/diagnosis",
		"soap", "soap/signature", "contracts", "contracts/identity", "contracts/platform", "routing", "routing/catalogue",
		"routing/finding", "store",
	},
	// What the line stands on: how a producer is called, why that failed, and a test of the way to it.
	"relay/outgoing":  {"soap", "contracts", "routing"},
	"relay/diagnosis": {"soap", "contracts", "routing", "store"},
	"relay/probe": {
		"relay/outgoing", "relay/diagnosis", "soap", "contracts/platform", "routing", "routing/reach", "store",
	},
	// Beside the line, and above it.
	"relay/duties": {
		"routing", "routing/catalogue", "store", "store/accesslog", "store/accounts", "store/catalogues",
	},
	"relay/upkeep": {"relay", "routing", "store"},

	"web": {"web/*", "routing", "store"},
	"web/shell": {
		"relay", "relay/*", "routing", "routing/catalogue", "routing/finding", "store",
		"contracts", "contracts/identity", "contracts/redact",
	},
	"web/shell/wordstest": {},

	"web/signin":      {"web/shell"},
	"web/casework":    {"web/shell", "web/casefile"},
	"web/desk":        {"web/shell", "web/casework", "web/casefile"},
	"web/board":       {"web/shell", "web/casework"},
	"web/mailbox":     {"web/shell", "web/casework"},
	"web/open":        {"web/shell", "web/casework"},
	"web/catalogue":   {"web/shell"},
	"web/operate":     {"web/shell"},
	"web/statistics":  {"web/shell"},
	"web/people":      {"web/shell"},
	"web/register":    {"web/shell", "web/casework"},
	"web/opinion":     {"web/shell", "web/casework"},
	"web/api":         {"web/shell", "web/casework", "web/catalogue", "web/operate", "web/register"},
	"web/casefile":    {"contracts/identity"},
	"cmd/bench":       {},
	"cmd/contractgen": {"soap", "soap/*", "wsdl"},
	"cmd/torture": {
		"soap", "soap/*", "contracts", "contracts/*", "routing", "routing/catalogue", "store", "store/storetest",
	},
	"cmd/rivgate": {
		"soap", "soap/*", "wsdl", "contracts", "contracts/*", "routing", "routing/catalogue", "routing/tak", "store",
		"relay", "relay/*", "web", "web/*", "recording", "cmd/rivgate/*",
	},
	// Every noun stands on cli; parts makes the parts of a gateway for whoever needs one. Neither knows a noun.
	"cmd/rivgate/config": {
		"contracts", "contracts/*", "relay/duties", "routing", "routing/reach", "store", "web/shell", "web/signin",
	},
	"cmd/rivgate/cli":  {"cmd/rivgate/config", "relay/duties", "routing", "store"},
	"cmd/rivgate/logs": {"cmd/rivgate/config", "contracts/identity"},
	"cmd/rivgate/parts": {
		"cmd/rivgate/config", "cmd/rivgate/cli", "soap", "soap/wire", "soap/signature", "contracts", "routing",
		"routing/catalogue",
		"routing/tak", "store", "relay", "relay/outgoing", "web/operate", "web/shell", "web/signin",
	},
	"cmd/rivgate/tak": {
		"cmd/rivgate/config", "cmd/rivgate/cli", "cmd/rivgate/parts", "soap", "soap/wire", "contracts", "routing",
		"routing/catalogue", "routing/tak", "store", "relay", "relay/duties", "relay/outgoing", "relay/probe",
		"contracts/identity",
	},
	"cmd/rivgate/queue": {
		"cmd/rivgate/config", "cmd/rivgate/cli", "cmd/rivgate/tak", "routing", "relay",
		"relay/diagnosis", "store", "contracts/identity",
	},
	"cmd/rivgate/cases": {
		"cmd/rivgate/config", "cmd/rivgate/cli", "cmd/rivgate/parts", "cmd/rivgate/logs", "contracts", "contracts/redact",
		"routing", "store", "relay", "web/register", "web/shell",
	},
	"cmd/rivgate/people": {
		"cmd/rivgate/config", "cmd/rivgate/cli", "routing", "store", "web/shell",
	},
	"cmd/rivgate/envelope": {
		"cmd/rivgate/config", "cmd/rivgate/cli", "cmd/rivgate/parts", "soap", "contracts", "recording",
	},
	"cmd/rivgate/recordings": {
		"cmd/rivgate/config", "cmd/rivgate/cli", "cmd/rivgate/parts", "soap", "soap/wire", "contracts", "contracts/redact",
		"recording",
	},
	"cmd/rivgate/database": {"cmd/rivgate/config", "cmd/rivgate/cli", "store"},
	"cmd/rivgate/demo": {
		"cmd/rivgate/config", "cmd/rivgate/cli", "cmd/rivgate/parts", "cmd/rivgate/cases", "soap", "soap/wire",
		"contracts", "contracts/*", "routing", "routing/catalogue", "store", "relay", "recording",
		"web/shell", "web/casework",
	},
	"cmd/rivgate/story": {"soap", "contracts", "recording"},

	"recording": {"soap", "soap/*", "contracts", "contracts/identity", "contracts/redact"},

	// What a person's number is and how text is compared: pure, for whoever is above.
	"contracts/identity": {},
}

// libraries that only these may import: what they bring must not reach the path of a message.
var libraries = map[string][]string{
	"github.com/hooklift/gowsdl":          {"cmd/contractgen"},
	"github.com/beevik/etree":             {"cmd/contractgen", "contracts", "soap/signature"},
	"github.com/russellhaering/goxmldsig": {"cmd/contractgen", "contracts", "soap/signature"},
	"github.com/alecthomas/kong":          {"cmd/rivgate", "cmd/contractgen"},
	"github.com/jackc/pgx":                {"store/db", "store", "store/accesslog", "store/storetest", "cmd/torture"},
	"modernc.org/sqlite":                  {"store/db", "store", "store/storetest"},
	"github.com/pressly/goose":            {"store/db", "store", "store/storetest"},
	"github.com/go-pdf/fpdf":              {"web/casefile"},
}

// pure says what the packages that see no world may not import, tests aside.
var pure = map[string][]string{
	"routing":       {"context", "database/sql", "net", "net/http", "os"},
	"routing/reach": {"context", "database/sql", "net", "net/http", "os", "time"},

	"routing/finding": {"context", "database/sql", "net", "net/http", "os", "time"},

	"store":          {"net/http", "encoding/xml"},
	"store/db":       {"net/http", "encoding/xml", "encoding/json"},
	"soap":           {"database/sql"},
	"soap/guard":     {"context", "database/sql", "net", "net/http", "os"},
	"soap/signature": {"context", "database/sql", "net", "net/http", "os"},

	"soap/codec": {"context", "database/sql", "net", "net/http", "os", "reflect"},
	"web":        {"database/sql"},

	"contracts/identity": {"context", "database/sql", "net", "net/http", "os"},
}

// source is one Go file and what it imports.
type source struct {
	file, folder string // from the root, with forward slashes
	test         bool
	imports      []string
}

func sources(t *testing.T) []source {
	t.Helper()
	var all []source
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if base := d.Name(); name != "." &&
				(base == "testdata" || base == "bin" || base == "data" || strings.HasPrefix(base, ".")) {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		file := filepath.ToSlash(name)
		s := source{file: file, folder: path.Dir(file), test: strings.HasSuffix(file, "_test.go")}
		for _, i := range parsed.Imports {
			imported, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				return err
			}
			s.imports = append(s.imports, imported)
		}
		all = append(all, s)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 20 {
		t.Fatalf("only %d files were found: the test looks in the wrong place", len(all))
	}
	return all
}

// matches tells whether a folder is meant by a pattern: * is one element, ** is any number of them, at least one.
func matches(pattern, folder string) bool {
	if above, ok := strings.CutSuffix(pattern, "/**"); ok {
		return strings.HasPrefix(folder, above+"/")
	}
	ok, _ := path.Match(pattern, folder)
	return ok
}

func matchesAny(patterns []string, folder string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return matches(p, folder) })
}

// storeRooms are the rooms under store, without the engine.
func storeRooms() (rooms []string) {
	for _, folder := range arrows["store"] {
		if strings.HasPrefix(folder, "store/") && folder != "store/db" {
			rooms = append(rooms, folder)
		}
	}
	return rooms
}

// allowed are the arrows from a folder: those of its own name, else of the pattern that means it.
func allowed(folder string) ([]string, bool) {
	if a, ok := arrows[folder]; ok {
		if slices.Contains(a, "store") { // its verbs take and give what its rooms have
			a = append(slices.Clone(a), storeRooms()...)
		}
		if matches("web/*", folder) && slices.Contains(a, "web/shell") { // a room may import what its shell may
			a = append(append(slices.Clone(a), arrows["web/shell"]...), storeRooms()...)
		}
		return a, true
	}
	for pattern, a := range arrows {
		if matches(pattern, folder) {
			return a, true
		}
	}
	return nil, false
}

func TestImportsFollowTheArrows(t *testing.T) {
	for _, s := range sources(t) {
		to, known := allowed(s.folder)
		if !known && s.folder != "." {
			t.Errorf("%s: the architecture has no package %s", s.file, s.folder)
			continue
		}
		for _, i := range s.imports {
			ours, ok := strings.CutPrefix(i, "rivgate/")
			if !ok || ours == s.folder {
				continue
			}
			// Tests may use a neighbour's real parts; what binds them too stands in the tests below.
			if !s.test && !matchesAny(to, ours) {
				t.Errorf("%s: %s may not import %s", s.file, s.folder, ours)
			}
		}
	}
}

var generated = regexp.MustCompile(`^rivgate/contracts/[^/]+/.+`)

func TestNobodyOutsideContractsImportsGeneratedCode(t *testing.T) {
	for _, s := range sources(t) {
		for _, i := range s.imports {
			if generated.MatchString(i) && !strings.HasPrefix(s.folder, "contracts") {
				t.Errorf("%s imports generated code: %s", s.file, i)
			}
		}
	}
}

func TestNobodyImportsCommands(t *testing.T) {
	for _, s := range sources(t) {
		for _, i := range s.imports {
			if strings.HasPrefix(i, "rivgate/cmd/") &&
				!strings.HasPrefix("rivgate/"+s.folder, strings.Join(strings.Split(i, "/")[:3], "/")) {
				t.Errorf("%s imports a command: %s", s.file, i)
			}
		}
	}
}

func TestLibrariesStayWhereTheyBelong(t *testing.T) {
	for _, s := range sources(t) {
		for _, i := range s.imports {
			for library, folders := range libraries {
				if (i == library || strings.HasPrefix(i, library+"/")) && !slices.Contains(folders, s.folder) {
					t.Errorf("%s: %s is for %s alone", s.file, i, strings.Join(folders, ", "))
				}
			}
			room := strings.Split(s.folder, "/")[0] // what binds web or store binds its rooms
			rooms := room == "web" || room == "store"
			if !s.test && (slices.Contains(pure[s.folder], i) || rooms && slices.Contains(pure[room], i)) {
				t.Errorf("%s: %s does not import %s", s.file, s.folder, i)
			}
		}
	}
}

func TestPatternsMeanWhatTheySay(t *testing.T) {
	for _, c := range []struct {
		pattern, folder string
		want            bool
	}{
		{"contracts/*", "contracts/inferred", true},
		{"contracts/*", "contracts/inferred/complaintsandfeedback", false},
		{"contracts/*/*", "contracts/inferred/complaintsandfeedback", true},
		{"cmd/rivgate/**", "cmd/rivgate/story/scenes", true},
		{"cmd/rivgate/**", "cmd/rivgate", false},
		{"soap", "soap", true},
		{"soap", "soap/sub", false},
	} {
		if got := matches(c.pattern, c.folder); got != c.want {
			t.Errorf("%s means %s: %v", c.pattern, c.folder, got)
		}
	}
}
