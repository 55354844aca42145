package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"

	"rivgate/contracts/identity"
	"rivgate/store/accesslog"
	"rivgate/store/db"
)

// Unlogged reads what is written about persons without a row of the access log: for the line and the worker, which show
// it to nobody, and for what judges and does not show. Who shows it to a person opens the case (Open, List), and a test
// lists the functions of web that read without.
type Unlogged struct{ *Store }

// Unlogged is the store for whoever shows nothing to a person.
func (s *Store) Unlogged() Unlogged { return Unlogged{s} }

// ErrNotOpened means that somebody asked for the contents of a case that was not opened: no row of the access log says
// that they are read.
var ErrNotOpened = errors.New("the case was not opened")

// Head finds a case by our id or by the extension of 1177's, without who it is about and what happened: for judging
// rights before it is opened. ErrNotFound.
func (s *Store) Head(ctx context.Context, id string) (Case, error) {
	c, err := s.Unlogged().Case(ctx, id)
	c.Facts = Facts{Attachments: c.Facts.Attachments, ReplyWanted: c.Facts.ReplyWanted, Received: c.Facts.Received}
	return c, err
}

// Open reads a case whole, and writes the row of the access log that says so in the same transaction. The row's Case,
// Unit and Kind are filled in: the case and who has it at that moment. ErrNotFound.
func (s *Store) Open(ctx context.Context, id string, row accesslog.Row) (Case, error) {
	var opened Case
	err := s.write(ctx, func(ctx context.Context, t *tx) error {
		c, err := oneCase(ctx, t, caseByID, id)
		if err != nil {
			return err
		}
		if c == nil {
			return ErrNotFound
		}
		row.Case, row.Unit, row.Kind = c.ID, c.Handler.Unit, c.Handler.Kind
		opened, opened.opened = *c, true
		return accesslog.Write(ctx, t.Tx, row)
	})
	if err != nil && !errors.Is(err, ErrNotFound) {
		err = fmt.Errorf("opening a case: %w", err)
	}
	if err != nil {
		return Case{}, err
	}
	return opened, nil
}

// Opened tells whether a case was opened: then what is written in it may be shown.
func (c Case) Opened() bool { return c.opened }

// Reopen reads an opened case again, as it is by now: for who has changed it, or tried to. ErrNotOpened, ErrNotFound.
func (s *Store) Reopen(ctx context.Context, c Case) (Case, error) {
	if !c.opened {
		return Case{}, ErrNotOpened
	}
	now, err := s.Unlogged().Case(ctx, c.ID)
	now.opened = err == nil
	return now, err
}

// List lists cases in the filter's order, and returns them when the row that row makes of them is written. What row
// leaves out of the cases is not returned.
func (s *Store) List(ctx context.Context, f CaseFilter,
	row func(found []Case) (shown []Case, _ accesslog.Row, _ error),
) ([]Case, error) {
	found, err := s.Unlogged().Cases(ctx, f)
	if err != nil {
		return nil, err
	}
	shown, a, err := row(found)
	if err != nil {
		return nil, err
	}
	a.Cases = Shown(shown)
	if err := s.LogAccess(ctx, a); err != nil {
		return nil, err
	}
	return shown, nil
}

// Shown names the cases of a list.
func Shown(cases []Case) accesslog.ShownCases {
	var out accesslog.ShownCases
	for _, c := range cases {
		if out == nil {
			out = accesslog.ShownCases{}
		}
		unit := fold(c.Handler.Unit)
		out[unit] = append(out[unit], c.ID)
	}
	return out
}

// Has tells whether a message is one of a case's, and nothing of what it says.
func (s *Store) Has(ctx context.Context, caseID, messageID string) (bool, error) {
	n, err := db.Count(ctx, s.read, `SELECT count(*) FROM message WHERE id = $1 AND case_id = $2`,
		[]any{messageID, caseID})
	if err != nil {
		return false, fmt.Errorf("looking for a message: %w", err)
	}
	return n > 0, nil
}

// TimeLine is every accepted message of an opened case, oldest first. ErrNotOpened.
func (s *Store) TimeLine(ctx context.Context, c Case) ([]Entry, error) {
	if !c.opened {
		return nil, ErrNotOpened
	}
	return s.Unlogged().TimeLine(ctx, c.ID)
}

// Mailbox is what the citizen has in the mailbox for an opened case, oldest first. ErrNotOpened.
func (s *Store) Mailbox(ctx context.Context, c Case) ([]Letter, error) {
	if !c.opened {
		return nil, ErrNotOpened
	}
	return s.Unlogged().Mailbox(ctx, c.ID)
}

// DeskEvents are what people of the units did at their desks with an opened case, see Unlogged.DeskEvents.
// ErrNotOpened.
func (s *Store) DeskEvents(ctx context.Context, c Case, units []string) ([]DeskEvent, error) {
	if !c.opened {
		return nil, ErrNotOpened
	}
	return s.Unlogged().DeskEvents(ctx, c.ID, units)
}

// Drafts are all drafts of the unit that has an opened case, see Unlogged.Drafts. ErrNotOpened.
func (s *Store) Drafts(ctx context.Context, c Case) ([]Draft, error) {
	if !c.opened {
		return nil, ErrNotOpened
	}
	return s.Unlogged().Drafts(ctx, c.ID, c.Handler.Unit)
}

// DraftFiles are the files of a draft of an opened case, with their bytes. ErrNotOpened.
func (s *Store) DraftFiles(ctx context.Context, c Case, d Draft) ([]File, error) {
	if !c.opened || d.CaseID != c.ID {
		return nil, ErrNotOpened
	}
	return s.Unlogged().FileBytes(ctx, d.ID)
}

// Outgoings are the answers of an opened case that have not left, see Unlogged.Outgoings. ErrNotOpened.
func (s *Store) Outgoings(ctx context.Context, c Case) ([]Outgoing, error) {
	if !c.opened {
		return nil, ErrNotOpened
	}
	return s.Unlogged().Outgoings(ctx, c.ID, c.Handler.Unit)
}

// NoteFile is one file of a note of the unit that has an opened case, see Unlogged.NoteFile. ErrNotOpened, ErrNotFound.
func (s *Store) NoteFile(ctx context.Context, c Case, filesID string, number int64) (File, error) {
	if !c.opened {
		return File{}, ErrNotOpened
	}
	return s.Unlogged().NoteFile(ctx, c.ID, c.Handler.Unit, filesID, number)
}

// Original is a message of an opened case as it came, read piece by piece where it is large. ErrNotOpened, ErrNotFound.
func (s *Store) Original(ctx context.Context, c Case, messageID string) (io.Reader, error) {
	has, err := s.Has(ctx, c.ID, messageID)
	switch {
	case !c.opened:
		return nil, ErrNotOpened
	case err != nil:
		return nil, err
	case !has:
		return nil, ErrNotFound
	}
	m, err := s.Unlogged().Outline(ctx, messageID)
	if err != nil {
		return nil, err
	}
	envelope, _, err := s.Unlogged().OpenEnvelope(ctx, m)
	return envelope, err
}

// OpenExchange is a message, and the last attempt to deliver it with the receiver's answer, where there was one, after
// the row that says so is written: the row's Subject is filled in. ErrNotFound.
func (s *Store) OpenExchange(ctx context.Context, id string,
	row accesslog.Row,
) (m *Message, last *AttemptRow, answer []byte, err error) {
	if m, err = s.Unlogged().Message(ctx, id); err != nil {
		return nil, nil, nil, err
	}
	attempts, err := s.Attempts(ctx, m.ID)
	if err != nil {
		return nil, nil, nil, err
	}
	if len(attempts) > 0 {
		last = &attempts[len(attempts)-1]
		if answer, err = s.Unlogged().Answer(ctx, m.ID, last.Attempt); err != nil && !errors.Is(err, ErrNotFound) {
			return nil, nil, nil, err
		}
	}
	row.Subject = m.ID
	if err := s.LogAccess(ctx, row); err != nil {
		return nil, nil, nil, err
	}
	return m, last, answer, nil
}

// OpenReported lists the cases in somebody's mailbox, the latest first, after the row that says so is written: those
// that they report, and those that another took over of which they still see what came before. Of the latter, what
// became of the case since is not to be shown.
func (s *Store) OpenReported(ctx context.Context, personID string, most int, row accesslog.Row) ([]Case, error) {
	cases, err := db.Collect(ctx, s.read, scanCase,
		`SELECT doc, protected FROM cases WHERE (reporter_id = $1 OR id IN (SELECT case_id FROM case_reporter
		WHERE person = $1 AND sees)) AND $1 <> '' AND id NOT IN (SELECT case_id FROM case_unnumbered) ORDER BY received DESC, id LIMIT $2`,
		identity.Key(personID), db.ListLimit(most))
	if err != nil {
		return nil, fmt.Errorf("listing a person's cases: %w", err)
	}
	row.Cases = Shown(cases)
	if err := s.LogAccess(ctx, row); err != nil {
		return nil, err
	}
	return cases, nil
}

// OpenPeriod goes through the cases of a period, see Unlogged.PeriodCases, after the row that says so is written.
func (s *Store) OpenPeriod(ctx context.Context, p Period, row accesslog.Row) (iter.Seq2[Filed, error], error) {
	if err := s.LogAccess(ctx, row); err != nil {
		return nil, err
	}
	return func(yield func(Filed, error) bool) {
		for one, err := range s.Unlogged().PeriodCases(ctx, p) {
			one.opened = err == nil
			if !yield(one, err) {
				return
			}
		}
	}, nil
}
