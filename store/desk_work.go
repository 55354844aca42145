package store

import (
	"context"
	"time"

	"rivgate/store/db"
)

// Assign gives a case to a person of the unit (tilldela): to the one who acts, who so takes it, or to a colleague, from
// whoever had it. The zero Person releases it. The desk as it became; ErrNotFound, ErrConflict, a *Refusal CaseClosed.
func (s *Store) Assign(ctx context.Context, a Act, to Person) (Desk, error) {
	return s.atDesk(ctx, a, "assigning a case", func(t *tx, c *Case, d *Desk) (DeskEvent, error) {
		if c.State == Closed {
			return DeskEvent{}, &Refusal{CaseClosed}
		}
		e := DeskEvent{Kind: DeskAssigned, From: d.Assignee, To: to}
		switch {
		case to.ID == "":
			e.Kind, d.Assigned, to = DeskReleased, nil, Person{}
		case to.ID == a.By.ID:
			e.Kind = DeskTaken
		}
		if d.Assignee = to; to.ID != "" {
			d.Assigned = &Stamp{a.By, t.Now}
		}
		return e, nil
	})
}

// Park lays a case aside until a moment (parkera): then it is back by itself. To park it again changes moment and
// reason. Errors as of Assign.
func (s *Store) Park(ctx context.Context, a Act, until time.Time, reason string) (Desk, error) {
	until = db.Moment(db.Micros(until))
	return s.atDesk(ctx, a, "parking a case", func(t *tx, c *Case, d *Desk) (DeskEvent, error) {
		if c.State == Closed {
			return DeskEvent{}, &Refusal{CaseClosed}
		}
		d.Parked = &Parking{Stamp: Stamp{a.By, t.Now}, Until: until, Reason: reason}
		return DeskEvent{Kind: DeskParked, Until: &until, Text: reason}, nil
	})
}

// Unpark goes on with a parked case (återuppta), before its day or after: then it takes away the mark. Errors as of
// Assign.
func (s *Store) Unpark(ctx context.Context, a Act) (Desk, error) {
	return s.atDesk(ctx, a, "resuming a case", func(_ *tx, _ *Case, d *Desk) (DeskEvent, error) {
		d.Parked = nil
		return DeskEvent{Kind: DeskResumed}, nil
	})
}

// Register gives a case its registration number in the unit (diarienummer); "" takes it away. ErrDiaryTaken,
// ErrDiaryForm for one with a fault of FaultOf; other errors as of Assign, but a closed case may be registered too.
func (s *Store) Register(ctx context.Context, a Act, number string) (Desk, error) {
	if number != "" && FaultOf(number) != "" {
		return Desk{}, ErrDiaryForm
	}
	return s.atDesk(ctx, a, "registering a case", func(_ *tx, _ *Case, d *Desk) (DeskEvent, error) {
		e := DeskEvent{Kind: DeskRegistered, Text: number}
		d.Diary = number
		return e, nil
	})
}

// Protect sets or takes away the mark of a protected identity. It follows the case to other units. Errors as of
// Register.
func (s *Store) Protect(ctx context.Context, a Act, protected bool) (Desk, error) {
	return s.atDesk(ctx, a, "protecting a case", func(_ *tx, _ *Case, d *Desk) (DeskEvent, error) {
		d.Protected = protected
		if !protected {
			return DeskEvent{Kind: DeskUnprotected}, nil
		}
		return DeskEvent{Kind: DeskProtected}, nil
	})
}
