package config

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// decode lays a piece of the file over a piece of the configuration, key by key, so that each problem has the key that
// it is about, however many stand on one line.
func (l *Loaded) decode(node *yaml.Node, into reflect.Value, path string) []Problem {
	switch {
	case node.Kind == yaml.DocumentNode && len(node.Content) == 1:
		return l.decode(node.Content[0], into, path)
	case node.Kind == yaml.AliasNode:
		return l.decode(node.Alias, into, path)
	case into.Kind() == reflect.Struct && node.Kind == yaml.MappingNode:
		return l.decodeKeys(node, into, path)
	case into.Kind() == reflect.Struct && node.ShortTag() == "!!null", node.Kind == 0:
		return nil
	case into.Kind() == reflect.Struct:
		return []Problem{{Source: l.File, Line: node.Line, Key: path, Text: "the value is no " + typeWords("config.")}}
	case into.Kind() == reflect.Map && into.Type().Elem().Kind() == reflect.Struct && node.Kind == yaml.MappingNode:
		return l.decodeMap(node, into, path)
	case into.Kind() == reflect.Slice && into.Type().Elem().Kind() == reflect.Struct && node.Kind == yaml.SequenceNode:
		return l.decodeList(node, into, path)
	}
	return l.yamlProblems(node.Decode(into.Addr().Interface()), path)
}

// decodeKeys reads the keys of a mapping into fields. What is merged in (<<) comes first: the mapping's own keys win.
func (l *Loaded) decodeKeys(node *yaml.Node, into reflect.Value, path string) (problems []Problem) {
	for _, merged := range []bool{true, false} {
		for i := 0; i+1 < len(node.Content); i += 2 {
			key, value := node.Content[i], node.Content[i+1]
			if (key.ShortTag() == "!!merge") != merged {
				continue
			}
			if merged {
				problems = append(problems, l.decodeMerged(value, into, path)...)
				continue
			}
			if p := l.twice(node, i); p != nil {
				problems = append(problems, *p)
				continue
			}
			field, ok := fieldOf(into, key.Value)
			if !ok {
				problems = append(problems, Problem{
					Source: l.File, Line: key.Line,
					Text: fmt.Sprintf("unknown key %q: see `rivgate config example` for all keys", key.Value),
				})
				continue
			}
			problems = append(problems, l.decode(value, field, below(path, key.Value))...)
		}
	}
	return problems
}

func (l *Loaded) decodeMerged(value *yaml.Node, into reflect.Value, path string) (problems []Problem) {
	if value.Kind != yaml.SequenceNode {
		return l.decode(value, into, path)
	}
	for i := len(value.Content) - 1; i >= 0; i-- { // the first of a list wins
		problems = append(problems, l.decode(value.Content[i], into, path)...)
	}
	return problems
}

func (l *Loaded) decodeMap(node *yaml.Node, into reflect.Value, path string) (problems []Problem) {
	all := reflect.MakeMap(into.Type())
	for i := 0; i+1 < len(node.Content); i += 2 {
		if p := l.twice(node, i); p != nil {
			problems = append(problems, *p)
			continue
		}
		one := reflect.New(into.Type().Elem()).Elem()
		name := node.Content[i].Value
		problems = append(problems, l.decode(node.Content[i+1], one, below(path, name))...)
		all.SetMapIndex(reflect.ValueOf(name), one)
	}
	into.Set(all)
	return problems
}

func (l *Loaded) decodeList(node *yaml.Node, into reflect.Value, path string) (problems []Problem) {
	all := reflect.MakeSlice(into.Type(), len(node.Content), len(node.Content))
	for i, one := range node.Content {
		problems = append(problems, l.decode(one, all.Index(i), fmt.Sprintf("%s[%d]", path, i))...)
	}
	into.Set(all)
	return problems
}

// twice tells that key number i of a mapping stands in it before.
func (l *Loaded) twice(node *yaml.Node, i int) *Problem {
	for j := 0; j < i; j += 2 {
		if before := node.Content[j]; before.Value == node.Content[i].Value {
			return &Problem{
				Source: l.File, Line: node.Content[i].Line,
				Text: fmt.Sprintf("mapping key %q already defined at line %d: keep one of them", before.Value, before.Line),
			}
		}
	}
	return nil
}

func below(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func fieldOf(v reflect.Value, key string) (reflect.Value, bool) {
	for i := range v.NumField() {
		if v.Type().Field(i).Tag.Get("yaml") == key {
			return v.Field(i), true
		}
	}
	return reflect.Value{}, false
}

var (
	yamlLine = regexp.MustCompile(`^(?:yaml: )?line (\d+): (.*)$`)
	yamlType = regexp.MustCompile("^cannot unmarshal \\S+ (`[^`]*` )?into (\\S+)$")
)

// yamlProblems turns what the YAML library says of a key into problems that a user understands.
func (l *Loaded) yamlProblems(err error, key string) []Problem {
	if err == nil {
		return nil
	}
	lines := []string{err.Error()}
	var several *yaml.TypeError
	if errors.As(err, &several) {
		lines = several.Errors
	}
	var problems []Problem
	for _, text := range lines {
		p := Problem{Source: l.File, Key: key, Text: text}
		if m := yamlLine.FindStringSubmatch(text); m != nil {
			p.Line, _ = strconv.Atoi(m[1])
			p.Text = m[2]
		}
		if m := yamlType.FindStringSubmatch(p.Text); m != nil {
			p.Text = fmt.Sprintf("the value %sis no %s", m[1], typeWords(m[2]))
		}
		problems = append(problems, p)
	}
	return problems
}

// noYAML tells why a file is no YAML at all. The library miscounts or leaves out the line of a tab, which is what
// happens most.
func (l *Loaded) noYAML(err error, content []byte) []Problem {
	problems := l.yamlProblems(err, "")
	for i := range problems {
		p := &problems[i]
		if !strings.Contains(p.Text, "tab character") && !strings.Contains(p.Text, "cannot start any token") {
			continue
		}
		number := 0
		for line := range strings.Lines(string(content)) {
			number++
			indent := line[:len(line)-len(strings.TrimLeft(line, " \t"))]
			if number >= p.Line && strings.Contains(indent, "\t") {
				p.Line, p.Text = number, "a tab stands where YAML wants blanks: indent with blanks"
				break
			}
		}
	}
	return problems
}

// typeWords says in words what a Go type expects, with an example.
func typeWords(goType string) string {
	switch {
	case strings.HasPrefix(goType, "[]"):
		return "list: write [a, b]"
	case strings.HasPrefix(goType, "map["):
		return "mapping: write {key: value}"
	case goType == "time.Duration":
		return "duration: write 4s, 5m or 168h"
	case goType == "config.Size":
		return "size: write 15MiB, 512KiB or a number of bytes"
	case goType == "bool":
		return "truth value: write true or false"
	case strings.HasPrefix(goType, "int"):
		return "whole number"
	case strings.HasPrefix(goType, "config."):
		return "mapping of keys"
	}
	return "text"
}
