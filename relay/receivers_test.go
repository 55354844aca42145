package relay_test

import "testing"

// TestTheIndexOfUnitsIsThereBeforeTheFirstWhoSearches: made once for a catalogue, and anew when its units change.
func TestTheIndexOfUnitsIsThereBeforeTheFirstWhoSearches(t *testing.T) {
	w := newWorld(t)
	if !w.IndexUnits() || w.IndexUnits() {
		t.Error("the index is not made once")
	}
	found := 0
	for range w.FindUnits("björken") {
		found++
	}
	if found == 0 || w.IndexUnits() {
		t.Errorf("%d units are found, or the index was made by who searched", found)
	}
	less := w.catalogue
	less.Units = less.Units[1:]
	table := w.build(less)
	w.mu.Lock()
	w.table = table
	w.mu.Unlock()
	if !w.IndexUnits() || w.IndexUnits() {
		t.Error("the index is not made anew for other units")
	}
}
