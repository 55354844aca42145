package relay

import (
	"sync"
	"time"

	"go.uber.org/zap"

	"rivgate/relay/diagnosis"
	"rivgate/store"
)

// When a receiver counts as down, and how often it is asked whether it is up again.
const (
	breakAfter = 3 // connections in a row that failed
	probeFirst = 5 * time.Second
	probeLast  = ProbeWait
)

// ProbeWait is how long it takes at most until a receiver that is down is asked again.
const ProbeWait = time.Minute

// breakers know which addresses are down: only connections that fail open one, never an answer, whatever it says.
// Each process finds out for itself, so that one without a way to a receiver does not keep the others from it.
type breakers struct {
	mu        sync.Mutex
	addresses map[string]*breaker // with failures only
	log       *zap.Logger
}

// breaker is one address whose last connection failed.
type breaker struct {
	unsent int // failures in a row with nothing sent
	// that failed in a row, sent or not: a single lane with a message that nobody can take is not a receiver that is down
	lanes   map[int64]bool
	all     int
	down    bool
	since   time.Time
	wait    time.Duration
	probeAt time.Time
	probing bool
}

// note takes in how an attempt ended. A receiver that goes down, and one that comes back, is one line in the log.
func (b *breakers) note(d store.Delivery, a attempt, now time.Time) {
	address := d.Message.Route.Address
	b.mu.Lock()
	defer b.mu.Unlock()
	one := b.addresses[address]
	switch a.connection {
	case noConnection:
		if one != nil && one.probing {
			one.probing, one.probeAt = false, now.Add(one.wait)
		}
		return
	case answered:
		if one != nil && one.down {
			b.log.Warn("receiver is back: its messages go on", zap.String("url.original", address),
				zap.String("labels.receiverid", d.Message.Call.Receiver), zap.Duration("was down", now.Sub(one.since)))
		}
		delete(b.addresses, address)
		return
	}
	if one == nil {
		one = &breaker{lanes: map[int64]bool{}, since: now, wait: probeFirst}
		if b.addresses == nil {
			b.addresses = map[string]*breaker{}
		}
		b.addresses[address] = one
	}
	one.fail(d, a, now)
	if !one.down && (one.unsent >= breakAfter || one.all >= breakAfter && len(one.lanes) > 1) {
		one.down, one.probeAt = true, now.Add(one.wait)
		b.log.Error("receiver is down: its messages wait, it is asked now and then", zap.String("url.original", address),
			zap.String("labels.receiverid", d.Message.Call.Receiver), zap.String("class", a.Class),
			zap.String("error.message", diagnosis.Explain(a.Why)))
	}
}

func (b *breaker) fail(d store.Delivery, a attempt, now time.Time) {
	b.all++
	if a.Outcome == store.OutcomeTechnical {
		b.unsent++
	}
	if len(b.lanes) < breakAfter {
		b.lanes[d.Lane] = true
	}
	if b.probing {
		b.probing, b.wait = false, min(2*b.wait, probeLast)
		b.probeAt = now.Add(b.wait)
	}
}

// down are the addresses that only probes go to.
func (b *breakers) down() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var all []string
	for address, one := range b.addresses {
		if one.down {
			all = append(all, address)
		}
	}
	return all
}

// anyDown tells whether an address is down.
func (b *breakers) anyDown() bool { return len(b.down()) > 0 }

// probeNow makes a probe due for those of the addresses that are down.
func (b *breakers) probeNow(addresses []string, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, address := range addresses {
		if one := b.addresses[address]; one != nil && one.down && !one.probing {
			one.probeAt = now
		}
	}
}

// due are the addresses that a probe is due for, and when the next one will be; zero when none is down.
func (b *breakers) due(now time.Time) (addresses []string, next time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for address, one := range b.addresses {
		switch {
		case !one.down || one.probing:
		case !one.probeAt.After(now):
			addresses = append(addresses, address)
		case next.IsZero() || one.probeAt.Before(next):
			next = one.probeAt
		}
	}
	return addresses, next
}

// probe notes that an address is being asked; none: that nothing was due for it, so that it is looked at again after
// its wait.
func (b *breakers) probe(address string, none bool, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	one := b.addresses[address]
	switch {
	case one == nil:
	case none:
		one.probeAt = now.Add(min(one.wait, probeFirst))
	default:
		one.probing = true
	}
}
