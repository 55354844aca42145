package casework

import (
	"context"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"

	"rivgate/contracts"
	"rivgate/store/accesslog"
	"rivgate/web/shell"
)

// Uploads are the files that came with a form for the reporter. One whose content is not what its name says, or not of
// a kind that 1177 takes, is refused with a reason and left out.
func (s *Base) Uploads(ctx context.Context, f *shell.Form) []contracts.Attachment {
	var good []contracts.Attachment
	for _, a := range shell.Attachments(f) {
		if reason := FileRefusal(a); reason != "" {
			f.Refuse("file", reason)
			continue
		}
		good = append(good, a)
	}
	return s.CleanUploads(ctx, f, good)
}

// FileRefusal is why a file cannot be sent, its kind told from its content; "" when nothing is wrong.
func FileRefusal(a contracts.Attachment) string {
	if reason := lies(a); reason != "" {
		return reason
	}
	if a.Size > contracts.MaxAttachment {
		return fmt.Sprintf(wordFileTooLarge, a.FileName)
	}
	return ""
}

// lies is why a file cannot be sent: what is in it decides, not what it is called. "" when nothing is wrong.
func lies(a contracts.Attachment) string {
	kinds := map[string][]string{
		"application/pdf": {".pdf"}, "image/gif": {".gif"}, "image/png": {".png"}, "image/jpeg": {".jpg", ".jpeg"},
	}
	endings, ok := kinds[a.MediaType]
	if !ok {
		return fmt.Sprintf(wordFileKind, a.FileName)
	}
	if ending := strings.ToLower(path.Ext(a.FileName)); ending != "" && !slices.Contains(endings, ending) {
		return fmt.Sprintf(wordFileLies, a.FileName, a.MediaType)
	}
	return ""
}

// FileAt is where attachment n of a message lies, for the scanner's verdicts.
func FileAt(message string, n int) string { return fmt.Sprintf("message %s file %d", message, n) }

// NoteFileAt is the same for a file of a note.
func NoteFileAt(note string, n int64) string { return fmt.Sprintf("note %s file %d", note, n) }

// MarkScanned says of each file of a case whether it is held or still looked at, and has those looked at that nobody
// has yet.
func (s *Base) MarkScanned(line []Event) {
	if s.Scanner == nil {
		return
	}
	for i := range line {
		for n := range line[i].Files {
			f := &line[i].Files[n]
			if f.Elsewhere || line[i].Desk {
				continue
			}
			at, message := FileAt(line[i].ID, n), line[i].ID
			f.Held, f.Scanning = s.Scanned(at, func(ctx context.Context) ([]byte, error) {
				a, err := s.Relay.Attachment(ctx, message, n)
				return a.Value, err
			})
		}
	}
}

// NoteFile sends a file of a note to the unit that has the case, and whose note it is: GET
// /inbox/{id}/notes/{note}/{n}, and the same in the API.
func (s *Base) NoteFile(w http.ResponseWriter, r *http.Request, who shell.Access) error {
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
	if err := s.Clean(r.Context(), NoteFileAt(r.PathValue("note"), n), f.Value); err != nil {
		return err
	}
	SaveFile(w, f.Name, f.MediaType, f.Value)
	return nil
}
