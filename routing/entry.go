package routing

import "strings"

// EntryKind is what a row of a kept catalogue is.
type EntryKind string

// The kinds of Entry. The first five are the plain objects that routes and permissions refer to.
const (
	EntryUnit       EntryKind = "unit"       // what a citizen can choose
	EntryReceiver   EntryKind = "receiver"   // logisk adress: the name of one that is no unit; rows do without it
	EntryContract   EntryKind = "contract"   // tjänstekontrakt
	EntryComponent  EntryKind = "component"  // tjänstekomponent
	EntryAddress    EntryKind = "address"    // anropsadress: where a component listens
	EntryRoute      EntryKind = "route"      // vägval
	EntryPermission EntryKind = "permission" // anropsbehörighet
)

// EntryKinds are all kinds, in the order in which rows are shown and compared.
func EntryKinds() []EntryKind {
	return []EntryKind{EntryUnit, EntryReceiver, EntryContract, EntryComponent, EntryAddress, EntryRoute, EntryPermission}
}

// Entry is one row of a catalogue that is kept and edited here. Its id stays the same through all versions; which of the
// other fields count depends on the kind, and the rest are empty.
type Entry struct {
	ID          string    `json:"id,omitempty"`
	Kind        EntryKind `json:"kind"`
	HSAID       string    `json:"hsaId,omitempty"`       // unit, receiver, component
	Name        string    `json:"name,omitempty"`        // unit, receiver, contract, component
	UnitKind    UnitKind  `json:"unitKind,omitempty"`    // unit
	Region      string    `json:"region,omitempty"`      // unit
	Provider    string    `json:"provider,omitempty"`    // unit
	Attachments bool      `json:"attachments,omitempty"` // unit
	Contract    string    `json:"contract,omitempty"`    // contract, route, permission: responder namespace
	Major       int       `json:"major,omitempty"`       // contract
	Minor       int       `json:"minor,omitempty"`       // contract
	Sender      string    `json:"sender,omitempty"`      // permission
	Receiver    string    `json:"receiver,omitempty"`    // route, permission: HSA-id, or "*"
	Address     string    `json:"address,omitempty"`     // address, route
	Profile     string    `json:"profile,omitempty"`     // address, route
	Component   string    `json:"component,omitempty"`   // address, route: HSA-id
	From        Date      `json:"from,omitzero"`         // route, permission: first day, inclusive
	Until       Date      `json:"until,omitzero"`        // route, permission: last day, inclusive
	Filters     Filters   `json:"filters,omitempty"`     // permission
	Line        int       `json:"-"`                     // in the file that it came from; 0 unknown
}

// String is the row in words, with its id and, if known, its line: how messages name it.
func (e Entry) String() string {
	text := string(e.Kind)
	if e.ID != "" {
		text += " " + e.ID
	}
	if e.Line > 0 {
		text += " (" + place(e.Line, 0) + ")"
	}
	return text + ": " + e.Words()
}

// Words is what the row says, without its id.
func (e Entry) Words() string {
	switch e.Kind {
	case EntryUnit:
		text := e.HSAID + " \"" + e.Name + "\", " + string(e.UnitKind) + ", region " + e.Region
		if e.Provider != "" {
			text += ", provider " + e.Provider
		}
		if e.Attachments {
			text += ", attachments"
		}
		return text
	case EntryContract:
		return e.Contract + quoted(e.Name)
	case EntryComponent, EntryReceiver:
		return e.HSAID + quoted(e.Name)
	case EntryAddress:
		return e.Address + ", " + e.Profile + of(e.Component)
	case EntryRoute:
		return e.Contract + " to " + e.Receiver + " at " + e.Address + ", " + e.Profile + of(e.Component) + daysOf(e.From, e.Until)
	case EntryPermission:
		return e.Sender + " on " + e.Contract + " to " + e.Receiver + daysOf(e.From, e.Until) + filtered(e.Filters)
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

func daysOf(from, until Date) (text string) {
	if from != 0 {
		text = ", from " + from.String()
	}
	if until != 0 {
		text += ", until " + until.String()
	}
	return text
}

// key is what tells one row from another of its kind, whatever its id.
func (e Entry) key() string {
	const between = "\x00"
	switch e.Kind {
	case EntryUnit, EntryReceiver, EntryComponent:
		return string(e.Kind) + between + Fold(e.HSAID)
	case EntryContract:
		return string(e.Kind) + between + Fold(e.Contract)
	case EntryAddress:
		return string(e.Kind) + between + e.Address + between + e.Profile + between + Fold(e.Component)
	case EntryRoute:
		return string(e.Kind) + between + Fold(e.Contract) + between + Fold(e.Receiver)
	}
	return string(e.Kind) + between + Fold(e.Sender) + between + Fold(e.Contract) + between + Fold(e.Receiver)
}

// Key is what tells one row from another of its kind, whatever its id: HSA-ids and contract, and for an address all that it says.
func (e Entry) Key() string { return e.tidy().key() }

// Same tells whether two rows say the same, whatever their ids and lines.
func (e Entry) Same(other Entry) bool { return e.tidy().same(other.tidy()) }

// same tells whether two rows say the same, whatever their ids and lines.
func (e Entry) same(other Entry) bool {
	e.ID, e.Line, other.ID, other.Line = "", 0, "", 0
	return e == other
}

// live tells whether a row counts today or later. Plain objects always do.
func (e Entry) live(today Date) bool { return e.Until == 0 || e.Until >= today }

// inHouse tells whether a route stays here, and so needs no address row.
func (e Entry) inHouse() bool { return strings.HasPrefix(e.Address, "rivgate:") }

// tidy is a row without blanks around its values, with the profile that stands for none, and, where it came without, nothing else changed.
func (e Entry) tidy() Entry {
	for _, field := range []*string{
		&e.ID, &e.HSAID, &e.Name, &e.Region, &e.Provider, &e.Contract, &e.Sender, &e.Receiver, &e.Address, &e.Profile, &e.Component,
	} {
		*field = strings.TrimSpace(*field)
	}
	if e.Kind == EntryRoute || e.Kind == EntryAddress {
		e.Profile = profileOf(e.Profile)
	}
	return e
}

// EntriesOf are the rows of a catalogue without ids: its units, routes and permissions, and before these the plain objects that they
// refer to. The tree is left out.
func EntriesOf(c Catalogue) []Entry {
	rows := make([]Entry, 0, len(c.Units)+len(c.Routes)+len(c.Permissions))
	for _, u := range c.Units {
		rows = append(rows, Entry{
			Kind: EntryUnit, HSAID: u.HSAID, Name: u.Name, UnitKind: u.Kind, Region: u.Region, Provider: u.Provider, Attachments: u.Attachments,
		}.tidy())
	}
	for _, r := range c.Routes {
		rows = append(rows, Entry{
			Kind: EntryRoute, Contract: r.Contract, Receiver: r.Receiver, Address: r.Address, Profile: r.Profile, Component: r.Component,
			From: r.From, Until: r.Until, Line: r.Line,
		}.tidy())
	}
	for _, p := range c.Permissions {
		rows = append(rows, Entry{
			Kind: EntryPermission, Contract: p.Contract, Sender: p.Sender, Receiver: p.Receiver, From: p.From, Until: p.Until, Filters: p.Filters, Line: p.Line,
		}.tidy())
	}
	return rows
}

// CatalogueOf is the catalogue that rows make up. Its routes and permissions carry the rows' ids.
func CatalogueOf(rows []Entry) Catalogue {
	var count [3]int
	for i := range rows {
		switch rows[i].Kind {
		case EntryUnit:
			count[0]++
		case EntryRoute:
			count[1]++
		case EntryPermission:
			count[2]++
		}
	}
	c := Catalogue{Units: make([]Unit, 0, count[0]), Routes: make([]Row, 0, count[1]), Permissions: make([]Permission, 0, count[2])}
	for i := range rows {
		e := &rows[i]
		switch e.Kind {
		case EntryUnit:
			c.Units = append(c.Units, Unit{HSAID: e.HSAID, Name: e.Name, Kind: e.UnitKind, Region: e.Region, Provider: e.Provider, Attachments: e.Attachments})
		case EntryRoute:
			c.Routes = append(c.Routes, Row{
				ID: e.ID, Contract: e.Contract, Receiver: e.Receiver, Address: e.Address, Profile: e.Profile, Component: e.Component, From: e.From, Until: e.Until,
			})
		case EntryPermission:
			c.Permissions = append(c.Permissions, Permission{
				ID: e.ID, Contract: e.Contract, Sender: e.Sender, Receiver: e.Receiver, From: e.From, Until: e.Until, Filters: e.Filters,
			})
		}
	}
	return c
}
