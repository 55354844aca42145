package relay

import (
	"fmt"
	"testing"
	"time"

	"rivgate/store"
)

// granted is how many lanes the hands would take of so many addresses that nobody knows yet.
func granted(h *deliverySlots, addresses int) (n int) {
	var ready []store.Ready
	for i := range addresses {
		ready = append(ready, store.Ready{Address: fmt.Sprint("http://", i), Claimable: 4, Since: time.Now().Add(-time.Hour)})
	}
	for _, s := range h.share(nil)(ready, h.available()) {
		n += s.Lanes
	}
	return n
}

// After an unclean end few deliveries are begun, and more with each that ends.
func TestHandsBeginGently(t *testing.T) {
	var usual, h deliverySlots
	usual.open(8, 4, time.Minute, false)
	if n := granted(&usual, 400); n <= slowStartFirst {
		t.Fatalf("%d deliveries are begun where nothing was wrong", n)
	}
	h.open(8, 4, time.Minute, true)
	if n := granted(&h, 400); n > slowStartFirst {
		t.Errorf("%d deliveries are begun at first", n)
	}
	wait := make(chan struct{})
	for i := range slowStartFirst {
		h.run(fmt.Sprint("http://", i), 1, func() { <-wait })
	}
	if n := granted(&h, 400); n > 1 { // a second may have passed
		t.Errorf("%d more while none has ended", n)
	}
	close(wait)
	h.running.Wait()
	if n := granted(&h, 400); n < slowStartFirst+2 {
		t.Errorf("%d after %d have ended", n, slowStartFirst)
	}
}

// What has just come is among the first, however many others have backlogs; and backlogs get half.
func TestHandsGoToWhatHasJustCome(t *testing.T) {
	var h deliverySlots
	h.open(8, 4, time.Minute, false)
	ready := []store.Ready{{Address: "http://new", Claimable: 1, Since: time.Now()}}
	for i := range 400 {
		ready = append(ready, store.Ready{
			Address: fmt.Sprint("http://", i), Claimable: 4, Since: time.Now().Add(-time.Duration(i+1) * time.Minute),
		})
	}
	served := h.address("http://new") // it has had more of late than any other
	served.known, served.served = true, 100
	first := 0
	for range 2 {
		for _, s := range h.share(nil)(ready, 1) {
			if s.Address == "http://new" {
				first++
			}
			h.run(s.Address, 1, func() {})
		}
		h.running.Wait()
	}
	if first == 0 {
		t.Error("of two deliveries none went to what had just come")
	}
}
