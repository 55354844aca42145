package routing

import (
	"iter"
	"strings"
	"time"
)

// Ground is the row that a decision rests on.
type Ground struct {
	ID        string    `json:"id,omitempty"`   // of a catalogue kept here
	Line      int       `json:"line,omitempty"` // of a file
	BuiltIn   bool      `json:"builtIn,omitempty"`
	Contract  string    `json:"contract"`
	Sender    string    `json:"sender,omitempty"`
	Receiver  string    `json:"receiver"`
	Address   string    `json:"address,omitempty"`
	Component string    `json:"component,omitempty"`
	Signature Signature `json:"signature,omitempty"`
	From      Date      `json:"from,omitzero"`
	Until     Date      `json:"until,omitzero"`

	Filters Filters `json:"filters,omitempty"` // of a permission
}

// String is the row on one line, with its id or line.
func (g *Ground) String() string {
	if g == nil {
		return ""
	}
	text := g.Contract + " to " + g.Receiver
	if g.Sender != "" {
		text = g.Sender + " on " + text
	}
	if g.Address != "" {
		text += " at " + g.Address
	}
	if g.Component != "" {
		text += ", component " + g.Component
	}
	text += g.Signature.Suffix() + Span{g.From, g.Until}.Words() + g.Filters.Suffix()
	switch {
	case g.BuiltIn:
		return "built in: " + text
	case g.ID != "":
		return "row " + g.ID + ": " + text
	case g.Line > 0:
		return rowPosition(g.Line, 0) + ": " + text
	}
	return text
}

// Explanation is what a call would get, and why.
type Explanation struct {
	Route         *Route  `json:"route,omitempty"`         // where it goes; nil if it is refused
	RouteRow      *Ground `json:"routeRow,omitempty"`      // the row that decided the route
	PermissionRow *Ground `json:"permissionRow,omitempty"` // the row that lets the sender call
	Code          Code    `json:"code,omitempty"`          // of the refusal; "" if the call is let through
	Text          string  `json:"text,omitempty"`          // of the fault, as the caller sees it
	Detail        string  `json:"detail,omitempty"`        // of the fault, as the caller sees it
	Why           Fact    `json:"why,omitzero"`            // of the refusal, for who keeps the catalogue
	Trace         Trace   `json:"trace"`
}

// Explain is Decide with its grounds. Without a sender the permission is not asked.
func (t *Table) Explain(call Call, now time.Time) Explanation {
	if t == nil {
		return Explanation{}.refused(NoCatalogue(), call, 0)
	}
	day, decide := DateOf(now), t.decide
	if call.Sender == "" {
		decide = t.routeAlone
	}
	route, refusal := decide(call, day)
	x := Explanation{RouteRow: t.routeGround(call, day), Trace: route.Trace}
	if refusal != nil {
		x.Trace = refusal.Trace
	}
	if call.Sender != "" && (refusal == nil || refusal.Code == VP005) {
		x.PermissionRow = t.permissionGround(call, day, x.Trace.Permission)
	}
	if refusal != nil {
		return x.refused(refusal, call, day)
	}
	x.Route = &route
	return x
}

// With is a table of another catalogue by the same rules, and by the same tree where the catalogue brings none. The
// error is that of NewTable.
func (t *Table) With(c Catalogue) (*Table, error) {
	if t == nil {
		return NewTable(c, Rules{})
	}
	if c.Tree == nil {
		c.Tree = t.tree
	}
	return NewTable(c, t.rules)
}

func (x Explanation) refused(e *Error, call Call, day Date) Explanation {
	x.Route, x.Code, x.Text, x.Detail = nil, e.Code, e.Code.Text(), e.Detail
	on := []string{call.Contract, call.Receiver, day.String()}
	switch e.Code {
	case VP004:
		x.Why = why("no-route", on...)
		if hasOuterBlanks(call.Receiver) {
			x.Why = why("receiver-blanks")
		}
	case VP005:
		x.Why = why("profile-unknown")
	case VP006:
		x.Why = why("several-routes", on...)
	case VP007:
		x.Why = why("no-permission", append(on, call.Sender)...)
	case VP008:
		x.Why = why("no-catalogue")
	case VP010:
		x.Why = why("no-address")
	}
	return x
}

// routeGround is the row by which the route was found, or refused for what it says.
func (t *Table) routeGround(call Call, day Date) *Ground {
	c := t.find(call.Contract)
	if c == nil {
		return nil
	}
	index, _ := t.findRow(c, call, day)
	if index < 0 {
		return nil
	}
	r := t.rows[index]
	return &Ground{
		ID: r.ID, Line: r.Line, BuiltIn: index == t.portal, Contract: r.Contract, Receiver: r.Receiver, Address: r.Address,
		Component: r.Component, Signature: r.Signature,
		From: r.From, Until: r.Until,
	}
}

// permissionGround finds the row again at the place where the trace ends.
func (t *Table) permissionGround(call Call, day Date, trace string) *Ground {
	for p := range t.permissionsAt(call, day, trace) {
		return &Ground{
			ID: p.ID, Line: p.Line, Contract: p.Contract, Sender: p.Sender, Receiver: p.Receiver, From: p.From, Until: p.Until,
			Filters: p.Filters,
		}
	}
	return nil
}

// permissionsAt are the rows that let a call through on a day, at the place where its trace ends.
func (t *Table) permissionsAt(call Call, day Date, trace string) iter.Seq[Permission] {
	return func(yield func(Permission) bool) {
		receiver := call.Receiver
		if trace != receiver {
			receiver = trace[strings.LastIndexByte(trace, ',')+1:]
		}
		c := t.find(call.Contract)
		if c == nil {
			return
		}
		i, ok := c.permits[pair{Fold(call.Sender), Fold(receiver)}]
		if !ok {
			return
		}
		for ; i != none; i = t.nextPermit[i] {
			if t.permissions[i].holds(day) && !yield(t.grants[i]) {
				return
			}
		}
	}
}
