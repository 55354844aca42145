package store

import (
	"context"

	"rivgate/routing"
)

// Handover is what a unit says to the one that takes its case over.
type Handover struct {
	ToUnit, ToName string // HSA-id and name
	Ground         string // on which the case passes between care and patient board
	Note           string // internal
	MessageID      string // Key.MessageID of the update that passes the case on: it is noted once
}

// NoteHandover keeps what is said to the next unit. Act.Version does not count. ErrNotFound, ErrConflict where the unit
// has the case no more.
func (s *Store) NoteHandover(ctx context.Context, a Act, h Handover) error {
	err := s.write(ctx, func(ctx context.Context, t *tx) error {
		c, err := t.handled(ctx, a.CaseID, a.Unit)
		if err != nil {
			return err
		}
		noted, err := t.noted(ctx, c.ID, DeskHandover, h.MessageID)
		if err != nil || noted {
			return err
		}
		return t.noteEvent(ctx, c.ID, a.Unit, DeskEvent{
			Kind: DeskHandover, By: a.By, ToUnit: h.ToUnit, ToName: h.ToName, Ground: h.Ground, Text: h.Note,
			MessageID: h.MessageID,
		})
	})
	return deskError("noting a handover", err)
}

// SetIncidentUnit sets the unit where it happened at once, for a board's case that is not classified yet: the
// classification, when it comes, carries it to 1177. version is the Case.Version that the person saw. ErrNotFound;
// ErrConflict, where the case was classified or changed meanwhile too; a *Refusal PlaceNotAllowed for care.
func (s *Store) SetIncidentUnit(ctx context.Context, a Act, version int64, unit, name string) error {
	err := s.write(ctx, func(ctx context.Context, t *tx) error {
		c, err := t.handled(ctx, a.CaseID, a.Unit)
		if err != nil {
			return err
		}
		switch {
		case c.Version != version || len(c.Classification.MainProblems) > 0:
			return ErrConflict
		case c.Handler.Kind != routing.PatientBoard:
			return &Refusal{PlaceNotAllowed}
		}
		before := *c
		c.Classification.IncidentUnit, c.Changed = unit, t.Now
		c.Version++
		if err := t.updateCase(ctx, c, &before); err != nil {
			return err
		}
		return t.noteEvent(ctx, c.ID, a.Unit, DeskEvent{Kind: DeskPlace, By: a.By, ToUnit: unit, ToName: name})
	})
	return deskError("setting the place of a case", err)
}
