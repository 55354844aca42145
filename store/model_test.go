package store_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"rivgate/routing"
	"rivgate/store"
)

// parcel is a delivery as the model has it.
type parcel struct {
	id       string
	state    store.DeliveryState
	next     time.Time
	address  string
	attempts int
	unknown  bool // the last attempt's outcome: not known, or not there
}

// track is a lane as the model has it.
type track struct {
	parcels []*parcel
	lease   *grip // of whoever may still finish; nil when nobody may
}

// grip is a claimed delivery.
type grip struct {
	d     store.Delivery
	track *track
	until time.Time
	over  bool // ran out, and a claim has seen it: voiding leases is past it
}

func (t *track) head() *parcel {
	for _, p := range t.parcels {
		if p.state == store.DeliveryDue || p.state == store.DeliveryParked {
			return p
		}
	}
	return nil
}

// model is what the delivery queue should do, in the simplest words.
type model struct {
	s      *store.Store
	now    *clock
	tracks []*track
	grips  []*grip // all that were ever given out
	paused bool
	count  int64
}

// TestDeliveryModel: whatever workers, operators and time do to the queue, it is where the model is. More runs:
// -rapid.checks=1000.
func TestDeliveryModel(t *testing.T) {
	if checks := flag.Lookup("rapid.checks"); checks.Value.String() == checks.DefValue {
		if err := flag.Set("rapid.checks", "25"); err != nil {
			t.Fatal(err)
		}
	}
	folder, files, empty := t.TempDir(), 0, emptyFile(t)
	rapid.Check(t, func(t *rapid.T) {
		m := &model{now: newClock()}
		files++
		path := filepath.Join(folder, fmt.Sprintf("%d.db", files))
		if err := os.WriteFile(path, empty, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := store.Open(t.Context(), "sqlite:"+path, store.Options{Now: m.now.Now})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = s.Close() }()
		m.s = s
		t.Repeat(map[string]func(*rapid.T){
			"accept": m.accept,
			"claim":  m.claim,
			"finish": m.finish,
			"renew":  m.renew,
			"wait": func(t *rapid.T) {
				m.now.pass(time.Duration(rapid.IntRange(1, 90).Draw(t, "seconds")) * time.Second)
			},
			"retry":    m.retry,
			"redirect": m.redirect,
			"close":    m.close,
			"pause":    m.pause,
			"void":     m.void,
			"":         m.agree,
		})
		if lines, err := s.Check(t.Context()); err != nil || len(lines) > 0 {
			t.Fatal(lines, err)
		}
	})
}

// emptyFile is a database with its schema and nothing in it: making one takes longer than a run.
func emptyFile(t *testing.T) []byte {
	url := sqlite(t)
	s, err := store.Open(t.Context(), url, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(strings.TrimPrefix(url, "sqlite:"))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// accept puts a message into a lane, a new one or one that is there: a lane is one case's.
func (m *model) accept(t *rapid.T) {
	lane := rapid.IntRange(0, min(len(m.tracks), 3)).Draw(t, "lane")
	m.count++
	msg := complaint(m.count, []byte("<envelope/>"))
	msg.Call.Receiver, msg.Event.Unit = "UNIT", "UNIT"
	msg.Event.Handler = &store.Handler{Unit: "UNIT", Via: routing.Queue}
	msg.Event.Case.Extension = fmt.Sprint("lane-", lane)
	msg.Route.Address = rapid.SampledFrom([]string{"a", "b"}).Draw(t, "address")
	if lane == len(m.tracks) {
		m.tracks = append(m.tracks, &track{})
	} else {
		msg.Event.Kind, msg.Event.Sequence = store.EventForward, 0
	}
	if _, err := m.s.Accept(t.Context(), msg); err != nil {
		t.Fatal(err)
	}
	m.tracks[lane].parcels = append(m.tracks[lane].parcels, &parcel{
		id: msg.ID, state: store.DeliveryDue, next: m.now.Now(), address: msg.Route.Address,
	})
}

// claimable: its head is due, nobody is at it, and its receiver is not paused.
func (m *model) claimable(t *track, skip []string) bool {
	p := t.head()
	return p != nil && p.state == store.DeliveryDue && !p.next.After(m.now.Now()) && !m.leased(t) && !m.paused &&
		!slices.Contains(skip, p.address)
}

func (m *model) leased(t *track) bool { return t.lease != nil && t.lease.until.After(m.now.Now()) }

func (m *model) atAddress(address string) int {
	n := 0
	for _, t := range m.tracks {
		if m.leased(t) && t.head().address == address {
			n++
		}
	}
	return n
}

func (m *model) claim(t *rapid.T) {
	most, perAddress := rapid.IntRange(1, 4).Draw(t, "max"), rapid.IntRange(1, 3).Draw(t, "per address")
	skip := rapid.SampledFrom([][]string{nil, {"a"}}).Draw(t, "skip")
	for _, lane := range m.tracks {
		if lane.lease != nil && !m.leased(lane) {
			lane.lease.over = true
		}
	}
	share := func(ready []store.Ready, most int) (shares []store.Share) {
		for _, a := range ready {
			if room := min(a.Claimable, most); room > 0 && !slices.Contains(skip, a.Address) {
				shares, most = append(shares, store.Share{Address: a.Address, Lanes: room}), most-room
			}
		}
		return shares
	}
	ready, err := m.s.Ready(t.Context(), perAddress)
	if err != nil {
		t.Fatal(err)
	}
	claimed, err := m.s.Claim(t.Context(), "worker", 30*time.Second, most, perAddress, &store.Sharing{
		Ready: ready, Share: share,
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range claimed {
		i := slices.IndexFunc(m.tracks, func(t *track) bool { p := t.head(); return p != nil && p.id == d.Message.ID })
		if i < 0 || !m.claimable(m.tracks[i], skip) {
			t.Fatalf("%s was not to be claimed", d.Message.ID)
		}
		head := m.tracks[i].head()
		head.attempts++
		head.unknown = true
		if d.Attempt != head.attempts || d.Message.Route.Address != head.address {
			t.Fatalf("attempt %d to %s, want %d to %s", d.Attempt, d.Message.Route.Address, head.attempts, head.address)
		}
		m.tracks[i].lease = &grip{d: d, track: m.tracks[i], until: m.now.Now().Add(30 * time.Second)}
		m.grips = append(m.grips, m.tracks[i].lease)
		if n := m.atAddress(head.address); n > perAddress {
			t.Fatalf("%d lanes of %s, allowed are %d", n, head.address, perAddress)
		}
	}
	for _, lane := range m.tracks {
		if len(claimed) < most && m.claimable(lane, skip) && m.atAddress(lane.head().address) < perAddress {
			t.Fatalf("%s was not claimed", lane.head().id)
		}
	}
}

func (m *model) aGrip(t *rapid.T) *grip {
	if len(m.grips) == 0 {
		t.Skip("nothing was claimed")
	}
	return m.grips[rapid.IntRange(max(0, len(m.grips)-6), len(m.grips)-1).Draw(t, "grip")]
}

func (m *model) finish(t *rapid.T) {
	g := m.aGrip(t)
	outcome := rapid.SampledFrom([]store.Outcome{
		store.OutcomeDelivered, store.OutcomeRefused, store.OutcomeTechnical, store.OutcomeUnknown,
	}).Draw(t, "outcome")
	a := store.Attempt{Outcome: outcome}
	if outcome == store.OutcomeTechnical || outcome == store.OutcomeUnknown {
		a.Again = m.now.Now().Add(time.Duration(rapid.IntRange(0, 60).Draw(t, "again")) * time.Second)
	}
	err := m.s.Finish(t.Context(), g.d, a)
	if g.track.lease != g {
		if !errors.Is(err, store.ErrLeaseLost) {
			t.Fatalf("the lease was lost, and got %v", err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	p := g.track.head()
	g.track.lease = nil
	p.unknown = outcome == store.OutcomeUnknown
	switch {
	case outcome == store.OutcomeDelivered:
		p.state = store.DeliveryDelivered
	case a.Again.IsZero():
		p.state = store.DeliveryParked
	default:
		p.next = a.Again
	}
}

func (m *model) renew(t *rapid.T) {
	g := m.aGrip(t)
	err := m.s.Renew(t.Context(), g.d, 30*time.Second)
	if errors.Is(err, store.ErrLeaseLost) != (g.track.lease != g) {
		t.Fatalf("renewing: %v", err)
	}
	if err == nil {
		g.until, g.over = m.now.Now().Add(30*time.Second), false
	}
}

func (m *model) retry(t *rapid.T) {
	want := m.each(func(lane *track, p *parcel) bool { return !(p == lane.head() && m.leased(lane)) })
	n, err := m.s.Retry(t.Context(), store.DeliveryFilter{}, "anna", "")
	if err != nil || n != len(want) {
		t.Fatalf("%d were retried, want %d: %v", n, len(want), err)
	}
	for _, p := range want {
		p.state, p.next = store.DeliveryDue, m.now.Now()
	}
}

func (m *model) redirect(t *rapid.T) {
	want := m.each(func(*track, *parcel) bool { return true })
	n, err := m.s.Redirect(t.Context(), store.DeliveryFilter{}, "c", "anna", "")
	if err != nil || n != len(want) {
		t.Fatalf("%d were redirected, want %d: %v", n, len(want), err)
	}
	for _, p := range want {
		p.state, p.next, p.address = store.DeliveryDue, m.now.Now(), "c"
	}
}

func (m *model) close(t *rapid.T) {
	want := m.each(func(_ *track, p *parcel) bool { return p.state == store.DeliveryParked })
	n, err := m.s.CloseDeliveries(t.Context(), store.DeliveryFilter{}, "anna", "")
	if err != nil || n != len(want) {
		t.Fatalf("%d were closed, want %d: %v", n, len(want), err)
	}
	for _, p := range want {
		p.state = store.DeliveryClosed
	}
}

// each is all that is open and fits.
func (m *model) each(fits func(*track, *parcel) bool) []*parcel {
	var all []*parcel
	for _, lane := range m.tracks {
		for _, p := range lane.parcels {
			if (p.state == store.DeliveryDue || p.state == store.DeliveryParked) && fits(lane, p) {
				all = append(all, p)
			}
		}
	}
	return all
}

func (m *model) pause(t *rapid.T) {
	m.paused = !m.paused
	err := m.s.Resume(t.Context(), "unit", "anna", "")
	if m.paused {
		err = m.s.Pause(t.Context(), "unit", "anna", "")
	}
	if err != nil {
		t.Fatal(err)
	}
}

func (m *model) void(t *rapid.T) {
	if _, err := m.s.VoidLeases(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, lane := range m.tracks {
		if lane.lease != nil && !lane.lease.over {
			lane.lease = nil
		}
	}
}

// agree compares every delivery with the model.
func (m *model) agree(t *rapid.T) {
	rows, err := m.s.Deliveries(t.Context(), store.DeliveryFilter{Limit: 500})
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]store.DeliveryRow{}
	for _, row := range rows {
		found[row.ID] = row
	}
	for _, lane := range m.tracks {
		for _, p := range lane.parcels {
			row, state := found[p.id], p.state
			working := p == lane.head() && m.leased(lane)
			if working {
				state = store.DeliveryLeased
			}
			unknown := p.unknown && p.state == store.DeliveryDue && !working
			if row.State != state || row.Attempts != p.attempts || row.Address != p.address || row.Unknown != unknown {
				t.Fatalf("got %+v, want %s, %d attempts at %s, unknown %v", row, state, p.attempts, p.address, unknown)
			}
		}
	}
}

// clock is a time that passes when a test says so, while the store's own goroutines read it.
type clock struct{ at atomic.Pointer[time.Time] }

func newClock() *clock {
	c := &clock{}
	start := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	c.at.Store(&start)
	return c
}

func (c *clock) Now() time.Time { return *c.at.Load() }

func (c *clock) pass(d time.Duration) {
	later := c.Now().Add(d)
	c.at.Store(&later)
}
