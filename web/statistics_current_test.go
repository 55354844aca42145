package web_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// run serves the site as the gateway does, with who keeps statistics beside it.
func (w *world) run() {
	w.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(w.t, "listening", err)
	ctx, stop := context.WithCancel(context.WithoutCancel(w.t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- w.Run(ctx, l) }()
	w.t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			w.t.Error(err)
		}
	})
	w.server.Close()
	w.server = &httptest.Server{URL: "http://" + l.Addr().String()}
}

// counts asks for statistics until they say something: who counts may need another moment.
func (w *world) counts(path, want string) {
	w.t.Helper()
	for {
		page := w.page(path)
		if strings.Contains(page, want) {
			return
		}
		if !strings.Contains(page, "Läs om sidan") { // neither the first count nor a later one is under way
			w.t.Fatalf("%q is not on the page, which says that it is current\n%s", want, main(page))
		}
	}
}

// TestStatisticsWhileTheyAreCounted: no page waits for counting. Before the first count it says how far that is, later it shows the last one with its age. The
// count is held up by a lock on the database.
func TestStatisticsWhileTheyAreCounted(t *testing.T) {
	w := counted(t)
	w.cookie("hanna")
	db := w.database()
	hold := func(before string) (free func()) {
		c, err := db.Conn(t.Context())
		must(t, "connecting", err)
		for _, statement := range []string{"PRAGMA busy_timeout = 5000", before, "BEGIN IMMEDIATE"} {
			_, err = c.ExecContext(t.Context(), statement)
			must(t, statement, err)
		}
		return func() {
			_, err := c.ExecContext(context.Background(), "ROLLBACK")
			must(t, "letting go", err)
			must(t, "closing", c.Close())
		}
	}
	const path = "/statistics?by=area"
	free := hold("SELECT 1")
	w.run()
	has(t, w.page(path), "Ärendena räknas", `hx-trigger="load delay:2s"`)
	free()
	w.counts(path, "<strong>16</strong> ärenden")

	free = hold("UPDATE cases SET version = version + 1, area = '3'")
	page := w.page(path)
	has(t, page, "<strong>16</strong> ärenden", "Räknat", "Läs om sidan")
	hasNot(t, page, "Somatisk")
	free()
	for strings.Contains(page, "Läs om sidan") {
		page = w.page(path)
	}
	if got := cells(t, page); len(got) != 2 || got["Summa"] != "16" {
		t.Errorf("after the change: %v", got)
	}
	if r := w.get("/statistics/file?by=area"); r.status != http.StatusOK || r.header.Get("Last-Modified") == "" {
		t.Errorf("the file: %d %v", r.status, r.header)
	}
}
