package routing

import (
	"slices"
	"strings"
	"unicode"
)

// root is the top of the HSA tree, and the parent of every unit that the tree does not know.
const root = "SE"

// Anyone is the receiver of a default row.
const Anyone = "*"

// maxClimb ends the climb in a tree that was given with a circle in it; real ones are some ten levels high.
const maxClimb = 64

// Words of a trace.
const (
	markLeaf    = "(leaf)"
	markParent  = ",(parent)"
	markDefault = ",(default),*"
)

// routeAlone is route for who does not ask for a permission.
func (t *Table) routeAlone(call Call, day Date) (Route, *Error) {
	route, refusal := t.route(call, day)
	if refusal == nil {
		refusal = checkProfile(route, call)
	}
	return route, refusal
}

// checkProfile refuses a route whose profile nobody here speaks: the last refusal of all, for a stranger is to learn
// nothing of a route's profile.
func checkProfile(route Route, call Call) *Error {
	if KnownProfile(route.Profile) {
		return nil
	}
	refusal := UnsupportedProfile(call.Contract, call.Receiver)
	refusal.Trace = route.Trace
	return refusal
}

// route finds the row that decides, and its address.
func (t *Table) route(call Call, day Date) (Route, *Error) {
	c := t.find(call.Contract)
	if c == nil {
		fresh := t.unknown(call.Contract)
		c = &fresh
	}
	index, trace := t.findRow(c, call, day)
	var refusal *Error
	switch {
	case index == none:
		refusal = NoRoute(call.Contract, call.Receiver)
	case index == several:
		refusal = SeveralRoutes(call.Contract, call.Receiver)
	case t.rows[index].Address == "":
		refusal = NoAddress(call.Contract, call.Receiver)
	}
	if refusal != nil {
		refusal.Trace.Route = trace
		return Route{}, refusal
	}
	row := &t.rows[index]
	return Route{
		Via: via(row.Address, c.durable), Address: row.Address, Profile: row.Profile,
		Component: row.Component, Signature: row.Signature, Receiver: row.Receiver, Trace: Trace{Route: trace},
	}, nil
}

// via follows from the address, and for a URL from the contract.
func via(address string, durable bool) Via {
	switch {
	case address == AddressInbox:
		return Inbox
	case address == AddressPortal:
		return Portal
	case durable:
		return Queue
	}
	return Forward
}

// findRow tries the receivers that a call can mean in the order of routing: exact, tree, default.
func (t *Table) findRow(c *contract, call Call, day Date) (int32, string) {
	if hasOuterBlanks(call.Receiver) {
		return none, call.Receiver // Deviation: VP would let it climb to the default
	}
	if t.splits(call.Receiver) {
		parts := t.parts(call.Receiver)
		for i, part := range parts {
			if index := t.chooseRow(c, Fold(part), day, call.Profile); index != none {
				return index, leaf(parts[:i+1])
			}
		}
		return none, leaf(parts)
	}
	place := Fold(call.Receiver)
	if index := t.chooseRow(c, place, day, call.Profile); index != none {
		return index, call.Receiver
	}
	var room [256]byte
	trace := append(room[:0], call.Receiver...)
	if c.climbRoutes && place != root {
		trace = append(trace, markParent...)
		for range maxClimb {
			place = t.parent(place)
			trace = append(append(trace, ','), place...)
			if index := t.chooseRow(c, place, day, call.Profile); index != none {
				return index, string(trace)
			}
			if place == root {
				break
			}
		}
	}
	trace = append(trace, markDefault...)
	return t.chooseRow(c, Anyone, day, call.Profile), string(trace)
}

// permit tries the receivers in the order of permission, which is another one: exact, default, tree.
//
// An old-style address may have two distinct parts at most, and neither default nor tree counts for it.
func (t *Table) permit(call Call, day Date) (bool, string) {
	c := t.find(call.Contract)
	if c == nil {
		fresh := t.unknown(call.Contract)
		c = &fresh
	}
	sender := Fold(call.Sender)
	if t.splitsPermission(call) {
		parts := t.parts(call.Receiver)
		if len(parts) > 2 {
			return false, markLeaf
		}
		for i, part := range parts {
			if t.permitted(c, sender, Fold(part), day) {
				return true, leaf(parts[:i+1])
			}
		}
		return false, leaf(parts)
	}
	place := Fold(call.Receiver)
	if t.permitted(c, sender, place, day) {
		return true, call.Receiver
	}
	var room [256]byte
	trace := append(append(room[:0], call.Receiver...), markDefault...)
	if t.permitted(c, sender, Anyone, day) {
		return true, string(trace)
	}
	if c.climbPermits && place != root {
		trace = append(trace, markParent...)
		for range maxClimb {
			place = t.parent(place)
			trace = append(append(trace, ','), place...)
			if t.permitted(c, sender, place, day) {
				return true, string(trace)
			}
			if place == root {
				break
			}
		}
	}
	return false, string(trace)
}

func (t *Table) permitted(c *contract, sender, receiver string, day Date) bool {
	i, ok := c.permits[pair{sender, receiver}]
	if !ok {
		return false
	}
	for ; i != none; i = t.nextPermit[i] {
		if t.permissions[i].holds(day) {
			return true
		}
	}
	return false
}

// parent is the unit above place; whatever the tree does not know hangs under the root.
func (t *Table) parent(place string) string {
	if above, ok := t.tree[place]; ok {
		return above
	}
	return root
}

// splits tells whether a receiver is an old-style address, VG#VE. For a route it is always split.
func (t *Table) splits(receiver string) bool {
	return t.rules.Delimiter != "" && strings.Contains(receiver, t.rules.Delimiter)
}

// splitsPermission tells whether an old-style address is split for the permission too: the rules may do so for some
// contracts and senders only.
func (t *Table) splitsPermission(call Call) bool {
	r := &t.rules
	if !t.splits(call.Receiver) {
		return false
	}
	if len(r.DelimiterContracts) > 0 &&
		!slices.ContainsFunc(r.DelimiterContracts, func(c string) bool { return SameContract(c, call.Contract) }) {
		return false
	}
	return len(r.DelimiterSenders) == 0 ||
		slices.ContainsFunc(r.DelimiterSenders, func(s string) bool { return SameHSAID(s, call.Sender) })
}

// parts are the distinct parts of an old-style address, the last one first.
func (t *Table) parts(receiver string) []string {
	split := strings.Split(receiver, t.rules.Delimiter)
	parts := make([]string, 0, len(split))
	for _, part := range slices.Backward(split) {
		known := slices.ContainsFunc(parts, func(p string) bool { return SameHSAID(p, part) })
		if part != "" && !known {
			parts = append(parts, part)
		}
	}
	return parts
}

func leaf(tried []string) string {
	if len(tried) == 0 {
		return markLeaf
	}
	return markLeaf + "," + strings.Join(tried, ",")
}

func hasOuterBlanks(s string) bool {
	return strings.TrimFunc(s, unicode.IsSpace) != s
}
