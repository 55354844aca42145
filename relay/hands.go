package relay

import (
	"slices"
	"sync"
	"time"
)

// slowMost is how many deliveries beyond the quick ones may be under way: a bound for memory and connections that only a country full of hanging
// receivers reaches.
const slowMost = 256

// hands are what deliveries are made with. One that takes long gives its hand back and goes on without, bounded by its address's share alone: so a
// receiver that hangs keeps nothing from the others.
type hands struct {
	mu         sync.Mutex
	running    sync.WaitGroup
	freed      chan struct{} // one signal, when a hand or an address's share is free again
	most       int
	perAddress int
	busy, slow int
	addresses  map[string]int // under way, slow ones included
}

func (h *hands) open(most, perAddress int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.most, h.perAddress = most, perAddress
	h.freed, h.addresses = make(chan struct{}, 1), map[string]int{}
}

// free is how many more deliveries may be begun.
func (h *hands) free() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.slow >= slowMost {
		return 0
	}
	return max(h.most-h.busy, 0)
}

// full are the addresses that have their whole share under way here.
func (h *hands) full() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	var all []string
	for address, n := range h.addresses {
		if n >= h.perAddress {
			all = append(all, address)
		}
	}
	slices.Sort(all)
	return all
}

// take runs do. Its hand is free when it ends, or after patience.
func (h *hands) take(address string, patience time.Duration, do func()) {
	h.mu.Lock()
	h.busy++
	h.addresses[address]++
	h.mu.Unlock()
	slow, ended := false, false
	timer := time.AfterFunc(patience, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		if !ended {
			slow, h.busy, h.slow = true, h.busy-1, h.slow+1
			h.ring()
		}
	})
	h.running.Go(func() {
		do()
		timer.Stop()
		h.mu.Lock()
		defer h.mu.Unlock()
		if ended = true; slow {
			h.slow--
		} else {
			h.busy--
		}
		if h.addresses[address]--; h.addresses[address] == 0 {
			delete(h.addresses, address)
		}
		h.ring()
	})
}

func (h *hands) ring() {
	select {
	case h.freed <- struct{}{}:
	default:
	}
}
