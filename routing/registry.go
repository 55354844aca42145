package routing

import (
	"maps"
	"slices"
	"time"
)

// Addressee is a logical address that a sender may call by a contract.
type Addressee struct {
	Receiver string
	Filters  Filters // of the permission that lets it; "": no restriction
}

// Addressees are the logical addresses at which sender may call contract now: those that Decide finds a way to. They
// are the named receivers of routes and permissions and the units of the catalogue, each once, in the catalogue's
// spelling where a route or unit has one, sorted.
//
// A default row or permission ("*") is no logical address and never in the list: it counts for the receivers that are
// named elsewhere. The registry contract asks for "logical addressees supporting a service contract", which takes a
// route as well as a permission. The filters are those of the place where Decide finds the permission; of several
// rows there, what one of them lets through counts. Units of regions that are not active are left out of the contract
// that brings cases. The error is VP008 for a nil table.
func (t *Table) Addressees(sender, contract string, now time.Time) ([]Addressee, error) {
	if t == nil {
		return nil, NoCatalogue()
	}
	day, spelling := DateOf(now), map[string]string{}
	c := t.find(contract)
	if c == nil {
		return nil, nil
	}
	known := func(receiver string) {
		if receiver != Anyone {
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
	if t.portal != none && SameContract(contract, t.rules.ReturnContract) {
		known(t.rules.PortalAddress)
	}
	for _, first := range c.routes {
		known(t.rows[first].Receiver)
	}
	var found []Addressee
	for _, receiver := range slices.Sorted(maps.Values(spelling)) {
		call := Call{Sender: sender, Receiver: receiver, Contract: contract}
		if permitted, trace := t.permit(call, day); permitted && t.supports(call, day) && t.serves(receiver, contract, day) {
			found = append(found, Addressee{receiver, t.filters(call, day, trace)})
		}
	}
	return found, nil
}

// filters are those of the permissions at the place where a trace ends.
func (t *Table) filters(call Call, day Date, trace string) (filters Filters) {
	first := true
	for p := range t.permissionsAt(call, day, trace) {
		if first {
			filters, first = p.Filters, false
			continue
		}
		filters = filters.Or(p.Filters)
	}
	return filters
}

// Contracts are the responder namespaces that receiver supports now, sorted: those with a route to it. With a sender,
// only those that it may call there; with "" for the sender, all of them. A unit of a region that is not active does
// not support the contract that brings cases. The error is VP008 for a nil table.
func (t *Table) Contracts(sender, receiver string, now time.Time) ([]string, error) {
	if t == nil {
		return nil, NoCatalogue()
	}
	day := DateOf(now)
	var found []string
	for _, c := range t.folded {
		call := Call{Sender: sender, Receiver: receiver, Contract: c.name}
		may := sender == "" || t.mayCall(sender, receiver, c.name, day)
		if may && t.supports(call, day) && t.serves(receiver, c.name, day) {
			found = append(found, c.name)
		}
	}
	slices.Sort(found)
	return found, nil
}

// supports tells whether a call would find a route in one of the profiles.
func (t *Table) supports(call Call, day Date) bool {
	return slices.ContainsFunc([]string{RIVTABP21, RIVTABP20}, func(profile string) bool {
		call.Profile = profile
		_, refusal := t.routeAlone(call, day)
		return refusal == nil
	})
}

func (t *Table) mayCall(sender, receiver, contract string, day Date) bool {
	permitted, _ := t.permit(Call{Sender: sender, Receiver: receiver, Contract: contract}, day)
	return permitted
}
