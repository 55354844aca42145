package storetest

import (
	"testing"

	"rivgate/store"
)

// RunDesk runs the part of the suite that is about what people do with cases, each test on a store of its own.
func RunDesk(t *testing.T, open func(t *testing.T, o store.Options) *store.Store) {
	groups := []struct {
		name  string
		tests func(*world)
	}{
		{"work at a desk", deskWork},
		{"drafts", deskDrafts},
		{"a right to speak for the patient", authorities},
		{"a case is taken over", takeOvers},
		{"files of drafts", deskFiles},
		{"files of notes", deskNotes},
		{"what is said to the next unit", handovers},
		{"a board sets the place at once", placesAtOnce},
		{"standard replies", deskPhrases},
		{"registration numbers", deskRegistration},
		{"opinions", opinions},
		{"answers that are to leave", deskOutgoing},
		{"what goes with a case", deskPurge},
		{"queues", deskQueues},
		{"words of cases", deskWords},
		{"pages of cases", deskPages},
		{"cases without a unit", deskWithoutIncidentUnit},
		{"cases without a number", deskUnnumbered},
	}
	for _, group := range groups {
		t.Run(group.name, func(t *testing.T) {
			w := newWorld(t, func(t *testing.T, o store.Options) *store.Store {
				o.DueDays, o.DueDaysMinor = 30, 10
				return open(t, o)
			})
			group.tests(w)
			if !t.Failed() {
				w.sound(t)
			}
		})
	}
}
