package relay_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"rivgate/contracts"
	"rivgate/relay"
	"rivgate/store"
	"rivgate/store/storetest"
)

// replica is another gateway process on the database of url, as far as a test can have one inside itself: store and
// worker of its own.
func (w *world) replica(url, name string) *relay.Worker {
	w.t.Helper()
	st, err := store.Open(w.t.Context(), url, store.Options{})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = st.Close() })
	own := w.Relay
	r := &relay.Relay{
		Instance: own.Instance, Portal: own.Portal, Table: own.Table, Contracts: own.Contracts, Store: st, Sender: own.Sender,
		Trust:  own.Trust,
		Limits: own.Limits, Now: time.Now, NewID: w.newID, Log: own.Log, Version: own.Version,
	}
	return &relay.Worker{
		Relay: r, Name: name, Schedule: []time.Duration{100 * time.Millisecond}, GiveUp: time.Hour, GapTimeout: time.Hour,
		Lease: time.Second, Workers: 8, PerAddress: 8,
	}
}

// inOrder checks that every case's messages came first in their order, and tells how many came more than once.
func (w *world) inOrder(want map[string]int64) (again int) {
	w.t.Helper()
	got := map[string][]int64{}
	for _, m := range w.producer.taken() {
		if slices.Contains(got[m.CaseID.Extension], m.Sequence) {
			again++
			continue
		}
		got[m.CaseID.Extension] = append(got[m.CaseID.Extension], m.Sequence)
	}
	for extension, last := range want {
		if numbers := got[extension]; int64(len(numbers)) != last || !slices.IsSorted(numbers) {
			w.t.Errorf("case %s arrived as %v, %d were accepted", extension, numbers, last)
		}
	}
	return again
}

// Three replicas accept and deliver; of two more one was killed with lanes in its hands, and one stood still for
// longer than its lease.
func TestReplicasOnOneDatabase(t *testing.T) {
	w := newWorld(t)
	url := storetest.Postgres(t)
	var workers []*relay.Worker
	for i := range 3 {
		workers = append(workers, w.replica(url, fmt.Sprint("replica ", i)))
	}
	want := map[string]int64{}
	for i := range 12 {
		extension := fmt.Sprint("case", i)
		w.Relay.Store = workers[i%3].Relay.Store
		w.accepted(portal, complaint(systemUnit, extension))
		w.Relay.Store = workers[(i+1)%3].Relay.Store
		question := returns(contracts.Question, systemUnit, extension, 1)
		w.accepted(system, question)
		w.Relay.Store = workers[(i+2)%3].Relay.Store
		w.accepted(portal, answerTo(question.ID, systemUnit, extension, 2))
		want[extension] = 2
	}
	killed, err := w.Store.Claim(t.Context(), "killed", time.Second, 3, 100, nil)
	if err != nil || len(killed) != 3 {
		t.Fatal(killed, err)
	}
	paused, err := w.Store.Claim(t.Context(), "paused", time.Second, 3, 100, nil)
	if err != nil || len(paused) != 3 {
		t.Fatal(paused, err)
	}
	for _, worker := range workers {
		stop := w.run(worker)
		defer stop()
	}
	w.eventually("all is delivered", func() bool {
		return len(w.deliveries(store.DeliveryFilter{State: store.DeliveryDelivered})) == 24
	})
	if again := w.inOrder(want); again != 0 {
		t.Errorf("%d messages came twice, although neither of the two had sent any", again)
	}
	for _, d := range paused {
		if err := w.Store.Finish(t.Context(), d, store.Attempt{
			Outcome: store.OutcomeRefused,
		}); !errors.Is(err, store.ErrLeaseLost) {
			t.Errorf("the one that stood still may still change something: %v", err)
		}
	}
	sound(t, w)
}

// The database crashes twice under load. Callers get faults and no hangs; then all goes on by itself, and what was
// promised arrives, in order.
func TestDatabaseCrashesUnderLoad(t *testing.T) {
	w := newWorld(t)
	server := storetest.NewServer(t)
	workers := []*relay.Worker{w.replica(server.URL, "one"), w.replica(server.URL, "two")}
	w.Relay.Store = workers[0].Relay.Store
	for _, worker := range workers {
		stop := w.run(worker)
		defer stop()
	}
	var mu sync.Mutex
	promised, refused, longest := map[string]int64{}, 0, time.Duration(0)
	load, enough := context.WithCancel(t.Context())
	header := http.Header{"X-Vp-Sender-Id": {portal}, "X-Vp-Instance-Id": {"dev_env"}}
	var callers sync.WaitGroup
	for caller := range 4 {
		callers.Go(func() {
			for n := 0; load.Err() == nil; n++ {
				extension := fmt.Sprint(caller, "-", n)
				started := time.Now()
				got := w.postWith(header, "127.0.0.1", written(t, complaint(systemUnit, extension)))
				mu.Lock()
				longest = max(longest, time.Since(started))
				if got.status == http.StatusOK {
					promised[extension] = 1
				} else {
					refused++
				}
				mu.Unlock()
			}
		})
	}
	count := func() (int, int) {
		mu.Lock()
		defer mu.Unlock()
		return len(promised), refused
	}
	for range 2 {
		before, bad := count()
		w.eventually("messages are accepted", func() bool { n, _ := count(); return n > before+20 })
		server.Down()
		w.eventually("callers are refused", func() bool { _, n := count(); return n > bad+8 })
		server.Up()
	}
	before, _ := count()
	w.eventually("messages are accepted again", func() bool { n, _ := count(); return n > before+20 })
	enough()
	callers.Wait()
	w.eventually("nothing waits any more", func() bool {
		rows, err := w.Store.Waitings(t.Context())
		return err == nil && len(rows) == 0
	})
	again := w.inOrder(promised)
	t.Logf("%d promised, %d refused, the longest call took %s, %d came twice", len(promised), refused, longest, again)
	if longest > 25*time.Second {
		t.Errorf("a caller waited %s", longest)
	}
	sound(t, w)
}
