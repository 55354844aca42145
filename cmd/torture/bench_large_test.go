//go:build linux

package main

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"

	"rivgate/store"
)

// BenchmarkRestart is the opening of a store with many deliveries that wait, and the first claim.
func BenchmarkRestart(b *testing.B) {
	large(b, func(b *testing.B, url string) {
		b.ResetTimer()
		for range b.N {
			s, err := store.Open(b.Context(), url, store.Options{})
			if err != nil {
				b.Fatal(err)
			}
			if _, err := s.Claim(b.Context(), "bench", time.Nanosecond, 8, 8, nil); err != nil {
				b.Fatal(err)
			}
			if err := s.Close(); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkGrown is what goes on all the time in a store with many deliveries that wait: accepts, a claim of 64 and
// their ends, and the look at the invariant that is taken every minute. Beside it, the invariant read whole, as a
// person orders it.
func BenchmarkGrown(b *testing.B) {
	large(b, func(b *testing.B, url string) {
		s, err := store.Open(b.Context(), url, store.Options{})
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = s.Close() })
		next := atomic.Int64{}
		next.Store(1 << 40)
		b.Run("accept", func(b *testing.B) {
			callers := 64
			done := make(chan error, callers)
			each(b, url, func() {
				left := atomic.Int64{}
				left.Store(int64(b.N))
				for range callers {
					go func() {
						var err error
						for err == nil && left.Add(-1) >= 0 {
							_, err = s.Accept(context.Background(), stored(next.Add(1)))
						}
						done <- err
					}()
				}
				for range callers {
					if err := <-done; err != nil {
						b.Fatal(err)
					}
				}
			})
		})
		b.Run("deliver", func(b *testing.B) { each(b, url, func() { deliverSome(b, s) }) })
		checker := &store.Checker{Store: s}
		b.Run("look", func(b *testing.B) { sound(b, checker.Look) })
		b.Run("check", func(b *testing.B) { sound(b, s.Check) })
	})
}

// sound looks three times, however many times it is asked to: each takes long, and they are much alike.
func sound(b *testing.B, look func(context.Context) ([]string, error)) {
	b.Helper()
	times := min(b.N, 3)
	began := time.Now()
	for range times {
		if lines, err := look(b.Context()); err != nil || len(lines) > 0 {
			b.Fatal(lines, err)
		}
	}
	b.ReportMetric(float64(time.Since(began).Milliseconds())/float64(times), "ms/look")
	b.ReportMetric(0, "ns/op")
}

// each reports the processor time of b.N operations.
func each(b *testing.B, url string, do func()) {
	own, server := ownTime(), serverTime(b, url)
	b.ResetTimer()
	do()
	b.StopTimer()
	b.ReportMetric(float64((ownTime()-own).Microseconds())/float64(b.N), "cpu-µs/op")
	if used := serverTime(b, url) - server; used > 0 {
		b.ReportMetric(float64(used.Microseconds())/float64(b.N), "server-cpu-µs/op")
	}
}

// deliverSome claims 64 at a time and finishes them side by side, until b.N are delivered.
func deliverSome(b *testing.B, s *store.Store) {
	for left := b.N; left > 0; {
		claimed, err := s.Claim(b.Context(), "bench", time.Minute, min(64, left), 64, nil)
		if err != nil || len(claimed) == 0 {
			b.Fatal(len(claimed), err)
		}
		done := make(chan error, len(claimed))
		for _, d := range claimed {
			go func() { done <- s.Finish(b.Context(), d, store.Attempt{Outcome: store.OutcomeDelivered}) }()
		}
		for range claimed {
			if err := <-done; err != nil {
				b.Fatal(err)
			}
		}
		left -= len(claimed)
	}
}

// large runs a benchmark on stores with many deliveries that wait: BENCH_SIZES, by default 10000,100000.
func large(b *testing.B, do func(b *testing.B, url string)) {
	sizes := os.Getenv("BENCH_SIZES")
	if sizes == "" {
		sizes = "10000,100000"
	}
	for text := range strings.SplitSeq(sizes, ",") {
		var n int
		if _, err := fmt.Sscan(text, &n); err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprintf("cases=%d", n), func(b *testing.B) {
			databases(b, func(b *testing.B, url string) {
				multiply(b, url, n)
				do(b, url)
			})
		})
	}
}

// multiply accepts one message, and has the database make n of it: as many cases and lanes, spread over ten addresses.
func multiply(b *testing.B, url string, n int) {
	b.Helper()
	s, err := store.Open(b.Context(), url, store.Options{})
	if err != nil {
		b.Fatal(err)
	}
	if _, err = s.Accept(b.Context(), stored(0)); err == nil {
		err = s.Close()
	}
	if err != nil {
		b.Fatal(err)
	}
	driver, source := "pgx", url
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		driver, source = "sqlite", path
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	// The copies refer to each other as the first ones do: that need not be looked up a million times, nor kept from a
	// power cut.
	first := "PRAGMA synchronous = off; PRAGMA cache_size = -500000"
	if driver == "pgx" {
		first = "SET session_replication_role = replica; SET synchronous_commit = off"
	}
	if _, err := db.ExecContext(b.Context(), first); err != nil {
		b.Fatal(err)
	}
	for _, table := range grown() {
		if _, err := db.ExecContext(b.Context(), table.insert(b, db, n)); err != nil {
			b.Fatalf("%s: %v", table.name, err)
		}
	}
	if _, err := db.ExecContext(b.Context(), "ANALYZE"); err != nil {
		b.Fatal(err)
	}
}

// copies is a table whose one row is copied: with other values in some columns, and without its own number.
type copies struct {
	name, number string
	other        map[string]string
}

func grown() []copies {
	const id, address = `'x' || n.i`, `'https://' || (n.i % 10) || '.example/'`
	return []copies{
		{"cases", "", map[string]string{"id": id, "ref_extension": id}},
		{"case_sender", "", map[string]string{"case_id": id}},
		{"message_key", "", map[string]string{"key_id": id, "message_id": id}},
		{"message", "seq", map[string]string{"id": id, "key_id": id, "case_id": id}},
		{"message_body", "", map[string]string{"message_id": id}},
		{"lane", "id", map[string]string{"order_key": id, "case_id": id, "address": address}},
		{"delivery", "seq", map[string]string{
			"message_id": id, "case_id": id, "address": address,
			"lane": "(SELECT l.id FROM lane l WHERE l.order_key = " + id + " AND l.receiver_key = t.receiver_key)",
		}},
	}
}

// insert is the statement that makes n more rows of the first.
func (c copies) insert(b *testing.B, db *sql.DB, n int) string {
	b.Helper()
	rows, err := db.QueryContext(b.Context(), "SELECT * FROM "+c.name+" WHERE 1 = 0")
	if err != nil {
		b.Fatal(err)
	}
	defer rows.Close()
	all, err := rows.Columns()
	if err != nil {
		b.Fatal(err)
	}
	var names, values []string
	for _, name := range all {
		if name == c.number {
			continue
		}
		value, other := c.other[name]
		if !other {
			value = "t." + name
		}
		names, values = append(names, name), append(values, value)
	}
	return fmt.Sprintf("INSERT INTO %s (%s) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "+
		"%d) SELECT %s FROM n, (SELECT * FROM %s LIMIT 1) t",
		c.name, strings.Join(names, ", "), n, strings.Join(values, ", "), c.name)
}
