// Package tak is where a routing table comes from: our own catalogue as YAML, the saved copy that SKLTP's switch keeps,
// the files of the HSA tree, and a real tjänsteadresseringskatalog (TAK) over SOAP. It keeps the table fresh, and tells
// what changed and what looks wrong.
//
// It does not decide any call (package routing does), and knows no database, no contract pack and no message.
package tak

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"

	"rivgate/routing"
)

// Source is where a catalogue can be had. Read gives the whole catalogue as one snapshot or an error, never a part.
// An error's text is fit for the log: it names lines and rows, no path and no host.
type Source interface {
	Read(ctx context.Context) (routing.Catalogue, error)
}

// Unreadable says why a source gave no catalogue. What was done and why it went wrong are codes of UnreadableWords; the
// cause may name paths and hosts.
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

// whyFile is what a failed file operation means, without the path that the system's own text holds.
func whyFile(err error) routing.Fact {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return why("file-missing")
	case errors.Is(err, fs.ErrPermission):
		return why("file-forbidden")
	}
	return why("file-unusable")
}

// Sizes above which a file is no catalogue.
const (
	maxXML  = 512 << 20
	maxYAML = 64 << 20
)

// bounded reads at most left bytes, and then fails instead of pretending the end.
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

// shared hands out one copy of strings that come back thousands of times, as contracts do.
type shared map[string]string

func (s shared) of(text string) string {
	if known, ok := s[text]; ok {
		return known
	}
	s[text] = text
	return text
}
