package catalogue

import (
	"fmt"
	"slices"

	"rivgate/routing"
)

// EditAction is what an Edit does.
type EditAction string

// The actions of an Edit.
const (
	EditAdd    EditAction = "add"    // a new row
	EditChange EditAction = "change" // the row with this id, to what Row says
	EditRemove EditAction = "remove" // the row with this id
	EditMove   EditAction = "move"   // a route to another address from a day on: the row before it ends the day before
)

// Edit is one change of one row.
type Edit struct {
	Action EditAction `json:"action"`
	Row    Row        `json:"entry"` // for EditRemove the id is enough
}

// Problem is a rule that a row breaks.
type Problem struct {
	ID     string `json:"id,omitempty"`   // of the row; "" where it has none yet
	Row    string `json:"row"`            // the row in words
	Line   int    `json:"line,omitempty"` // in the file that it came from
	Text   string `json:"text"`           // what is wrong
	Remedy string `json:"remedy"`         // what to do

	Code   ProblemCode `json:"code"`             // which rule
	Values []string    `json:"values,omitempty"` // what Text puts into the rule, in its order
	Of     Row         `json:"-"`                // the row itself
	Rows   map[int]Row `json:"-"`                // those of the values that are rows, by their places

	// Table is why the rows together make no table, where Code is "does-not-load"; else it has no code.
	Table routing.TableFact `json:"-"`
}

// IDRole is whose HSA-id a rule is about: the first value of "id-missing" and "id-form". It is English, as all values.
type IDRole string

// All roles of an HSA-id in a row.
const (
	RoleOwn       IDRole = "HSA-id"          // that of the row's own unit or system
	RoleProvider  IDRole = "care provider"   // of a unit
	RoleReceiver  IDRole = "logical address" // of a route or a permission
	RoleSender    IDRole = "sender"          // of a permission
	RoleComponent IDRole = "component"       // of a route or an address
)

// Role is whose HSA-id the problem is about; ok is false for a problem about anything else.
func (p Problem) Role() (role IDRole, ok bool) {
	if len(p.Values) == 0 || p.Code != "id-missing" && p.Code != "id-form" {
		return "", false
	}
	return IDRole(p.Values[0]), true
}

func (p Problem) Error() string { return p.Row + ": " + p.Text + ": " + p.Remedy }

// Problems are all rules that rows break. It is an error that the person who edits can act on.
type Problems []Problem

func (p Problems) Error() string {
	const most = 50
	var text string
	for i, one := range p {
		if i == most {
			return text + fmt.Sprintf("\nand %d more", len(p)-most)
		}
		if i > 0 {
			text += "\n"
		}
		text += one.Error()
	}
	return text
}

// problemOf is one problem of one row.
func problemOf(e Row, code ProblemCode, values ...any) Problem {
	fact, rows := factOf(string(code), values...)
	return Problem{
		ID: e.ID, Row: e.String(), Line: e.Line, Text: fact.Words(map[string]string{fact.Code: code.Text()}),
		Remedy: rules[code].remedy,
		Code:   code, Values: fact.Values, Of: e, Rows: rows,
	}
}

// Apply carries out edits on rows, all or none, and gives the new rows; those given stay as they are. newID makes ids
// for rows that come without.
//
// Plain objects (contract, component, address) that a new row refers to and that are not there yet are added with it.
// A changed address takes the routes that lead there along, and a unit with another HSA-id its routes and permissions.
// Removing a plain object that a row needs which counts today or later is a Problems error, as is an id that is not
// there. Whether the rows fit together is checked by Check.
func Apply(rows []Row, edits []Edit, newID func() string, today routing.Date) ([]Row, error) {
	a := &editing{
		rows: slices.Clone(rows), newID: newID, today: today, at: make(map[string]int, len(rows)),
		known: make(map[string]bool, len(rows)),
	}
	for i, e := range a.rows {
		a.at[e.ID] = i
		a.known[e.key()] = true
	}
	for _, edit := range edits {
		a.apply(edit)
	}
	a.complete(edits)
	a.rows = slices.DeleteFunc(a.rows, func(e Row) bool { return e.Kind == "" })
	a.needed()
	if len(a.problems) > 0 {
		return nil, a.problems
	}
	return a.rows, nil
}

// editing is a set of edits under way. A removed row is a zero Row until the end.
type editing struct {
	rows     []Row
	at       map[string]int
	known    map[string]bool // keys of the rows
	removed  []Row           // plain objects
	newID    func() string
	today    routing.Date
	problems Problems
}

func (a *editing) apply(edit Edit) {
	e := edit.Row.tidy()
	if edit.Action != EditAdd && edit.Action != EditMove {
		i, ok := a.at[e.ID]
		if !ok || e.ID == "" {
			gone := problemOf(Row{ID: e.ID}, "row-gone")
			gone.Row = "row " + e.ID
			a.problems = append(a.problems, gone)
			return
		}
		if edit.Action == EditRemove {
			a.remove(i)
			return
		}
		a.change(i, e)
		return
	}
	if !slices.Contains(Kinds(), e.Kind) {
		a.problems = append(a.problems, problemOf(e, "kind-unknown"))
		return
	}
	if edit.Action == EditMove {
		if edit.Row.Signature == routing.SignatureNone { // not said, for "none" would be
			e.Signature = a.signatureBefore(e)
		}
		a.closeBefore(e)
	}
	a.add(e)
}

func (a *editing) add(e Row) {
	if _, taken := a.at[e.ID]; e.ID == "" || taken {
		e.ID = a.newID()
	}
	a.at[e.ID] = len(a.rows)
	a.known[e.key()] = true
	a.rows = append(a.rows, e)
}

func (a *editing) remove(i int) {
	e := a.rows[i]
	delete(a.at, e.ID)
	delete(a.known, e.key())
	if e.Kind != KindRoute && e.Kind != KindPermission {
		a.removed = append(a.removed, e)
	}
	a.rows[i] = Row{}
}

// change replaces a row. The key of a plain object is what others refer to, so it stays; only an address may move, with
// its routes, and a unit may have another HSA-id, with its routes and permissions.
func (a *editing) change(i int, e Row) {
	before := a.rows[i]
	if e.Kind == "" {
		e.Kind = before.Kind
	}
	e = e.tidy()
	if e.Kind != before.Kind {
		a.problems = append(a.problems, problemOf(before, "kind-changed"))
		return
	}
	a.rows[i] = e
	a.known[e.key()] = true
	if before.key() == e.key() || e.Kind == KindRoute || e.Kind == KindPermission {
		return
	}
	if e.Kind == KindAddress {
		a.lead(before, e)
		return
	}
	if e.Kind == KindUnit {
		a.rename(before.HSAID, e.HSAID)
	}
	a.removed = append(a.removed, before)
}

// rename gives the routes and permissions of a unit its new HSA-id, those that count today or later.
func (a *editing) rename(from, to string) {
	for j := range a.rows {
		r := &a.rows[j]
		if (r.Kind == KindRoute || r.Kind == KindPermission) && r.live(a.today) && routing.SameHSAID(r.Receiver, from) {
			r.Receiver = to
		}
	}
}

// lead takes the routes to an address along to another.
func (a *editing) lead(before, e Row) {
	for j := range a.rows {
		r := &a.rows[j]
		if r.Kind == KindRoute && r.live(a.today) &&
			(Row{Kind: KindAddress, Address: r.Address, Profile: r.Profile, Component: r.Component}).key() == before.key() {
			r.Address, r.Profile, r.Component = e.Address, e.Profile, e.Component
		}
	}
}

// signatureBefore is what the route that a move ends asks of signatures: a move that does not say so must not let in
// what is not signed. Into the house nothing is signed.
func (a *editing) signatureBefore(e Row) routing.Signature {
	for _, r := range a.rows {
		if r.Kind != KindRoute || r.key() != e.key() || r.From > e.From || r.Until != 0 && r.Until < e.From {
			continue
		}
		switch {
		case !e.inHouse():
			return r.Signature
		case r.Signature.Requires():
			return routing.SignatureRequire
		}
	}
	return routing.SignatureNone
}

// closeBefore ends what leads elsewhere the day before a route begins. A row that would have begun later, and so
// never counts, is removed.
func (a *editing) closeBefore(e Row) {
	if e.From == 0 {
		a.problems = append(a.problems, problemOf(e, "move-without-day"))
		return
	}
	for i := range a.rows {
		r := &a.rows[i]
		if r.Kind != KindRoute || r.key() != e.key() || r.Until != 0 && r.Until < e.From || e.Until != 0 && r.From > e.Until {
			continue
		}
		if r.From >= e.From {
			a.remove(i)
			continue
		}
		r.Until = e.From.Before()
	}
}

// complete adds the plain objects that rows of the edits refer to.
func (a *editing) complete(edits []Edit) {
	need := func(e Row) {
		e = e.tidy()
		if !a.known[e.key()] {
			a.add(e)
		}
	}
	for _, edit := range edits {
		e := edit.Row.tidy()
		if edit.Action == EditRemove {
			continue
		}
		if i, ok := a.at[e.ID]; ok && e.Kind == "" && i < len(a.rows) {
			e.Kind = a.rows[i].Kind
		}
		for _, plain := range e.needs() {
			need(plain)
		}
	}
}

// needs are the plain objects that a row refers to.
func (e Row) needs() (plain []Row) {
	if e.Contract != "" && (e.Kind == KindRoute || e.Kind == KindPermission) {
		plain = append(plain, Row{Kind: KindContract, Contract: e.Contract})
	}
	if e.Sender != "" && e.Kind == KindPermission {
		plain = append(plain, Row{Kind: KindComponent, HSAID: e.Sender})
	}
	if e.Component != "" && (e.Kind == KindRoute || e.Kind == KindAddress) {
		plain = append(plain, Row{Kind: KindComponent, HSAID: e.Component})
	}
	if e.Kind == KindRoute && e.Address != "" && !e.inHouse() {
		plain = append(plain, Row{Kind: KindAddress, Address: e.Address, Profile: e.Profile, Component: e.Component})
	}
	return plain
}

// needed refuses the removal of what live rows refer to.
func (a *editing) needed() {
	if len(a.removed) == 0 {
		return
	}
	users, left := map[string][]Row{}, make(map[string]bool, len(a.rows))
	for _, e := range a.rows {
		left[e.key()] = true
		if !e.live(a.today) {
			continue
		}
		for _, plain := range e.needs() {
			key := plain.tidy().key()
			users[key] = append(users[key], e)
		}
		if e.Kind == KindRoute || e.Kind == KindPermission {
			for _, kind := range []Kind{KindUnit, KindReceiver} {
				key := Row{Kind: kind, HSAID: e.Receiver}.key()
				users[key] = append(users[key], e)
			}
		}
	}
	for _, gone := range a.removed {
		by := users[gone.key()]
		if len(by) == 0 || left[gone.key()] {
			continue
		}
		a.problems = append(a.problems, problemOf(gone, "needed", len(by), by[0]))
	}
}
