//go:build !unix

package db

import "errors"

// Own would lock the SQLite file for this process. Without flock that cannot be promised, so it is refused; PostgreSQL
// needs none.
func (d *DB) Own() error {
	if d.path == "" {
		return nil
	}
	return errors.ErrUnsupported
}

func (d *DB) disown() error { return nil }
