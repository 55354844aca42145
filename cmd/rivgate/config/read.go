package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"rivgate/relay/duties"
)

// DefaultFile is read where neither --config nor RIVGATE_CONFIG names a file. It need not be there.
const DefaultFile = "rivgate.yaml"

// Size is a number of bytes, written 15MiB, 512KiB, 1GB or as a bare number.
type Size int64

// UnmarshalYAML reads a size.
func (s *Size) UnmarshalYAML(node *yaml.Node) error {
	size, ok := parseSize(node.Value)
	if !ok || node.Kind != yaml.ScalarNode {
		// The form of the library's own errors, so that it adds this one to the others of the file.
		return &yaml.TypeError{
			Errors: []string{fmt.Sprintf("line %d: cannot unmarshal !!str `%s` into config.Size", node.Line, node.Value)},
		}
	}
	*s = size
	return nil
}

func parseSize(text string) (Size, bool) {
	text = strings.TrimSpace(text)
	digits := strings.TrimRight(text, "BKMGikmgb ")
	n, err := strconv.ParseInt(digits, 10, 64)
	factor, ok := map[string]int64{
		"": 1, "B": 1, "KB": 1e3, "MB": 1e6, "GB": 1e9, "KIB": 1 << 10, "MIB": 1 << 20, "GIB": 1 << 30,
	}[strings.ToUpper(strings.TrimSpace(text[len(digits):]))]
	if err != nil || !ok || n < 0 || n > math.MaxInt64/factor {
		return 0, false
	}
	return Size(n * factor), true
}

// String writes a size with the largest binary unit that divides it.
func (s Size) String() string {
	for _, u := range []struct {
		factor Size
		name   string
	}{{1 << 30, "GiB"}, {1 << 20, "MiB"}, {1 << 10, "KiB"}} {
		if s >= u.factor && s%u.factor == 0 {
			return strconv.FormatInt(int64(s/u.factor), 10) + u.name
		}
	}
	return strconv.FormatInt(int64(s), 10)
}

// Problem is one thing wrong with the configuration: where it stands, what it is and what to write instead.
type Problem struct {
	Source string `json:"source"`         // file name or environment variable; "default" where nobody set it
	Line   int    `json:"line,omitempty"` // in the file
	Key    string `json:"key,omitempty"`  // soap.tls.listen
	Text   string `json:"text"`           // what is wrong, and the remedy
}

func (p Problem) String() string {
	var b strings.Builder
	b.WriteString(p.Source)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d", p.Line)
	}
	b.WriteString(": ")
	if p.Key != "" {
		b.WriteString(p.Key + ": ")
	}
	b.WriteString(p.Text)
	return b.String()
}

// Error is a configuration that cannot be used. Its text lists every problem on a line of its own.
type Error struct{ Problems []Problem }

func (e *Error) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// Loaded is a configuration with the knowledge of where each key was set.
type Loaded struct {
	Config Config
	File   string // "" when there is none
	places places
}

// Source is where a key was set: a file, a variable or "default".
func (l *Loaded) Source(key string) string { return l.places.of(key).source }

// Problem is what is wrong with a key.
func (l *Loaded) Problem(key, format string, args ...any) Problem {
	where := l.places.of(key)
	return Problem{Source: where.source, Line: where.line, Key: key, Text: fmt.Sprintf(format, args...)}
}

// Read reads the file (or "" for rivgate.yaml if it is there, else the defaults) and lays the environment over it. The
// error is a *Error with everything that is wrong, values included.
func Read(file string, environ []string) (*Loaded, error) {
	l := &Loaded{Config: Default(), File: file, places: places{}}
	content, err := readConfigFile(&l.File)
	if err != nil {
		return nil, &Error{[]Problem{{Source: file, Text: err.Error()}}}
	}
	problems := l.readYAML(content)
	problems = append(problems, readEnvironment(&l.Config, environ, l.places)...)
	l.settle()
	for _, p := range l.check() {
		// A key that could not be read has its default: nothing more can be said of it.
		if !slices.ContainsFunc(problems, func(o Problem) bool { return o.Key == p.Key }) {
			problems = append(problems, p)
		}
	}
	if len(problems) > 0 {
		return nil, &Error{problems}
	}
	return l, nil
}

// settle gives keys that nobody set the default that depends on the environment.
func (l *Loaded) settle() {
	if _, set := l.places["store.migrate"]; !set && l.Config.Environment == EnvironmentProduction {
		l.Config.Store.Migrate = false
	}
	if _, set := l.places["web.local_accounts"]; !set && l.Config.Environment == EnvironmentProduction {
		l.Config.Web.LocalAccounts = false
	}
	if _, set := l.places["duties.second_person"]; !set && l.Config.Environment == EnvironmentProduction {
		l.Config.Duties.SecondPerson = duties.All()
	}
}

func readConfigFile(file *string) ([]byte, error) {
	named := *file != ""
	if !named {
		*file = DefaultFile
	}
	content, err := os.ReadFile(*file)
	switch {
	case err == nil:
		return content, nil
	case errors.Is(err, fs.ErrNotExist) && !named:
		*file = ""
		return nil, nil
	case errors.Is(err, fs.ErrNotExist):
		return nil, errors.New("there is no such file: write one with `rivgate config example`")
	}
	return nil, err
}

// readYAML lays a file over the configuration and notes the line of each key.
func (l *Loaded) readYAML(content []byte) []Problem {
	d := yaml.NewDecoder(bytes.NewReader(content))
	var tree yaml.Node
	if err := d.Decode(&tree); err != nil && !errors.Is(err, io.EOF) {
		return l.noYAML(err, content)
	}
	l.places.note(l.File, "", &tree)
	problems := l.decode(&tree, reflect.ValueOf(&l.Config).Elem(), "")
	if err := d.Decode(&yaml.Node{}); !errors.Is(err, io.EOF) {
		problems = append(problems, Problem{
			Source: l.File, Text: "more than one YAML document: keep the first, remove the line --- and what follows",
		})
	}
	return problems
}
