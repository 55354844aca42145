package routing

import "time"

// Table is a catalogue made ready for deciding. It is immutable and safe for concurrent use.
type Table struct{}

// NewTable builds a table. Every row is checked: a contradiction (one address both inbox and external on one day, an
// inbox or portal address on a contract that cannot take it, from after until) is an error that names the rows, all of them joined.
func NewTable(c Catalogue, r Rules) (*Table, error) { panic("unbuilt") }

// Decide takes the one way that the catalogue has for a call at a moment: route first, then permission.
//
// The error is a *Error with VP004, VP005, VP006, VP008 (nil table) or VP010 for the route, VP007 for the permission; its Trace is
// filled as far as the decision came. The moment is turned into a Swedish calendar day.
func (t *Table) Decide(call Call, now time.Time) (Route, error) { panic("unbuilt") }

// Route is Decide without the permission: where would a call go, whoever sent it? Call.Sender is needed only
// for the delimiter's list of senders.
func (t *Table) Route(call Call, now time.Time) (Route, error) { panic("unbuilt") }

// Unit finds a unit by HSA-id, without regard to case.
func (t *Table) Unit(hsaID string) (Unit, bool) { panic("unbuilt") }

// Units are all units in the order of the catalogue. The caller must not change the slice.
func (t *Table) Units() []Unit { panic("unbuilt") }

// RegionActive tells whether the region has a registered patient board. Where no units are known at all,
// known is false and the check is off.
func (t *Table) RegionActive(region string) (active, known bool) { panic("unbuilt") }

// Size is the number of routes and permissions.
func (t *Table) Size() (routes, permissions int) { panic("unbuilt") }
