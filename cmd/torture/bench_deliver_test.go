//go:build linux

package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"rivgate/relay"
	"rivgate/store"
	"rivgate/store/storetest"
)

// BenchmarkDrain is the delivery over HTTP of 10 000 messages of 10 KB that waited for one receiver, each in a lane of
// its own.
func BenchmarkDrain(b *testing.B) { deliver(b, 10_000, 1) }

// BenchmarkDeliver is the same of 500 lanes with 20 messages each, which are delivered in order.
func BenchmarkDeliver(b *testing.B) { deliver(b, 500, 20) }

func deliver(b *testing.B, lanes, each int) {
	databases(b, func(b *testing.B, url string) {
		var own, server, took time.Duration
		for range b.N {
			b.StopTimer()
			l := newLine(b, url, "off")
			l.fill(b, lanes, each)
			beganOwn, beganServer, began := ownTime(), serverTime(b, url), time.Now()
			b.StartTimer()
			l.drain(b, int64(lanes*each))
			b.StopTimer()
			own, server, took = own+ownTime()-beganOwn, server+serverTime(b, url)-beganServer, took+time.Since(began)
			url = fresh(b, url)
		}
		all := float64(lanes * each * b.N)
		b.ReportMetric(all/took.Seconds(), "deliveries/s")
		b.ReportMetric(float64(own.Microseconds())/all, "cpu-µs/delivery")
		if server > 0 {
			b.ReportMetric(float64(server.Microseconds())/all, "server-cpu-µs/delivery")
		}
	})
}

// drain runs a worker until the receiver has taken so many and their ends are recorded.
func (l *line) drain(b *testing.B, waiting int64) {
	b.Helper()
	worker := &relay.Worker{
		Relay: l.relay, Name: "bench", Schedule: []time.Duration{time.Second}, GiveUp: time.Hour, GapTimeout: time.Hour,
		Lease: 30 * time.Second, Workers: 500, PerAddress: 500,
	}
	ctx, stop := context.WithCancel(b.Context())
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- worker.Run(ctx) }()
	for l.took.Load() < waiting {
		time.Sleep(time.Millisecond)
	}
	stop() // it waits for what is under way
	if err := <-ended; err != nil {
		b.Fatal(err)
	}
	left, err := l.store.Deliveries(b.Context(), store.DeliveryFilter{State: store.DeliveryDue})
	if err != nil || len(left) > 0 || l.took.Load() != waiting {
		b.Fatalf("%d were taken, not %d; some are due: %v; %v", l.took.Load(), waiting, left, err)
	}
}

// fill accepts messages into so many lanes, each in each, without delivering any.
func (l *line) fill(b *testing.B, lanes, each int) {
	b.Helper()
	full := envelope(b)
	for round := range each {
		var next atomic.Int64
		done := make(chan error, 64)
		for range 64 {
			go func() {
				var err error
				for lane := next.Add(1); err == nil && lane <= int64(lanes); lane = next.Add(1) {
					m := stored(lane)
					m.Envelope, m.Route.Address = full, l.address
					if round > 0 {
						m.Key.MessageID = fmt.Sprintf("%s|m%d-%d", portal, lane, round)
						m.Event.Kind, m.Event.MessageID, m.Event.Sequence = store.EventForward, m.Key.MessageID, 0
					}
					_, err = l.store.Accept(b.Context(), m)
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
}

// serverTime is the processor time that the database's server has used so far; 0 where there is none.
func serverTime(b *testing.B, url string) time.Duration {
	b.Helper()
	if strings.HasPrefix(url, "sqlite:") {
		return 0
	}
	used, err := storetest.ServerTime(b.Context(), url)
	if err != nil {
		b.Fatal(err)
	}
	return used
}

// fresh is another database of the kind of url.
func fresh(b *testing.B, url string) string {
	if strings.HasPrefix(url, "sqlite:") {
		return "sqlite:" + filepath.Join(b.TempDir(), "rivgate.db")
	}
	return storetest.Postgres(b)
}
