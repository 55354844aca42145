package relay

import (
	"cmp"
	"iter"
	"math"
	"slices"
	"sync"
	"time"

	"rivgate/store"
)

// Bounds of what is under way at once, whatever is configured.
const (
	slowMost  = 256      // deliveries to receivers that are slow, or not known yet
	slowRate  = 8        // of which one claim begins no more: it is to be over soon, for what comes meanwhile
	slowBytes = 64 << 20 // messages of deliveries under way: with more, no slow one is begun
	overMost  = 2 * slowMost
)

// doubtful is how many answers in a row must take long for a receiver to count as slow. One alone may be an accident.
const doubtful = 2

// servedHalf is after how long the time that an address has been served counts for half.
const servedHalf = time.Minute

// What is known of addresses is forgotten when they are many, and have not been used for so long.
const (
	knownMost   = 10_000
	forgetAfter = time.Hour
)

// hands are what deliveries are made with, shared out by address, so that receivers that answer slowly leave the others alone:
//
//	quick receivers: hands of their own, Worker.Workers. One that takes longer than Worker.Patience gives its hand back and goes on as a slow one.
//	all others:      up to slowMost deliveries beside them. Where these are not enough, one to each may be tried with half of the quick hands.
//
// A receiver is quick when its last answers came soon. In turn the one is first whose first message waits for the shortest time, so that what has just
// come need not stand behind the backlogs of others; and the one with the fewest deliveries under way, of equals the one that has been served for the
// shortest time of late, so that all backlogs are worked off.
type hands struct {
	mu         sync.Mutex
	running    sync.WaitGroup
	freed      chan struct{} // one signal, when a hand or an address's share is free again
	most       int
	perAddress int
	patience   time.Duration

	quick, slow, trials int // under way; trials are those of quick that were not known to be quick
	bytes               int // of their messages
	gentle              gentle
	newest              bool // whose turn it is; it changes with each delivery
	addresses           map[string]*addressee
}

// addressee is what this process knows of an address.
type addressee struct {
	under  int     // deliveries under way
	known  bool    // it has answered, or taken long to
	slow   int     // answers in a row that took long
	served float64 // seconds of deliveries, those long ago counting less
	at     time.Time
}

func (h *hands) open(most, perAddress int, patience time.Duration, gently bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.most, h.perAddress, h.patience = most, perAddress, patience
	if gently {
		h.gentle.since = time.Now()
	}
	h.freed, h.addresses = make(chan struct{}, 1), map[string]*addressee{}
}

// isQuick tells whether the last answers of an address came soon.
func (a *addressee) isQuick() bool { return a != nil && a.known && a.slow < doubtful }

// servedBy is the time that an address has been served for, as it counts at a moment.
func (a *addressee) servedBy(now time.Time) float64 {
	if a == nil {
		return 0
	}
	return a.served * math.Exp2(-float64(now.Sub(a.at))/float64(servedHalf))
}

// room is how many deliveries may be begun: all of them, to quick receivers, of these to others by way of trial, and to others.
type room struct{ all, quick, trials, slow int }

func (h *hands) room() room {
	under := h.quick + h.slow
	r := room{all: h.gentle.left(under, time.Now()), quick: max(h.most-h.quick, 0), slow: max(min(slowMost-h.slow, slowRate), 0)}
	if r.trials = min(max(h.most/2, 1)-h.trials, r.quick); h.slow >= overMost {
		r.trials = 0
	}
	if h.bytes >= slowBytes {
		r.slow, r.trials = 0, 0
	}
	return r
}

// free is how many deliveries may be begun at most.
func (h *hands) free() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	r := h.room()
	return min(r.all, r.quick+r.slow)
}

// used are the hands in use, as the metrics show them: of quick ones, of slow ones, and how many addresses count as slow.
func (h *hands) used() (quick, slow, slowAddresses int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, a := range h.addresses {
		if a.known && !a.isQuick() {
			slowAddresses++
		}
	}
	return h.quick, h.slow, slowAddresses
}

// ticket is one delivery that could be begun: the level is how many of its address would be under way before it.
type ticket struct {
	address string
	level   int
	served  float64
	since   time.Time
	used    bool
}

// share says whose lanes a claim takes: it leaves out the addresses in skip.
func (h *hands) share(skip []string) func([]store.Ready, int) []store.Share {
	return func(ready []store.Ready, most int) []store.Share {
		h.mu.Lock()
		defer h.mu.Unlock()
		r, tickets := h.room(), h.tickets(ready, skip)
		for _, a := range ready { // what this claim has taken is under way soon
			r.take(h.addresses[a.Address].isQuick(), a.Taken)
		}
		granted, shares, newest := map[string]int{}, []store.Share(nil), h.newest
		for t := range tickets.inTurn(&newest) {
			if most == 0 {
				break
			}
			if !r.grant(h.addresses[t.address].isQuick(), t.level) {
				continue
			}
			if newest = !newest; granted[t.address] == 0 {
				shares = append(shares, store.Share{Address: t.address})
			}
			granted[t.address]++
			most--
		}
		for i := range shares {
			shares[i].Room = granted[shares[i].Address]
		}
		return shares
	}
}

// tickets are those of a claim, in both orders.
type tickets struct{ newest, served []*ticket }

func (h *hands) tickets(ready []store.Ready, skip []string) tickets {
	var all []*ticket
	now := time.Now()
	for _, a := range ready {
		if slices.Contains(skip, a.Address) {
			continue
		}
		known := h.addresses[a.Address]
		level := a.Taken
		if known != nil {
			level += known.under
		}
		for n := range min(a.Room, h.mostOf(known)-level) {
			all = append(all, &ticket{address: a.Address, level: level + n, served: known.servedBy(now), since: a.Since})
		}
	}
	both := tickets{all, slices.Clone(all)}
	slices.SortStableFunc(both.newest, func(a, b *ticket) int {
		return cmp.Or(b.since.Compare(a.since), cmp.Compare(a.level, b.level))
	})
	slices.SortStableFunc(both.served, func(a, b *ticket) int {
		return cmp.Or(cmp.Compare(a.level, b.level), cmp.Compare(a.served, b.served), b.since.Compare(a.since))
	})
	return both
}

// inTurn gives each ticket once: the first in the one order or the other, as newest says each time.
func (t tickets) inTurn(newest *bool) iter.Seq[*ticket] {
	return func(yield func(*ticket) bool) {
		for len(t.newest) > 0 || len(t.served) > 0 {
			from := &t.served
			if *newest && len(t.newest) > 0 || len(t.served) == 0 {
				from = &t.newest
			}
			first := (*from)[0]
			if *from = (*from)[1:]; first.used {
				continue
			}
			if first.used = true; !yield(first) {
				return
			}
		}
	}
}

// grant takes a place for one delivery to an address that so many are under way to, if there is one.
func (r *room) grant(quick bool, under int) bool {
	switch {
	case r.all <= 0:
		return false
	case quick && r.quick > 0:
		r.quick--
		r.trials = min(r.trials, r.quick)
	case !quick && r.slow > 0:
		r.slow--
	case !quick && under == 0 && r.trials > 0:
		r.quick, r.trials = r.quick-1, r.trials-1
	default:
		return false
	}
	r.all--
	return true
}

// take is grant for what has its place already.
func (r *room) take(quick bool, n int) {
	for range n {
		r.grant(quick, 0)
	}
}

// full are the addresses that none may be begun to now.
func (h *hands) full() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	all, now := []string(nil), h.room()
	for address, a := range h.addresses {
		if r := now; a.under >= h.mostOf(a) || !r.grant(a.isQuick(), a.under) {
			all = append(all, address)
		}
	}
	slices.Sort(all)
	return all
}

// mostOf is how many may be under way to an address at once. One that has not answered yet gets one, which will tell what it is like.
func (h *hands) mostOf(a *addressee) int {
	if a == nil || !a.known {
		return 1
	}
	return h.perAddress
}

// take runs do. Its place is free when it ends; a hand of the quick ones is free after patience, too.
func (h *hands) take(address string, bytes int, do func()) {
	h.mu.Lock()
	d := &delivering{hands: h, to: h.addressee(address), began: time.Now(), bytes: bytes}
	d.begin()
	h.mu.Unlock()
	timer := time.AfterFunc(h.patience, d.takesLong)
	h.running.Go(func() {
		do()
		timer.Stop()
		d.end()
	})
}

// addressee is what is known of an address. What is not used any more is forgotten.
func (h *hands) addressee(address string) *addressee {
	if a := h.addresses[address]; a != nil {
		return a
	}
	if now := time.Now(); len(h.addresses) >= knownMost {
		for name, a := range h.addresses {
			if a.under == 0 && now.Sub(a.at) > forgetAfter {
				delete(h.addresses, name)
			}
		}
	}
	a := &addressee{at: time.Now()}
	h.addresses[address] = a
	return a
}

// delivering is one delivery under way.
type delivering struct {
	hands *hands
	to    *addressee
	began time.Time
	bytes int

	slow, trial, overdue, ended bool
}

func (d *delivering) begin() {
	h, quick := d.hands, d.to.isQuick()
	d.slow = !quick && h.slow < slowMost
	d.trial = !quick && !d.slow
	d.count(1)
	d.to.under++
	h.newest = !h.newest
	h.bytes += d.bytes
}

// count adds it to those of its kind, or takes it away.
func (d *delivering) count(n int) {
	h := d.hands
	if d.slow {
		h.slow += n
		return
	}
	h.quick += n
	if d.trial {
		h.trials += n
	}
}

// takesLong gives a hand of the quick ones back.
func (d *delivering) takesLong() {
	h := d.hands
	h.mu.Lock()
	defer h.mu.Unlock()
	if d.ended {
		return
	}
	d.count(-1)
	d.slow, d.overdue = true, true
	d.count(1)
	d.to.known, d.to.slow = true, d.to.slow+1
	h.ring()
}

func (d *delivering) end() {
	h := d.hands
	h.mu.Lock()
	defer h.mu.Unlock()
	now := time.Now()
	d.ended = true
	d.count(-1)
	h.bytes -= d.bytes
	a := d.to
	a.under--
	a.known = true
	if !d.overdue {
		a.slow = 0
	}
	a.served, a.at = a.servedBy(now)+now.Sub(d.began).Seconds(), now
	h.gentle.succeeded()
	h.ring()
}

func (h *hands) ring() {
	select {
	case h.freed <- struct{}{}:
	default:
	}
}

// gentle bounds what is under way after an unclean end: what killed the process before may still be there. It begins with few, and grows with
// each delivery that ends, and with each second that the process lives. The zero value bounds nothing.
type gentle struct {
	since time.Time
	ended int
}

// gentleFirst is how many deliveries may be under way at first.
const gentleFirst = 4

// unbounded is more than can ever be under way.
const unbounded = math.MaxInt32

func (g *gentle) left(under int, now time.Time) int {
	if g.since.IsZero() {
		return unbounded
	}
	most := gentleFirst + g.ended + int(now.Sub(g.since)/time.Second)
	if most >= slowMost {
		g.since = time.Time{}
		return unbounded
	}
	return max(most-under, 0)
}

func (g *gentle) succeeded() { g.ended++ }
