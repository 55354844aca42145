package store

import (
	"context"
	"errors"
)

// errTried ends the transaction of Try.
var errTried = errors.New("tried")

// Try judges a message as Accept would, and stores nothing: what a person is told before their few seconds of undo. Nil: it would be accepted, or is a repeat.
// A *Refusal; any other error: nobody knows.
func (s *Store) Try(ctx context.Context, m *Message) error {
	tried := *m
	tried.Envelope = nil // no case judges it, and it may be large
	err := s.write(ctx, func(ctx context.Context, t *tx) error {
		if _, err := t.accept(ctx, &tried); err != nil {
			return err
		}
		return errTried
	})
	if errors.Is(err, errTried) {
		return nil
	}
	return deskError("trying a message", err)
}
