package tak

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"

	"go.yaml.in/yaml/v3"

	"rivgate/routing"
)

// WriteYAML writes a catalogue in the form that ReadYAML reads, one row on each line. Contracts in names are written by
// their short names. The HSA tree is not written: it has its own files.
func WriteYAML(w io.Writer, c routing.Catalogue, names map[string]string) error {
	short := map[string]string{}
	for name, namespace := range names {
		if former, ok := short[namespace]; !ok || name < former {
			short[namespace] = name
		}
	}
	name := func(namespace string) string {
		if s, ok := short[namespace]; ok {
			return s
		}
		return namespace
	}
	var out bytes.Buffer
	err := writeList(&out, "units", c.Units)
	rows := make([]yamlRow, len(c.Routes))
	for i, r := range c.Routes {
		rows[i] = yamlRow{
			Contract: name(r.Contract), To: r.Receiver, Address: r.Address, Component: r.Component,
			Signature: string(r.Signature), From: r.From, Until: r.Until,
		}
		if cmp.Or(r.Profile, routing.RIVTABP21) != routing.RIVTABP21 {
			rows[i].Profile = r.Profile
		}
	}
	permissions := make([]yamlPermission, len(c.Permissions))
	for i, p := range c.Permissions {
		permissions[i] = yamlPermission{
			Contract: name(p.Contract), FromSystem: p.Sender, To: p.Receiver, From: p.From, Until: p.Until, Filters: p.Filters,
		}
	}
	err = errors.Join(err, writeList(&out, "routes", rows), writeList(&out, "permissions", permissions))
	if err != nil {
		return fmt.Errorf("writing the catalogue: %w", err)
	}
	_, err = w.Write(out.Bytes())
	return unsaved(err)
}

// writeList writes a list of entries, each on one line in braces.
func writeList[T any](out *bytes.Buffer, title string, entries []T) error {
	list := &yaml.Node{Kind: yaml.SequenceNode}
	if len(entries) == 0 {
		list.Style = yaml.FlowStyle
	}
	for i := range entries {
		var entry yaml.Node
		if err := entry.Encode(&entries[i]); err != nil {
			return err
		}
		entry.Style = yaml.FlowStyle
		list.Content = append(list.Content, &entry)
	}
	encoder := yaml.NewEncoder(out)
	encoder.SetIndent(2)
	key := &yaml.Node{Kind: yaml.ScalarNode, Value: title}
	if err := encoder.Encode(&yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{key, list}}); err != nil {
		return err
	}
	return encoder.Close()
}
