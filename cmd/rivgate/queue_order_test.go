package main

import (
	"fmt"
	"net"
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
		if out, err := exec.CommandContext(t.Context(), binary, append(args, "--config", file)...).
			CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
		given := time.Now()
		until(t, what, followed)
		took := time.Since(given)
		t.Logf("%s: %v after the command's end", what, took)
		if took > 5*time.Second { // far less than the worker's own look every 10 seconds
			t.Errorf("%s only %v after the command's end", what, took)
		}
	}
	backlog := newBacklog(t, g.db)
	put := func(receiver, address, id string) {
		t.Helper()
		if err := backlog.putFor(t.Context(), receiver, address, id); err != nil {
			t.Fatal(err)
		}
	}
	put(receiver, here, "ordered")
	waits := func() bool {
		rows, err := g.db.Deliveries(t.Context(), store.DeliveryFilter{Receiver: receiver, State: store.DeliveryDue})
		return err == nil && len(rows) == 1 && rows[0].Attempts > 0
	}
	until(t, "the first attempt has failed", waits)
	n := calls.Load()
	order("tried again", func() bool { return calls.Load() == n+1 }, "queue", "retry", "--receiver", receiver, "--reason",
		"it is up")
	until(t, "it waits again", waits)
	order("redirected", func() bool { return elsewhere.Load() == 1 }, "queue", "redirect", "--receiver", receiver, "--to",
		there, "--reason", "moved")
	until(t, "it waits again", waits)
	n = calls.Load()
	order("paused", func() bool { pauses, err := g.db.Pauses(t.Context()); return err == nil && len(pauses) == 1 },
		"queue", "pause", receiver, "--reason", "maintenance")
	if _, err := g.db.Retry(t.Context(), store.DeliveryFilter{Receiver: receiver}, "anna", ""); err != nil {
		t.Fatal(err)
	}
	put("SE2010123456-SJ02", here, "for another")
	until(t, "another receiver's message is tried", func() bool { return calls.Load() > n })
	if elsewhere.Load() != 1 {
		t.Error("a receiver that the command line paused got a message")
	}
	order("resumed", func() bool { return elsewhere.Load() == 2 }, "queue", "resume", receiver)
	t.Run("a receiver that counts as down", func(t *testing.T) {
		const away = "SE2010123456-SJ03"
		address := freePort(t)
		for n := range 3 {
			put(away, "http://"+address+"/", fmt.Sprint("for one that is away ", n))
		}
		until(t, "it counts as down", func() bool {
			rows, err := g.db.Deliveries(t.Context(), store.DeliveryFilter{Receiver: away, State: store.DeliveryDue})
			return err == nil && len(rows) == 3 && rows[0].Attempts > 0 && rows[1].Attempts > 0 && rows[2].Attempts > 0
		})
		var back atomic.Int64
		l, err := net.Listen("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		server := &http.Server{Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { back.Add(1) })}
		go func() { _ = server.Serve(l) }()
		defer server.Close()
		order("tried", func() bool { return back.Load() > 0 }, "queue", "retry", "--receiver", away, "--reason", "it is up")
	})
}
