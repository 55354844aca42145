package db

import (
	"errors"
	"fmt"
)

// ErrOwned means that another process owns the database file.
var ErrOwned = errors.New("another process owns the database")

// OwnedError is an ErrOwned that says which file, and which process has it.
type OwnedError struct {
	Path    string
	Process int // 0: not known
}

func (e *OwnedError) Error() string {
	if e.Process == 0 {
		return "another process serves from the file " + e.Path
	}
	return fmt.Sprintf("process %d serves from the file %s already", e.Process, e.Path)
}

// Is makes it an ErrOwned.
func (e *OwnedError) Is(target error) bool { return target == ErrOwned }
