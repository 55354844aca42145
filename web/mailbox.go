package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"rivgate/contracts"
	"rivgate/store"
)

type mailboxPage struct {
	page
	Case    store.Case
	Unit    string // name of who has it now
	Former  string // name of who had it before; "" nobody
	Letters []letter
	Closed  *form // an answer that was refused, to a question that is no longer open
	Done    bool
	Forms   map[string]*form // by message id of the question
	Now     time.Time
}

// letter is one message as the citizen sees it.
type letter struct {
	event
	Own      bool   // the citizen wrote it
	Receipt  bool   // the confirmation of the case
	Question string // "root|extension" of a question that can be answered now
	Form     *form
}

// mailboxPage shows a case as the citizen sees it in 1177.
func (s *Site) mailboxPage(w http.ResponseWriter, r *http.Request, who access) error {
	c, err := s.mailboxCase(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	return s.showMailbox(w, r, who, c, nil, "")
}

// mailboxCase finds a case whose mailbox is here: only where this gateway stands at 1177 is there one.
func (s *Site) mailboxCase(ctx context.Context, id string) (store.Case, error) {
	if !s.atPortal() {
		return store.Case{}, errNotPortal
	}
	return s.Relay.Store.Case(ctx, id)
}

func (s *Site) showMailbox(w http.ResponseWriter, r *http.Request, who access, c store.Case, failed *form, question string) error {
	letters, err := s.letters(r.Context(), c)
	if err != nil {
		return err
	}
	p := mailboxPage{
		page: s.page(who, "Ditt ärende "+reference(c), "mailbox"), Case: c, Unit: handlerName(c.Handler), Letters: letters, Now: s.now(),
		Done: r.URL.Query().Get("done") != "",
	}
	if c.ForwardedFrom != "" {
		p.Former = s.named(contracts.OrgUnit{HSAID: c.ForwardedFrom})
	}
	shown := false
	for i := range letters {
		if letters[i].Question == "" {
			continue
		}
		letters[i].Form = &form{Name: "answer" + strconv.Itoa(i), Values: url.Values{}}
		if failed != nil && letters[i].Question == question {
			failed.Name = letters[i].Form.Name
			letters[i].Form = failed
			shown = true
		}
	}
	if failed != nil && !shown { // the question that it answers is no longer open
		p.Closed = &form{Name: "closed", Values: failed.Values, General: strings.TrimSpace(failed.General + " " + failed.Error("text"))}
	}
	status := http.StatusOK
	if failed != nil {
		status, p.Title = http.StatusUnprocessableEntity, "Fel: "+p.Title
	}
	return html.render(w, status, "mailbox", p)
}

// letters are what is in the mailbox, and what the citizen wrote, by time.
func (s *Site) letters(ctx context.Context, c store.Case) ([]letter, error) {
	files := "/mailbox/{}/files/{}/{}"
	box, err := s.Relay.Store.Mailbox(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	line, err := s.timeLine(ctx, c, files)
	if err != nil {
		return nil, err
	}
	var out []letter
	for _, e := range line {
		if e.Kind == store.EventComplaint || e.Kind == store.EventAnswer {
			e.From, e.Title = "Du", "Ditt svar"
			if e.Kind == store.EventComplaint {
				e.Title = "Ditt ärende"
			}
			out = append(out, letter{event: e, Own: true})
		}
	}
	for _, l := range box {
		one, err := s.letter(c, l, files)
		if err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	slices.SortStableFunc(out, func(a, b letter) int { return a.At.Compare(b.At) })
	return out, nil
}

func (s *Site) letter(c store.Case, l store.Letter, files string) (letter, error) {
	if l.Kind == "receipt" {
		return letter{Receipt: true, event: event{Title: "Ärendebekräftelse", At: l.At, From: "1177"}}, nil
	}
	var m contracts.Message
	if err := json.Unmarshal(l.Content, &m); err != nil {
		return letter{}, fmt.Errorf("reading content of message %s: %w", l.MessageID, err)
	}
	entry := store.Entry{MessageID: l.MessageID, Kind: store.EventKind(l.Kind), At: l.At}
	one := letter{event: s.event(c, entry, &m, files)}
	switch entry.Kind {
	case store.EventQuestion:
		one.Title = "Fråga till dig"
		if one.Open && !l.Answered && c.State != store.Closed {
			one.Question = m.ID.Root + "|" + m.ID.Extension
		}
	case store.EventForwarded:
		one.Title = "Ditt ärende har lämnats över"
	case store.EventNewCase:
		one.Title = "Ditt ärende är registrerat"
	}
	return one, nil
}

// mailboxAnswer is the citizen's answer to a question, on its way into the line as 1177 itself sends it.
func (s *Site) mailboxAnswer(w http.ResponseWriter, r *http.Request, who access) error {
	c, err := s.mailboxCase(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	f, err := readForm(w, r, "answer")
	if err != nil {
		return err
	}
	question := f.Value("question")
	root, extension, ok := strings.Cut(question, "|")
	if !ok || f.Error("question") != "" {
		return errForm
	}
	if f.Value("text") == "" {
		f.refuse("text", "Skriv ditt svar.")
	}
	files := s.citizenFiles(r.Context(), f)
	if f.Failed() {
		return s.showMailbox(w, r, who, c, f, question)
	}
	author, err := s.reporterID(r.Context(), c)
	if err != nil {
		return err
	}
	m := &contracts.Message{
		CaseID: &contracts.II{Root: c.Ref.Root, Extension: c.Ref.Extension},
		Answer: &contracts.Answer{InReplyTo: contracts.II{Root: root, Extension: extension}, Text: f.Value("text"), Author: author, Attachments: files},
	}
	_, err = s.Relay.Submit(r.Context(), m)
	if err == nil {
		http.Redirect(w, r, link("/mailbox/{}?done=answer", c.ID), http.StatusSeeOther)
		return nil
	}
	if !f.take(err, []place{{"attachment", "file"}, {"answer/text", "text"}, {"answer/inReplyTo", "text"}}) {
		return err
	}
	if c, err = s.Relay.Store.Case(r.Context(), c.ID); err != nil {
		return err
	}
	return s.showMailbox(w, r, who, c, f, question)
}

// reporterID is the reporter's identity with its kind, as the case's first message has it.
func (s *Site) reporterID(ctx context.Context, c store.Case) (contracts.PersonID, error) {
	line, err := s.timeLine(ctx, c, "")
	if err != nil {
		return contracts.PersonID{}, err
	}
	for _, e := range line {
		if e.Complaint != nil {
			return e.Complaint.Reporter.PersonID, nil
		}
	}
	return contracts.PersonID{}, errNotFound
}

// mailboxFile sends an attachment that the citizen got or sent.
func (s *Site) mailboxFile(w http.ResponseWriter, r *http.Request, _ access) error {
	c, err := s.mailboxCase(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	letters, err := s.letters(r.Context(), c)
	if err != nil {
		return err
	}
	for _, l := range letters {
		if !l.Receipt && l.ID == r.PathValue("message") {
			return s.sendFile(w, r, l.ID)
		}
	}
	return errNotFound
}
