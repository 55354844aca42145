package accounts

import (
	"context"
	"crypto/rand"
	"fmt"

	"rivgate/store/db"
)

// secretSize is the size of a Secret, in bytes.
const secretSize = 32

// Secret is a key that belongs to this database, made at random when it is first asked for. Every replica gets the
// same.
func (d *Directory) Secret(ctx context.Context, name string) ([]byte, error) {
	value := make([]byte, secretSize)
	if _, err := rand.Read(value); err != nil {
		return nil, fmt.Errorf("making a key: %w", err)
	}
	err := d.db.Write(ctx, func(ctx context.Context, t *db.Tx) error {
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
