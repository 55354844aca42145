package desk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"rivgate/contracts"
	"rivgate/store"
	"rivgate/web/shell"
)

// answers tells the forms whose text goes to the reporter: they are kept as drafts while they are written, can be
// previewed, and leave after a few seconds.
func answers(form string) bool {
	return form == "reply" || form == "question" || form == "forward" || form == "close"
}

// draftBody is what was typed into a form, without what the page itself put there.
func draftBody(f *shell.Form) json.RawMessage {
	kept := url.Values{}
	for name, values := range f.Values {
		switch name {
		case "version", "draft", "do", "drop", "phrase":
			continue
		}
		if slices.ContainsFunc(values, func(v string) bool { return v != "" }) {
			kept[name] = values
		}
	}
	b, err := json.Marshal(kept)
	if err != nil { // strings
		return json.RawMessage("{}")
	}
	return b
}

// draftValues are the fields of a form as a draft has them.
func draftValues(d store.Draft) url.Values {
	v := url.Values{}
	if json.Unmarshal(d.Body, &v) != nil {
		return url.Values{}
	}
	return v
}

// draftForm is the form that a draft belongs to: one that was taken back beside another has a number after its name.
func draftForm(d store.Draft) string {
	name, _, _ := strings.Cut(d.Form, " ")
	return name
}

// saveDraft keeps what was typed, with new files. The zero Draft where nothing was typed and nothing is kept. A draft
// that was saved in another window meanwhile is not overwritten: that is noted in the form, whose next try is based on
// it. A form that does not say what it is based on is based on what there is.
func (s *Cases) saveDraft(ctx context.Context, who shell.Access, c store.Case, f *shell.Form,
	files []contracts.Attachment,
) (store.Draft, error) {
	version, _ := strconv.ParseInt(f.Value("draft"), 10, 64)
	if !f.Values.Has("draft") {
		mine, err := s.ownDraft(ctx, c.ID, c.Handler.Unit, who.User, f.Name)
		if err != nil {
			return mine, err
		}
		version = mine.Version
	}
	d := store.Draft{
		CaseID: c.ID, Unit: c.Handler.Unit, By: who.Self(), Form: f.Name, Body: draftBody(f), Version: version,
	}
	if version == 0 && string(d.Body) == "{}" && len(files) == 0 {
		return store.Draft{}, nil
	}
	saved, err := s.Relay.Store.SaveDraft(ctx, d)
	if errors.Is(err, store.ErrConflict) {
		return s.draftConflict(ctx, d, f)
	}
	if err != nil {
		return d, err
	}
	for _, a := range files {
		file := store.File{Name: a.FileName, MediaType: a.MediaType, SHA256: a.SHA256, Value: a.Value}
		if _, err := s.Relay.Store.AddDraftFile(ctx, saved.ID, file); errors.Is(err, store.ErrTooLarge) {
			f.Refuse("file", wordDraftFiles)
		} else if err != nil {
			return saved, err
		}
	}
	return s.Relay.Store.Unlogged().Draft(ctx, saved.ID)
}

// draftConflict is the draft that is kept, where it is another than the form was based on.
func (s *Cases) draftConflict(ctx context.Context, d store.Draft, f *shell.Form) (store.Draft, error) {
	mine, err := s.ownDraft(ctx, d.CaseID, d.Unit, d.By.ID, d.Form)
	if err != nil {
		return d, err
	}
	if mine.ID == "" { // it has been sent, and this is the next one
		d.Version = 0
		return s.Relay.Store.SaveDraft(ctx, d)
	}
	f.Values.Set("draft", strconv.FormatInt(mine.Version, 10))
	if string(mine.Body) != string(d.Body) {
		f.General = wordDraftElsewhere
	}
	return mine, nil
}

// ownDraft is somebody's own draft in a form of a case, for themselves; the zero Draft where there is none.
func (s *Cases) ownDraft(ctx context.Context, caseID, unit, user, form string) (store.Draft, error) {
	all, err := s.Relay.Store.Unlogged().Drafts(ctx, caseID, unit)
	for _, d := range all {
		if d.By.ID == user && d.Form == form {
			return d, err
		}
	}
	return store.Draft{}, err
}

// DraftSave keeps a draft while it is being typed, for the page's script: POST /inbox/{id}/draft/{form}. Files are not
// taken this way.
func (s *Cases) DraftSave(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	c, err := s.InboxCase(r.Context(), r.PathValue("id"), who, shell.WriteCase)
	if err != nil {
		return err
	}
	if !answers(r.PathValue("form")) {
		return shell.ErrNotFound
	}
	f, err := shell.ReadForm(w, r, r.PathValue("form"))
	if err != nil {
		return err
	}
	d, err := s.saveDraft(r.Context(), who, c, f, nil)
	if err != nil {
		return err
	}
	said := fmt.Sprintf(wordDraftSaved, shell.Moment(s.Clock(), s.Clock()))
	if f.General != "" {
		said = f.General
	}
	return shell.WriteJSON(w, http.StatusOK, struct {
		Version int64  `json:"version"`
		Said    string `json:"said"`
	}{d.Version, said})
}

// writing is a colleague's draft on a case.
type writing struct {
	store.Draft
	Word string // of the form
	Text string
	Mine bool // own, taken back beside another
	Now  bool // changed within the last two minutes
}

// colleaguesDrafts are the drafts of a case but those that stand in the reader's own forms.
func (s *Cases) colleaguesDrafts(all []store.Draft, who shell.Access) []writing {
	var out []writing
	for _, d := range all {
		mine := d.By.ID == who.User
		if mine && draftForm(d) == d.Form {
			continue
		}
		out = append(out, writing{
			Draft: d, Word: draftWord(draftForm(d)), Text: draftValues(d).Get("text"), Mine: mine,
			Now: !mine && s.Clock().Sub(d.At) < store.Presence,
		})
	}
	return out
}

// draftFiles are the attachments of a draft of an opened case, with their bytes.
func (s *Cases) draftFiles(ctx context.Context, c store.Case, d store.Draft) ([]contracts.Attachment, error) {
	if len(d.Files) == 0 {
		return nil, nil
	}
	files, err := s.Relay.Store.DraftFiles(ctx, c, d)
	var out []contracts.Attachment
	for i, f := range files {
		out = append(out, shell.NewAttachment(i+1, f.Name, f.MediaType, f.Value))
	}
	return out, err
}

// saved says when a draft was saved, for its form.
func saved(d store.Draft, now time.Time) string {
	if d.Version == 0 {
		return ""
	}
	return fmt.Sprintf(wordDraftSaved, shell.Moment(d.At, now))
}
