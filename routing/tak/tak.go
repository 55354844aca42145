// Package tak reads the catalogue that a routing table is built from. Its sources are our own catalogue as YAML, the
// copy of a TAK that SKLTP's switch saves, the files of the HSA tree, and a real tjänsteadresseringskatalog (TAK) over
// SOAP. A Keeper keeps the table fresh, and tells what changed and what looks wrong.
//
// The package decides no call (package routing does), and knows no database, no contract pack and no message.
package tak

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"

	"rivgate/routing"
)

// Source is where a catalogue is read from. Read returns the whole catalogue or an error, never a part of it. The text
// of an error may be logged: it names lines and rows, but no path and no host.
type Source interface {
	Read(ctx context.Context) (routing.Catalogue, error)
}

// Unreadable is the error of a source that could not be read. What was being done and why it failed are codes of
// UnreadableWords. Only the cause may name paths and hosts.
type Unreadable struct {
	Doing routing.Fact
	Why   routing.Fact
	Cause error
}

// Error is both in English, for the log.
func (e *Unreadable) Error() string {
	return e.Doing.Words(unreadableWords) + ": " + e.Why.Words(unreadableWords)
}

func (e *Unreadable) Unwrap() error { return e.Cause }

// openFile opens a file for reading; reading says in the error what it is, instead of its path.
func openFile(path string, reading routing.Fact) (io.ReadCloser, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, &Unreadable{Doing: reading, Why: whyFile(err), Cause: err}
	}
	return file, nil
}

// whyFile says why a file operation failed, without the path that the system's own error text contains.
func whyFile(err error) routing.Fact {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return why("file-missing")
	case errors.Is(err, fs.ErrPermission):
		return why("file-forbidden")
	}
	return why("file-unusable")
}

// Sizes above which a file cannot be a real catalogue, and is refused.
const (
	maxXML  = 512 << 20
	maxYAML = 64 << 20
)

// bounded reads at most left bytes. If there is more it fails, where an io.LimitReader would report the end of the
// file.
type bounded struct {
	from     io.Reader
	left     int64
	exceeded bool // there was more
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		var one [1]byte
		if n, err := io.ReadFull(b.from, one[:]); n == 0 {
			return 0, err
		}
		b.exceeded = true
		return 0, errTooLarge
	}
	n, err := b.from.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}

// shared returns the same copy of equal strings, to save memory: contracts stand in thousands of rows.
type shared map[string]string

func (s shared) of(text string) string {
	if known, ok := s[text]; ok {
		return known
	}
	s[text] = text
	return text
}
