package desk

import (
	"net/http"
	"strconv"

	"rivgate/store/accesslog"
	"rivgate/web/casework"
	"rivgate/web/shell"
)

// NoteFile sends a file of a note to the unit that has the case, and whose note it is: GET
// /inbox/{id}/notes/{note}/{n}.
func (s *Cases) NoteFile(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	c, err := s.InboxCase(r.Context(), r.PathValue("id"), who, shell.ReadCase)
	if err != nil {
		return err
	}
	n, err := strconv.ParseInt(r.PathValue("n"), 10, 64)
	if err != nil {
		return shell.ErrNotFound
	}
	if err := s.OpenCase(r.Context(), who, accesslog.Read, &c, "attachment of a note"); err != nil {
		return err
	}
	f, err := s.Relay.Store.NoteFile(r.Context(), c, r.PathValue("note"), n)
	if err != nil {
		return err
	}
	if err := s.Clean(r.Context(), casework.NoteFileAt(r.PathValue("note"), n), f.Value); err != nil {
		return err
	}
	casework.SaveFile(w, f.Name, f.MediaType, f.Value)
	return nil
}
