package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"rivgate/store/accesslog"
	"rivgate/store/db"
)

// OpinionState is where a request for an opinion stands.
type OpinionState string

// The states of an Opinion.
const (
	OpinionAsked    OpinionState = "asked"
	OpinionAnswered OpinionState = "answered"
	OpinionRecalled OpinionState = "recalled" // the consent was withdrawn before it was answered
)

// ErrRecalled means that a request for an opinion is no longer to be read or answered: the consent was withdrawn, or
// the board does not have the case any more.
var ErrRecalled = errors.New("the request was recalled")

// ErrNoFiles means that the case takes no files.
var ErrNoFiles = errors.New("the case takes no files")

// Opinion is what a patient board asks a unit to say (yttrande) of a case that stays with the board. The unit reads the
// letter, and nothing else of the case.
type Opinion struct {
	ID       string
	CaseID   string // the board's case
	Board    string // HSA-id in upper case, as Unit
	Unit     string // that is asked
	State    OpinionState
	Due      string // YYYY-MM-DD; "" none
	Letter   string // what the board tells, as the room that wrote it reads it
	Draft    string // text of the answer, while it is written
	Version  int64
	By       Person // of the board
	At       time.Time
	Answered *Stamp     // by whom of the unit
	Seen     *time.Time // when the board looked at the answer; nil: not yet
	Files    []File     // of the draft, without their bytes
	Takes    bool       // the answer may have files: the board's case takes them
	Left     bool       // the board has the case no more
	Recalled bool       // the consent was withdrawn, before or after the answer
	// the board's case is of a protected identity now, whatever it was when the letter was written: who it is about is
	// not to be read in the letter
	Protected bool
}

// Open tells whether a request waits for its answer.
func (o Opinion) Open() bool { return o.State == OpinionAsked && o.Readable() }

// Readable tells whether the unit that is asked may still read what it was told of the case: the consent stands, and
// the board has the case.
func (o Opinion) Readable() bool { return !o.Recalled && !o.Left }

const opinionQuery = `SELECT o.id, o.case_id, o.board, o.unit, o.state, o.due, o.letter, o.draft, o.version, o.asked_id,
	o.asked_name, o.asked, o.answered_id, o.answered_name, o.answered, o.seen, o.recalled, c.unit <> o.board, c.protected,
	c.doc
	FROM opinion o JOIN cases c ON c.id = o.case_id`

func scanOpinion(rows *sql.Rows) (o Opinion, err error) {
	var asked, answered, seen int64
	var letter, draft, doc content
	var by Person
	if err := rows.Scan(&o.ID, &o.CaseID, &o.Board, &o.Unit, &o.State, &o.Due, &letter, &draft, &o.Version, &o.By.ID,
		&o.By.Name, &asked, &by.ID, &by.Name, &answered, &seen, &o.Recalled, &o.Left,
		&o.Protected, &doc); err != nil {
		return o, err
	}
	o.Letter, o.Draft, o.At = string(letter), string(draft), db.Moment(asked)
	if answered != 0 {
		o.Answered = &Stamp{by, db.Moment(answered)}
	}
	if seen != 0 {
		at := db.Moment(seen)
		o.Seen = &at
	}
	c, err := readCase(doc)
	o.Takes = c.Facts.Attachments
	return o, err
}

// bare is an opinion without what was written in it.
func (o Opinion) bare() Opinion {
	o.Letter, o.Draft, o.Files = "", "", nil
	return o
}

// theirs is an opinion as the unit that is asked may read it: of a request that is not to be read any more, what the
// unit itself answered.
func (o Opinion) theirs() Opinion {
	switch {
	case o.Readable():
		return o
	case o.State != OpinionAnswered:
		return o.bare()
	}
	o.Letter = ""
	return o
}

// AskOpinion keeps a board's request for an opinion, and notes it at the board's desk, in one transaction. Errors as of
// Note.
func (s *Store) AskOpinion(ctx context.Context, a Act, note string, o Opinion) (Opinion, error) {
	asked := o
	err := s.write(ctx, func(ctx context.Context, t *tx) error {
		c, err := t.handled(ctx, a.CaseID, a.Unit)
		if err != nil {
			return err
		}
		asked = o
		asked.ID, asked.CaseID, asked.Board, asked.Unit = t.newID(), c.ID, fold(a.Unit), fold(o.Unit)
		asked.State, asked.Version, asked.By, asked.At, asked.Takes = OpinionAsked, 1, a.By, t.Now, c.Facts.Attachments
		if err := t.noteEvent(ctx, c.ID, a.Unit, DeskEvent{Kind: DeskBoard, By: a.By, Text: note}); err != nil {
			return err
		}
		_, err = t.Exec(ctx, `INSERT INTO opinion (id, case_id, board, unit, state, due, letter, draft, version, asked_id,
				asked_name, asked) VALUES ($1, $2, $3, $4, $5, $6, $7, '', 1, $8, $9, $10)`,
			asked.ID, asked.CaseID, asked.Board, asked.Unit, string(asked.State), asked.Due, contentText([]byte(o.Letter)),
			a.By.ID, a.By.Name, db.Micros(t.Now))
		return err
	})
	return asked, deskError("asking for an opinion", err)
}

// RecallOpinions takes back what a board has told a unit of a case when it asked for an opinion, with a note at the
// board's desk: no such request can be read any more, and those without an answer are not answered. What was answered
// stays. Errors as of Note.
func (s *Store) RecallOpinions(ctx context.Context, a Act, unit, note string) error {
	err := s.write(ctx, func(ctx context.Context, t *tx) error {
		c, err := t.handled(ctx, a.CaseID, a.Unit)
		if err != nil {
			return err
		}
		if err := t.noteEvent(ctx, c.ID, a.Unit, DeskEvent{Kind: DeskBoard, By: a.By, Text: note}); err != nil {
			return err
		}
		which := ` WHERE case_id = $1 AND board = $2 AND unit = $3`
		for _, query := range []string{
			`DELETE FROM desk_file WHERE owner IN (SELECT id FROM opinion` + which + ` AND state = 'asked')`,
			`UPDATE opinion SET recalled = TRUE` + which,
			`UPDATE opinion SET state = 'recalled', draft = '', version = version + 1` + which + ` AND state = 'asked'`,
		} {
			if _, err := t.Exec(ctx, query, c.ID, fold(a.Unit), fold(unit)); err != nil {
				return err
			}
		}
		return nil
	})
	return deskError("recalling a request for an opinion", err)
}

// asked narrows to requests to some units; nil are all.
func asked(c *db.Conditions, column string, units []string) {
	if units == nil {
		return
	}
	folded := make([]string, 0, len(units))
	for _, unit := range units {
		folded = append(folded, fold(unit))
	}
	c.Among(column, folded)
}

// Opinions are the requests that reached some units (nil: all), without what is written in them: the open ones by their
// due day, those without one last; then the others, the latest first.
func (s *Store) Opinions(ctx context.Context, units []string, limit int) ([]Opinion, error) {
	var c db.Conditions
	asked(&c, "o.unit", units)
	all, err := db.Collect(ctx, s.read, scanOpinion, opinionQuery+c.Where()+c.Bind(`
		ORDER BY CASE WHEN o.state = 'asked' AND c.unit = o.board THEN 0 ELSE 1 END,
			CASE WHEN o.state = 'asked' AND o.due <> '' THEN o.due ELSE '9' END, o.asked DESC, o.id LIMIT $?`,
		db.ListLimit(limit)), c.Args...)
	if err != nil {
		return nil, fmt.Errorf("listing requests for opinions: %w", err)
	}
	for i := range all {
		all[i] = all[i].bare()
	}
	return all, nil
}

// OpenOpinions is how many requests wait for some units; nil are all.
func (s *Store) OpenOpinions(ctx context.Context, units []string) (int, error) {
	var c db.Conditions
	asked(&c, "o.unit", units)
	c.Parts = append(c.Parts, "o.state = 'asked'")
	n, err := db.Count(ctx, s.read,
		`SELECT count(*) FROM opinion o JOIN cases c ON c.id = o.case_id AND c.unit = o.board`+c.Where(), c.Args)
	if err != nil {
		return 0, fmt.Errorf("counting requests for opinions: %w", err)
	}
	return n, nil
}

// OpinionHead is a request without what is written in it: for judging rights. ErrNotFound.
func (s *Store) OpinionHead(ctx context.Context, id string) (Opinion, error) {
	o, err := oneOpinion(ctx, s.read, id)
	return o.bare(), err
}

func oneOpinion(ctx context.Context, q db.Querier, id string) (Opinion, error) {
	all, err := db.Collect(ctx, q, scanOpinion, opinionQuery+` WHERE o.id = $1`, id)
	if err == nil && len(all) == 0 {
		return Opinion{}, ErrNotFound
	}
	if err != nil {
		return Opinion{}, fmt.Errorf("reading a request for an opinion: %w", err)
	}
	o := all[0]
	o.Files, err = deskFiles(ctx, q, id)
	return o, err
}

// OpenOpinion reads a request whole, and writes the row of the access log that says so in the same transaction: the
// row's Case, Unit and Subject are filled in, the unit being the one that is asked. Of what was recalled comes what the
// unit answered, and nothing else. ErrNotFound.
func (s *Store) OpenOpinion(ctx context.Context, id string, row accesslog.Row) (Opinion, error) {
	var o Opinion
	err := s.write(ctx, func(ctx context.Context, t *tx) (err error) {
		if o, err = oneOpinion(ctx, t, id); err != nil {
			return err
		}
		row.Case, row.Unit, row.Subject = o.CaseID, o.Unit, o.ID
		return accesslog.Write(ctx, t.Tx, row)
	})
	return o.theirs(), deskError("opening a request for an opinion", err)
}

// lockOpinion is a request that can be answered, kept from others. ErrNotFound, ErrRecalled; ErrConflict where it has
// another version.
func (t *tx) lockOpinion(ctx context.Context, id string, version int64) (Opinion, error) {
	var one string
	if _, err := t.Row(ctx, []any{&one}, `SELECT id FROM opinion WHERE id = $1`+t.Dialect.ForUpdate, id); err != nil {
		return Opinion{}, err
	}
	o, err := oneOpinion(ctx, t, id)
	switch {
	case err != nil:
		return o, err
	case !o.Readable():
		return o, ErrRecalled
	case o.State != OpinionAsked || o.Version != version:
		return o, ErrConflict
	}
	return o, nil
}

// DraftOpinion keeps the text of an answer under way and adds files to it; those with a number of drop are taken away.
// Everybody of the unit sees it. ErrNotFound, ErrRecalled, ErrConflict; ErrNoFiles where the case takes none,
// ErrTooLarge beyond 10 files of 20 MiB.
func (s *Store) DraftOpinion(ctx context.Context, id string, version int64, text string, drop []int64, files ...File) (
	Opinion, error,
) {
	var o Opinion
	err := s.write(ctx, func(ctx context.Context, t *tx) (err error) {
		if o, err = t.lockOpinion(ctx, id, version); err != nil {
			return err
		}
		if len(files) > 0 && !o.Takes {
			return ErrNoFiles
		}
		for _, n := range drop {
			if _, err := t.Exec(ctx, `DELETE FROM desk_file WHERE owner = $1 AND n = $2`, id, n); err != nil {
				return err
			}
		}
		if err := t.addOpinionFiles(ctx, id, files); err != nil {
			return err
		}
		if _, err := t.Exec(ctx, `UPDATE opinion SET draft = $2, version = version + 1 WHERE id = $1`, id,
			contentText([]byte(text))); err != nil {
			return err
		}
		o, err = oneOpinion(ctx, t, id)
		return err
	})
	return o, deskError("keeping an opinion under way", err)
}

func (t *tx) addOpinionFiles(ctx context.Context, id string, files []File) error {
	var count, last int64
	if _, err := t.Row(ctx, []any{&count, &last},
		`SELECT count(*), COALESCE(max(n), 0) FROM desk_file WHERE owner = $1`, id); err != nil {
		return err
	}
	if count+int64(len(files)) > draftFiles {
		return ErrTooLarge
	}
	for i, f := range files {
		if f.Size = int64(len(f.Value)); f.Size > draftBytes {
			return ErrTooLarge
		}
		f.Number = last + int64(i) + 1
		if err := t.insertFile(ctx, id, f); err != nil {
			return err
		}
	}
	return nil
}

// AnswerOpinion sends the answer that is kept as a draft to the board: note is how the board's desk has it, with the
// draft's files. Rows of the access log are written for the unit that answers (row) and for the board's case. Errors as
// of DraftOpinion.
func (s *Store) AnswerOpinion(ctx context.Context, id string, version int64, by Person, note string,
	row accesslog.Row,
) error {
	err := s.write(ctx, func(ctx context.Context, t *tx) error {
		o, err := t.lockOpinion(ctx, id, version)
		if err != nil {
			return err
		}
		e := DeskEvent{Kind: DeskBoard, By: by, Text: note, Files: o.Files}
		if len(o.Files) > 0 {
			if !o.Takes {
				return ErrNoFiles
			}
			e.FilesID = o.ID
		}
		if err := t.noteEvent(ctx, o.CaseID, o.Board, e); err != nil {
			return err
		}
		if _, err := t.Exec(ctx, `UPDATE opinion SET state = 'answered', answered_id = $2, answered_name = $3, answered = $4,
			version = version + 1 WHERE id = $1`, id, by.ID, by.Name, db.Micros(t.Now)); err != nil {
			return err
		}
		row.Case, row.Unit, row.Subject = o.CaseID, o.Unit, o.ID
		if err := accesslog.Write(ctx, t.Tx, row); err != nil {
			return err
		}
		c, err := oneCase(ctx, t, caseByID, o.CaseID)
		if err != nil || c == nil {
			return err
		}
		row.Unit, row.Kind = c.Handler.Unit, c.Handler.Kind
		return accesslog.Write(ctx, t.Tx, row)
	})
	return deskError("answering a request for an opinion", err)
}

// CaseOpinions are what the board that has an opened case has asked, the oldest first, with the answers that were sent:
// an answer under way is not the board's to read. ErrNotOpened.
func (s *Store) CaseOpinions(ctx context.Context, c Case) ([]Opinion, error) {
	if !c.opened {
		return nil, ErrNotOpened
	}
	all, err := db.Collect(ctx, s.read, scanOpinion,
		opinionQuery+` WHERE o.case_id = $1 AND o.board = $2 ORDER BY o.asked, o.id`, c.ID, fold(c.Handler.Unit))
	if err != nil {
		return nil, fmt.Errorf("reading what was asked: %w", err)
	}
	for i, o := range all {
		if o.State != OpinionAnswered {
			all[i] = o.bare()
		} else if all[i].Files, err = deskFiles(ctx, s.read, o.ID); err != nil {
			return nil, fmt.Errorf("reading what was answered: %w", err)
		}
	}
	return all, nil
}

// SeeOpinions notes that the board has looked at the answers in an opened case. ErrNotOpened.
func (s *Store) SeeOpinions(ctx context.Context, c Case) error {
	if !c.opened {
		return ErrNotOpened
	}
	err := s.write(ctx, func(ctx context.Context, t *tx) error {
		_, err := t.Exec(ctx, `UPDATE opinion SET seen = $3
			WHERE case_id = $1 AND board = $2 AND state = 'answered' AND seen = 0`, c.ID, fold(c.Handler.Unit),
			db.Micros(t.Now))
		return err
	})
	return deskError("noting that an opinion was seen", err)
}

// OpinionMark is what the row of a case in a board's list says of opinions.
type OpinionMark struct {
	New     int    // answers that the board has not looked at
	Waiting int    // requests without an answer
	Due     string // the earliest day of those; "" none
}

// OpinionMarks are those of several cases at the boards that have them. A case that nothing was asked in is not there.
func (s *Store) OpinionMarks(ctx context.Context, caseIDs []string) (map[string]OpinionMark, error) {
	marks := map[string]OpinionMark{}
	if len(caseIDs) == 0 {
		return marks, nil
	}
	var c db.Conditions
	c.Among("o.case_id", caseIDs)
	_, err := db.Collect(ctx, s.read, func(rows *sql.Rows) (none struct{}, err error) {
		var id string
		var m OpinionMark
		if err := rows.Scan(&id, &m.New, &m.Waiting, &m.Due); err != nil {
			return none, err
		}
		if m.New > 0 || m.Waiting > 0 {
			marks[id] = m
		}
		return none, nil
	}, `SELECT o.case_id, count(CASE WHEN o.state = 'answered' AND o.seen = 0 THEN 1 END),
			count(CASE WHEN o.state = 'asked' THEN 1 END),
			COALESCE(min(CASE WHEN o.state = 'asked' AND o.due <> '' THEN o.due END), '')
		FROM opinion o JOIN cases c ON c.id = o.case_id AND c.unit = o.board`+c.Where()+` GROUP BY o.case_id`, c.Args...)
	if err != nil {
		return nil, fmt.Errorf("reading what was asked: %w", err)
	}
	return marks, nil
}

// NewOpinions is how many cases of some boards have answers that the board has not looked at.
func (s *Store) NewOpinions(ctx context.Context, boards []string) (int, error) {
	var c db.Conditions
	asked(&c, "o.board", boards)
	c.Parts = append(c.Parts, "o.state = 'answered' AND o.seen = 0")
	n, err := db.Count(ctx, s.read, `SELECT count(DISTINCT o.case_id) FROM opinion o
		JOIN cases c ON c.id = o.case_id AND c.unit = o.board`+c.Where(), c.Args)
	if err != nil {
		return 0, fmt.Errorf("counting new opinions: %w", err)
	}
	return n, nil
}
