//go:build !unix

package store

import "errors"

// Own would lock the SQLite file for this process. Without flock that cannot be promised, so it is refused; PostgreSQL needs none.
func (s *Store) Own() error {
	if s.path == "" {
		return nil
	}
	return errors.ErrUnsupported
}

func (s *Store) disown() error { return nil }
