package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"
)

// environmentPrefix begins every environment variable of the configuration.
const environmentPrefix = "RIVGATE_"

// place is where a key was set.
type place struct {
	source string
	line   int
}

// places maps keys like soap.tls.listen to where they were set.
type places map[string]place

// note writes down the line of every key below node.
func (p places) note(source, path string, node *yaml.Node) {
	switch node.Kind {
	case yaml.DocumentNode:
		for _, n := range node.Content {
			p.note(source, path, n)
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(node.Content); i += 2 {
			key := node.Content[i].Value
			if path != "" {
				key = path + "." + key
			}
			p[key] = place{source, node.Content[i].Line}
			p.note(source, key, node.Content[i+1])
		}
	}
}

// at is the longest key that was set on a line of the file, "" for none.
func (p places) at(line int) string {
	best := ""
	for key, where := range p {
		if where.line == line && line > 0 && (len(key) > len(best) || len(key) == len(best) && key < best) {
			best = key
		}
	}
	return best
}

// of finds where a key, or the nearest one above it, was set.
func (p places) of(key string) place {
	for k := key; ; {
		if where, ok := p[k]; ok {
			return where
		}
		i := strings.LastIndexByte(k, '.')
		if i < 0 {
			return place{source: "default"}
		}
		k = k[:i]
	}
}

// readEnvironment lays environment variables over c: RIVGATE_ and the key's path in capitals, RIVGATE_SOAP_TLS_LISTEN. Lists are written
// a,b or as YAML [a, b]; mappings as YAML {a: b}. A variable that is set but empty empties its key.
//
// Variables with the prefix that are no key are left alone: container platforms set RIVGATE_PORT_… for a service of that name.
func readEnvironment(c *Config, environ []string, p places) []Problem {
	values := make(map[string]string)
	for _, e := range environ {
		if name, value, ok := strings.Cut(e, "="); ok && strings.HasPrefix(name, environmentPrefix) {
			values[name] = value
		}
	}
	var problems []Problem
	walkConfig(reflect.ValueOf(c).Elem(), "", func(key string, field reflect.Value) {
		name := environmentName(key)
		value, ok := values[name]
		if !ok {
			return
		}
		p[key] = place{source: name}
		if err := setField(field, value); err != nil {
			problems = append(problems, Problem{Source: name, Key: key, Text: err.Error()})
		}
	})
	return problems
}

// environmentName is the variable of a key.
func environmentName(key string) string {
	return environmentPrefix + strings.ToUpper(strings.ReplaceAll(key, ".", "_"))
}

// walkConfig visits every leaf of the configuration in the order of the file.
func walkConfig(v reflect.Value, path string, visit func(key string, field reflect.Value)) {
	for i := range v.NumField() {
		key := v.Type().Field(i).Tag.Get("yaml")
		if path != "" {
			key = path + "." + key
		}
		if f := v.Field(i); f.Kind() == reflect.Struct {
			walkConfig(f, key, visit)
		} else {
			visit(key, f)
		}
	}
}

func setField(field reflect.Value, value string) error {
	if field.Kind() == reflect.String {
		field.SetString(value)
		return nil
	}
	fresh := reflect.New(field.Type())
	if strings.TrimSpace(value) != "" {
		text := value
		if field.Kind() == reflect.Slice && !strings.HasPrefix(strings.TrimSpace(value), "[") {
			text = "[" + value + "]"
		}
		d := yaml.NewDecoder(bytes.NewBufferString(text))
		d.KnownFields(true)
		if err := d.Decode(fresh.Interface()); err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("the value %q is no %s", value, typeWords(field.Type().String()))
		}
	}
	field.Set(fresh.Elem())
	return nil
}
