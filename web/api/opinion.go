package api

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"
	"unicode/utf8"

	"rivgate/contracts"
	"rivgate/contracts/identity"
	"rivgate/routing"
	"rivgate/store"
	"rivgate/store/accesslog"
	"rivgate/web/casework"
	"rivgate/web/shell"
)

// opinionMost is how long a question or an answer may be, in characters.
const opinionMost = casework.NoteMost - casework.ReasonMost

// OpinionView is a patient board's request for an opinion (yttrande). To the unit that is asked nothing of the board's
// case is in it but the letter, to the board nothing of an answer that is not sent. Letter, Text and Files are not in
// lists of requests.
type OpinionView struct {
	ID       string             `json:"id"`
	Board    contracts.OrgUnit  `json:"board"`
	Unit     contracts.OrgUnit  `json:"unit"` // that is asked
	State    store.OpinionState `json:"state"`
	Open     bool               `json:"open"` // can be answered
	Late     bool               `json:"late"`
	Recalled bool               `json:"recalled,omitempty"` // the consent was withdrawn
	Due      string             `json:"due,omitempty"`      // YYYY-MM-DD
	Asked    time.Time          `json:"asked"`
	Answered *time.Time         `json:"answered,omitempty"`
	By       string             `json:"answeredBy,omitempty"`

	Letter  *casework.OpinionLetter `json:"letter,omitempty"`
	Text    string                  `json:"text,omitempty"` // the answer, to its unit also while it is a draft
	Files   []store.File            `json:"files,omitempty"`
	Takes   bool                    `json:"takesFiles,omitempty"`
	Version int64                   `json:"version,omitempty"` // for a draft or an answer
}

func (s *Cases) opinionView(o store.Opinion) OpinionView {
	named := func(id string) contracts.OrgUnit {
		u, _ := s.Table().Unit(id)
		return contracts.OrgUnit{HSAID: id, Name: u.Name}
	}
	v := OpinionView{
		ID: o.ID, Board: named(o.Board), Unit: named(o.Unit), State: o.State, Due: o.Due, Asked: o.At,
		Open: o.Open(), Recalled: o.Recalled,
	}
	v.Late = v.Open && o.Due != "" && o.Due < s.Today()
	if o.Answered != nil {
		v.Answered, v.By = &o.Answered.At, o.Answered.By.Name
	}
	return v
}

// whole is a request that was opened, as the unit that is asked reads it.
func (s *Cases) whole(o store.Opinion) (OpinionView, error) {
	v := s.opinionView(o)
	if o.Letter != "" {
		letter, err := casework.ReadLetter(o)
		if err != nil {
			return v, err
		}
		v.Letter = &letter
	}
	v.Text, v.Files, v.Takes, v.Version = o.Draft, o.Files, o.Takes, o.Version
	return v, nil
}

// Opinions lists the requests that reached the caller's units, the open ones first: GET /api/opinions. With open=true,
// those alone.
func (s *Cases) Opinions(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	q := shell.ReadQuery(r, "open", "unit", "limit")
	limit, unit := q.Limit(), q.Get("unit")
	if q.Err != nil {
		return q.Err
	}
	if unit != "" && !who.May(shell.SeeCase, s.Owner(unit)) {
		return shell.ErrNotFound
	}
	row := accesslog.Row{What: accesslog.List, Kind: routing.CareUnit, Detail: "opinions"}
	if err := s.Looked(r.Context(), who, row); err != nil {
		return err
	}
	rows, err := s.OpinionRows(r.Context(), who, unit, q.Get("open") == "true", limit)
	if err != nil {
		return err
	}
	out := shell.List[OpinionView]{Items: make([]OpinionView, 0, len(rows))}
	for _, one := range rows {
		out.Items = append(out.Items, s.opinionView(one.Opinion))
	}
	return shell.WriteJSON(w, http.StatusOK, out)
}

// Opinion is a request with its letter and the answer, or what there is of it: GET /api/opinions/{id}.
func (s *Cases) Opinion(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	o, err := s.TheirOpinion(r.Context(), who, r.PathValue("id"), shell.ReadCase)
	if err == nil {
		o, err = s.OpenOpinion(r.Context(), who, o)
	}
	if err != nil {
		return err
	}
	v, err := s.whole(o)
	if err != nil {
		return err
	}
	return shell.WriteJSON(w, http.StatusOK, v)
}

// OpinionAnswer is the body of POST /api/opinions/{id}/{verb}.
type OpinionAnswer struct {
	Text    string   `json:"text,omitempty"`  // with send: "" sends the draft as it is kept
	Files   []Upload `json:"files,omitempty"` // added to those of the draft
	Drop    []int64  `json:"drop,omitempty"`  // numbers of files that are taken out of the draft
	Version int64    `json:"version"`
}

func (b *OpinionAnswer) check(verb string) error {
	switch {
	case verb != "draft" && verb != "send":
		return shell.ErrNotFound
	case b.Version < 1:
		return shell.Invalid("version", wordOpinionVersion)
	case identity.Blank(b.Text) && (verb == "draft" || len(b.Files)+len(b.Drop) > 0),
		utf8.RuneCountInString(b.Text) > opinionMost:
		return shell.Invalid("text", wordOpinionText)
	}
	return nil
}

// AnswerOpinion keeps an answer as a draft (draft), or sends it to the board (send): POST /api/opinions/{id}/{verb}.
// 409 where it was changed, sent or recalled meanwhile.
func (s *Cases) AnswerOpinion(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	ctx, verb := r.Context(), r.PathValue("verb")
	o, err := s.TheirOpinion(ctx, who, r.PathValue("id"), shell.WriteCase)
	if err != nil {
		return err
	}
	var body OpinionAnswer
	if err := shell.ReadJSON(w, r, &body); err != nil {
		return err
	}
	if err := body.check(verb); err != nil {
		return err
	}
	files, err := s.opinionFiles(ctx, body.Files)
	if err != nil {
		return err
	}
	if o, err = s.OpenOpinion(ctx, who, o); err != nil {
		return err
	}
	if !identity.Blank(body.Text) {
		o, err = s.Relay.Store.DraftOpinion(ctx, o.ID, body.Version, body.Text, body.Drop, casework.DeskFiles(files)...)
		body.Version++
	}
	if err == nil && verb == "send" {
		if o.Draft == "" {
			return shell.Invalid("text", wordOpinionText)
		}
		err = s.SendOpinion(ctx, who, o, body.Version)
	}
	if err != nil {
		return ofOpinion(err)
	}
	if o, err = s.OpenOpinion(ctx, who, o); err != nil {
		return err
	}
	v, err := s.whole(o)
	if err != nil {
		return err
	}
	return shell.WriteJSON(w, http.StatusOK, v)
}

// opinionFiles are files for a board, each of a kind that is taken, by its content.
func (s *Cases) opinionFiles(ctx context.Context, files []Upload) ([]contracts.Attachment, error) {
	for i := range files {
		files[i].MediaType = "" // the content decides
	}
	all, err := s.withFiles(ctx, "files", nil, files)
	for _, a := range all {
		if reason := casework.FileRefusal(a); reason != "" {
			return nil, shell.Invalid("files", reason)
		}
	}
	return all, err
}

// ofOpinion says what is wrong with an answer.
func ofOpinion(err error) error {
	switch {
	case errors.Is(err, store.ErrRecalled):
		return shell.NewProblem(http.StatusConflict, "recalled", titleRecalled, wordRecalled)
	case errors.Is(err, store.ErrNoFiles):
		return shell.Invalid("files", wordNoFiles)
	case errors.Is(err, store.ErrTooLarge):
		return shell.Invalid("files", wordTooManyFiles)
	}
	return err
}

// boardCase finds a case of a patient board; there is no other for who asks here.
func (s *Cases) boardCase(ctx context.Context, id string, who shell.Access, action shell.Action) (store.Case, error) {
	c, err := s.InboxCase(ctx, id, who, action)
	if err == nil && !casework.IsBoard(c.Handler) {
		err = store.ErrNotFound
	}
	return c, err
}

// CaseOpinions are what a board has asked in its case, the oldest first, with the answers: GET
// /api/cases/{id}/opinions. The board has then seen them.
func (s *Cases) CaseOpinions(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	ctx := r.Context()
	c, err := s.boardCase(ctx, r.PathValue("id"), who, shell.ReadCase)
	if err != nil {
		return err
	}
	if err := s.OpenCase(ctx, who, accesslog.Read, &c, "opinions"); err != nil {
		return err
	}
	all, err := s.Relay.Store.CaseOpinions(ctx, c)
	if err == nil {
		err = s.Relay.Store.SeeOpinions(ctx, c)
	}
	if err != nil {
		return err
	}
	out := shell.List[OpinionView]{Items: make([]OpinionView, 0, len(all))}
	for _, o := range all {
		v := s.opinionView(o)
		v.Text, v.Files = o.Draft, o.Files
		out.Items = append(out.Items, v)
	}
	return shell.WriteJSON(w, http.StatusOK, out)
}

// OpinionRequest is the body of POST /api/cases/{id}/opinions.
type OpinionRequest struct {
	Unit string `json:"unit"` // HSA-id of a unit of care with an inbox here
	Text string `json:"text"` // what it is to say
	Due  string `json:"due,omitempty"`
}

func (b *OpinionRequest) check(today string) error {
	if text := identity.Trim(b.Text); text == "" || utf8.RuneCountInString(text) > opinionMost {
		return shell.Invalid("text", wordQuestion)
	}
	if _, err := time.Parse(time.DateOnly, b.Due); b.Due != "" && (err != nil || b.Due < today) {
		return shell.Invalid("due", wordDueDay)
	}
	return nil
}

// AskOpinion asks a unit for its opinion on a board's case: POST /api/cases/{id}/opinions. The unit is told what the
// consent that the board has noted for it covers, and without one nothing is asked.
func (s *Cases) AskOpinion(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	ctx := r.Context()
	c, err := s.boardCase(ctx, r.PathValue("id"), who, shell.WriteCase)
	if err != nil {
		return err
	}
	var body OpinionRequest
	if err := shell.ReadJSON(w, r, &body); err != nil {
		return err
	}
	if err := body.check(s.Today()); err != nil {
		return err
	}
	unit, ok := s.Table().Unit(body.Unit)
	if !ok || unit.Kind != routing.CareUnit || !s.Relay.InInbox(unit.HSAID) {
		return shell.Invalid("unit", wordAskedUnit)
	}
	detail := accesslog.DetailOf("board", "request")
	if err := s.OpenCase(ctx, who, accesslog.Change, &c, detail); err != nil {
		return err
	}
	e := casework.BoardEntry{
		Kind: casework.BoardRequest, Unit: unit.Name + " (" + unit.HSAID + ")", Due: body.Due,
		Text: identity.Trim(body.Text),
	}
	entries, err := s.BoardEntries(ctx, c)
	if err == nil && casework.ConsentFor(entries, unit.HSAID) == nil {
		err = shell.NewProblem(http.StatusConflict, "no-consent", titleNoConsent, casework.TextNoOpinionConsent)
	}
	var o store.Opinion
	if err == nil {
		o, err = s.Base.AskOpinion(ctx, store.Act{CaseID: c.ID, Unit: c.Handler.Unit, By: who.Self()}, c, e, unit)
	}
	if err != nil {
		s.RefusedChange(ctx, who, c, detail, err)
		return err
	}
	w.Header().Set("Location", shell.Link("/api/cases/{}/opinions", c.ID))
	return shell.WriteJSON(w, http.StatusCreated, s.opinionView(o))
}

// NoteFile sends a file of an opinion to the board that has it: GET /api/cases/{id}/opinions/{note}/files/{n}.
func (s *Cases) NoteFile(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	if _, err := strconv.ParseInt(r.PathValue("n"), 10, 64); err != nil {
		return shell.ErrNotFound
	}
	return s.Base.NoteFile(w, r, who)
}
