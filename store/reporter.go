package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"rivgate/contracts/identity"
	"rivgate/store/accesslog"
	"rivgate/store/db"
)

// Reporter is who reports a case, or did until somebody took it over.
type Reporter struct {
	ID      string `json:"id"`   // identity, as it came
	Type    string `json:"type"` // OID of its kind
	Name    string `json:"name,omitempty"`
	Role    string `json:"role"` // PATIENT, RELATIVE or PROXY
	Telecom string `json:"telecom,omitempty"`
	Email   string `json:"email,omitempty"`

	Until time.Time `json:"-"` // zero: still
	Sees  bool      `json:"-"` // a former one still sees what came before; the same in all rows of one person
}

// Reporters are who has reported an opened case, oldest first; the last one does now. Where nobody took it over that is
// one, without the contact data that the complaint has. A protected identity is in it whole. ErrNotOpened.
func (s *Store) Reporters(ctx context.Context, c Case) ([]Reporter, error) {
	if !c.opened {
		return nil, ErrNotOpened
	}
	return s.Unlogged().Reporters(ctx, c.ID)
}

// Reporters is Store.Reporters, by our id of the case. ErrNotFound.
func (s Unlogged) Reporters(ctx context.Context, caseID string) ([]Reporter, error) {
	all, err := reporters(ctx, s.read, caseID)
	if err != nil || len(all) > 0 {
		return all, err
	}
	c, err := oneCase(ctx, s.read, `SELECT doc, protected FROM cases WHERE id = $1`, caseID)
	switch {
	case err != nil:
		return nil, err
	case c == nil:
		return nil, ErrNotFound
	}
	return []Reporter{c.reporter()}, nil
}

func reporters(ctx context.Context, q db.Querier, caseID string) ([]Reporter, error) {
	all, err := db.Collect(ctx, q, func(rows *sql.Rows) (r Reporter, err error) {
		var until int64
		var doc content
		if err := rows.Scan(&until, &r.Sees, &doc); err != nil {
			return r, err
		}
		if until > 0 {
			r.Until = db.Moment(until)
		}
		return r, json.Unmarshal(doc, &r)
	}, `SELECT until, sees, doc FROM case_reporter WHERE case_id = $1 ORDER BY n`, caseID)
	if err != nil {
		return nil, fmt.Errorf("reading reporters: %w", err)
	}
	return all, nil
}

// reporter is who reports a case, as the case itself knows it.
func (c *Case) reporter() Reporter {
	f := c.Facts
	return Reporter{ID: f.ReporterID, Type: f.ReporterType, Name: f.ReporterName, Role: f.Role}
}

// TakeOver is somebody who takes a case over, with the right that was checked.
type TakeOver struct {
	Reporter
	Right      Right // "" for the patient
	Note       string
	FormerSees bool // the reporter before still sees what came until now, and nothing after
}

// ErrSameReporter means that somebody would take a case over who reports it already.
var ErrSameReporter = errors.New("they report the case already")

// ErrUnnumbered means that somebody would take over a case whose reporter gave no number: it is never linked to a
// person.
var ErrUnnumbered = errors.New("the case has no number, and gets none")

// TakeOver makes somebody else the reporter of a case under way: mailbox, receipts and answers are theirs from now on.
// Who was the patient stays the patient. An answer that was written before does not leave any more: the case's version
// is another. Whether 1177 is here, so that it means anything, is the caller's to know. ErrSameReporter,
// ErrUnnumbered; other errors as of Assign.
func (s *Store) TakeOver(ctx context.Context, a Act, over TakeOver) (Desk, error) {
	return s.atDesk(ctx, a, "taking over a case", func(t *tx, c *Case, _ *Desk) (DeskEvent, error) {
		switch {
		case c.State == Closed:
			return DeskEvent{}, &Refusal{CaseClosed}
		case c.Facts.Unnumbered():
			return DeskEvent{}, ErrUnnumbered
		case identity.Same(c.Facts.ReporterID, over.ID):
			return DeskEvent{}, ErrSameReporter
		}
		if err := t.succeed(ctx, c, over); err != nil {
			return DeskEvent{}, err
		}
		err := t.changeCase(ctx, c, func() {
			f := &c.Facts
			f.ReporterID, f.ReporterType, f.ReporterName, f.Role = over.ID, over.Type, over.Name, over.Role
			if f.PatientID == "" && over.Role == "PATIENT" {
				f.PatientID, f.PatientType = over.ID, over.Type
			}
		})
		return DeskEvent{Kind: DeskTakenOver, Right: over.Right, Text: over.Note, Stays: over.FormerSees}, err
	})
}

// succeed ends the present reporter's row, and begins the next one's. What a person keeps is decided when they are
// succeeded, for all the times that they reported the case: who was to see it once, and is not to now, sees nothing.
func (t *tx) succeed(ctx context.Context, c *Case, over TakeOver) error {
	all, err := reporters(ctx, t, c.ID)
	if err != nil {
		return err
	}
	n := int64(len(all))
	if n == 0 {
		n = 1
		if err := t.insertReporter(ctx, c.ID, n, c.reporter()); err != nil {
			return err
		}
	}
	if _, err = t.Exec(ctx, `UPDATE case_reporter SET until = $3,
		last = (SELECT COALESCE(max(seq), 0) FROM message WHERE case_id = $1) WHERE case_id = $1 AND n = $2`, c.ID, n,
		db.Micros(t.Now)); err != nil {
		return err
	}
	if _, err = t.Exec(ctx, `UPDATE case_reporter SET sees = $3 WHERE case_id = $1 AND person = $2`, c.ID,
		identity.Key(c.Facts.ReporterID), over.FormerSees); err != nil {
		return err
	}
	return t.insertReporter(ctx, c.ID, n+1, over.Reporter)
}

func (t *tx) insertReporter(ctx context.Context, caseID string, n int64, r Reporter) error {
	doc, err := json.Marshal(r)
	if err != nil {
		return err
	}
	_, err = t.Exec(ctx,
		`INSERT INTO case_reporter (case_id, n, person, until, sees, last, doc) VALUES ($1, $2, $3, 0, $4, 0, $5)`,
		caseID, n, identity.Key(r.ID), false, contentText(doc))
	return err
}

// SwitchFiles lets a case take files from now on, from the citizen and with an answer, or not. The choice follows the
// case to other units, whose default counts only where nobody chose. Errors as of Assign.
func (s *Store) SwitchFiles(ctx context.Context, a Act, taken bool) (Desk, error) {
	return s.atDesk(ctx, a, "switching attachments", func(t *tx, c *Case, _ *Desk) (DeskEvent, error) {
		if c.State == Closed {
			return DeskEvent{}, &Refusal{CaseClosed}
		}
		kind := DeskNoFiles
		if taken {
			kind = DeskFiles
		}
		before := *c
		c.Facts.Attachments, c.Facts.FilesChosen = taken, true
		return DeskEvent{Kind: kind}, t.updateCase(ctx, c, &before)
	})
}

// OpenMailbox opens a case for a citizen, as Open does for who handles it: for its reporter whole, and for a former one
// who still sees it, what came before until. Anybody else gets ErrNotFound, as where there is no such case, and the row
// of the access log says that they were refused.
func (s *Store) OpenMailbox(ctx context.Context, id, person string,
	row accesslog.Row,
) (c Case, until time.Time, err error) {
	theirs := false
	err = s.write(ctx, func(ctx context.Context, t *tx) error {
		found, err := oneCase(ctx, t, caseByID, id)
		if err != nil {
			return err
		}
		if found == nil {
			row.What = accesslog.Refused
			return accesslog.Write(ctx, t.Tx, row)
		}
		if theirs, until, err = t.maySee(ctx, found, person); err != nil {
			return err
		}
		if !theirs {
			row.What = accesslog.Refused
		}
		row.Case, row.Unit, row.Kind = found.ID, found.Handler.Unit, found.Handler.Kind
		c = *found
		return accesslog.Write(ctx, t.Tx, row)
	})
	switch {
	case err != nil:
		return Case{}, until, fmt.Errorf("opening a mailbox: %w", err)
	case !theirs:
		return Case{}, until, ErrNotFound
	}
	c.opened = true
	return c, until, nil
}

// MessagesBefore are the ids of the messages of an opened case that had come when a former reporter who still sees them
// was succeeded: by their order, since clocks may differ. ErrNotOpened.
func (s *Store) MessagesBefore(ctx context.Context, c Case, person string) (map[string]bool, error) {
	if !c.opened {
		return nil, ErrNotOpened
	}
	ids, err := db.Collect(ctx, s.read, func(rows *sql.Rows) (id string, err error) { return id, rows.Scan(&id) },
		`SELECT id FROM message WHERE case_id = $1 AND seq <= (SELECT COALESCE(max(last), 0) FROM case_reporter
		WHERE case_id = $1 AND person = $2 AND sees)`, c.ID, identity.Key(person))
	if err != nil {
		return nil, fmt.Errorf("reading what came before: %w", err)
	}
	had := make(map[string]bool, len(ids))
	for _, id := range ids {
		had[id] = true
	}
	return had, nil
}

// maySee tells whether a case is in somebody's mailbox, and until when; zero: still.
func (t *tx) maySee(ctx context.Context, c *Case, person string) (theirs bool, until time.Time, err error) {
	if identity.Blank(person) || c.Facts.Unnumbered() { // who gave no number has no mailbox
		return false, until, nil
	}
	if identity.Same(c.Facts.ReporterID, person) {
		return true, until, nil
	}
	all, err := reporters(ctx, t, c.ID)
	for _, r := range all {
		if r.Sees && identity.Same(r.ID, person) {
			theirs, until = true, r.Until
		}
	}
	return theirs, until, err
}
