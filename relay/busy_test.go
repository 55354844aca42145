package relay_test

import (
	"database/sql"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"rivgate/store"
)

// More callers than may wait are told to come back: at once, by a fault, and nothing of theirs is kept. Those that
// wait are answered when the database goes on.
func TestTooManyCallersAreToldToComeBack(t *testing.T) {
	w := newWorld(t)
	path := filepath.Join(t.TempDir(), "narrow.db")
	narrow, err := store.Open(t.Context(), "sqlite:"+path, store.Options{Now: w.clock, NewID: w.newID, Waiting: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer narrow.Close()
	w.Relay.Store = narrow
	other, err := sql.Open("sqlite", path+"?_txlock=immediate&_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	lock, err := other.BeginTx(t.Context(), nil) // nobody else can write now
	if err != nil {
		t.Fatal(err)
	}
	header := http.Header{"X-Vp-Sender-Id": {portal}, "X-Vp-Instance-Id": {"dev_env"}}
	answers := make(chan answer, 8)
	var callers sync.WaitGroup
	for i := range 8 {
		envelope := written(t, complaint(systemUnit, fmt.Sprint(i)))
		callers.Go(func() { answers <- w.postWith(header, "127.0.0.1", envelope) })
	}
	for range 6 {
		got := <-answers
		if got.status != http.StatusServiceUnavailable || got.header.Get("Retry-After") != "5" ||
			!strings.Contains(string(got.body), "<faultcode>SOAP-ENV:Server") {
			t.Errorf("status %d, Retry-After %q:\n%s", got.status, got.header.Get("Retry-After"), got.body)
		}
	}
	w.pass(time.Second)
	if err := lock.Rollback(); err != nil {
		t.Fatal(err)
	}
	callers.Wait()
	for range 2 {
		if got := <-answers; got.status != http.StatusOK {
			t.Errorf("status %d for one that waited", got.status)
		}
	}
	if n := len(w.deliveries(store.DeliveryFilter{})); n != 2 {
		t.Errorf("%d messages are kept", n)
	}
}
