package tak_test

import (
	"bytes"
	"fmt"
	"testing"

	"rivgate/routing"
	"rivgate/routing/catalogue"
	"rivgate/routing/tak"
)

// many is a catalogue of n routes and n permissions.
func many(n int) (c routing.Catalogue) {
	for i := range n {
		unit := fmt.Sprintf("SE2010123456-U%07d", i)
		c.Routes = append(c.Routes, routing.Row{
			Contract: send, Receiver: unit, Address: "https://a.example/", From: 20260101,
		})
		c.Permissions = append(c.Permissions, routing.Permission{
			Contract: send, Sender: portal, Receiver: unit, From: 20260101,
		})
	}
	return c
}

func BenchmarkReadCache10k(b *testing.B) {
	var text bytes.Buffer
	if err := tak.WriteCache(&text, many(10_000)); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := tak.ReadCache(bytes.NewReader(text.Bytes())); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReadYAML10k(b *testing.B) {
	var text bytes.Buffer
	if err := tak.WriteYAML(&text, many(10_000), nil); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := tak.ReadYAML(bytes.NewReader(text.Bytes()), nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDiff10k(b *testing.B) {
	before, after := many(10_000), many(10_000)
	after.Routes[7].Address = "https://b.example/"
	for b.Loop() {
		if len(catalogue.Diff(before, after)) != 1 {
			b.Fatal("the difference is not found")
		}
	}
}
