package routing_test

import (
	"fmt"
	"testing"
	"time"

	"rivgate/routing"
)

// large is a catalogue of n routes and n permissions of one sender, and a tree with three levels.
func large(tb testing.TB, n int) *routing.Table {
	tb.Helper()
	c := routing.Catalogue{Tree: make(routing.Tree, n)}
	for i := range n {
		unit := fmt.Sprintf("SE2010123456-U%07d", i)
		contract := fmt.Sprintf("urn:riv:domain:sub:Contract%dResponder:1", i%50)
		c.Routes = append(c.Routes, routing.Row{
			Contract: contract, Receiver: unit, Address: "https://producer.example/x", From: 20200101,
		})
		c.Permissions = append(c.Permissions, routing.Permission{Contract: contract, Sender: system, Receiver: unit})
		c.Tree[fmt.Sprintf("SE2010123456-L%07d", i)] = unit
	}
	made, err := routing.NewTable(c, rules())
	if err != nil {
		tb.Fatal(err)
	}
	return made
}

// calls are spread over the catalogue, so that no cache holds what the next one needs.
func calls(n int, prefix string) []routing.Call {
	made := make([]routing.Call, 1024)
	for i := range made {
		unit := i * 7919 % n
		made[i] = routing.Call{
			Sender: system, Receiver: fmt.Sprintf("SE2010123456-%s%07d", prefix, unit),
			Contract: fmt.Sprintf("urn:riv:domain:sub:Contract%dResponder:1", unit%50), Profile: routing.RIVTABP21,
		}
	}
	return made
}

func benchmarkDecide(b *testing.B, n int, prefix string) {
	made, wanted, now := large(b, n), calls(n, prefix), time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		if _, err := made.Decide(wanted[i%len(wanted)], now); err != nil {
			b.Fatal(err)
		}
		i++
	}
}

func BenchmarkDecide100k(b *testing.B)      { benchmarkDecide(b, 100_000, "U") }
func BenchmarkDecide1M(b *testing.B)        { benchmarkDecide(b, 1_000_000, "U") }
func BenchmarkDecideClimb100k(b *testing.B) { benchmarkDecide(b, 100_000, "L") }

func BenchmarkNewTable100k(b *testing.B) {
	c := routing.Catalogue{}
	for i := range 100_000 {
		c.Routes = append(c.Routes, routing.Row{
			Contract: plain, Receiver: fmt.Sprintf("SE2010123456-U%07d", i), Address: "https://producer.example/x",
		})
	}
	for b.Loop() {
		if _, err := routing.NewTable(c, rules()); err != nil {
			b.Fatal(err)
		}
	}
}

func TestDecideAllocatesItsTraceOnly(t *testing.T) {
	made, now := large(t, 1000), time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	for prefix, want := range map[string]float64{"U": 0, "L": 2} { // a climb writes two traces
		call := calls(1000, prefix)[1]
		if got := testing.AllocsPerRun(100, func() {
			if _, err := made.Decide(call, now); err != nil {
				t.Fatal(err)
			}
		}); got > want {
			t.Errorf("%s: %v allocations, want %v", call.Receiver, got, want)
		}
	}
}
