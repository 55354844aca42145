//go:build unix

package store

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// ErrOwned means that another process owns the database file.
var ErrOwned = errors.New("another process owns the database")

// Own makes this process the one that serves from an SQLite file, by a lock on the file PATH.lock beside it, until Close or the end of the process.
// ErrOwned if another has it. Who only lists and repairs opens the file without owning it. With PostgreSQL nobody needs to own anything.
func (s *Store) Own() error {
	s.owning.Lock()
	defer s.owning.Unlock()
	if s.path == "" || s.owned != nil {
		return nil
	}
	file, err := os.OpenFile(s.path+".lock", os.O_CREATE|os.O_RDWR, 0o640)
	if err != nil {
		return fmt.Errorf("owning the database: %w", err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = file.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return ErrOwned
		}
		return fmt.Errorf("owning the database: %w", err)
	}
	s.owned = file
	return nil
}

// disown frees the lock. Its file stays: removing it would let two processes lock two files of one name.
func (s *Store) disown() error {
	s.owning.Lock()
	defer s.owning.Unlock()
	if s.owned == nil {
		return nil
	}
	err := s.owned.Close()
	s.owned = nil
	return err
}
