package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"reflect"
	"regexp"
	"slices"
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
	case yaml.SequenceNode:
		for i, one := range node.Content {
			key := fmt.Sprintf("%s[%d]", path, i)
			p[key] = place{source, one.Line}
			p.note(source, key, one)
		}
	}
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

// readEnvironment lays environment variables over c: RIVGATE_ and the key's path in capitals, RIVGATE_SOAP_TLS_LISTEN.
// Lists are written a,b or as YAML [a, b]; mappings as YAML {a: b}. A variable that is set but empty empties its key.
//
// A variable with the prefix that is no key is an error: a misspelt one must not mean the default.
func readEnvironment(c *Config, environ []string, p places) []Problem {
	values := make(map[string]string)
	for _, e := range environ {
		if name, value, ok := strings.Cut(e, "="); ok && strings.HasPrefix(name, environmentPrefix) {
			values[name] = value
		}
	}
	var problems []Problem
	var known []string
	walkConfig(reflect.ValueOf(c).Elem(), "", func(key string, field reflect.Value) {
		name := environmentName(key)
		known = append(known, name)
		value, ok := values[name]
		if !ok {
			return
		}
		p[key] = place{source: name}
		if err := setField(field, value); err != nil {
			problems = append(problems, Problem{Source: name, Key: key, Text: err.Error()})
		}
	})
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if !slices.Contains(known, name) && !notOurs(name, values[name]) {
			text := "no key has this variable: " +
				DidYouMean(name, known, "remove it, or see `rivgate config example` for all keys")
			problems = append(problems, Problem{Source: name, Text: text})
		}
	}
	return problems
}

var serviceLink = regexp.MustCompile(
	`^RIVGATE_([A-Z0-9_]+_)?(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)$`,
)

// notOurs tells whether a variable with the prefix is none of the configuration: the name of its file, what test builds
// are told, and what container platforms set for a service that is called rivgate (RIVGATE_SERVICE_HOST,
// RIVGATE_PORT=tcp://…).
func notOurs(name, value string) bool {
	return name == environmentPrefix+"CONFIG" || strings.HasPrefix(name, environmentPrefix+"TORTURE_") ||
		serviceLink.MatchString(name) ||
		strings.HasSuffix(name, "_PORT") && strings.Contains(value, "://")
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
