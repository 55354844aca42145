// Package accounts remembers who can sign in, for which roles, and the sessions of their browsers. Each change of an
// account writes its row of the access log in the same transaction.
//
// What a role may do it does not know, nor any case.
package accounts

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"rivgate/routing"
	"rivgate/store/accesslog"
	"rivgate/store/db"
)

// ErrExists is returned where an account is to be added whose id is taken.
var ErrExists = errors.New("there is an account with that name already")

// ErrWall is returned where an account would have roles for patient boards and for care.
var ErrWall = errors.New("nobody has roles for patient boards and for care: make another account")

// Local is the source of accounts whose password is kept here; others' source is the identity provider's
// issuer.
const Local = "local"

// Grant is a role with the units of one kind that it is held for. What a role may do is not known here.
type Grant struct {
	Role  string           `json:"role"`
	Kind  routing.UnitKind `json:"kind,omitempty"`
	Units []string         `json:"units,omitempty"`
}

// Account is who can sign in.
type Account struct {
	ID       string    `json:"id"` // what is typed at sign-in, folded; or the identity provider's subject
	Name     string    `json:"name"`
	Source   string    `json:"source"`
	Password string    `json:"-"`                 // argon2id in PHC's form; "" none
	Changes  bool      `json:"changes,omitempty"` // the password must be changed before anything else
	Disabled bool      `json:"disabled,omitempty"`
	Demo     bool      `json:"demo,omitempty"` // made for the demo, and of no use elsewhere
	Grants   []Grant   `json:"grants"`
	Epoch    int64     `json:"-"` // sessions of an earlier one are over
	Created  time.Time `json:"created"`
	Changed  time.Time `json:"changed"`
	SignedIn time.Time `json:"signedIn,omitzero"`
	// Code is the digest of the code that its person sets a password by until CodeUntil; "" none. See GiveCode.
	Code      string    `json:"-"`
	CodeUntil time.Time `json:"codeUntil,omitzero"`
}

// ProviderPrefix begins the id of an account at the identity provider. Its subject follows exactly as the provider
// writes it: two subjects may differ in case alone (OpenID Connect Core 1.0, 2).
const ProviderPrefix = "oidc:"

// ID is how a typed name is kept: without blanks around it, in lower case. The id of an account at the identity
// provider is kept as it is.
func ID(typed string) string {
	if strings.HasPrefix(typed, ProviderPrefix) {
		return typed
	}
	return strings.ToLower(strings.TrimSpace(typed))
}

// walled refuses grants on both sides of the wall.
func (a *Account) walled() error {
	var kind routing.UnitKind
	for _, g := range a.Grants {
		if g.Kind != "" && kind != "" && g.Kind != kind {
			return ErrWall
		}
		if g.Kind != "" {
			kind = g.Kind
		}
	}
	return nil
}

// Directory is who can sign in to a gateway, and who has. Safe for concurrent use.
type Directory struct {
	db   *db.DB
	read db.Pool
}

// New is the directory of a database.
func New(d *db.DB) *Directory { return &Directory{d, db.Readers(d)} }

// AddAccount adds an account and logs it as by's change. ErrExists, ErrWall.
func (d *Directory) AddAccount(ctx context.Context, a Account, by accesslog.Row) error {
	if a.ID = ID(a.ID); a.ID == "" {
		return errors.New("adding an account: it has no name")
	}
	return d.db.Write(ctx, func(ctx context.Context, t *db.Tx) error {
		found, err := t.Row(ctx, []any{new(string)}, `SELECT id FROM account WHERE id = $1`, a.ID)
		if err != nil {
			return err
		}
		if found {
			return ErrExists
		}
		a.Created, a.Changed = t.Now, t.Now
		if err := putAccount(ctx, t, &a); err != nil {
			return err
		}
		return logAccount(ctx, t, by, a.ID)
	})
}

// logAccount logs a change of an account. Without a kind of its own the row says that it is a change.
func logAccount(ctx context.Context, t *db.Tx, by accesslog.Row, id string) error {
	if by.What == "" {
		by.What = accesslog.Change
	}
	if by.Subject == "" {
		by.Subject = id
	}
	return accesslog.Write(ctx, t, by)
}

func putAccount(ctx context.Context, t *db.Tx, a *Account) error {
	if err := a.walled(); err != nil {
		return err
	}
	grants, err := json.Marshal(a.Grants)
	if err != nil {
		return err
	}
	signedIn := int64(0)
	if !a.SignedIn.IsZero() {
		signedIn = db.Micros(a.SignedIn)
	}
	codeUntil := int64(0)
	if a.Code != "" {
		codeUntil = db.Micros(a.CodeUntil)
	}
	_, err = t.Exec(ctx,
		`INSERT INTO account (id, name, source, password, changes, disabled, demo, grants, epoch, created, changed,
			signed_in, code, code_until)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, source = excluded.source, password = excluded.password, changes = excluded.changes,
			disabled = excluded.disabled, demo = excluded.demo, grants = excluded.grants, epoch = excluded.epoch, changed = excluded.changed, signed_in = excluded.signed_in,
			code = excluded.code, code_until = excluded.code_until`,
		a.ID, db.StorableText(a.Name), a.Source, a.Password, a.Changes, a.Disabled, a.Demo, string(grants), a.Epoch,
		db.Micros(a.Created), db.Micros(a.Changed), signedIn, a.Code, codeUntil)
	return err
}

// ChangeAccount changes an account in one transaction and logs it as by's doing; change may refuse with an error, which
// is returned as it is, and may run more than once. When the password or what an account may changed, or it was
// disabled, its sessions are over. ErrNotFound, ErrWall.
func (d *Directory) ChangeAccount(ctx context.Context, id string, by accesslog.Row,
	change func(*Account) error,
) (Account, error) {
	var a Account
	err := d.db.Write(ctx, func(ctx context.Context, t *db.Tx) error {
		all, err := db.Collect(ctx, t, scanAccount, selectAccount+` WHERE id = $1`+t.Dialect.ForUpdate, ID(id))
		if err != nil {
			return err
		}
		if len(all) == 0 {
			return db.ErrNotFound
		}
		a = all[0]
		was := a
		if err := change(&a); err != nil {
			return err
		}
		a.ID, a.Created, a.Changed = was.ID, was.Created, t.Now
		if a.Password != was.Password || a.Disabled && !was.Disabled {
			a.Epoch = was.Epoch + 1
		}
		if a.Password != was.Password && a.Code == was.Code {
			a.Code, a.CodeUntil = "", time.Time{} // there is a password again
		}
		if a.Epoch != was.Epoch {
			if _, err := t.Exec(ctx, `UPDATE web_session SET expires = $2 WHERE account = $1 AND expires > $2`, a.ID,
				db.Micros(t.Now)); err != nil {
				return err
			}
		}
		if err := putAccount(ctx, t, &a); err != nil {
			return err
		}
		return logAccount(ctx, t, by, a.ID)
	})
	return a, err
}

// RenameUnit gives the roles that are held for a unit to another, which it is from now on, inside a transaction that is
// under way; by is the row of the access log of each account that changed. It tells how many did. from and to are in
// upper case.
func RenameUnit(ctx context.Context, t *db.Tx, from, to string, by accesslog.Row) (int, error) {
	all, err := db.Collect(ctx, t, scanAccount, selectAccount+` ORDER BY id`+t.Dialect.ForUpdate)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, a := range all {
		if !a.renameUnit(from, to) {
			continue
		}
		n++
		a.Changed = t.Now
		if err := putAccount(ctx, t, &a); err != nil {
			return n, err
		}
		row := by
		row.Subject = ""
		if err := logAccount(ctx, t, row, a.ID); err != nil {
			return n, err
		}
	}
	return n, nil
}

// renameUnit tells whether anything was renamed.
func (a *Account) renameUnit(from, to string) (renamed bool) {
	for i, g := range a.Grants {
		has := func(id string) bool {
			return slices.ContainsFunc(g.Units, func(unit string) bool { return routing.SameHSAID(unit, id) })
		}
		if !has(from) {
			continue
		}
		renamed = true
		left := slices.DeleteFunc(slices.Clone(g.Units), func(unit string) bool { return routing.SameHSAID(unit, from) })
		if !has(to) {
			left = append(left, to)
		}
		a.Grants[i].Units = left
	}
	return renamed
}

const selectAccount = `SELECT id, name, source, password, changes, disabled, demo, grants, epoch, created, changed, ` +
	`signed_in, code, code_until FROM account`

func scanAccount(rows *sql.Rows) (a Account, err error) {
	var grants string
	var created, changed, signedIn, codeUntil int64
	if err := rows.Scan(&a.ID, &a.Name, &a.Source, &a.Password, &a.Changes, &a.Disabled, &a.Demo, &grants, &a.Epoch,
		&created, &changed, &signedIn, &a.Code, &codeUntil); err != nil {
		return a, err
	}
	a.Created, a.Changed = db.Moment(created), db.Moment(changed)
	if signedIn > 0 {
		a.SignedIn = db.Moment(signedIn)
	}
	if codeUntil > 0 {
		a.CodeUntil = db.Moment(codeUntil)
	}
	return a, json.Unmarshal([]byte(grants), &a.Grants)
}

// Account finds an account by what is typed at sign-in. ErrNotFound.
func (d *Directory) Account(ctx context.Context, id string) (Account, error) {
	all, err := db.Collect(ctx, d.read, scanAccount, selectAccount+` WHERE id = $1`, ID(id))
	if err != nil {
		return Account{}, fmt.Errorf("reading an account: %w", err)
	}
	if len(all) == 0 {
		return Account{}, db.ErrNotFound
	}
	return all[0], nil
}

// Accounts lists all accounts by id.
func (d *Directory) Accounts(ctx context.Context) ([]Account, error) {
	all, err := db.Collect(ctx, d.read, scanAccount, selectAccount+` ORDER BY id`)
	if err != nil {
		return nil, fmt.Errorf("listing accounts: %w", err)
	}
	return all, nil
}
