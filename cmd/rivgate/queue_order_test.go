package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"rivgate/store"
)

// An order that the built binary gives, beside a gateway on an SQLite file, is followed within a second of its end.
func TestOrdersOfTheCommandLineAreFollowedWithinASecond(t *testing.T) {
	const receiver = "SE2010123456-SJ01"
	binary := build(t)
	var calls, elsewhere atomic.Int64
	busy := func(calls *atomic.Int64) string {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			calls.Add(1)
			w.WriteHeader(http.StatusServiceUnavailable)
		}))
		t.Cleanup(server.Close)
		return server.URL
	}
	here, there := busy(&calls), busy(&elsewhere)
	c := demoConfig(t.TempDir())
	c.Delivery.Schedule = []time.Duration{time.Hour}
	g := running(t, c)
	soonSeeded(t, g)
	file := filepath.Join(t.TempDir(), "rivgate.yaml")
	if err := os.WriteFile(file, []byte("store: {url: '"+c.Store.URL+"'}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	order := func(what string, followed func() bool, args ...string) {
		t.Helper()
		if out, err := exec.CommandContext(t.Context(), binary, append(args, "--config", file)...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
		given := time.Now()
		until(t, what, followed)
		took := time.Since(given)
		t.Logf("%s: %v after the command's end", what, took)
		if took > time.Second {
			t.Errorf("%s only %v after the command's end", what, took)
		}
	}
	if err := newBacklog(t, g.db).put(t.Context(), here, "ordered"); err != nil {
		t.Fatal(err)
	}
	waits := func() bool {
		rows, err := g.db.Deliveries(t.Context(), store.DeliveryFilter{Receiver: receiver, State: store.DeliveryDue})
		return err == nil && len(rows) == 1 && rows[0].Attempts > 0
	}
	until(t, "the first attempt has failed", waits)
	n := calls.Load()
	order("tried again", func() bool { return calls.Load() == n+1 }, "queue", "retry", "--receiver", receiver, "--reason", "it is up")
	until(t, "it waits again", waits)
	order("redirected", func() bool { return elsewhere.Load() == 1 }, "queue", "redirect", "--receiver", receiver, "--to", there, "--reason", "moved")
	until(t, "it waits again", waits)
	if err := g.db.Pause(t.Context(), receiver, "anna", "maintenance"); err != nil {
		t.Fatal(err)
	}
	if _, err := g.db.Retry(t.Context(), store.DeliveryFilter{Receiver: receiver}, "anna", ""); err != nil {
		t.Fatal(err)
	}
	order("resumed", func() bool { return elsewhere.Load() == 2 }, "queue", "resume", receiver)
}
