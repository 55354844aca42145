package store

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"rivgate/routing"
	"rivgate/store/db"
)

// What staging and undoing may run into.
var (
	ErrStaged = errors.New("another answer is about to leave")                  // for this case: one at a time
	ErrLeft   = errors.New("the answer has left, or is on its way this moment") // too late to undo
)

// OutgoingState is where an answer stands that has not left.
type OutgoingState string

// The states of an Outgoing. One that has left is a message, and no Outgoing any more.
const (
	OutgoingWaiting OutgoingState = "waiting"
	OutgoingFailed  OutgoingState = "failed" // the line did not take it: Reason says why
)

// Outgoing is an answer that a person has sent off, in its few seconds of undo; or one that the line refused then.
type Outgoing struct {
	ID          string          `json:"id"`
	CaseID      string          `json:"caseId"` // ours
	Unit        string          `json:"unit"`   // HSA-id of the unit for which the person acts, in upper case when read
	By          Person          `json:"by"`
	Form        string          `json:"form"`
	Draft       json.RawMessage `json:"draft"`     // what was typed, for the draft that it becomes again
	MessageID   string          `json:"messageId"` // Key.MessageID, chosen beforehand: sending twice is sending once
	Answer      json.RawMessage `json:"answer"`    // the update
	Files       []File          `json:"files,omitempty"`
	CaseVersion int64           `json:"caseVersion"` // Case.Version that the person saw
	Staged      time.Time       `json:"staged"`
	Due         time.Time       `json:"due"` // when it leaves
	State       OutgoingState   `json:"state"`
	Reason      routing.Fact    `json:"reason,omitzero"` // why the line did not take it
	Attempts    int             `json:"attempts"`
}

// Stage keeps an answer until it is o.Due, and drops the draft that it was written in (of o.By, o.Form). ErrConflict
// where the case has changed since o.CaseVersion, or the unit has it no more; ErrStaged where another answer waits;
// ErrNotFound. o.Files come with their bytes. With a lease the answer is claimed by who stages it, who sends it at
// once.
func (s *Store) Stage(ctx context.Context, o Outgoing, lease time.Duration) (Outgoing, error) {
	o.State, o.Reason, o.Attempts = OutgoingWaiting, routing.Fact{}, 0
	err := s.write(ctx, func(ctx context.Context, t *tx) error {
		c, err := t.handled(ctx, o.CaseID, o.Unit)
		if err != nil {
			return err
		}
		if c.Version != o.CaseVersion {
			return ErrConflict
		}
		o.ID, o.Staged, o.Unit = t.newID(), t.Now, fold(o.Unit)
		n, err := t.Exec(ctx,
			`INSERT INTO outgoing (id, case_id, unit, by_id, by_name, form, draft, message_id, answer, case_version, staged, due, state, reason, attempts)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, '', 0) ON CONFLICT DO NOTHING`, o.ID, o.CaseID,
			o.Unit, o.By.ID, o.By.Name, o.Form,
			contentText(bytes.ToValidUTF8(o.Draft, []byte("�"))), o.MessageID,
			contentText(bytes.ToValidUTF8(o.Answer, []byte("�"))), o.CaseVersion, db.Micros(o.Staged), db.Micros(o.Due),
			string(o.State))
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrStaged
		}
		for i, f := range o.Files {
			f.Number, f.Size = int64(i+1), int64(len(f.Value))
			if err := t.insertFile(ctx, o.ID, f); err != nil {
				return err
			}
		}
		if lease > 0 {
			if _, err := t.Exec(ctx, `UPDATE outgoing SET lease_until = $2, attempts = 1 WHERE id = $1`, o.ID,
				db.Micros(t.Now.Add(lease))); err != nil {
				return err
			}
		}
		return t.dropDraftOf(ctx, o)
	})
	return o, deskError("staging an answer", err)
}

func (t *tx) dropDraftOf(ctx context.Context, o Outgoing) error {
	ids, err := db.Collect(ctx, t, db.Text,
		`SELECT id FROM draft WHERE case_id = $1 AND unit = $2 AND by_id = $3 AND form = $4`, o.CaseID, o.Unit, o.By.ID,
		o.Form)
	for _, id := range ids {
		if err == nil {
			err = t.dropDraft(ctx, id)
		}
	}
	return err
}

const outgoingColumns = `id, case_id, unit, by_id, by_name, form, draft, message_id, answer, case_version, staged, ` +
	`due, state, reason, attempts`

func scanOutgoing(rows *sql.Rows) (o Outgoing, err error) {
	var staged, due int64
	var draft, answer content
	var reason string
	err = rows.Scan(&o.ID, &o.CaseID, &o.Unit, &o.By.ID, &o.By.Name, &o.Form, &draft, &o.MessageID, &answer,
		&o.CaseVersion, &staged, &due, &o.State, &reason, &o.Attempts)
	if err == nil {
		o.Reason, err = readFactColumn(reason)
	}
	o.Draft, o.Answer, o.Staged, o.Due = json.RawMessage(draft), json.RawMessage(answer), db.Moment(staged), db.Moment(due)
	return o, err
}

// Outgoings are the answers of a case that have not left, oldest first: at most one waits, the others failed. Only
// those of the unit; files without bytes.
func (s Unlogged) Outgoings(ctx context.Context, caseID, unit string) ([]Outgoing, error) {
	all, err := db.Collect(ctx, s.read, scanOutgoing,
		`SELECT `+outgoingColumns+` FROM outgoing WHERE case_id = $1 AND unit = $2 ORDER BY staged, id`, caseID, fold(unit))
	for i := range all {
		if err == nil {
			all[i].Files, err = deskFiles(ctx, s.read, all[i].ID)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("listing outgoing answers: %w", err)
	}
	return all, nil
}

// unsent are answers that the line refused and that nobody has dealt with.
const unsent = `o.state = 'failed'`

// Unsent is how many answers the units that have these cases could not send, and nobody has dealt with, by case: for the
// rows of a list.
func (s *Store) Unsent(ctx context.Context, caseIDs []string) (map[string]int, error) {
	counts := map[string]int{}
	if len(caseIDs) == 0 {
		return counts, nil
	}
	var c db.Conditions
	c.Among("o.case_id", caseIDs)
	c.Parts = append(c.Parts, unsent)
	_, err := db.Collect(ctx, s.read, func(rows *sql.Rows) (none struct{}, err error) {
		var id string
		var n int
		err = rows.Scan(&id, &n)
		counts[id] = n
		return none, err
	}, `SELECT o.case_id, count(*) FROM outgoing o JOIN cases c ON c.id = o.case_id AND c.unit = o.unit`+c.Where()+
		` GROUP BY o.case_id`, c.Args...)
	if err != nil {
		return nil, fmt.Errorf("counting answers that were not sent: %w", err)
	}
	return counts, nil
}

// ClaimOutgoing takes one answer that is due, for as long as the lease lasts, with the bytes of its files. From then on
// it cannot be undone. ErrNotFound where none is due that nobody else is at.
func (s *Store) ClaimOutgoing(ctx context.Context, lease time.Duration) (Outgoing, error) {
	var o Outgoing
	err := s.write(ctx, func(ctx context.Context, t *tx) error {
		claimed, err := db.Collect(ctx, t, scanOutgoing,
			`UPDATE outgoing SET lease_until = $2, attempts = attempts + 1 WHERE id = (SELECT id FROM outgoing
			WHERE state = 'waiting' AND due <= $1 AND (lease_until IS NULL OR lease_until <= $1) ORDER BY due, id LIMIT 1`+
				t.Dialect.ForUpdate+t.Dialect.SkipLocked+`)
			RETURNING `+outgoingColumns, db.Micros(t.Now), db.Micros(t.Now.Add(lease)))
		if err == nil && len(claimed) == 0 {
			err = ErrNotFound
		}
		if err == nil {
			o = claimed[0]
		}
		return err
	})
	if err == nil {
		o.Files, err = s.Unlogged().FileBytes(ctx, o.ID)
	}
	return o, deskError("claiming an answer", err)
}

// HurryOutgoing makes an answer of somebody that waits due at once, and tells whether there was one.
func (s *Store) HurryOutgoing(ctx context.Context, caseID, unit string, by Person) (bool, error) {
	var n int64
	err := s.write(ctx, func(ctx context.Context, t *tx) (err error) {
		n, err = t.Exec(ctx,
			`UPDATE outgoing SET due = $4 WHERE case_id = $1 AND unit = $2 AND by_id = $3 AND state = 'waiting' AND due > $4`,
			caseID, fold(unit), by.ID, db.Micros(t.Now))
		return err
	})
	return n > 0, deskError("letting an answer leave at once", err)
}

// NextOutgoing is when the next answer is due, or a lease ends; zero where none waits.
func (s *Store) NextOutgoing(ctx context.Context) (time.Time, error) {
	var next sql.NullInt64
	err := s.read.QueryRowContext(ctx,
		`SELECT min(CASE WHEN lease_until > due THEN lease_until ELSE due END) FROM outgoing WHERE state = 'waiting'`).Scan(
		&next,
	)
	if err != nil {
		return time.Time{}, fmt.Errorf("finding the next answer: %w", err)
	}
	if !next.Valid {
		return time.Time{}, nil
	}
	return db.Moment(next.Int64), nil
}

// Sent takes away an answer that the line has accepted, and notes on the time line who wrote it. It is no error if
// another did so already.
func (s *Store) Sent(ctx context.Context, o Outgoing) error {
	err := s.write(ctx, func(ctx context.Context, t *tx) error {
		gone, err := t.dropOutgoing(ctx, o.ID)
		if err != nil || !gone {
			return err
		}
		return t.noteEvent(ctx, o.CaseID, o.Unit, DeskEvent{Kind: DeskSent, By: o.By, Form: o.Form, MessageID: o.MessageID})
	})
	return deskError("noting that an answer left", err)
}

func (t *tx) dropOutgoing(ctx context.Context, id string) (bool, error) {
	n, err := t.Exec(ctx, `DELETE FROM outgoing WHERE id = $1`, id)
	if err != nil || n == 0 {
		return false, err
	}
	_, err = t.Exec(ctx, `DELETE FROM desk_file WHERE owner = $1`, id)
	return true, err
}

// Refused keeps an answer that the line did not take, and why: only a person can make a draft of it again, or drop it.
func (s *Store) Refused(ctx context.Context, o Outgoing, reason routing.Fact) error {
	text, err := factColumn(reason)
	if err != nil {
		return err
	}
	err = s.write(ctx, func(ctx context.Context, t *tx) error {
		n, err := t.Exec(ctx,
			`UPDATE outgoing SET state = 'failed', reason = $2, lease_until = NULL WHERE id = $1 AND state = 'waiting'`, o.ID,
			text)
		if err != nil || n == 0 {
			return err
		}
		return t.noteEvent(ctx, o.CaseID, o.Unit, DeskEvent{Kind: DeskRefused, By: o.By, Form: o.Form, Why: reason})
	})
	return deskError("noting a refusal", err)
}

// Postpone lets an answer wait that could not be sent for a reason of our own. It still cannot be undone: nobody knows
// for sure that it has not left.
func (s *Store) Postpone(ctx context.Context, o Outgoing, wait time.Duration) error {
	err := s.write(ctx, func(ctx context.Context, t *tx) error {
		_, err := t.Exec(ctx, `UPDATE outgoing SET lease_until = $2 WHERE id = $1 AND state = 'waiting'`, o.ID,
			db.Micros(t.Now.Add(wait)))
		return err
	})
	return deskError("postponing an answer", err)
}

// Undo makes a draft of an answer again, that of its writer: of one that waits, until its first attempt; of one that
// failed, at any time. Where the writer has begun another draft in the same form, this one gets a form of its own
// ("reply 2"). by is who does it: anybody of the unit. ErrLeft when it is too late; ErrConflict where the answer is
// another unit's.
func (s *Store) Undo(ctx context.Context, id, unit string, by Person) (Draft, error) {
	var d Draft
	err := s.write(ctx, func(ctx context.Context, t *tx) error {
		all, err := db.Collect(ctx, t, scanOutgoing,
			`SELECT `+outgoingColumns+` FROM outgoing WHERE id = $1`+t.Dialect.ForUpdate, id)
		switch {
		case err != nil:
			return err
		case len(all) == 0 || all[0].State == OutgoingWaiting && all[0].Attempts > 0:
			return ErrLeft
		case all[0].Unit != fold(unit):
			return ErrConflict
		}
		if d, err = t.unstage(ctx, all[0]); err != nil {
			return err
		}
		return t.noteEvent(ctx, d.CaseID, d.Unit, DeskEvent{Kind: DeskUndone, By: by, Form: all[0].Form, Why: all[0].Reason})
	})
	return d, deskError("undoing an answer", err)
}

// Retract makes a draft again of an answer that its writer claimed in Stage and that the line refused at once. ErrLeft
// where another has brought it to its end.
func (s *Store) Retract(ctx context.Context, o Outgoing) (Draft, error) {
	var d Draft
	err := s.write(ctx, func(ctx context.Context, t *tx) error {
		all, err := db.Collect(ctx, t, scanOutgoing,
			`SELECT `+outgoingColumns+` FROM outgoing WHERE id = $1`+t.Dialect.ForUpdate, o.ID)
		if err == nil && len(all) == 0 {
			err = ErrLeft
		}
		if err == nil {
			d, err = t.unstage(ctx, all[0])
		}
		return err
	})
	return d, deskError("retracting an answer", err)
}

// unstage makes a draft of an answer, with its files.
func (t *tx) unstage(ctx context.Context, o Outgoing) (Draft, error) {
	d, err := t.redraft(ctx, o)
	if err != nil {
		return d, err
	}
	if _, err := t.Exec(ctx, `UPDATE desk_file SET owner = $2 WHERE owner = $1`, o.ID, d.ID); err != nil {
		return d, err
	}
	if d.Files, err = deskFiles(ctx, t, d.ID); err != nil {
		return d, err
	}
	_, err = t.dropOutgoing(ctx, o.ID)
	return d, err
}

// redraft is a new draft of an answer. Its form is as it was, or with a number where that is taken.
func (t *tx) redraft(ctx context.Context, o Outgoing) (Draft, error) {
	d := Draft{ID: t.newID(), CaseID: o.CaseID, Unit: o.Unit, By: o.By, Form: o.Form, Body: o.Draft, Version: 1, At: t.Now}
	for n := 2; ; n++ {
		made, err := t.Exec(ctx,
			`INSERT INTO draft (id, case_id, unit, by_id, by_name, form, body, version, at) VALUES ($1, $2, $3, $4, $5, $6, `+
				`$7, 1, $8) ON CONFLICT DO NOTHING`,
			d.ID, d.CaseID, d.Unit, d.By.ID, d.By.Name, d.Form, string(d.Body), db.Micros(d.At))
		if err != nil || made == 1 {
			return d, err
		}
		d.Form = fmt.Sprintf("%s %d", o.Form, n)
	}
}

// DropOutgoing throws a failed answer away. ErrLeft where it has not failed, or is gone; ErrConflict where it is
// another unit's.
func (s *Store) DropOutgoing(ctx context.Context, id, unit string) error {
	err := s.write(ctx, func(ctx context.Context, t *tx) error {
		all, err := db.Collect(ctx, t, scanOutgoing,
			`SELECT `+outgoingColumns+` FROM outgoing WHERE id = $1`+t.Dialect.ForUpdate, id)
		switch {
		case err != nil:
			return err
		case len(all) == 0 || all[0].State != OutgoingFailed:
			return ErrLeft
		case all[0].Unit != fold(unit):
			return ErrConflict
		}
		_, err = t.dropOutgoing(ctx, id)
		return err
	})
	return deskError("dropping an answer", err)
}
