package routing

import (
	"cmp"
	"maps"
	"strings"
	"sync/atomic"
	"time"
)

// Table is a catalogue made ready for deciding. It is immutable and safe for concurrent use. A nil *Table is a gateway
// without a catalogue: it refuses every call with VP008 and knows no units.
type Table struct {
	rules       Rules
	tree        Tree
	contracts   map[string]*contract // by namespace in each spelling of the catalogue
	folded      map[string]*contract // by folded namespace
	rows        []Row
	next        []int32 // the next row of the same contract and receiver, or none
	portal      int32   // the row that stands in where the portal has none of its own, or none
	permissions []Span
	nextPermit  []int32
	grants      []Permission // the catalogue's own, for Explain
	routes      int          // rows of the catalogue, without the stand-in
	units       []Unit
	unit        map[string]int                // by folded HSA-id
	boards      map[string]int                // patient boards by region
	senders     []string                      // who may call the contract that brings cases
	active      atomic.Pointer[activeRegions] // of the day that was asked for last
	notes       []TableFact
}

// contract is what the table knows of one responder namespace.
type contract struct {
	name         string // in the catalogue's spelling: that of its first route, else of its first permission
	durable      bool
	climbRoutes  bool
	climbPermits bool
	routes       map[string]int32 // folded receiver → first row
	permits      map[pair]int32   // folded sender and receiver → first permission
}

type pair struct{ sender, receiver string }

// Outcomes of a search among rows, beside an index.
const (
	none    int32 = -1
	several int32 = -2
)

// NewTable builds a table. Every row is checked: a contradiction (one address both inbox and external on one day, an
// inbox or portal address on a contract that cannot take it, from after until, a unit twice, two patient boards in
// one region, cases for what is no care led out of the inbox, a unit above itself in the tree) is an error that names
// the rows, all of them joined. A row without a profile has RIVTABP21.
//
// What can be lived with is no error but a note, see Notes: rows that share days are told apart when a call comes.
func NewTable(c Catalogue, r Rules) (*Table, error) {
	t := &Table{
		rules: r, tree: maps.Clone(c.Tree), contracts: map[string]*contract{}, folded: map[string]*contract{}, portal: none,
	}
	var b builder
	b.checkTree(c.Tree)
	b.checkRows(c.Routes, r)
	b.checkPermissions(c.Permissions)
	t.addUnits(c.Units, &b)
	t.checkOther(c.Routes, r, &b)
	t.addRoutes(c.Routes)
	t.addPermissions(c.Permissions)
	t.addSenders()
	t.compareRows(&b)
	_, spelled := UnifyLetterCase(c)
	b.notes = append(b.notes, spelled...)
	if err := b.err(); err != nil {
		return nil, err
	}
	t.notes = b.notes
	return t, nil
}

func (t *Table) addRoutes(rows []Row) {
	t.routes = len(rows)
	t.rows = make([]Row, len(rows), len(rows)+1)
	copy(t.rows, rows)
	t.next = make([]int32, len(rows))
	for i := len(rows) - 1; i >= 0; i-- { // backwards, so that chains keep the catalogue's order
		row := &t.rows[i]
		row.Profile = ProfileOf(row.Profile)
		c := t.contract(row.Contract)
		c.name = row.Contract
		key := Fold(row.Receiver)
		t.next[i] = link(c.routes, key, int32(i))
	}
	if t.rules.ReturnContract != "" && t.rules.PortalAddress != "" {
		t.contract(t.rules.ReturnContract)
		t.portal = int32(len(t.rows))
		t.rows = append(t.rows, Row{
			Contract: t.rules.ReturnContract, Receiver: t.rules.PortalAddress, Address: AddressPortal, Profile: RIVTABP21,
		})
	}
}

func (t *Table) addPermissions(permissions []Permission) {
	t.permissions, t.grants = make([]Span, len(permissions)), permissions
	t.nextPermit = make([]int32, len(permissions))
	for i := len(permissions) - 1; i >= 0; i-- {
		p := permissions[i]
		t.permissions[i] = Span{p.From, p.Until}
		key := pair{Fold(p.Sender), Fold(p.Receiver)}
		c := t.contract(p.Contract)
		if len(c.routes) == 0 {
			c.name = p.Contract
		}
		t.nextPermit[i] = link(c.permits, key, int32(i))
	}
}

// link puts an index at the head of a chain and returns what it displaced.
func link[K comparable](heads map[K]int32, key K, index int32) int32 {
	former, ok := heads[key]
	if !ok {
		former = none
	}
	heads[key] = index
	return former
}

// contract is what is known of a namespace; it is made where it is not known yet.
func (t *Table) contract(namespace string) *contract {
	c := t.find(namespace)
	if c == nil {
		fresh := t.unknown(namespace)
		fresh.routes, fresh.permits = map[string]int32{}, map[pair]int32{}
		c = &fresh
		t.folded[Fold(namespace)] = c
	}
	t.contracts[namespace] = c
	return c
}

// find is what is known of a namespace, whatever the case of its letters; nil where nothing is.
func (t *Table) find(namespace string) *contract {
	if c := t.contracts[namespace]; c != nil {
		return c
	}
	return t.folded[Fold(namespace)]
}

// NameInCatalogue is how the catalogue spells a contract's namespace. False where it does not know the contract, as a
// nil table knows none.
func (t *Table) NameInCatalogue(namespace string) (string, bool) {
	if t == nil {
		return "", false
	}
	c := t.find(namespace)
	if c == nil {
		return "", false
	}
	return c.name, true
}

// ProfileOf is a row's profile: RIVTABP21 where it has none, and a known one as it is written here, whatever the case
// of its letters.
func ProfileOf(written string) string {
	if known := Fold(written); KnownProfile(known) {
		return known
	}
	return cmp.Or(written, RIVTABP21)
}

// unknown is a contract without rows: it still says whether the tree counts, because the trace shows it.
func (t *Table) unknown(namespace string) contract {
	excepted, folded := false, Fold(namespace)
	for _, prefix := range t.rules.ExceptedContracts {
		excepted = excepted || strings.HasPrefix(folded, Fold(prefix))
	}
	return contract{
		name:         namespace,
		durable:      t.rules.Durable != nil && t.rules.Durable(namespace),
		climbRoutes:  t.rules.ClimbRoutes != excepted,
		climbPermits: t.rules.ClimbPermissions != excepted,
	}
}

// Decide takes the one way that the catalogue has for a call at a moment: route first, then permission, then the
// route's profile.
//
// The error is a *Error with VP008 (nil table), VP004, VP006 or VP010 for the route, VP007 for the permission, VP005
// for the profile; its Trace is filled as far as the decision came. The moment is turned into a Swedish calendar day.
func (t *Table) Decide(call Call, now time.Time) (Route, error) {
	if t == nil {
		return Route{}, NoCatalogue()
	}
	route, refusal := t.decide(call, DateOf(now))
	if refusal != nil {
		return Route{}, refusal
	}
	return route, nil
}

// decide is Decide on a day.
func (t *Table) decide(call Call, day Date) (Route, *Error) {
	route, refusal := t.route(call, day)
	if refusal != nil {
		return Route{}, refusal
	}
	permitted, trace := t.permit(call, day)
	route.Trace.Permission = trace
	if !permitted {
		refusal = NoPermission(call.Contract, call.Receiver, call.Sender)
		refusal.Trace = route.Trace
		return Route{}, refusal
	}
	return route, checkProfile(route, call)
}

// Route is Decide without the permission: where would a call go, whoever sent it? Call.Sender is needed only
// for the delimiter's list of senders.
func (t *Table) Route(call Call, now time.Time) (Route, error) {
	if t == nil {
		return Route{}, NoCatalogue()
	}
	route, refusal := t.routeAlone(call, DateOf(now))
	if refusal != nil {
		return Route{}, refusal
	}
	return route, nil
}

// Permits is the other half of Decide: may the call's sender make it, wherever it goes? A nil table permits nothing.
func (t *Table) Permits(call Call, now time.Time) bool {
	if t == nil {
		return false
	}
	permitted, _ := t.permit(call, DateOf(now))
	return permitted
}

// Size is the number of routes and permissions.
func (t *Table) Size() (routes, permissions int) {
	if t == nil {
		return 0, 0
	}
	return t.routes, len(t.permissions)
}

// Notes are what a person should know of a catalogue that loads: rows that share days, in the order of the catalogue.
// The caller must not change the slice.
func (t *Table) Notes() []TableFact {
	if t == nil {
		return nil
	}
	return t.notes
}
