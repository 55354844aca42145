package catalogue

import (
	"maps"

	"rivgate/routing"
)

// Advice is something that a person should look at in a catalogue, see Lint. Its code is one of AdviceWords.
type Advice struct{ routing.TableFact }

// String is the advice in English.
func (a Advice) String() string { return a.Words(AdviceWords()) }

// MarshalText is String, for JSON and logs.
func (a Advice) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// AboutUnit tells whether one unit cannot be used as it is: what a gateway in production must not start with.
func (a Advice) AboutUnit() bool {
	switch a.Code {
	case "unit-unreachable", "unit-no-route", "unit-no-region":
		return true
	}
	return false
}

// AdviceWords are the codes of Lint, each with its words in English; those of a table are among them.
func AdviceWords() map[string]string {
	words := routing.TableWords()
	maps.Copy(words, adviceWords)
	return words
}

var adviceWords = map[string]string{
	"no-units":         "no units are known: 1177 can offer none, and whether a region is active is not checked",
	"unit-unreachable": "unit {1} ({2}) cannot be reached: {4}",
	"unit-no-route":    "unit {1} ({2}) has no route today: give it one, or remove the unit",
	"unit-no-region":   "unit {1} ({2}) has no region: give it its county code",
	"region-board-unreachable": "region {1}: its patient board {2} ({3}) cannot be reached: no cases are taken for the " +
		"units of the region",
	"region-no-board": "region {1} has no patient board: no cases are taken for its units",
	"inbox-no-reply":  "units have the inbox, but replies from it cannot leave: {2}",
	"no-component": "{1} routes of cases name no component, and {2} systems may return: each of them may answer and " +
		"close the cases of the others. Name the system behind each route (component), or keep one return permission",
	"profile-unknown": "{1} has the profile {2}: calls are refused with VP005",
	"no-address":      "{1} has no address: calls are refused with VP010",
	"address-no-url":  "{1} has the address {2}, which is no URL: calls are refused with VP009",
	"address-never": "{1} has the address {2}, which is link-local, multicast, unspecified or a metadata service's: " +
		"it is never called, calls are refused with VP009",
	"address-outside": "{1} has the address {2}, which is outside producer.allowed: calls are refused with VP009, and " +
		"what is queued waits",
	"contract-no-caller": "contract {1} has routes, but nobody may call it",
	"contract-no-route":  "contract {1} has permissions, but no routes",
}
