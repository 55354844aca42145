package store

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"rivgate/store/db"
)

// Presence is how long after its last change a draft means that its person is writing.
const Presence = 2 * time.Minute

// Bounds of the files of a draft: those of the service. Whether they fit into a message together is judged when it is
// to be sent.
const (
	draftFiles = 10
	draftBytes = 20 << 20 // each
)

// ErrTooLarge means that a draft has as many files as it may, or that one is too large.
var ErrTooLarge = errors.New("too many files, or too large")

// Draft is what a person has typed into a form of a case and not sent. It outlives the session, and the colleagues of
// the unit see it.
type Draft struct {
	ID      string          `json:"id"`
	CaseID  string          `json:"caseId"` // ours
	Unit    string          `json:"unit"`   // HSA-id, in upper case when read
	By      Person          `json:"by"`
	Form    string          `json:"form"` // reply, question, close, forward, note
	Body    json.RawMessage `json:"body"` // what was typed, as the page wants it back
	Files   []File          `json:"files,omitempty"`
	Version int64           `json:"version"` // 0: not saved yet
	At      time.Time       `json:"at"`      // of the last change
}

// File is one chosen file.
type File struct {
	// from 1, in the order of choosing; numbers of files that were taken away are not used again
	Number    int64  `json:"number"`
	Name      string `json:"name"`
	MediaType string `json:"mediaType"`
	Size      int64  `json:"size"` // bytes
	SHA256    string `json:"sha256,omitempty"`
	Value     []byte `json:"-"` // only where bytes are asked for
}

// SaveDraft keeps a draft, new where d.Version is 0. A person has one for each form of a case. ErrConflict where it was
// saved in another window meanwhile, or where the unit has the case no more; ErrNotFound without the case. Its files
// are kept as they are.
func (s *Store) SaveDraft(ctx context.Context, d Draft) (Draft, error) {
	err := s.write(ctx, func(ctx context.Context, t *tx) error {
		saved, err := t.saveDraft(ctx, d)
		if err == nil {
			d = saved
		}
		return err
	})
	return d, deskError("saving a draft", err)
}

func (t *tx) saveDraft(ctx context.Context, d Draft) (Draft, error) {
	var unit string
	found, err := t.Row(ctx, []any{&unit}, `SELECT unit FROM cases WHERE id = $1`, d.CaseID)
	if err != nil {
		return d, err
	}
	if !found {
		return d, ErrNotFound
	}
	if d.Unit = fold(d.Unit); unit != d.Unit {
		return d, ErrConflict
	}
	d.At = t.Now
	body := contentText(bytes.ToValidUTF8(d.Body, []byte("�")))
	if d.Version == 0 {
		d.ID, d.Version = t.newID(), 1
		n, err := t.Exec(ctx,
			`INSERT INTO draft (id, case_id, unit, by_id, by_name, form, body, version, at) VALUES ($1, $2, $3, $4, $5, $6, `+
				`$7, 1, $8) ON CONFLICT DO NOTHING`,
			d.ID, d.CaseID, d.Unit, d.By.ID, d.By.Name, d.Form, body, db.Micros(d.At))
		if err == nil && n == 0 {
			err = ErrConflict
		}
		return d, err
	}
	d.Version++
	found, err = t.Row(ctx, []any{&d.ID}, `UPDATE draft SET body = $5, by_name = $6, version = version + 1, at = $7
		WHERE case_id = $1 AND unit = $2 AND by_id = $3 AND form = $4 AND version = $8 RETURNING id`,
		d.CaseID, d.Unit, d.By.ID, d.Form, body, d.By.Name, db.Micros(d.At), d.Version-1)
	if err == nil && !found {
		err = ErrConflict
	}
	return d, err
}

const draftColumns = `id, case_id, unit, by_id, by_name, form, body, version, at`

func scanDraft(rows *sql.Rows) (d Draft, err error) {
	var at int64
	var body content
	err = rows.Scan(&d.ID, &d.CaseID, &d.Unit, &d.By.ID, &d.By.Name, &d.Form, &body, &d.Version, &at)
	d.Body, d.At = json.RawMessage(body), db.Moment(at)
	return d, err
}

// Drafts are all drafts of a case at a unit, its people's own and their colleagues', the latest first; files without
// their bytes.
func (s Unlogged) Drafts(ctx context.Context, caseID, unit string) ([]Draft, error) {
	drafts, err := db.Collect(ctx, s.read, scanDraft,
		`SELECT `+draftColumns+` FROM draft WHERE case_id = $1 AND unit = $2 ORDER BY at DESC, id`, caseID, fold(unit))
	for i := range drafts {
		if err == nil {
			drafts[i].Files, err = deskFiles(ctx, s.read, drafts[i].ID)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("listing drafts: %w", err)
	}
	return drafts, nil
}

// Draft is one draft. ErrNotFound.
func (s Unlogged) Draft(ctx context.Context, id string) (Draft, error) {
	drafts, err := db.Collect(ctx, s.read, scanDraft, `SELECT `+draftColumns+` FROM draft WHERE id = $1`, id)
	if err == nil && len(drafts) == 0 {
		return Draft{}, ErrNotFound
	}
	if err == nil {
		drafts[0].Files, err = deskFiles(ctx, s.read, id)
	}
	if err != nil {
		return Draft{}, fmt.Errorf("reading a draft: %w", err)
	}
	return drafts[0], nil
}

// Writing are the drafts of others that were changed in the last two minutes: a colleague is writing.
func (s Unlogged) Writing(ctx context.Context, caseID, unit, user string) ([]Draft, error) {
	drafts, err := db.Collect(ctx, s.read, scanDraft,
		`SELECT `+draftColumns+
			` FROM draft WHERE case_id = $1 AND unit = $2 AND by_id <> $3 AND at > $4 ORDER BY at DESC, id`,
		caseID, fold(unit), user, db.Micros(s.Now().Add(-Presence)))
	if err != nil {
		return nil, fmt.Errorf("looking who is writing: %w", err)
	}
	return drafts, nil
}

// DropDraft throws a draft away, with its files. It is no error if it is gone already.
func (s *Store) DropDraft(ctx context.Context, id string) error {
	err := s.write(ctx, func(ctx context.Context, t *tx) error { return t.dropDraft(ctx, id) })
	return deskError("dropping a draft", err)
}

func (t *tx) dropDraft(ctx context.Context, id string) error {
	if _, err := t.Exec(ctx, `DELETE FROM desk_file WHERE owner = $1`, id); err != nil {
		return err
	}
	_, err := t.Exec(ctx, `DELETE FROM draft WHERE id = $1`, id)
	return err
}

const fileColumns = `n, name, media_type, size, sha256`

func scanFile(rows *sql.Rows) (f File, err error) {
	return f, rows.Scan(&f.Number, &f.Name, &f.MediaType, &f.Size, &f.SHA256)
}

func deskFiles(ctx context.Context, q db.Querier, owner string) ([]File, error) {
	return db.Collect(ctx, q, scanFile, `SELECT `+fileColumns+` FROM desk_file WHERE owner = $1 ORDER BY n`, owner)
}

// FileBytes are the files of a draft, or of an answer that is still to leave, with their bytes.
func (s Unlogged) FileBytes(ctx context.Context, owner string) ([]File, error) {
	files, err := db.Collect(ctx, s.read, func(rows *sql.Rows) (f File, err error) {
		return f, rows.Scan(&f.Number, &f.Name, &f.MediaType, &f.Size, &f.SHA256, (*content)(&f.Value))
	}, `SELECT `+fileColumns+`, value FROM desk_file WHERE owner = $1 ORDER BY n`, owner)
	if err != nil {
		return nil, fmt.Errorf("reading files: %w", err)
	}
	return files, nil
}

// AddDraftFile adds a file to a draft, with its number. ErrNotFound without the draft; ErrTooLarge beyond 10 files, or
// above 20 MiB.
func (s *Store) AddDraftFile(ctx context.Context, draftID string, f File) (File, error) {
	if f.Size = int64(len(f.Value)); f.Size > draftBytes {
		return f, ErrTooLarge
	}
	err := s.write(ctx, func(ctx context.Context, t *tx) error {
		n, err := t.Exec(ctx, `UPDATE draft SET at = $2 WHERE id = $1`, draftID, db.Micros(t.Now)) // others wait here
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrNotFound
		}
		var count int64
		if _, err := t.Row(ctx, []any{&count, &f.Number},
			`SELECT count(*), COALESCE(max(n), 0) + 1 FROM desk_file WHERE owner = $1`, draftID); err != nil {
			return err
		}
		if count >= draftFiles {
			return ErrTooLarge
		}
		return t.insertFile(ctx, draftID, f)
	})
	f.Value = nil
	return f, deskError("adding a file", err)
}

func (t *tx) insertFile(ctx context.Context, owner string, f File) error {
	if f.Value == nil {
		f.Value = []byte{}
	}
	_, err := t.Exec(ctx,
		`INSERT INTO desk_file (owner, n, name, media_type, size, sha256, value) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		owner, f.Number, f.Name, f.MediaType, f.Size, f.SHA256, contentBytes(f.Value))
	return err
}

// DropDraftFile takes a file away from a draft. It is no error if it is gone already.
func (s *Store) DropDraftFile(ctx context.Context, draftID string, number int64) error {
	err := s.write(ctx, func(ctx context.Context, t *tx) error {
		_, err := t.Exec(ctx,
			`DELETE FROM desk_file WHERE owner = $1 AND n = $2 AND EXISTS (SELECT 1 FROM draft WHERE id = $1)`, draftID, number)
		return err
	})
	return deskError("taking a file away", err)
}
