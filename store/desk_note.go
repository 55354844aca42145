package store

import (
	"context"
	"database/sql"
	"errors"

	"rivgate/store/db"
)

// Note adds a service note (tjänsteanteckning), with the files that belong to it: they come with their bytes, and get
// their numbers here. It stays with the unit, and nothing changes it; Act.Version does not count. ErrNotFound,
// ErrConflict where the unit has the case no more; ErrTooLarge beyond 10 files, or where one is above 20 MiB.
func (s *Store) Note(ctx context.Context, a Act, text string, files ...File) error {
	return s.keepNote(ctx, a, DeskNote, text, files)
}

// BoardNote keeps what a patient board did with a case beside messages, as a DeskBoard: a consent or its end, a
// request, an opinion, the mark of a child. What a consent allows hangs on it, so words that somebody wrote freely
// (Note) are never one, whatever they say. Else as Note.
func (s *Store) BoardNote(ctx context.Context, a Act, text string, files ...File) error {
	return s.keepNote(ctx, a, DeskBoard, text, files)
}

// AnswerGiven notes how the reporter of a case that nobody reads (Unread) was given the answer. ErrRead where somebody
// does; else as Note.
func (s *Store) AnswerGiven(ctx context.Context, a Act, how string) error {
	c, err := s.Head(ctx, a.CaseID)
	if err != nil {
		return err
	}
	unread, err := s.Unread(ctx, c)
	if err != nil {
		return err
	}
	if !unread {
		return ErrRead
	}
	return s.keepNote(ctx, a, DeskGiven, how, nil)
}

// ErrRead means that the reporter of a case reads what is answered there.
var ErrRead = errors.New("the reporter reads the case")

func (s *Store) keepNote(ctx context.Context, a Act, kind DeskEventKind, text string, files []File) error {
	if len(files) > draftFiles {
		return ErrTooLarge
	}
	for _, f := range files {
		if len(f.Value) > draftBytes {
			return ErrTooLarge
		}
	}
	err := s.write(ctx, func(ctx context.Context, t *tx) error {
		c, err := t.handled(ctx, a.CaseID, a.Unit)
		if err != nil {
			return err
		}
		e := DeskEvent{Kind: kind, By: a.By, Text: text}
		if len(files) > 0 {
			e.FilesID = t.newID()
		}
		for i, f := range files {
			f.Number, f.Size = int64(i+1), int64(len(f.Value))
			if err := t.insertFile(ctx, e.FilesID, f); err != nil {
				return err
			}
			e.Files = append(e.Files, f)
		}
		return t.noteEvent(ctx, c.ID, a.Unit, e)
	})
	return deskError("noting", err)
}

// NoteFile is one file of a note that a unit has on a case, with its bytes: by DeskEvent.FilesID and File.Number.
// ErrNotFound, for other units too.
func (s Unlogged) NoteFile(ctx context.Context, caseID, unit, filesID string, number int64) (File, error) {
	files, err := db.Collect(ctx, s.read, func(rows *sql.Rows) (f File, err error) {
		return f, rows.Scan(&f.Number, &f.Name, &f.MediaType, &f.Size, &f.SHA256, (*content)(&f.Value))
	}, `SELECT `+fileColumns+`, value FROM desk_file WHERE owner = $1 AND n = $2
		AND EXISTS (SELECT 1 FROM desk_event e WHERE e.files = $1 AND e.files <> '' AND e.case_id = $3 AND e.unit = $4)`,
		filesID, number, caseID, fold(unit))
	if err == nil && len(files) == 0 {
		return File{}, ErrNotFound
	}
	if err != nil {
		return File{}, deskError("reading a file of a note", err)
	}
	return files[0], nil
}
