//go:build unix

package db

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// Own makes this process the one that serves from an SQLite file, by a lock on the file PATH.lock, until Close or the
// end of the process. The file holds the process's number. *OwnedError if another has it. Who only lists and repairs
// opens the file without owning it. With PostgreSQL nobody needs to own anything.
func (d *DB) Own() error {
	d.ownMu.Lock()
	defer d.ownMu.Unlock()
	if d.path == "" || d.ownLock != nil {
		return nil
	}
	path, err := filepath.EvalSymlinks(d.path) // one file has one lock, by whatever name it is reached
	if errors.Is(err, os.ErrNotExist) {        // it is about to be made
		path, err = d.path, nil
	}
	if err != nil {
		return fmt.Errorf("owning the database: %w", err)
	}
	file, err := os.OpenFile(path+".lock", os.O_CREATE|os.O_RDWR, 0o640)
	if err != nil {
		return fmt.Errorf("owning the database: %w", err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		owner := ownerIn(file)
		_ = file.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return &OwnedError{Path: d.path, Process: owner}
		}
		return fmt.Errorf("owning the database: %w", err)
	}
	// A disk that is full or read-only may refuse the number: the lock holds all the same.
	if file.Truncate(0) == nil {
		_, _ = file.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	}
	d.ownLock = file
	return nil
}

// ownerIn is the number of the process that wrote the lock file; 0 where it says none.
func ownerIn(file *os.File) int {
	text, err := io.ReadAll(io.LimitReader(file, 32))
	if err != nil {
		return 0
	}
	number, _ := strconv.Atoi(strings.TrimSpace(string(text)))
	return number
}

// releaseFile frees the lock. Its file stays: removing it would let two processes lock two files of one name.
func (d *DB) releaseFile() error {
	d.ownMu.Lock()
	defer d.ownMu.Unlock()
	if d.ownLock == nil {
		return nil
	}
	err := d.ownLock.Close()
	d.ownLock = nil
	return err
}
