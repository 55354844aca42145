package opinion

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"rivgate/routing"
	"rivgate/store"
	"rivgate/store/accesslog"
	"rivgate/web/casework"
	"rivgate/web/shell"
)

// listMost is how many requests the list shows.
const listMost = 200

type listPage struct {
	shell.Page
	Rows []casework.OpinionRow
	Now  time.Time
}

// List shows the requests that reached somebody's units: GET /opinions.
func (s *Pages) List(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	row := accesslog.Row{What: accesslog.List, Kind: routing.CareUnit, Detail: "opinions"}
	if err := s.Looked(r.Context(), who, row); err != nil {
		return err
	}
	p := listPage{Page: s.Page(who, titleList, "inbox"), Now: s.Clock()}
	var err error
	if p.Rows, err = s.OpinionRows(r.Context(), who, "", false, listMost); err != nil {
		return err
	}
	return html.Render(w, http.StatusOK, "list", p)
}

type requestPage struct {
	shell.Page
	Opinion store.Opinion
	Letter  casework.OpinionLetter
	Open    bool   // can be answered
	Ended   string // why the request is not to be read any more; "" while it is
	Writes  bool
	Review  bool // the answer is shown as it will be sent
	Form    *shell.Form
	Done    string
	Now     time.Time
}

// Request shows a request with its letter, and the answer under way: GET /opinions/{id}.
func (s *Pages) Request(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	o, err := s.TheirOpinion(r.Context(), who, r.PathValue("id"), shell.ReadCase)
	if err == nil {
		o, err = s.OpenOpinion(r.Context(), who, o)
	}
	if err != nil {
		return err
	}
	f := &shell.Form{Name: "opinion", Values: url.Values{"text": {o.Draft}}}
	if who.Kept != nil && who.Kept.Verb() == "opinion" {
		f.Values = who.Kept.Values
	}
	return s.show(w, r, who, o, f)
}

func (s *Pages) show(w http.ResponseWriter, r *http.Request, who shell.Access, o store.Opinion, f *shell.Form) error {
	letter, err := casework.ReadLetter(o)
	if err != nil {
		return err
	}
	p := requestPage{
		Page:    s.Page(who, fmt.Sprintf(titleRequest, s.boardName(o)), "inbox"),
		Opinion: o, Letter: letter, Open: o.Open(), Ended: casework.OpinionEnded(o), Form: f, Now: s.Clock(),
		Writes: who.May(shell.WriteCase, s.Owner(o.Unit)), Done: doneWord(r.URL.Query().Get("done")),
	}
	p.Review = r.URL.Query().Has("review") && o.Draft != "" && p.Open && p.Writes
	status := http.StatusOK
	if f.Failed() {
		status, p.Title = http.StatusUnprocessableEntity, shell.FailedTitle+p.Title
	}
	return html.Render(w, status, "request", p)
}

func (s *Pages) boardName(o store.Opinion) string {
	if u, ok := s.Table().Unit(o.Board); ok {
		return u.Name
	}
	return o.Board
}

// Verb keeps an answer as a draft (draft), or sends the one that is kept (send): POST /opinions/{id}/{verb}.
func (s *Pages) Verb(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	ctx := r.Context()
	o, err := s.TheirOpinion(ctx, who, r.PathValue("id"), shell.WriteCase)
	if err != nil {
		return err
	}
	verb := r.PathValue("verb")
	if verb != "draft" && verb != "send" {
		return shell.ErrNotFound
	}
	f, err := shell.ReadUpload(w, r, "opinion")
	if err != nil {
		return err
	}
	version, err := strconv.ParseInt(f.Value("version"), 10, 64)
	if err != nil || version < 1 {
		return shell.ErrForm
	}
	if o, err = s.OpenOpinion(ctx, who, o); err != nil {
		return err
	}
	done := "?done=sent"
	if verb == "send" {
		err = s.SendOpinion(ctx, who, o, version)
	} else {
		done, err = s.draft(ctx, o, f, version)
	}
	if err == nil && !f.Failed() {
		http.Redirect(w, r, shell.Link("/opinions/{}", o.ID)+done, http.StatusSeeOther)
		return nil
	}
	if !take(f, err) {
		return err
	}
	return s.show(w, r, who, o, f)
}

// draft keeps what was typed, with its files; done is where the page goes on.
func (s *Pages) draft(ctx context.Context, o store.Opinion, f *shell.Form, version int64) (done string, err error) {
	text := f.Required("text", wordText, casework.NoteMost-casework.ReasonMost)
	uploads := s.Uploads(ctx, f)
	if f.Failed() {
		return "", nil
	}
	var drop []int64
	for _, n := range f.Values["drop"] {
		if number, err := strconv.ParseInt(n, 10, 64); err == nil {
			drop = append(drop, number)
		}
	}
	_, err = s.Relay.Store.DraftOpinion(ctx, o.ID, version, text, drop, casework.DeskFiles(uploads)...)
	if f.Value("do") == "review" && len(drop) == 0 {
		return "?review", err
	}
	return "?done=saved", err
}

// take says in the form why nothing was kept or sent, and tells whether it knew.
func take(f *shell.Form, err error) bool {
	switch {
	case err == nil:
	case errors.Is(err, store.ErrConflict):
		f.General = wordChanged
	case errors.Is(err, store.ErrRecalled):
		f.General = wordRecalled
	case errors.Is(err, store.ErrNoFiles):
		f.Refuse("file", wordNoFiles)
	case errors.Is(err, store.ErrTooLarge):
		f.Refuse("file", wordFiles)
	default:
		return false
	}
	return true
}
