package accounts

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"rivgate/store/accesslog"
	"rivgate/store/db"
)

// CodeTime is how long a code to set a password by can be used.
const CodeTime = 72 * time.Hour

// NewCode makes a code by which the person of an account sets a password, and its digest, which alone is kept. It is
// of 130 random bits, in groups as people copy them.
func NewCode() (code, digest string) {
	text := rand.Text()
	digest = CodeDigest(text)
	for i := 4; i < len(text); i += 5 {
		text = text[:i] + "-" + text[i:]
	}
	return text, digest
}

// CodeDigest is the digest of a code as somebody typed it: with or without its hyphens, in either case.
func CodeDigest(typed string) string {
	typed = strings.ToUpper(strings.NewReplacer("-", "", " ", "", "\t", "", "–", "").Replace(typed))
	sum := sha256.Sum256([]byte("account code " + typed))
	return hex.EncodeToString(sum[:])
}

// GiveCode notes that an account's password is set by a code from now on: the one that it had lets nobody in any more,
// nor does a code from before.
func (a *Account) GiveCode(digest string, now time.Time) {
	a.Password, a.Changes, a.Demo, a.Code, a.CodeUntil = "", true, false, digest, now.Add(CodeTime)
}

// ByCode finds the account that waits for a code: ErrNotFound for a code that is none, was used or is too old.
func (d *Directory) ByCode(ctx context.Context, digest string) (Account, error) {
	all, err := db.Collect(ctx, d.read, scanAccount, selectAccount+` WHERE code = $1 AND code <> '' AND code_until > $2`,
		digest, db.Micros(d.db.Now()))
	if err != nil {
		return Account{}, fmt.Errorf("looking for a code: %w", err)
	}
	if len(all) == 0 {
		return Account{}, db.ErrNotFound
	}
	return all[0], nil
}

// UseCode gives an account its password by a code, which is used up by that. Of two who use one at a time, one gets
// ErrNotFound.
func (d *Directory) UseCode(ctx context.Context, digest, password string, by accesslog.Row) (Account, error) {
	a, err := d.ByCode(ctx, digest)
	if err != nil {
		return a, err
	}
	return d.ChangeAccount(ctx, a.ID, by, func(a *Account) error {
		if a.Code != digest || a.Disabled || !a.CodeUntil.After(d.db.Now()) {
			return db.ErrNotFound
		}
		a.Password, a.Changes, a.Code, a.CodeUntil = password, false, "", time.Time{}
		return nil
	})
}
