package relay_test

import (
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"rivgate/store"
	"rivgate/store/storetest"
)

// The drill, on both databases: a copy made while messages come and go is restored somewhere else, and a gateway goes
// on from it. What was delivered before the copy does not come again; what was under way does, with the same message
// id, for nobody knows; what waited arrives.
func TestRestoreDrill(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		folder := t.TempDir()
		drill(t, "sqlite:"+filepath.Join(folder, "first.db"), func(backup string) string { return "sqlite:" + backup })
	})
	t.Run("postgres", func(t *testing.T) {
		drill(t, storetest.Postgres(t), func(backup string) string {
			fresh := storetest.Postgres(t)
			if out, err := exec.Command("pg_restore", "--no-owner", "--exit-on-error", "--dbname="+plain(t, fresh), backup).
				CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			return fresh
		})
	})
}

// plain is a database's URL as PostgreSQL's own programs take it.
func plain(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.String()
}

func drill(t *testing.T, address string, restore func(backup string) string) {
	w := newWorld(t)
	first := w.replica(address, "first")
	w.Relay.Store = first.Relay.Store
	for i := range 10 {
		w.accepted(portal, complaint(systemUnit, fmt.Sprint("delivered", i)))
	}
	stop := w.run(first)
	w.eventually("ten are delivered", func() bool {
		return len(w.deliveries(store.DeliveryFilter{State: store.DeliveryDelivered})) == 10
	})
	stop()
	w.accepted(portal, complaint(systemUnit, "under way"))
	if d, err := w.Store.Claim(t.Context(), "first", time.Second, 1, 1, nil); err != nil || len(d) != 1 {
		t.Fatal(d, err)
	}
	for i := range 5 {
		w.accepted(portal, complaint(systemUnit, fmt.Sprint("waits", i)))
	}
	backup := filepath.Join(t.TempDir(), "copy")
	if at, err := w.Store.LastBackup(t.Context()); err != nil || !at.IsZero() {
		t.Fatalf("before there is one, the last back-up was at %v: %v", at, err)
	}
	if err := w.Store.Backup(t.Context(), backup); err != nil {
		t.Fatal(err)
	}
	if err := w.Store.Backup(t.Context(), backup); err == nil {
		t.Error("a back-up was written over")
	}
	if at, err := w.Store.LastBackup(t.Context()); err != nil || at.IsZero() {
		t.Errorf("after it, the last back-up was at %v: %v", at, err)
	}
	if info, err := os.Stat(backup); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	w.accepted(portal, complaint(systemUnit, "after the copy")) // is not in it
	second := w.replica(restore(backup), "second")
	w.Relay.Store = second.Relay.Store
	defer w.run(second)()
	w.eventually("all of the copy is delivered", func() bool {
		return len(w.deliveries(store.DeliveryFilter{State: store.DeliveryDelivered})) == 16
	})
	times := map[string]int{}
	for _, m := range w.producer.taken() {
		times[m.CaseID.Extension]++
	}
	if len(times) != 16 {
		t.Errorf("%d cases arrived, not 16: %v", len(times), times)
	}
	for extension, n := range times {
		if n != 1 {
			t.Errorf("%s came %d times", extension, n)
		}
	}
	sound(t, w)
}
