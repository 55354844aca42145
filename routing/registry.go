package routing

import (
	"maps"
	"slices"
	"time"
)

// Receivers are the logical addresses at which sender may call contract now: those that Decide finds a way to. They are the named receivers
// of routes and permissions and the units of the catalogue, each once, in the catalogue's spelling where a route or unit has one, sorted.
//
// A default row or permission ("*") is no logical address and never in the list: it counts for the receivers that are named elsewhere. The
// registry contract asks for "logical addressees supporting a service contract", which takes a route as well as a permission.
// The error is VP008 for a nil table.
func (t *Table) Receivers(sender, contract string, now time.Time) ([]string, error) {
	if t == nil {
		return nil, NoCatalogue()
	}
	day, spelling := DateOf(now), map[string]string{}
	c := t.contracts[contract]
	if c == nil {
		return nil, nil
	}
	known := func(receiver string) {
		if receiver != anyone {
			spelling[Fold(receiver)] = receiver
		}
	}
	for key := range c.permits {
		if key.sender == Fold(sender) {
			known(key.receiver)
		}
	}
	for _, u := range t.units {
		known(u.HSAID)
	}
	if t.portal != none && contract == t.rules.ReturnContract {
		known(t.rules.PortalAddress)
	}
	for _, first := range c.routes {
		known(t.rows[first].Receiver)
	}
	maps.DeleteFunc(spelling, func(_, receiver string) bool {
		return !t.supports(Call{Sender: sender, Receiver: receiver, Contract: contract}, day) || !t.mayCall(sender, receiver, contract, day)
	})
	return slices.Sorted(maps.Values(spelling)), nil
}

// Contracts are the responder namespaces that receiver supports now, sorted: those with a route to it. With a sender, only those that it
// may call there; with "" for the sender, all of them. The error is VP008 for a nil table.
func (t *Table) Contracts(sender, receiver string, now time.Time) ([]string, error) {
	if t == nil {
		return nil, NoCatalogue()
	}
	day := DateOf(now)
	var found []string
	for namespace := range t.contracts {
		call := Call{Sender: sender, Receiver: receiver, Contract: namespace}
		if t.supports(call, day) && (sender == "" || t.mayCall(sender, receiver, namespace, day)) {
			found = append(found, namespace)
		}
	}
	slices.Sort(found)
	return found, nil
}

// Knows tells whether a contract stands in the catalogue at all. A nil table knows none.
func (t *Table) Knows(contract string) bool { return t != nil && t.contracts[contract] != nil }

// supports tells whether a call would find a route in one of the profiles.
func (t *Table) supports(call Call, day Date) bool {
	return slices.ContainsFunc([]string{RIVTABP21, RIVTABP20}, func(profile string) bool {
		call.Profile = profile
		_, refusal := t.route(call, day)
		return refusal == nil
	})
}

func (t *Table) mayCall(sender, receiver, contract string, day Date) bool {
	permitted, _ := t.permit(Call{Sender: sender, Receiver: receiver, Contract: contract}, day)
	return permitted
}
