package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"rivgate/contracts/identity"
	"rivgate/routing"
	"rivgate/store/db"
)

// AccessKind is what somebody did, as the access log says it.
type AccessKind string

// The kinds of Access.
const (
	AccessRead      AccessKind = "read"
	AccessSearch    AccessKind = "search"
	AccessList      AccessKind = "list"
	AccessChange    AccessKind = "change"
	AccessExport    AccessKind = "export"
	AccessPrint     AccessKind = "print"
	AccessSignIn    AccessKind = "sign-in"
	AccessSignOut   AccessKind = "sign-out"
	AccessRefused   AccessKind = "refused"    // asked for what they may not, or a sign-in that failed
	AccessCrossSite AccessKind = "cross-site" // a request that another site made a browser send, or a forged one
	AccessCheck     AccessKind = "check"      // a reviewer has looked at row About
)

// AccessKinds are all kinds, in the order of the list above.
func AccessKinds() []AccessKind {
	return []AccessKind{
		AccessRead, AccessSearch, AccessList, AccessChange, AccessExport, AccessPrint, AccessSignIn, AccessSignOut,
		AccessRefused, AccessCrossSite, AccessCheck,
	}
}

// Access is one row of the access log: who did what, on which case and unit, when. No personal number, no text of a
// search and nothing of a message's content belongs in it.
type Access struct {
	Seq   int64            `json:"seq"`
	At    time.Time        `json:"at"`
	Who   string           `json:"who"` // id of an account or token; "" nobody known
	Name  string           `json:"name,omitempty"`
	Roles string           `json:"roles,omitempty"`
	What  AccessKind       `json:"what"`
	Case  string           `json:"case,omitempty"` // our id
	Unit  string           `json:"unit,omitempty"` // HSA-id of who had the case then
	Kind  routing.UnitKind `json:"kind,omitempty"` // of the unit, or of who did it where there is no unit
	// what else it was done with: an account, a message, a delivery, a version
	Subject string     `json:"subject,omitempty"`
	Detail  string     `json:"detail,omitempty"` // a few words of ours; of a check, the reviewer's note
	Search  string     `json:"search,omitempty"` // keyed digest of a personal number that was searched for
	About   int64      `json:"about,omitempty"`  // of a check: the row
	Cases   ShownCases `json:"cases,omitempty"`  // of a list
	Hash    string     `json:"hash"`
}

// digest is the row's hash, given that of the row before. A row that names no cases has the hash that it had before
// rows named them.
func (a *Access) digest(before string) string {
	hashed := []any{
		before, a.Seq, db.Micros(a.At), a.Who, a.Name, a.Roles, a.What, a.Case, a.Unit, a.Kind, a.Subject, a.Detail, a.Search,
		a.About,
	}
	if len(a.Cases) > 0 {
		hashed = append(hashed, a.Cases.text())
	}
	fields, err := json.Marshal(hashed)
	if err != nil { // strings and numbers
		return ""
	}
	sum := sha256.Sum256(fields)
	return hex.EncodeToString(sum[:])
}

// accessTextMost bounds each text of a row, in bytes.
const accessTextMost = 2000

// storableText is a text that both databases can hold.
func storableText(text string) string {
	text = strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "")
	if len(text) > accessTextMost {
		text = strings.ToValidUTF8(text[:accessTextMost], "")
	}
	return text
}

// LogAccess adds a row to the access log and returns when it is on disk. Seq, At and Hash are filled in here. Whoever
// shows content does so after this, and not when it failed.
func (s *Store) LogAccess(ctx context.Context, a Access) error {
	if err := s.write(ctx, func(ctx context.Context, t *tx) error { return t.logAccess(ctx, a) }); err != nil {
		return fmt.Errorf("writing the access log: %w", err)
	}
	return nil
}

// logAccess is LogAccess in the transaction of the change that it is about. Rows are written one after the other: the
// head is locked until the transaction ends, so this comes last in it.
func (t *tx) logAccess(ctx context.Context, a Access) error {
	var seq int64
	var before string
	found, err := t.Row(ctx, []any{&seq, &before}, `SELECT seq, hash FROM access_head WHERE id = 1`+t.Dialect.ForUpdate)
	if err != nil {
		return err
	}
	if !found {
		return errors.New("the access log has lost its head")
	}
	a.Seq, a.At, a.Unit = seq+1, db.Moment(db.Micros(t.Now)), fold(a.Unit)
	for _, text := range []*string{&a.Who, &a.Name, &a.Roles, &a.Case, &a.Unit, &a.Subject, &a.Detail, &a.Search} {
		*text = storableText(*text)
	}
	a.Cases = a.Cases.stored()
	a.Hash = a.digest(before)
	if _, err := t.Exec(ctx,
		`INSERT INTO access_log (seq, at, who, name, roles, what, case_id, unit, kind, subject, detail, search, about, hash, cases)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`, a.Seq, db.Micros(a.At), a.Who, a.Name,
		a.Roles, string(a.What), a.Case, a.Unit,
		string(a.Kind), a.Subject, a.Detail, a.Search, a.About, a.Hash, a.Cases.text()); err != nil {
		return err
	}
	if err := t.indexShown(ctx, a.Seq, a.Cases); err != nil {
		return err
	}
	_, err = t.Exec(ctx, `UPDATE access_head SET seq = $1, hash = $2 WHERE id = 1`, a.Seq, a.Hash)
	return err
}

// AccessFilter narrows the access log. Zero fields do not narrow.
type AccessFilter struct {
	Who    string
	What   AccessKind
	Case   string   // our id: rows about it, and of lists that showed it
	Cases  []string // any of these, or a search with digest Search; nil: all; empty with Search: the searches alone
	Direct bool     // without the lists that showed Case or Cases
	Search string
	Unit   string
	// a reviewer's rights: any of these; nil: all. A list that showed Case or Cases counts as the unit's that had them
	// then, too
	Units  []string
	Kind   routing.UnitKind // a reviewer's side of the wall; rows of no kind are on both
	Since  time.Time
	Until  time.Time // not included
	About  []int64   // checks of these rows
	Seqs   []int64   // these rows
	NotWho string    // without this account's rows
	Not    []AccessKind
	By     Actor // people alone, or systems alone
	Before int64 // rows before this one: the last of the page before
	Limit  int   // default 50, at most 500
}

// Actor is which kind of somebody a row of the access log is of.
type Actor string

// The kinds of Actor.
const (
	AnyActor Actor = ""
	People   Actor = "people"  // accounts, who uses the commands, and nobody known
	Systems  Actor = "systems" // callers of the API
)

// SystemID is what a row of the access log calls a system that uses the API by a token of a name; "" for who calls it
// without one, where that is allowed.
func SystemID(token string) string {
	if token == "" {
		return openSystem
	}
	return tokenSystem + token
}

// No account has such a name: a colon is in none.
const (
	tokenSystem = "token:"
	openSystem  = "api:open"
)

func (c *conditions) actor(by Actor) {
	switch by {
	case People:
		c.add("who NOT LIKE $? AND who <> $?", tokenSystem+"%", openSystem)
	case Systems:
		c.add("(who LIKE $? OR who = $?)", tokenSystem+"%", openSystem)
	}
}

func (f AccessFilter) conditions() *conditions {
	var c conditions
	for _, is := range []struct{ column, value string }{{"who", f.Who}, {"what", string(f.What)}, {"unit", fold(f.Unit)}} {
		if is.value != "" {
			c.add(is.column+" = $?", is.value)
		}
	}
	if f.Case != "" {
		c.parts = append(c.parts, c.cases(f, []string{f.Case}))
	}
	if f.Cases != nil || f.Search != "" {
		c.person(f)
	}
	if f.Units != nil {
		c.within(f)
	}
	if f.Kind != "" {
		c.add("(kind = $? OR kind = '')", string(f.Kind))
	}
	if !f.Since.IsZero() {
		c.add("at >= $?", db.Micros(f.Since))
	}
	if !f.Until.IsZero() {
		c.add("at < $?", db.Micros(f.Until))
	}
	if f.Before > 0 {
		c.add("seq < $?", f.Before)
	}
	if f.Seqs != nil {
		c.numbers("seq", f.Seqs)
	}
	if f.NotWho != "" {
		c.add("who <> $?", f.NotWho)
	}
	c.actor(f.By)
	for _, kind := range f.Not {
		c.add("what <> $?", string(kind))
	}
	if f.About != nil {
		c.parts = append(c.parts, "about > 0")
		c.numbers("about", f.About)
	}
	return &c
}

// person is a row about any of a person's cases, or a search for them.
func (c *conditions) person(f AccessFilter) {
	const searched = "search = $? AND search <> ''"
	if len(f.Cases) == 0 {
		c.add(searched, f.Search)
		return
	}
	about := c.cases(f, f.Cases)
	c.parts = append(c.parts, "("+about+" OR "+c.bind(searched, f.Search)+")")
}

// numbers is among for whole numbers.
func (c *conditions) numbers(column string, values []int64) {
	marks := make([]string, 0, len(values))
	for _, value := range values {
		c.args = append(c.args, value)
		marks = append(marks, fmt.Sprintf("$%d", len(c.args)))
	}
	if len(marks) == 0 {
		c.parts = append(c.parts, "FALSE")
		return
	}
	c.parts = append(c.parts, column+" IN ("+strings.Join(marks, ", ")+")")
}

const accessColumns = `seq, at, who, name, roles, what, case_id, unit, kind, subject, detail, search, about, hash, ` +
	`cases`

func scanAccess(rows *sql.Rows) (a Access, err error) {
	var at int64
	var shown string
	err = rows.Scan(&a.Seq, &at, &a.Who, &a.Name, &a.Roles, &a.What, &a.Case, &a.Unit, &a.Kind, &a.Subject, &a.Detail,
		&a.Search, &a.About, &a.Hash, &shown)
	a.At, a.Cases = db.Moment(at), readShown(shown)
	return a, err
}

// AccessLog lists rows, the newest first.
func (s *Store) AccessLog(ctx context.Context, f AccessFilter) ([]Access, error) {
	return s.accessRows(ctx, f, "seq DESC")
}

// AccessSample is Limit rows of f that chance chooses, the newest first.
func (s *Store) AccessSample(ctx context.Context, f AccessFilter) ([]Access, error) {
	return s.accessRows(ctx, f, "random()")
}

func (s *Store) accessRows(ctx context.Context, f AccessFilter, order string) ([]Access, error) {
	query, args := f.query(order)
	rows, err := db.Collect(ctx, s.read, scanAccess, query, args...)
	if err != nil {
		return nil, fmt.Errorf("reading the access log: %w", err)
	}
	return rows, nil
}

// query chooses rows in an order, and gives them the newest first.
func (f AccessFilter) query(order string) (string, []any) {
	c := f.conditions()
	c.args = append(c.args, listLimit(f.Limit))
	return fmt.Sprintf(
		`SELECT %[1]s FROM (SELECT %[1]s FROM access_log%[2]s ORDER BY %[3]s LIMIT $%[4]d) l ORDER BY seq DESC`,
		accessColumns, c.where(), order, len(c.args),
	), c.args
}

// casesOf finds a person's cases. The condition that the identity is not empty must be written: the indexes have only
// those.
const casesOf = `SELECT id FROM cases WHERE reporter_id = $1 AND reporter_id <> ''
	UNION SELECT id FROM cases WHERE patient_id = $1 AND patient_id <> ''`

// CasesOf are our ids of the cases in which somebody with this identity is patient or reporter.
func (s *Store) CasesOf(ctx context.Context, personID string) ([]string, error) {
	ids, err := db.Collect(ctx, s.read, func(rows *sql.Rows) (id string, err error) { return id, rows.Scan(&id) },
		casesOf, identity.Key(personID))
	if err != nil {
		return nil, fmt.Errorf("finding a person's cases: %w", err)
	}
	return ids, nil
}
