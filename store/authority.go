package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"rivgate/contracts/identity"
	"rivgate/store/accesslog"
	"rivgate/store/db"
)

// Right is by what right a reporter speaks for the patient.
type Right string

// The rights. What the patient writes themselves needs none.
const (
	RightAttorney  Right = "power_of_attorney" // fullmakt
	RightGuardian  Right = "guardian"          // vårdnadshavare: the patient is a child
	RightAppointed Right = "appointed"         // god man or förvaltare, by a court's decision
	RightOther     Right = "other"             // the note says which
)

// Rights are all of them, in the order in which they are shown.
func Rights() []Right { return []Right{RightAttorney, RightGuardian, RightAppointed, RightOther} }

// AuthorityStep is one step of an Authority: by whom, when, and at which unit.
type AuthorityStep struct {
	Stamp
	Kind  DeskEventKind
	Unit  string // HSA-id, in upper case
	Right Right  // "" where none was given
	Note  string
}

// Authority is the right of a case's reporter to speak for the patient, as far as people have stated and checked it
// here. It follows the case from unit to unit. What the reporter stated in the complaint is not in it.
type Authority struct {
	Right   Right           // as it was last stated or checked
	Checked *AuthorityStep  // nil: not checked, or not any more
	Ended   *AuthorityStep  // withdrawn, and nothing stated or checked since
	Stated  *AuthorityStep  // last; nil: nobody here has
	Steps   []AuthorityStep // all of them, oldest first, those of earlier reporters too
}

// authorityKinds are the kinds of DeskEvent that an Authority is made of.
func authorityKinds() []string {
	return []string{
		string(DeskStated), string(DeskAuthority), string(DeskNoAuthority), string(DeskWithdrawn), string(DeskTakenOver),
	}
}

// Authority is the right of the reporter of an opened case. ErrNotOpened.
func (s *Store) Authority(ctx context.Context, c Case) (Authority, error) {
	if !c.opened {
		return Authority{}, ErrNotOpened
	}
	return s.Unlogged().Authority(ctx, c.ID)
}

// Authority is the right of a case's reporter, by our id of the case.
func (s Unlogged) Authority(ctx context.Context, caseID string) (Authority, error) {
	return authorityOf(ctx, s.read, caseID)
}

func authorityOf(ctx context.Context, q db.Querier, caseID string) (Authority, error) {
	all, err := authoritiesOf(ctx, q, []string{caseID})
	return all[caseID], err
}

// Authorities are the rights of the reporters of several cases, by their ids: for the rows of a list. They are without
// notes; a case of which nothing was stated here is not among them.
func (s *Store) Authorities(ctx context.Context, caseIDs []string) (map[string]Authority, error) {
	found := map[string]Authority{}
	for ids := range slices.Chunk(caseIDs, db.ListMax) {
		all, err := authoritiesOf(ctx, s.read, ids)
		if err != nil {
			return nil, err
		}
		for id, a := range all {
			found[id] = a.bare()
		}
	}
	return found, nil
}

// bare is an authority without what was written.
func (a Authority) bare() Authority {
	for _, step := range []**AuthorityStep{&a.Checked, &a.Ended, &a.Stated} {
		if *step != nil {
			one := **step
			one.Note = ""
			*step = &one
		}
	}
	a.Steps = nil
	return a
}

func authoritiesOf(ctx context.Context, q db.Querier, caseIDs []string) (map[string]Authority, error) {
	var c db.Conditions
	c.Among("case_id", caseIDs)
	c.Among("kind", authorityKinds())
	type caseStep struct {
		caseID string
		AuthorityStep
	}
	steps, err := db.Collect(ctx, q, func(rows *sql.Rows) (one caseStep, err error) {
		e, err := scanDeskEventAfter(rows, &one.caseID)
		one.AuthorityStep = AuthorityStep{
			Stamp: Stamp{e.By, e.At}, Kind: e.Kind, Unit: e.Unit, Right: e.Right, Note: e.Text,
		}
		return one, err
	}, `SELECT case_id, unit, kind, by_id, by_name, at, doc, files FROM desk_event`+c.Where()+` ORDER BY seq`, c.Args...)
	if err != nil {
		return nil, fmt.Errorf("reading an authority: %w", err)
	}
	all := map[string]Authority{}
	for _, one := range steps {
		a := all[one.caseID]
		a.add(one.AuthorityStep)
		all[one.caseID] = a
	}
	return all, nil
}

// add goes one step on. A check of before rights were kept names none: what was stated last stands.
func (a *Authority) add(step AuthorityStep) {
	a.Steps = append(a.Steps, step)
	switch step.Kind {
	case DeskTakenOver: // another reporter, whose right was checked with it
		a.Checked, a.Ended, a.Stated, a.Right = &step, nil, nil, step.Right
	case DeskStated:
		a.Checked, a.Ended, a.Stated = nil, nil, &step
	case DeskAuthority:
		a.Checked, a.Ended = &step, nil
	case DeskNoAuthority:
		a.Checked = nil
	case DeskWithdrawn:
		a.Checked, a.Ended, a.Stated = nil, &step, nil
	}
	if step.Right != "" {
		a.Right = step.Right
	}
}

// StateAuthority notes by what right a reporter says to speak for the patient: it is still to be checked, also where
// another was. Errors as of Register.
func (s *Store) StateAuthority(ctx context.Context, a Act, right Right, note string) (Desk, error) {
	return s.atDesk(ctx, a, "stating an authority", func(t *tx, c *Case, _ *Desk) (DeskEvent, error) {
		return DeskEvent{Kind: DeskStated, Right: right, Text: note}, t.endCheck(ctx, c)
	})
}

// CheckAuthority notes that the right of a relative or proxy was checked, and how. right "" leaves it as it was stated.
// Errors as of Register.
func (s *Store) CheckAuthority(ctx context.Context, a Act, right Right, note string) (Desk, error) {
	return s.atDesk(ctx, a, "noting an authority", func(*tx, *Case, *Desk) (DeskEvent, error) {
		return DeskEvent{Kind: DeskAuthority, Right: right, Text: note}, nil
	})
}

// UncheckAuthority takes a check back that was wrong. Errors as of Register.
func (s *Store) UncheckAuthority(ctx context.Context, a Act) (Desk, error) {
	return s.atDesk(ctx, a, "taking back an authority", func(t *tx, c *Case, _ *Desk) (DeskEvent, error) {
		return DeskEvent{Kind: DeskNoAuthority}, t.endCheck(ctx, c)
	})
}

// endCheck changes the case's version where a check stood: an answer that was written by it does not leave any more.
func (t *tx) endCheck(ctx context.Context, c *Case) error {
	now, err := authorityOf(ctx, t, c.ID)
	if err != nil || now.Checked == nil {
		return err
	}
	return t.changeCase(ctx, c, func() {})
}

// WithdrawAuthority notes that the right has ended: a power of attorney was withdrawn, a child has come of age. Errors
// as of Register.
func (s *Store) WithdrawAuthority(ctx context.Context, a Act, note string) (Desk, error) {
	return s.atDesk(ctx, a, "ending an authority", func(t *tx, c *Case, _ *Desk) (DeskEvent, error) {
		return DeskEvent{Kind: DeskWithdrawn, Text: note}, t.changeCase(ctx, c, func() {})
	})
}

// changeCase changes a locked case, as a message would. Its version is another then: an answer that was written before
// does not leave unseen.
func (t *tx) changeCase(ctx context.Context, c *Case, change func()) error {
	before := *c
	change()
	c.Changed = t.Now
	c.Version++
	return t.updateCase(ctx, c, &before)
}

// ErrReason means that something may be sent to a reporter whose right is not checked only with a reason.
var ErrReason = errors.New("the reason is missing")

// NoteUnchecked keeps why an answer goes to a reporter whose right is not checked, before it leaves: on the time line,
// and in the access log, which says that it was done and not why. form is what kind of answer it is; messageID is its
// Key.MessageID: it is noted once. Act.Version does not count. ErrNotFound, ErrConflict where the unit has the case no
// more, ErrReason for no reason.
func (s *Store) NoteUnchecked(ctx context.Context, a Act, reason, form, messageID string) error {
	if identity.Blank(reason) {
		return ErrReason
	}
	err := s.write(ctx, func(ctx context.Context, t *tx) error {
		c, err := t.handled(ctx, a.CaseID, a.Unit)
		if err != nil {
			return err
		}
		noted, err := t.noted(ctx, c.ID, DeskUnchecked, messageID)
		if err != nil || noted {
			return err
		}
		row := accesslog.Row{
			Who: a.By.ID, Name: a.By.Name, What: accesslog.Change, Case: c.ID, Unit: c.Handler.Unit, Kind: c.Handler.Kind,
			Detail: accesslog.DetailOf(form, "unchecked"),
		}
		if err := accesslog.Write(ctx, t.Tx, row); err != nil {
			return err
		}
		return t.noteEvent(ctx, c.ID, a.Unit, DeskEvent{
			Kind: DeskUnchecked, By: a.By, Text: reason, Form: form, MessageID: messageID,
		})
	})
	return deskError("noting a reason", err)
}

// noted tells whether a message has its line of a kind already.
func (t *tx) noted(ctx context.Context, caseID string, kind DeskEventKind, messageID string) (bool, error) {
	events, err := db.Collect(ctx, t, scanDeskEvent,
		`SELECT unit, kind, by_id, by_name, at, doc, files FROM desk_event WHERE case_id = $1 AND kind = $2`,
		caseID, string(kind))
	for _, e := range events {
		if e.MessageID == messageID {
			return true, err
		}
	}
	return false, err
}
