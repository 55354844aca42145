package store_test

import (
	"bytes"
	"fmt"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"

	"rivgate/routing"
	"rivgate/store"
	"rivgate/store/storetest"
)

// databases are what every benchmark runs on, each with a fresh one.
func databases(b *testing.B, run func(b *testing.B, s *store.Store, used func() time.Duration)) {
	b.Run("sqlite", func(b *testing.B) { run(b, open(b, sqlite(b), store.Options{}), func() time.Duration { return 0 }) })
	b.Run("postgres", func(b *testing.B) {
		url := storetest.Postgres(b)
		run(b, open(b, url, store.Options{}), func() time.Duration {
			used, err := storetest.ServerTime(b.Context(), url)
			if err != nil {
				b.Fatal(err)
			}
			return used
		})
	})
}

// measured runs a benchmark and reports the processor time that each operation took, of this process and of the
// database's.
func measured(b *testing.B, server func() time.Duration, run func()) {
	before, at := server(), ownTime()
	b.ResetTimer()
	run()
	b.StopTimer()
	b.ReportMetric(float64((ownTime()-at).Microseconds())/float64(b.N), "cpu-µs/op")
	if used := server() - before; used > 0 {
		b.ReportMetric(float64(used.Microseconds())/float64(b.N), "server-cpu-µs/op")
	}
}

// ownTime is the processor time of this process so far.
func ownTime() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// complaint is a new case of 10 KB for an external system.
func complaint(n int64, envelope []byte) *store.Message {
	id := fmt.Sprintf("SE0000000001-1177|%d", n)
	return &store.Message{
		ID:  uuid.Must(uuid.NewV7()).String(),
		Key: store.Key{Sender: "SE0000000001-1177", Contract: "urn:send", MessageID: id},
		Call: routing.Call{
			Sender: "SE0000000001-1177", Receiver: "SE2010123456-SJ01", Contract: "urn:send", Profile: routing.RIVTABP21,
		},
		Route: routing.Route{
			Via: routing.Queue, Address: fmt.Sprintf("https://%d.example/", n%10), Profile: routing.RIVTABP21,
		},
		Envelope: envelope, Received: time.Now().UTC(), ContentType: "text/xml; charset=utf-8",
		Event: &store.Event{
			Kind: store.EventComplaint, MessageID: id, Case: store.Ref{Root: "SE0000000001-1177", Extension: fmt.Sprint(n)},
			Sequence: 1, Unit: "SE2010123456-SJ01",
			Handler: &store.Handler{Unit: "SE2010123456-SJ01", Kind: routing.CareUnit, Via: routing.Queue},
			Facts: &store.Facts{
				ReporterID: "189001019802", ReporterName: "Åsa Anmälare", BirthDate: "18900101", Experienced: []string{"1"},
			},
			Content: []byte(`{"description":"` + string(bytes.Repeat([]byte("x"), 1500)) + `"}`),
		},
	}
}

func BenchmarkAccept(b *testing.B) {
	envelope := bytes.Repeat([]byte("0123456789"), 1024)
	for _, callers := range []int{1, 16, 64, 256} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			databases(b, func(b *testing.B, s *store.Store, server func() time.Duration) {
				var next atomic.Int64
				b.ReportAllocs()
				measured(b, server, func() {
					callEach(b, b.N, callers, func() error {
						_, err := s.Accept(b.Context(), complaint(next.Add(1), envelope))
						return err
					})
				})
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "accepts/s")
			})
		})
	}
}

// callEach has n calls made by so many callers at once.
func callEach(b *testing.B, n, callers int, call func() error) {
	var left atomic.Int64
	left.Store(int64(n))
	done := make(chan error, callers)
	for range callers {
		go func() {
			var err error
			for err == nil && left.Add(-1) >= 0 {
				err = call()
			}
			done <- err
		}()
	}
	for range callers {
		if err := <-done; err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkClaimFinish is one delivery: claimed, and finished as delivered, so many under way at once.
func BenchmarkClaimFinish(b *testing.B) {
	envelope := bytes.Repeat([]byte("0123456789"), 1024)
	for _, hands := range []int{8, 64} {
		b.Run(fmt.Sprintf("hands=%d", hands), func(b *testing.B) {
			databases(b, func(b *testing.B, s *store.Store, server func() time.Duration) {
				var next atomic.Int64
				callEach(b, b.N, 64, func() error {
					_, err := s.Accept(b.Context(), complaint(next.Add(1), envelope))
					return err
				})
				measured(b, server, func() { deliverAll(b, s, hands) })
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "deliveries/s")
			})
		})
	}
}

// deliverAll claims as many as there are hands free, and finishes each by itself, until b.N are delivered.
func deliverAll(b *testing.B, s *store.Store, hands int) {
	ended, free, left := make(chan error, hands), hands, b.N
	for left > 0 {
		claimed, err := s.Claim(b.Context(), "worker", time.Minute, free, 500, nil)
		if err != nil {
			b.Fatal(err)
		}
		free -= len(claimed)
		for _, d := range claimed {
			go func() {
				ended <- s.Finish(b.Context(), d, store.Attempt{Outcome: store.OutcomeDelivered, Answer: []byte("<ok/>")})
			}()
		}
		for first := true; free < hands && (first || len(ended) > 0); first = false {
			if err := <-ended; err != nil {
				b.Fatal(err)
			}
			free, left = free+1, left-1
		}
	}
}
