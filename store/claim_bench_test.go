package store_test

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"

	"rivgate/store"
	"rivgate/store/storetest"
)

// BenchmarkClaimAmongMany is the look for what is ready, and a claim, for one receiver, while the lanes of 400 others
// wait that have no hands left; with BENCH_LARGE=1 a million lanes.
func BenchmarkClaimAmongMany(b *testing.B) {
	sizes := []int{8_000}
	if os.Getenv("BENCH_LARGE") != "" {
		sizes = append(sizes, 1_000_000)
	}
	for _, lanes := range sizes {
		for name, url := range map[string]func() string{
			"sqlite":   func() string { return "sqlite:" + filepath.Join(b.TempDir(), "rivgate.db") },
			"postgres": func() string { return storetest.Postgres(b) },
		} {
			b.Run(fmt.Sprintf("%s/lanes=%d", name, lanes), func(b *testing.B) { claimAmong(b, url(), lanes) })
		}
	}
}

func claimAmong(b *testing.B, url string, lanes int) {
	s, err := store.Open(b.Context(), url, store.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	crowdLanes(b, url, lanes)
	quick := func(ready []store.Ready, most int) []store.Share {
		for _, a := range ready {
			if !strings.Contains(a.Address, "crowd") {
				return []store.Share{{Address: a.Address, Lanes: min(a.Claimable, most)}}
			}
		}
		return nil
	}
	var claims, looks, own time.Duration
	for n := range b.N {
		m := complaint(int64(n), []byte("<envelope/>"))
		m.Route.Address = "https://quick.example/"
		if _, err := s.Accept(b.Context(), m); err != nil {
			b.Fatal(err)
		}
		began := time.Now()
		used := ownTime()
		ready, err := s.Ready(b.Context(), 4)
		if err != nil {
			b.Fatal(err)
		}
		looks, own = looks+time.Since(began), own+ownTime()-used
		began = time.Now()
		got, err := s.Claim(b.Context(), "worker", time.Minute, 8, 4, &store.Sharing{Ready: ready, Share: quick})
		claims += time.Since(began)
		if err != nil {
			b.Fatal(err)
		}
		if len(got) == 0 { // by the database's own clock it is not due yet
			continue
		}
		if err := s.Finish(b.Context(), got[0], store.Attempt{Outcome: store.OutcomeDelivered}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(claims.Microseconds())/float64(b.N), "µs/claim")
	b.ReportMetric(float64(looks.Microseconds())/float64(b.N), "µs/look")
	b.ReportMetric(float64(own.Microseconds())/float64(b.N), "cpu-µs/look")
}

// crowdLanes writes lanes that wait, shared by 400 addresses.
func crowdLanes(b *testing.B, url string, lanes int) {
	b.Helper()
	driver, name := "pgx", url
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		driver, name = "sqlite", path
	}
	db, err := sql.Open(driver, name)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	_, err = db.ExecContext(b.Context(), `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)
		INSERT INTO lane (order_key, receiver_key, component_key, address, open, ready_at, token, worker)
		SELECT 'lane' || i, 'R', '', 'https://crowd' || (i % 400) || '.example/', 1, i, 0, '' FROM n`, lanes)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := db.ExecContext(b.Context(), "ANALYZE"); err != nil {
		b.Fatal(err)
	}
}
