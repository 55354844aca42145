//go:build linux

package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"rivgate/routing"
	"rivgate/soap"
	"rivgate/store"
)

// BenchmarkList lists cases by any filter; all were entered by Accept, so that they can be found. BENCH_LARGE=1 adds a
// million.
func BenchmarkList(b *testing.B) {
	entered(b, func(b *testing.B, url string) {
		s, err := store.Open(b.Context(), url, store.Options{})
		if err != nil {
			b.Fatal(err)
		}
		defer s.Close()
		for name, f := range map[string]store.CaseFilter{
			"none": {}, "unit": {Unit: benchUnit}, "state": {State: store.Submitted}, "no-such-state": {State: store.Closed},
			"since":  {Since: time.Now().Add(-time.Hour)},
			"person": {Query: "189001019802"}, "id": {Query: "c4711"}, "via": {Via: routing.Queue},
			"nobody": {Query: "Ingenting"},
		} {
			b.Run("filter="+name, func(b *testing.B) {
				var took []time.Duration
				for range b.N {
					started := time.Now()
					if _, err := s.Unlogged().Cases(b.Context(), f); err != nil {
						b.Fatal(err)
					}
					took = append(took, time.Since(started))
				}
				slices.Sort(took)
				b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
			})
		}
	})
}

// entered runs a benchmark on stores with many waiting cases.
func entered(b *testing.B, do func(b *testing.B, url string)) {
	sizes := []int{10_000, 100_000}
	if os.Getenv("BENCH_LARGE") != "" {
		sizes = append(sizes, 1_000_000)
	}
	for _, n := range sizes {
		b.Run(fmt.Sprintf("cases=%d", n), func(b *testing.B) {
			databases(b, func(b *testing.B, url string) {
				seed(b, url, n)
				do(b, url)
			})
		})
	}
}

// seed stores n cases that wait for delivery.
func seed(b *testing.B, url string, n int) {
	s, err := store.Open(b.Context(), url, store.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	var next atomic.Int64
	done := make(chan error, 64)
	for range 64 {
		go func() {
			var err error
			for k := next.Add(1); err == nil && k <= int64(n); k = next.Add(1) {
				_, err = s.Accept(context.Background(), stored(k))
			}
			done <- err
		}()
	}
	for range 64 {
		if err := <-done; err != nil {
			b.Fatal(err)
		}
	}
}

// stored is a complaint as the line would store it, with next to no envelope.
func stored(n int64) *store.Message {
	id := fmt.Sprintf("%s|m%d", portal, n)
	return &store.Message{
		ID: uuid.Must(uuid.NewV7()).String(), Key: store.Key{Sender: portal, Contract: "urn:send", MessageID: id},
		Call: routing.Call{Sender: portal, Receiver: benchUnit, Contract: "urn:send", Profile: routing.RIVTABP21},
		Route: routing.Route{
			Via: routing.Queue, Address: fmt.Sprintf("https://%d.example/", n%10), Profile: routing.RIVTABP21,
		},
		Envelope: []byte("<e/>"), Received: time.Now().UTC(), ContentType: soap.ContentType,
		Event: &store.Event{
			Kind: store.EventComplaint, MessageID: id, Case: store.Ref{Root: portal, Extension: fmt.Sprint("c", n)}, Sequence: 1,
			Unit:    benchUnit,
			Handler: &store.Handler{Unit: benchUnit, Kind: routing.CareUnit, Via: routing.Queue},
			Facts:   &store.Facts{ReporterID: "189001019802", ReporterName: fmt.Sprintf("Person %d", n), BirthDate: "18900101"},
		},
	}
}
