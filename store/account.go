package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"rivgate/routing"
	"rivgate/store/accesslog"
	"rivgate/store/db"
)

// ErrAccountExists is returned where an account is to be added whose id is taken.
var ErrAccountExists = errors.New("there is an account with that name already")

// ErrWall is returned where an account would have roles for patient boards and for care.
var ErrWall = errors.New("nobody has roles for patient boards and for care: make another account")

// LocalAccounts is the source of accounts whose password is kept here; others' source is the identity provider's
// issuer.
const LocalAccounts = "local"

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
}

// ProviderAccount begins the id of an account at the identity provider. Its subject follows exactly as the provider
// writes it: two subjects may differ in case alone (OpenID Connect Core 1.0, 2).
const ProviderAccount = "oidc:"

// AccountID is how a typed name is kept: without blanks around it, in lower case. The id of an account at the identity
// provider is kept as it is.
func AccountID(typed string) string {
	if strings.HasPrefix(typed, ProviderAccount) {
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

// AddAccount adds an account and logs it as by's change. ErrAccountExists, ErrWall.
func (s *Store) AddAccount(ctx context.Context, a Account, by accesslog.Row) error {
	if a.ID = AccountID(a.ID); a.ID == "" {
		return errors.New("adding an account: it has no name")
	}
	return s.write(ctx, func(ctx context.Context, t *tx) error {
		found, err := t.Row(ctx, []any{new(string)}, `SELECT id FROM account WHERE id = $1`, a.ID)
		if err != nil {
			return err
		}
		if found {
			return ErrAccountExists
		}
		a.Created, a.Changed = t.Now, t.Now
		if err := t.putAccount(ctx, &a); err != nil {
			return err
		}
		return t.logAccount(ctx, by, a.ID)
	})
}

// logAccount logs a change of an account. Without a kind of its own the row says that it is a change.
func (t *tx) logAccount(ctx context.Context, by accesslog.Row, id string) error {
	if by.What == "" {
		by.What = accesslog.Change
	}
	if by.Subject == "" {
		by.Subject = id
	}
	return accesslog.Write(ctx, t.Tx, by)
}

func (t *tx) putAccount(ctx context.Context, a *Account) error {
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
	_, err = t.Exec(ctx,
		`INSERT INTO account (id, name, source, password, changes, disabled, demo, grants, epoch, created, changed, signed_in)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, source = excluded.source, password = excluded.password, changes = excluded.changes,
			disabled = excluded.disabled, demo = excluded.demo, grants = excluded.grants, epoch = excluded.epoch, changed = excluded.changed, signed_in = excluded.signed_in`,
		a.ID, db.StorableText(a.Name), a.Source, a.Password, a.Changes, a.Disabled, a.Demo, string(grants), a.Epoch,
		db.Micros(a.Created), db.Micros(a.Changed), signedIn)
	return err
}

// ChangeAccount changes an account in one transaction and logs it as by's doing; change may refuse with an error, which
// is returned as it is, and may run more than once. When the password or what an account may changed, or it was
// disabled, its sessions are over. ErrNotFound, ErrWall.
func (s *Store) ChangeAccount(ctx context.Context, id string, by accesslog.Row,
	change func(*Account) error,
) (Account, error) {
	var a Account
	err := s.write(ctx, func(ctx context.Context, t *tx) error {
		all, err := db.Collect(ctx, t, scanAccount, selectAccount+` WHERE id = $1`+t.Dialect.ForUpdate, AccountID(id))
		if err != nil {
			return err
		}
		if len(all) == 0 {
			return ErrNotFound
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
		if a.Epoch != was.Epoch {
			if _, err := t.Exec(ctx, `UPDATE web_session SET expires = $2 WHERE account = $1 AND expires > $2`, a.ID,
				db.Micros(t.Now)); err != nil {
				return err
			}
		}
		if err := t.putAccount(ctx, &a); err != nil {
			return err
		}
		return t.logAccount(ctx, by, a.ID)
	})
	return a, err
}

const selectAccount = `SELECT id, name, source, password, changes, disabled, demo, grants, epoch, created, changed, ` +
	`signed_in FROM account`

func scanAccount(rows *sql.Rows) (a Account, err error) {
	var grants string
	var created, changed, signedIn int64
	if err := rows.Scan(&a.ID, &a.Name, &a.Source, &a.Password, &a.Changes, &a.Disabled, &a.Demo, &grants, &a.Epoch,
		&created, &changed, &signedIn); err != nil {
		return a, err
	}
	a.Created, a.Changed = db.Moment(created), db.Moment(changed)
	if signedIn > 0 {
		a.SignedIn = db.Moment(signedIn)
	}
	return a, json.Unmarshal([]byte(grants), &a.Grants)
}

// Account finds an account by what is typed at sign-in. ErrNotFound.
func (s *Store) Account(ctx context.Context, id string) (Account, error) {
	all, err := db.Collect(ctx, s.read, scanAccount, selectAccount+` WHERE id = $1`, AccountID(id))
	if err != nil {
		return Account{}, fmt.Errorf("reading an account: %w", err)
	}
	if len(all) == 0 {
		return Account{}, ErrNotFound
	}
	return all[0], nil
}

// Accounts lists all accounts by id.
func (s *Store) Accounts(ctx context.Context) ([]Account, error) {
	all, err := db.Collect(ctx, s.read, scanAccount, selectAccount+` ORDER BY id`)
	if err != nil {
		return nil, fmt.Errorf("listing accounts: %w", err)
	}
	return all, nil
}

// secretSize is the size of a Secret, in bytes.
const secretSize = 32

// Secret is a key that belongs to this database, made at random when it is first asked for. Every replica gets the
// same.
func (s *Store) Secret(ctx context.Context, name string) ([]byte, error) {
	value := make([]byte, secretSize)
	if _, err := rand.Read(value); err != nil {
		return nil, fmt.Errorf("making a key: %w", err)
	}
	err := s.write(ctx, func(ctx context.Context, t *tx) error {
		if _, err := t.Exec(ctx, `INSERT INTO secret (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING`, name,
			value); err != nil {
			return err
		}
		var kept []byte
		if _, err := t.Row(ctx, []any{&kept}, `SELECT value FROM secret WHERE name = $1`, name); err != nil {
			return err
		}
		value = kept
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("reading a key: %w", err)
	}
	return value, nil
}
