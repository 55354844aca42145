package web_test

import (
	"context"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"rivgate/routing"
	"rivgate/web/shell"
)

func TestHealth(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if r := w.get("/healthz"); r.status != http.StatusOK || field[string](t, r, "status") != "ok" {
		t.Errorf("healthz: %d %s", r.status, r.body)
	}
	if r := w.get("/readyz"); r.status != http.StatusOK || field[map[string]string](t, r, "checks")["store"] != "ok" {
		t.Errorf("readyz: %d %s", r.status, r.body)
	}
	w.Stopping = func() bool { return true }
	if r := w.get("/readyz"); r.status != http.StatusServiceUnavailable ||
		field[map[string]string](t, r, "checks")["gateway"] != "stopping" {
		t.Errorf("readyz of a process that is about to end: %d %s", r.status, r.body)
	}
	w.Stopping = nil
	w.Relay.Table = func() *routing.Table { return nil }
	if r := w.get("/readyz"); r.status != http.StatusServiceUnavailable ||
		field[map[string]string](t, r, "checks")["catalogue"] != "unavailable" {
		t.Errorf("readyz without a catalogue: %d %s", r.status, r.body)
	}
	if r := w.get("/healthz"); r.status != http.StatusOK {
		t.Errorf("healthz without a catalogue: %d", r.status)
	}
	has(t, w.page("/"), "Det finns ingen adresskatalog.")
	if r := w.get("/api/resolve?contract=SendComplaint&to=" + clinic); field[string](t, r, "code") != "VP008" {
		t.Errorf("resolve without a catalogue: %d %s", r.status, r.body)
	}
	if err := w.Relay.Store.Close(); err != nil {
		t.Fatal(err)
	}
	if r := w.get("/readyz"); r.status != http.StatusServiceUnavailable ||
		field[map[string]string](t, r, "checks")["store"] != "unavailable" {
		t.Errorf("readyz without a store: %d %s", r.status, r.body)
	}
	if r := w.get("/inbox"); r.status != http.StatusInternalServerError || strings.Contains(r.body, "sql") ||
		!strings.Contains(r.body, "Något gick fel hos oss") {
		t.Errorf("a page without a store: %d %s", r.status, r.body)
	}
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.submit(hospital, "Tolvan Test", "Text")
	w.pass(90 * time.Second)
	counted := prometheus.NewRegistry()
	calls := prometheus.NewCounter(prometheus.CounterOpts{Name: "rivgate_calls_total", Help: "Calls."})
	counted.MustRegister(calls)
	calls.Add(7)
	w.Operate.Registry = counted
	w.serve()
	r := w.get("/metrics")
	labels := `{address="http://127.0.0.1:9/",component="` + system + `",receiver="` + hospital + `"} `
	has(t, r.body, "rivgate_waiting_messages"+labels+"1\n", "rivgate_parked_messages"+labels+"0\n",
		"rivgate_oldest_waiting_seconds"+labels+"90\n",
		"rivgate_catalogue_loaded 1\n", "rivgate_catalogue_routes 4\n", "rivgate_store_up 1\n", "rivgate_calls_total 7\n",
		`rivgate_build_info{version="1.2.3"} 1`)
	if kind := r.header.Get("Content-Type"); !strings.HasPrefix(kind, "text/plain; version=0.0.4") {
		t.Errorf("content type %q", kind)
	}
	for line := range strings.Lines(r.body) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "# HELP ") &&
			!strings.HasPrefix(line, "# TYPE ") && !strings.HasPrefix(line, "rivgate_") {
			t.Errorf("line %q", line)
		}
	}
	if err := w.Relay.Store.Close(); err != nil {
		t.Fatal(err)
	}
	r = w.get("/metrics")
	if r.status != http.StatusOK || strings.Contains(r.body, "rivgate_waiting_messages{") {
		t.Errorf("without a store: %d %s", r.status, r.body)
	}
	has(t, r.body, "rivgate_store_up 0\n", "rivgate_calls_total 7\n", "rivgate_catalogue_loaded 1\n")
}

func TestRunEndsWithItsContext(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	// A request that is under way when the end comes is finished.
	began, finish := make(chan struct{}), make(chan struct{})
	var once sync.Once
	w.CatalogueInUse = func() shell.CatalogueStatus {
		once.Do(func() { close(began) })
		<-finish
		return shell.CatalogueStatus{}
	}
	go func() { ended <- w.Run(ctx, l) }()
	status := make(chan int, 1)
	go func() {
		answer, err := http.Get("http://" + l.Addr().String() + "/readyz")
		if err != nil {
			status <- 0
			return
		}
		answer.Body.Close()
		status <- answer.StatusCode
	}()
	<-began
	cancel()
	close(finish)
	if got := <-status; got != http.StatusOK {
		t.Errorf("the request under way: %d", got)
	}
	if err := <-ended; err != nil {
		t.Errorf("Run: %v", err)
	}
	if _, err := net.Dial("tcp", l.Addr().String()); err == nil {
		t.Error("the listener is still open")
	}
	l2, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l2.Close()
	if err := w.Run(t.Context(), l2); err == nil {
		t.Error("Run on a closed listener says nothing")
	}
}
