// Package catalogue is a catalogue that is kept and edited here: its rows, the rules that they follow, what edits and
// files make of them, and what differs between two states of it.
//
// A catalogue is changed by a draft of whole rows, one for all who edit; a version never changes once it is published:
//
//	version 1 ──► version 2 ──────────► version 3 (published meanwhile)
//	                  │ base                │ latest
//	                  ▼                     ▼
//	                draft ── Apply ──► draft ── Merge ──► draft ── Check ──► version 4
//	                         edits              rebase             publish
//
// It is pure: no I/O, no clock. It decides no call (package routing does), and knows neither where a catalogue is
// stored nor what a TAK looks like.
package catalogue

import (
	"strconv"
	"strings"

	"rivgate/routing"
)

// Kind is what a row of a kept catalogue is.
type Kind string

// The kinds of Row. The first five are the plain objects that routes and permissions refer to.
const (
	KindUnit       Kind = "unit"       // what a citizen can choose
	KindReceiver   Kind = "receiver"   // logisk adress: the name of one that is no unit; rows do without it
	KindContract   Kind = "contract"   // tjänstekontrakt
	KindComponent  Kind = "component"  // tjänstekomponent
	KindAddress    Kind = "address"    // anropsadress: where a component listens
	KindRoute      Kind = "route"      // vägval
	KindPermission Kind = "permission" // anropsbehörighet
)

// Kinds are all kinds, in the order in which rows are shown and compared.
func Kinds() []Kind {
	return []Kind{KindUnit, KindReceiver, KindContract, KindComponent, KindAddress, KindRoute, KindPermission}
}

// Row is one row of a catalogue that is kept and edited here. Its id stays the same through all versions; which of the
// other fields count depends on the kind, and the rest are empty.
type Row struct {
	ID          string            `json:"id,omitempty"`
	Kind        Kind              `json:"kind"`
	HSAID       string            `json:"hsaId,omitempty"`       // unit, receiver, component
	Name        string            `json:"name,omitempty"`        // unit, receiver, contract, component
	UnitKind    routing.UnitKind  `json:"unitKind,omitempty"`    // unit
	Region      string            `json:"region,omitempty"`      // unit
	Provider    string            `json:"provider,omitempty"`    // unit
	Attachments bool              `json:"attachments,omitempty"` // unit
	Town        string            `json:"town,omitempty"`        // unit
	Aliases     routing.Names     `json:"aliases,omitempty"`     // unit
	Supplements bool              `json:"supplements,omitempty"` // unit
	Contract    string            `json:"contract,omitempty"`    // contract, route, permission: responder namespace
	Major       int               `json:"major,omitempty"`       // contract
	Minor       int               `json:"minor,omitempty"`       // contract
	Sender      string            `json:"sender,omitempty"`      // permission
	Receiver    string            `json:"receiver,omitempty"`    // route, permission: HSA-id, or "*"
	Address     string            `json:"address,omitempty"`     // address, route
	Profile     string            `json:"profile,omitempty"`     // address, route
	Component   string            `json:"component,omitempty"`   // address, route: HSA-id
	Signature   routing.Signature `json:"signature,omitempty"`   // route
	From        routing.Date      `json:"from,omitzero"`         // route, permission: first day, inclusive
	Until       routing.Date      `json:"until,omitzero"`        // route, permission: last day, inclusive
	Filters     routing.Filters   `json:"filters,omitempty"`     // permission
	Line        int               `json:"-"`                     // in the file that it came from; 0 unknown
}

// String is the row in words, with its id and, if known, its line: how messages name it.
func (e Row) String() string {
	text := string(e.Kind)
	if e.ID != "" {
		text += " " + e.ID
	}
	if e.Line > 0 {
		text += " (" + "on line " + strconv.Itoa(e.Line) + ")"
	}
	return text + ": " + e.Words()
}

// Words is what the row says, without its id.
func (e Row) Words() string {
	switch e.Kind {
	case KindUnit:
		text := e.HSAID + " \"" + e.Name + "\", " + string(e.UnitKind) + ", region " + e.Region
		if e.Provider != "" {
			text += ", provider " + e.Provider
		}
		if e.Attachments {
			text += ", attachments"
		}
		if e.Supplements {
			text += ", supplements"
		}
		return text + placeText(e.Town, e.Aliases)
	case KindContract:
		return e.Contract + quoted(e.Name)
	case KindComponent, KindReceiver:
		return e.HSAID + quoted(e.Name)
	case KindAddress:
		return e.Address + ", " + e.Profile + of(e.Component)
	case KindRoute:
		return e.Contract + " to " + e.Receiver + " at " + e.Address + ", " + e.Profile + of(e.Component) +
			e.Signature.Suffix() + routing.Span{From: e.From, Until: e.Until}.Words()
	case KindPermission:
		return e.Sender + " on " + e.Contract + " to " + e.Receiver + routing.Span{From: e.From, Until: e.Until}.Words() +
			e.Filters.Suffix()
	}
	return "of no known kind"
}

func quoted(name string) string {
	if name == "" {
		return ""
	}
	return " \"" + name + "\""
}

func of(component string) string {
	if component == "" {
		return ""
	}
	return ", component " + component
}

// key is what tells one row from another of its kind, whatever its id.
func (e Row) key() string {
	const between = "\x00"
	switch e.Kind {
	case KindUnit, KindReceiver, KindComponent:
		return string(e.Kind) + between + routing.Fold(e.HSAID)
	case KindContract:
		return string(e.Kind) + between + routing.Fold(e.Contract)
	case KindAddress:
		return string(e.Kind) + between + e.Address + between + e.Profile + between + routing.Fold(e.Component)
	case KindRoute:
		return string(e.Kind) + between + routing.Fold(e.Contract) + between + routing.Fold(e.Receiver)
	}
	return string(e.Kind) + between + routing.Fold(e.Sender) + between + routing.Fold(e.Contract) + between +
		routing.Fold(e.Receiver)
}

// Key is what tells one row from another of its kind, whatever its id: HSA-ids and contract, and for an address all
// that it says.
func (e Row) Key() string { return e.tidy().key() }

// Same tells whether two rows say the same, whatever their ids and lines.
func (e Row) Same(other Row) bool { return e.tidy().same(other.tidy()) }

// same tells whether two rows say the same, whatever their ids and lines.
func (e Row) same(other Row) bool {
	e.ID, e.Line, other.ID, other.Line = "", 0, "", 0
	return e == other
}

// live tells whether a row counts today or later. Plain objects always do.
func (e Row) live(today routing.Date) bool { return e.Until == 0 || e.Until >= today }

// inHouse tells whether a route stays here, and so needs no address row.
func (e Row) inHouse() bool { return strings.HasPrefix(e.Address, "rivgate:") }

// tidy is a row without blanks around its values, with the profile that stands for none, and, where it came without,
// nothing else changed.
func (e Row) tidy() Row {
	for _, field := range []*string{
		&e.ID, &e.HSAID, &e.Name, &e.Region, &e.Provider, &e.Town, &e.Contract, &e.Sender, &e.Receiver, &e.Address,
		&e.Profile,
		&e.Component,
	} {
		*field = strings.TrimSpace(*field)
	}
	e.Signature = routing.SignatureOf(strings.TrimSpace(string(e.Signature)))
	if e.Kind == KindRoute || e.Kind == KindAddress {
		e.Profile = routing.ProfileOf(e.Profile)
	}
	return e
}

// RowsOf are the rows of a catalogue without ids: its units, routes and permissions, and before these the plain
// objects that they refer to. The tree is left out.
func RowsOf(c routing.Catalogue) []Row {
	rows := make([]Row, 0, len(c.Units)+len(c.Routes)+len(c.Permissions))
	for _, u := range c.Units {
		rows = append(rows, Row{
			Kind: KindUnit, HSAID: u.HSAID, Name: u.Name, UnitKind: u.Kind, Region: u.Region, Provider: u.Provider,
			Attachments: u.Attachments, Supplements: u.Supplements, Town: u.Town, Aliases: u.Aliases,
		}.tidy())
	}
	for _, r := range c.Routes {
		rows = append(rows, Row{
			Kind: KindRoute, Contract: r.Contract, Receiver: r.Receiver, Address: r.Address, Profile: r.Profile,
			Component: r.Component, Signature: r.Signature,
			From: r.From, Until: r.Until, Line: r.Line,
		}.tidy())
	}
	for _, p := range c.Permissions {
		rows = append(rows, Row{
			Kind: KindPermission, Contract: p.Contract, Sender: p.Sender, Receiver: p.Receiver, From: p.From, Until: p.Until,
			Filters: p.Filters, Line: p.Line,
		}.tidy())
	}
	return rows
}

// FromRows is the catalogue that rows make up. Its routes and permissions carry the rows' ids.
func FromRows(rows []Row) routing.Catalogue {
	var count [3]int
	for i := range rows {
		switch rows[i].Kind {
		case KindUnit:
			count[0]++
		case KindRoute:
			count[1]++
		case KindPermission:
			count[2]++
		}
	}
	c := routing.Catalogue{
		Units: make([]routing.Unit, 0, count[0]), Routes: make([]routing.Row, 0, count[1]),
		Permissions: make([]routing.Permission, 0, count[2]),
	}
	for i := range rows {
		e := &rows[i]
		switch e.Kind {
		case KindUnit:
			c.Units = append(c.Units, routing.Unit{
				HSAID: e.HSAID, Name: e.Name, Kind: e.UnitKind, Region: e.Region, Provider: e.Provider, Attachments: e.Attachments,
				Supplements: e.Supplements, Town: e.Town, Aliases: e.Aliases,
			})
		case KindRoute:
			c.Routes = append(c.Routes, routing.Row{
				ID: e.ID, Contract: e.Contract, Receiver: e.Receiver, Address: e.Address, Profile: e.Profile,
				Component: e.Component, Signature: e.Signature, From: e.From, Until: e.Until,
			})
		case KindPermission:
			c.Permissions = append(c.Permissions, routing.Permission{
				ID: e.ID, Contract: e.Contract, Sender: e.Sender, Receiver: e.Receiver, From: e.From, Until: e.Until,
				Filters: e.Filters,
			})
		}
	}
	return c
}
