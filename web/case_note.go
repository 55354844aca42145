package web

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"rivgate/store"
	"rivgate/web/casefile"
)

// noteFiles are the files of a note, and where they are fetched.
func noteFiles(c store.Case, note store.DeskEvent) []fileLink {
	var out []fileLink
	for _, f := range note.Files {
		out = append(out, fileLink{
			Name: f.Name, MediaType: f.MediaType, SHA256: f.SHA256, Size: f.Size,
			Address: link("/inbox/{}/notes/{}/{}", c.ID, note.FilesID, f.Number),
		})
	}
	return out
}

// noteFile sends a file of a note to the unit that has the case, and whose note it is: GET /inbox/{id}/notes/{note}/{n}.
func (s *Site) noteFile(w http.ResponseWriter, r *http.Request, who access) error {
	c, err := s.inboxCase(r.Context(), r.PathValue("id"), who, ReadCase)
	if err != nil {
		return err
	}
	n, err := strconv.ParseInt(r.PathValue("n"), 10, 64)
	if err != nil {
		return errNotFound
	}
	f, err := s.Relay.Store.NoteFile(r.Context(), c.ID, c.Handler.Unit, r.PathValue("note"), n)
	if err != nil {
		return err
	}
	if err := s.lookedAt(r.Context(), who, store.AccessRead, c, "attachment of a note"); err != nil {
		return err
	}
	if err := s.clean(r.Context(), noteFileAt(r.PathValue("note"), n), f.Value); err != nil {
		return err
	}
	saveFile(w, f.Name, f.MediaType, f.Value)
	return nil
}

// notePath is where a file of a note lies in a package: by the numbers of the event and of the file.
func notePath(event int, f store.File) string {
	return fmt.Sprintf("bilagor/anteckning%02d-%d%s", event+1, f.Number, casefile.Extension(f.MediaType))
}

// noteParts are the files of notes for a package, one read after the other.
func (s *Site) noteParts(ctx context.Context, c store.Case, events []store.DeskEvent) func(yield func(casefile.Part, error) bool) {
	return func(yield func(casefile.Part, error) bool) {
		for i, e := range events {
			for _, f := range e.Files {
				whole, err := s.Relay.Store.NoteFile(ctx, c.ID, e.Unit, e.FilesID, f.Number)
				part := s.cleanPart(ctx, noteFileAt(e.FilesID, f.Number), notePath(i, f), whole.Value)
				if !yield(part, err) || err != nil {
					return
				}
			}
		}
	}
}
