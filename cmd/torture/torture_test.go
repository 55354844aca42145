//go:build linux

package main

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// TestShortTorture is the short form of make torture: a few cycles of the faults that matter most, on both databases.
func TestShortTorture(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes half a minute")
	}
	o := options{
		// its own folder: PostgreSQL's account must be able to enter it
		length: 32 * time.Second, stores: []string{onSQLite, onPostgres}, senders: 4, out: t.Output(), strict: true,
		faults: []string{"kill", "kill-all", "crash-point", "pause", "stopping", "manners", "twice", "database-restart"},
	}
	sound, err := run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if !sound {
		t.Error("something was lost, out of order, or not as it should be: see above")
	}
}

// TestRollingRestart: two gateways on one PostgreSQL behind haproxy, which repeats nothing, are restarted one after the
// other under load. Not one request may fail.
func TestRollingRestart(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes half a minute")
	}
	o := options{
		length: 15 * time.Second, stores: []string{onRolling}, senders: 4, out: t.Output(), faults: []string{"stopping"},
		strict: true,
	}
	sound, err := run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if !sound {
		t.Error("a request failed, or something was lost or out of order: see above")
	}
}

func TestLedgersAreCompared(t *testing.T) {
	second := func(n int) time.Time { return time.Unix(int64(n), 0) }
	sent := []entry{
		{"a", 1, "a1", "accepted", second(1), "one"},
		{"a", 2, "a2", "accepted", second(2), "two"},
		{"a", 3, "a3", "accepted", second(3), "three"},
	}
	took := func(n int64, id, how string, at int) entry {
		return entry{"a", n, id, how, second(at), []string{"one", "two", "three"}[n-1]}
	}
	for _, c := range []struct {
		sentence                          string
		taken                             []entry
		lost, reordered, duplicates, late int
	}{
		{"all in order", []entry{took(1, "a1", "ok", 4), took(2, "a2", "ok", 5), took(3, "a3", "ok", 6)}, 0, 0, 0, 0},
		{"one never came", []entry{took(1, "a1", "ok", 4), took(2, "a2", "ok", 5)}, 1, 0, 0, 0},
		{
			"one was taken and never answered OK",
			[]entry{took(1, "a1", "ok", 4), took(2, "a2", "ok", 5), took(3, "a3", "taken", 6)},
			1, 0, 0, 0,
		},
		{
			"one came before the one before it",
			[]entry{took(2, "a2", "ok", 4), took(1, "a1", "ok", 5), took(3, "a3", "ok", 6)},
			0, 1, 0, 0,
		},
		{
			"one came before the one before it was answered OK",
			[]entry{took(1, "a1", "taken", 4), took(2, "a2", "ok", 5), took(1, "a1", "ok", 6), took(3, "a3", "ok", 7)},
			0, 1, 1,
			1,
		},
		{
			"one came twice, in its time",
			[]entry{took(1, "a1", "taken", 4), took(1, "a1", "ok", 5), took(2, "a2", "ok", 6), took(3, "a3", "ok", 7)},
			0, 0, 1,
			0,
		},
	} {
		var r result
		compare(&r, sent, c.taken)
		if got := []int{
			len(r.lost), len(r.reordered), r.duplicates, r.stale,
		}; !slices.Equal(got, []int{c.lost, c.reordered, c.duplicates, c.late}) {
			t.Errorf("%s: lost, reordered, duplicates and late ones are %v", c.sentence, got)
		}
		if r.sound() != (c.lost == 0 && c.reordered == 0) {
			t.Errorf("%s: sound is %v", c.sentence, r.sound())
		}
	}
}

func TestBodiesAreCompared(t *testing.T) {
	sent := []entry{
		{lane: "a", n: 1, id: "a1", body: sum([]byte("<a/>"))}, {lane: "a", n: 2, id: "a2", body: sum([]byte("<b/>"))},
	}
	taken := []entry{
		{id: "a1", body: sum([]byte("<a/>"))},
		{id: "a2", body: sum([]byte("<b />"))},
		{id: "no receipt came", body: sum(nil)},
	}
	if lines := altered(sent, taken); len(lines) != 1 || !strings.Contains(lines[0], "a2") {
		t.Errorf("altered: %q", lines)
	}
	if lines := altered(sent, taken[:1]); len(lines) != 0 {
		t.Errorf("altered although equal: %q", lines)
	}
}
