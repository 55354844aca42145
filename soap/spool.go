package soap

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// Spool is a message that is too large for memory: a file that only this process can reach, and that is gone with it.
// It has no name from the beginning, where the system lets an open file have none.
type Spool struct {
	file *os.File
	name string // what is to be removed on Close; "" where that is done
	size int64
}

// NewSpool makes an empty one in a folder, "" being the system's for temporary files. Errors are the system's.
func NewSpool(folder string) (*Spool, error) {
	file, err := os.CreateTemp(folder, "rivgate-*") // health data: CreateTemp's mode is 0600
	if err != nil {
		return nil, fmt.Errorf("making a spool: %w", err)
	}
	s := &Spool{file: file}
	if os.Remove(file.Name()) != nil {
		s.name = file.Name()
	}
	return s, nil
}

// Write appends p. Its error is ours, whoever sent what is spooled.
func (s *Spool) Write(p []byte) (int, error) {
	n, err := s.file.WriteAt(p, s.size)
	s.size += int64(n)
	if err != nil {
		return n, &spoolError{err}
	}
	return n, nil
}

// ReadAt reads what was written, as io.ReaderAt.
func (s *Spool) ReadAt(p []byte, at int64) (int, error) { return s.file.ReadAt(p, at) }

// Size is how many bytes were written.
func (s *Spool) Size() int64 { return s.size }

// Reader reads all of it from its start; several may read at once.
func (s *Spool) Reader() io.Reader { return io.NewSectionReader(s, 0, s.size) }

// Close lets go of it. A nil Spool may be closed.
func (s *Spool) Close() error {
	if s == nil {
		return nil
	}
	err := s.file.Close()
	if s.name != "" {
		err = errors.Join(err, os.Remove(s.name))
	}
	return err
}
