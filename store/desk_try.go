package store

import (
	"context"
	"errors"

	"rivgate/store/db"
)

// errTried ends the transaction of Try.
var errTried = errors.New("tried")

// tryChange is an accept that is undone.
type tryChange struct{ acceptChange }

func (a *tryChange) ask(q *questions, alone bool) bool { return alone && a.acceptChange.ask(q, alone) }

func (a *tryChange) settle(ctx context.Context, t *tx, q *questions) error {
	if err := a.acceptChange.settle(ctx, t, q); err != nil {
		return err
	}
	return errTried
}

// Try judges a message as Accept would, and stores nothing: what a person is told before their few seconds of undo.
// Nil: it would be accepted, or is a repeat. A *Refusal; any other error: nobody knows.
func (s *Store) Try(ctx context.Context, m *Message) error {
	tried := *m
	tried.Envelope = nil // no case judges it, and it may be large
	err := s.Alone(ctx, &db.Job{Shared: groupJob{&tryChange{acceptChange{m: &tried, accepted: new(Accepted)}}, s}})
	if errors.Is(err, errTried) {
		return nil
	}
	return deskError("trying a message", err)
}
