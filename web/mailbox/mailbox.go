package mailbox

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"rivgate/contracts"
	"rivgate/store"
	"rivgate/web/casework"
	"rivgate/web/shell"
)

type mailboxPage struct {
	shell.Page
	Case    store.Case
	Unit    string // name of who has it now
	Former  string // name of who had it before; "" nobody
	Letters []casework.Letter
	Closed  *shell.Form // an answer that was refused, to a question that is no longer open
	Done    bool
	Forms   map[string]*shell.Form // by message id of the question
	Now     time.Time
}

// LettersPage shows a case as the citizen sees it in 1177.
func (s *Pages) LettersPage(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	c, err := s.mailboxCase(r.Context(), who, r.PathValue("id"))
	if err != nil {
		return err
	}
	return s.showMailbox(w, r, who, c, nil, "")
}

// mailboxCase opens a case whose mailbox is here: only where this gateway stands at 1177 is there one.
func (s *Pages) mailboxCase(ctx context.Context, who shell.Access, id string) (store.Case, error) {
	if !s.AtPortal() {
		return store.Case{}, shell.ErrNotPortal
	}
	return s.Relay.Store.Open(ctx, id, who.Row(store.Access{What: store.AccessRead, Detail: "mailbox"}))
}

func (s *Pages) showMailbox(w http.ResponseWriter, r *http.Request, who shell.Access, c store.Case, failed *shell.Form,
	question string,
) error {
	letters, err := s.letters(r.Context(), c)
	if err != nil {
		return err
	}
	p := mailboxPage{
		Page: s.Page(who, fmt.Sprintf(titleCase, casework.Reference(c)), "mailbox"), Case: c,
		Unit: casework.HandlerName(c.Handler), Letters: letters, Now: s.Clock(),
		Done: r.URL.Query().Get("done") != "",
	}
	if c.ForwardedFrom != "" {
		p.Former = s.Named(contracts.OrgUnit{HSAID: c.ForwardedFrom})
	}
	shown := false
	for i := range letters {
		if letters[i].Question == "" {
			continue
		}
		letters[i].Form = &shell.Form{Name: "answer" + strconv.Itoa(i), Values: url.Values{}}
		if failed != nil && letters[i].Question == question {
			failed.Name = letters[i].Form.Name
			letters[i].Form = failed
			shown = true
		}
	}
	if failed != nil && !shown { // the question that it answers is no longer open
		p.Closed = &shell.Form{
			Name: "closed", Values: failed.Values, General: strings.TrimSpace(failed.General + " " + failed.Error("text")),
		}
	}
	status := http.StatusOK
	if failed != nil {
		status, p.Title = http.StatusUnprocessableEntity, shell.FailedTitle+p.Title
	}
	return html.Render(w, status, "mailbox", p)
}

// letters are what is in the mailbox, and what the citizen wrote, by time.
func (s *Pages) letters(ctx context.Context, c store.Case) ([]casework.Letter, error) {
	files := "/mailbox/{}/files/{}/{}"
	box, err := s.Relay.Store.Mailbox(ctx, c)
	if err != nil {
		return nil, err
	}
	line, err := s.TimeLine(ctx, c, files)
	if err != nil {
		return nil, err
	}
	var out []casework.Letter
	for _, e := range line {
		if e.Kind == store.EventComplaint || e.Kind == store.EventAnswer {
			e.From, e.Title = wordOwn, wordOwnAnswer
			if e.Kind == store.EventComplaint {
				e.Title = wordOwnCase
			}
			out = append(out, casework.Letter{Event: e, Own: true})
		}
	}
	for _, l := range box {
		one, err := s.Letter(c, l, files)
		if err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	slices.SortStableFunc(out, func(a, b casework.Letter) int { return a.At.Compare(b.At) })
	return out, nil
}

// Answer is the citizen's answer to a question, on its way into the line as 1177 itself sends it.
func (s *Pages) Answer(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	c, err := s.mailboxCase(r.Context(), who, r.PathValue("id"))
	if err != nil {
		return err
	}
	f, err := shell.ReadForm(w, r, "answer")
	if err != nil {
		return err
	}
	question := f.Value("question")
	root, extension, ok := strings.Cut(question, "|")
	if !ok || f.Error("question") != "" {
		return shell.ErrForm
	}
	if f.Value("text") == "" {
		f.Refuse("text", wordWriteAnswer)
	}
	files := s.CitizenFiles(r.Context(), f)
	if f.Failed() {
		return s.showMailbox(w, r, who, c, f, question)
	}
	author, err := s.reporterID(r.Context(), c)
	if err != nil {
		return err
	}
	m := &contracts.Message{
		CaseID: &contracts.II{Root: c.Ref.Root, Extension: c.Ref.Extension},
		Answer: &contracts.Answer{
			InReplyTo: contracts.II{Root: root, Extension: extension}, Text: f.Value("text"), Author: author, Attachments: files,
		},
	}
	_, err = s.Relay.Submit(r.Context(), m)
	if err == nil {
		http.Redirect(w, r, shell.Link("/mailbox/{}?done=answer", c.ID), http.StatusSeeOther)
		return nil
	}
	if !f.Take(err, []shell.Place{
		{Path: "attachment", Field: "file"}, {Path: "answer/text", Field: "text"}, {Path: "answer/inReplyTo", Field: "text"},
	}) {
		return err
	}
	if c, err = s.Relay.Store.Reopen(r.Context(), c); err != nil {
		return err
	}
	return s.showMailbox(w, r, who, c, f, question)
}

// reporterID is the reporter's identity with its kind, as the case's first message has it.
func (s *Pages) reporterID(ctx context.Context, c store.Case) (contracts.PersonID, error) {
	line, err := s.TimeLine(ctx, c, "")
	if err != nil {
		return contracts.PersonID{}, err
	}
	for _, e := range line {
		if e.Complaint != nil {
			return e.Complaint.Reporter.PersonID, nil
		}
	}
	return contracts.PersonID{}, shell.ErrNotFound
}

// File sends an attachment that the citizen got or sent.
func (s *Pages) File(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	c, err := s.mailboxCase(r.Context(), who, r.PathValue("id"))
	if err != nil {
		return err
	}
	letters, err := s.letters(r.Context(), c)
	if err != nil {
		return err
	}
	for _, l := range letters {
		if !l.Receipt && l.ID == r.PathValue("message") {
			return s.SendFile(w, r, c, l.ID)
		}
	}
	return shell.ErrNotFound
}
