// Package accesslog remembers who did what with which case: rows that are only added, each with the hash of the one
// before, and the samples of them that reviewers note.
//
// It knows the database's engine alone. What a case is it does not know: a row names cases by their ids.
package accesslog

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"rivgate/routing"
	"rivgate/store/db"
)

// Kind is what somebody did, as the access log says it.
type Kind string

// The kinds of Row.
const (
	Read      Kind = "read"
	Search    Kind = "search"
	List      Kind = "list"
	Change    Kind = "change"
	Export    Kind = "export"
	Print     Kind = "print"
	SignIn    Kind = "sign-in"
	SignOut   Kind = "sign-out"
	Refused   Kind = "refused"    // asked for what they may not, or a sign-in that failed
	CrossSite Kind = "cross-site" // a request that another site made a browser send, or a forged one
	Check     Kind = "check"      // a reviewer has looked at row About
)

// Kinds are all kinds, in the order of the list above.
func Kinds() []Kind {
	return []Kind{
		Read, Search, List, Change, Export, Print, SignIn, SignOut,
		Refused, CrossSite, Check,
	}
}

// Row is one row of the access log: who did what, on which case and unit, when. No personal number, no text of a
// search and nothing of a message's content belongs in it.
type Row struct {
	Seq   int64            `json:"seq"`
	At    time.Time        `json:"at"`
	Who   string           `json:"who"` // id of an account or token; "" nobody known
	Name  string           `json:"name,omitempty"`
	Roles string           `json:"roles,omitempty"`
	What  Kind             `json:"what"`
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

// IDOf is what somebody gave as the id of a case, where it has the form of our ids; "" for anything else, which could
// be a name or a personal number and belongs in no row.
func IDOf(given string) string {
	if uuid.Validate(given) != nil {
		return ""
	}
	return given
}

// digest is the row's hash, given that of the row before. A row that names no cases has the hash that it had before
// rows named them.
func (a *Row) digest(before string) string {
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

// Log is the access log of a database: a chain of rows to which rows are only added.
type Log struct {
	db   *db.DB
	read db.Pool
}

// New is the access log of a database.
func New(d *db.DB) *Log { return &Log{d, db.Readers(d)} }

// LogAccess adds a row to the access log and returns when it is on disk. Seq, At and Hash are filled in here. Whoever
// shows content does so after this, and not when it failed.
func (l *Log) LogAccess(ctx context.Context, a Row) error {
	if err := l.db.Write(ctx, func(ctx context.Context, t *db.Tx) error { return Write(ctx, t, a) }); err != nil {
		return fmt.Errorf("writing the access log: %w", err)
	}
	return nil
}

// Write is LogAccess in the transaction of the change that it is about. Rows are written one after the other: the
// head is locked until the transaction ends, so this comes last in it.
func Write(ctx context.Context, t *db.Tx, a Row) error {
	var seq int64
	var before string
	found, err := t.Row(ctx, []any{&seq, &before}, `SELECT seq, hash FROM access_head WHERE id = 1`+t.Dialect.ForUpdate)
	if err != nil {
		return err
	}
	if !found {
		return errors.New("the access log has lost its head")
	}
	a.Seq, a.At, a.Unit = seq+1, db.Moment(db.Micros(t.Now)), routing.FoldTrimmed(a.Unit)
	for _, text := range []*string{&a.Who, &a.Name, &a.Roles, &a.Case, &a.Unit, &a.Subject, &a.Detail, &a.Search} {
		*text = db.StorableText(*text)
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
	if err := indexShown(ctx, t, a.Seq, a.Cases); err != nil {
		return err
	}
	_, err = t.Exec(ctx, `UPDATE access_head SET seq = $1, hash = $2 WHERE id = 1`, a.Seq, a.Hash)
	return err
}

// Filter narrows the access log. Zero fields do not narrow.
type Filter struct {
	Who    string
	What   Kind
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
	Not    []Kind
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

// narrowing is the conditions of rows that a filter chooses.
type narrowing struct{ db.Conditions }

func (c *narrowing) actor(by Actor) {
	switch by {
	case People:
		c.Add("who NOT LIKE $? AND who <> $?", tokenSystem+"%", openSystem)
	case Systems:
		c.Add("(who LIKE $? OR who = $?)", tokenSystem+"%", openSystem)
	}
}

func (f Filter) conditions() *narrowing {
	var c narrowing
	for _, is := range []struct{ column, value string }{
		{"who", f.Who}, {"what", string(f.What)}, {"unit", routing.FoldTrimmed(f.Unit)},
	} {
		if is.value != "" {
			c.Add(is.column+" = $?", is.value)
		}
	}
	if f.Case != "" {
		c.Parts = append(c.Parts, c.cases(f, []string{f.Case}))
	}
	if f.Cases != nil || f.Search != "" {
		c.person(f)
	}
	if f.Units != nil {
		c.within(f)
	}
	if f.Kind != "" {
		c.Add("(kind = $? OR kind = '')", string(f.Kind))
	}
	if !f.Since.IsZero() {
		c.Add("at >= $?", db.Micros(f.Since))
	}
	if !f.Until.IsZero() {
		c.Add("at < $?", db.Micros(f.Until))
	}
	if f.Before > 0 {
		c.Add("seq < $?", f.Before)
	}
	if f.Seqs != nil {
		c.AmongNumbers("seq", f.Seqs)
	}
	if f.NotWho != "" {
		c.Add("who <> $?", f.NotWho)
	}
	c.actor(f.By)
	for _, kind := range f.Not {
		c.Add("what <> $?", string(kind))
	}
	if f.About != nil {
		c.Parts = append(c.Parts, "about > 0")
		c.AmongNumbers("about", f.About)
	}
	return &c
}

// person is a row about any of a person's cases, or a search for them.
func (c *narrowing) person(f Filter) {
	const searched = "search = $? AND search <> ''"
	if len(f.Cases) == 0 {
		c.Add(searched, f.Search)
		return
	}
	about := c.cases(f, f.Cases)
	c.Parts = append(c.Parts, "("+about+" OR "+c.Bind(searched, f.Search)+")")
}

const columns = `seq, at, who, name, roles, what, case_id, unit, kind, subject, detail, search, about, hash, ` +
	`cases`

func scanRow(rows *sql.Rows) (a Row, err error) {
	var at int64
	var shown string
	err = rows.Scan(&a.Seq, &at, &a.Who, &a.Name, &a.Roles, &a.What, &a.Case, &a.Unit, &a.Kind, &a.Subject, &a.Detail,
		&a.Search, &a.About, &a.Hash, &shown)
	a.At, a.Cases = db.Moment(at), readShown(shown)
	return a, err
}

// AccessLog lists rows, the newest first.
func (l *Log) AccessLog(ctx context.Context, f Filter) ([]Row, error) {
	return l.accessRows(ctx, f, "seq DESC")
}

// AccessSample is Limit rows of f that chance chooses, the newest first.
func (l *Log) AccessSample(ctx context.Context, f Filter) ([]Row, error) {
	return l.accessRows(ctx, f, "random()")
}

func (l *Log) accessRows(ctx context.Context, f Filter, order string) ([]Row, error) {
	query, args := f.query(order)
	rows, err := db.Collect(ctx, l.read, scanRow, query, args...)
	if err != nil {
		return nil, fmt.Errorf("reading the access log: %w", err)
	}
	return rows, nil
}

// query chooses rows in an order, and gives them the newest first.
func (f Filter) query(order string) (string, []any) {
	c := f.conditions()
	c.Args = append(c.Args, db.ListLimit(f.Limit))
	return fmt.Sprintf(
		`SELECT %[1]s FROM (SELECT %[1]s FROM access_log%[2]s ORDER BY %[3]s LIMIT $%[4]d) l ORDER BY seq DESC`,
		columns, c.Where(), order, len(c.Args),
	), c.Args
}
