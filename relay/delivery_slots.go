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
	maxSlow         = 256      // deliveries to receivers that are slow, or not known yet
	maxSlowPerClaim = 8        // of which one claim begins no more: it is to be over soon, for what comes meanwhile
	maxBytes        = 64 << 20 // messages of deliveries under way: with more, no slow one is begun
	maxOverdue      = 2 * maxSlow
)

// slowAfter is how many answers in a row must take long for a receiver to count as slow. One alone may be an accident.
const slowAfter = 2

// servedHalfLife is after how long the time that an address has been served counts for half.
const servedHalfLife = time.Minute

// What is known of addresses is forgotten when they are many, and have not been used for so long.
const (
	maxAddresses = 10_000
	forgetAfter  = time.Hour
)

// deliverySlots are what deliveries are made with, shared out by address, so that receivers that answer slowly leave
// the others alone:
//
//	quick receivers: Worker.Workers slots of their own. A delivery that takes longer than Worker.Patience
//	                  gives its slot back and goes on as a slow one.
//	all others:      up to maxSlow deliveries beside them. Where these are not enough, half of the quick
//	                  slots may try one delivery to each.
//
// A receiver is quick when its last answers came soon. In turn the one is first whose first message waits for the
// shortest time, so that what has just come need not stand behind the backlogs of others; and the one with the fewest
// deliveries under way, of equals the one that has been served for the shortest time of late, so that all backlogs
// are worked off.
type deliverySlots struct {
	mu         sync.Mutex
	running    sync.WaitGroup
	freed      chan struct{} // one signal, when a slot or an address's share is free again
	quickLimit int
	perAddress int
	patience   time.Duration

	quick, slow, trials int // under way; trials are those of quick that were not known to be quick
	bytes               int // of their messages
	slowStart           slowStart
	newestFirst         bool // whose turn it is; it changes with each delivery
	addresses           map[string]*addressState
}

// addressState is what this process knows of an address.
type addressState struct {
	running int     // deliveries under way
	known   bool    // it has answered, or taken long to
	slow    int     // answers in a row that took long
	served  float64 // seconds of deliveries, those long ago counting less
	at      time.Time
}

func (h *deliverySlots) open(most, perAddress int, patience time.Duration, gently bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.quickLimit, h.perAddress, h.patience = most, perAddress, patience
	if gently {
		h.slowStart.since = time.Now()
	}
	h.freed, h.addresses = make(chan struct{}, 1), map[string]*addressState{}
}

// isQuick tells whether the last answers of an address came soon.
func (a *addressState) isQuick() bool { return a != nil && a.known && a.slow < slowAfter }

// servedBy is the time that an address has been served for, as it counts at a moment.
func (a *addressState) servedBy(now time.Time) float64 {
	if a == nil {
		return 0
	}
	return a.served * math.Exp2(-float64(now.Sub(a.at))/float64(servedHalfLife))
}

// capacity is how many deliveries may be begun: all of them, to quick receivers, of these to others by way of trial,
// and to others.
type capacity struct{ all, quick, trials, slow int }

func (h *deliverySlots) capacity() capacity {
	under := h.quick + h.slow
	r := capacity{
		all: h.slowStart.left(under, time.Now()), quick: max(h.quickLimit-h.quick, 0),
		slow: max(min(maxSlow-h.slow, maxSlowPerClaim), 0),
	}
	if r.trials = min(max(h.quickLimit/2, 1)-h.trials, r.quick); h.slow >= maxOverdue {
		r.trials = 0
	}
	if h.bytes >= maxBytes {
		r.slow, r.trials = 0, 0
	}
	return r
}

// available is how many deliveries may be begun at most.
func (h *deliverySlots) available() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	r := h.capacity()
	return min(r.all, r.quick+r.slow)
}

// inUse are the slots in use, as the metrics show them: of quick ones, of slow ones, and how many addresses count as
// slow.
func (h *deliverySlots) inUse() (quick, slow, slowAddresses int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, a := range h.addresses {
		if a.known && !a.isQuick() {
			slowAddresses++
		}
	}
	return h.quick, h.slow, slowAddresses
}

// candidate is one delivery that could be begun: the level is how many of its address would be under way before it.
type candidate struct {
	address string
	level   int
	served  float64
	since   time.Time
	used    bool
}

// share says whose lanes a claim takes: it leaves out the addresses in skip.
func (h *deliverySlots) share(skip []string) func([]store.Ready, int) []store.Share {
	return func(ready []store.Ready, most int) []store.Share {
		h.mu.Lock()
		defer h.mu.Unlock()
		r, tickets := h.capacity(), h.candidates(ready, skip)
		for _, a := range ready { // what this claim has taken is under way soon
			r.reserve(h.addresses[a.Address].isQuick(), a.Taken)
		}
		granted, shares, newest := map[string]int{}, []store.Share(nil), h.newestFirst
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
			shares[i].Lanes = granted[shares[i].Address]
		}
		return shares
	}
}

// candidates are those of a claim, in both orders.
type candidates struct{ newest, served []*candidate }

func (h *deliverySlots) candidates(ready []store.Ready, skip []string) candidates {
	var all []*candidate
	now := time.Now()
	for _, a := range ready {
		if slices.Contains(skip, a.Address) {
			continue
		}
		known := h.addresses[a.Address]
		level := a.Taken
		if known != nil {
			level += known.running
		}
		for n := range min(a.Claimable, h.limitFor(known)-level) {
			all = append(all, &candidate{address: a.Address, level: level + n, served: known.servedBy(now), since: a.Since})
		}
	}
	both := candidates{all, slices.Clone(all)}
	slices.SortStableFunc(both.newest, func(a, b *candidate) int {
		return cmp.Or(b.since.Compare(a.since), cmp.Compare(a.level, b.level))
	})
	slices.SortStableFunc(both.served, func(a, b *candidate) int {
		return cmp.Or(cmp.Compare(a.level, b.level), cmp.Compare(a.served, b.served), b.since.Compare(a.since))
	})
	return both
}

// inTurn gives each ticket once: the first in the one order or the other, as newest says each time.
func (t candidates) inTurn(newest *bool) iter.Seq[*candidate] {
	return func(yield func(*candidate) bool) {
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
func (r *capacity) grant(quick bool, under int) bool {
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

// reserve is grant for what has its place already.
func (r *capacity) reserve(quick bool, n int) {
	for range n {
		r.grant(quick, 0)
	}
}

// fullAddresses are the addresses that none may be begun to now.
func (h *deliverySlots) fullAddresses() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	all, now := []string(nil), h.capacity()
	for address, a := range h.addresses {
		if r := now; a.running >= h.limitFor(a) || !r.grant(a.isQuick(), a.running) {
			all = append(all, address)
		}
	}
	slices.Sort(all)
	return all
}

// limitFor is how many may be under way to an address at once. One that has not answered yet gets one, which will
// tell what it is like.
func (h *deliverySlots) limitFor(a *addressState) int {
	if a == nil || !a.known {
		return 1
	}
	return h.perAddress
}

// run runs do. Its place is free when it ends; a quick slot is free after patience, too.
func (h *deliverySlots) run(address string, bytes int, do func()) {
	h.mu.Lock()
	d := &runningDelivery{hands: h, to: h.address(address), began: time.Now(), bytes: bytes}
	d.begin()
	h.mu.Unlock()
	timer := time.AfterFunc(h.patience, d.takesLong)
	h.running.Go(func() {
		do()
		timer.Stop()
		d.end()
	})
}

// address is what is known of an address. What is not used any more is forgotten.
func (h *deliverySlots) address(address string) *addressState {
	if a := h.addresses[address]; a != nil {
		return a
	}
	if now := time.Now(); len(h.addresses) >= maxAddresses {
		for name, a := range h.addresses {
			if a.running == 0 && now.Sub(a.at) > forgetAfter {
				delete(h.addresses, name)
			}
		}
	}
	a := &addressState{at: time.Now()}
	h.addresses[address] = a
	return a
}

// runningDelivery is one delivery under way.
type runningDelivery struct {
	hands *deliverySlots
	to    *addressState
	began time.Time
	bytes int

	slow, trial, overdue, ended bool
}

func (d *runningDelivery) begin() {
	h, quick := d.hands, d.to.isQuick()
	d.slow = !quick && h.slow < maxSlow
	d.trial = !quick && !d.slow
	d.count(1)
	d.to.running++
	h.newestFirst = !h.newestFirst
	h.bytes += d.bytes
}

// count adds it to those of its kind, or takes it away.
func (d *runningDelivery) count(n int) {
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

// takesLong gives a quick slot back.
func (d *runningDelivery) takesLong() {
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
	h.signalFreed()
}

func (d *runningDelivery) end() {
	h := d.hands
	h.mu.Lock()
	defer h.mu.Unlock()
	now := time.Now()
	d.ended = true
	d.count(-1)
	h.bytes -= d.bytes
	a := d.to
	a.running--
	a.known = true
	if !d.overdue {
		a.slow = 0
	}
	a.served, a.at = a.servedBy(now)+now.Sub(d.began).Seconds(), now
	h.slowStart.succeeded()
	h.signalFreed()
}

func (h *deliverySlots) signalFreed() {
	select {
	case h.freed <- struct{}{}:
	default:
	}
}

// slowStart bounds what is under way after an unclean end: what killed the process before may still be there. It
// begins with few, and grows with each delivery that ends, and with each second that the process lives. The zero
// value bounds nothing.
type slowStart struct {
	since time.Time
	ended int
}

// slowStartFirst is how many deliveries may be under way at first.
const slowStartFirst = 4

// unbounded is more than can ever be under way.
const unbounded = math.MaxInt32

func (g *slowStart) left(under int, now time.Time) int {
	if g.since.IsZero() {
		return unbounded
	}
	most := slowStartFirst + g.ended + int(now.Sub(g.since)/time.Second)
	if most >= maxSlow {
		g.since = time.Time{}
		return unbounded
	}
	return max(most-under, 0)
}

func (g *slowStart) succeeded() { g.ended++ }
