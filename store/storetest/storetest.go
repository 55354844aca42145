// Package storetest is the conformance suite of package store: every verb and every rule, to be run on each database.
// It also starts a throw-away PostgreSQL for tests.
//
// It knows the store by its exported verbs alone, and does not know which database is under test.
package storetest

import (
	"testing"

	"rivgate/store"
)

// Open opens a new, empty store for a test, and closes it when the test ends.
type Open = func(t *testing.T, o store.Options) *store.Store

// Run runs the suite, each test on a store of its own.
func Run(t *testing.T, open func(t *testing.T, o store.Options) *store.Store) {
	groups := []struct {
		name  string
		tests func(*world)
	}{
		{"a message is accepted once", acceptOnce},
		{"accepts side by side", acceptSideBySide},
		{"a case begins", caseBegins},
		{"a case lives", caseLives},
		{"the reporter writes without having been asked", supplements},
		{"a case closes", caseCloses},
		{"a case is forwarded", caseForwarded},
		{"a handler is the one who has the case", handlerOnly},
		{"sequence numbers", sequences},
		{"a message has one place", places},
		{"the mailbox", mailbox},
		{"lanes", lanes},
		{"leases", leases},
		{"many workers", manyWorkers},
		{"everybody at once", storm},
		{"answers change their case", answersChangeCase},
		{"operators", operators},
		{"receivers are paused", pauses},
		{"all receivers are paused, and another comes", newcomers},
		{"messages with large attachments", large},
		{"messages are delivered once more", replays},
		{"held messages are released", releases},
		{"orders are on record", audits},
		{"what is final is purged by rule", purges},
		{"lists of cases", caseLists},
		{"lists of deliveries", deliveryLists},
		{"statistics", statistics},
		{"statistics follow their cases", statisticsFollow},
		{"a catalogue lives", catalogueLife},
		{"a catalogue follows rules", catalogueRules},
		{"several people keep one catalogue", catalogueTogether},
		{"a catalogue is scheduled", catalogueSchedule},
		{"a catalogue is held back", catalogueHeld},
		{"a source turns units off", sourceTurnsOff},
		{"a catalogue turns units off", catalogueTurnsOff},
		{"a board goes on under another HSA-id", catalogueTakeover},
		{"accounts and their sessions", accountsKept},
		{"the access log", accessLog},
		{"refused calls", refusedCalls},
		{"signed messages come once", signatures},
		{"where messages came from", origins},
		{"a worker hears of orders", ordered},
		{"the store is asked about itself", process},
		{"the store closes", closing},
	}
	closed := map[string]bool{"the store closes": true, "the store is asked about itself": true}
	for _, group := range groups {
		t.Run(group.name, func(t *testing.T) {
			w := newWorld(t, open)
			group.tests(w)
			if !t.Failed() && !closed[group.name] {
				w.sound(t)
			}
		})
	}
}
