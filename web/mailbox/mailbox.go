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
	"rivgate/store/accesslog"
	"rivgate/web/casework"
	"rivgate/web/shell"
)

type mailboxPage struct {
	shell.Page
	Case    store.Case
	Person  string    // whose mailbox it is
	Until   time.Time // of a former reporter: when somebody took the case over; zero: of the present one
	Staff   bool      // somebody of the unit looks at what the reporter sees
	Unit    string    // name of who has it now
	Former  string    // name of who had it before; "" nobody
	Letters []casework.Letter
	Closed  *shell.Form // an answer that was refused, to a question that is no longer open
	Done    string      // what was sent; "" nothing
	Unasked unasked
	Forms   map[string]*shell.Form // by message id of the question
	Now     time.Time
}

// LettersPage shows a case as the citizen sees it in 1177.
func (s *Pages) LettersPage(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	seen, err := s.seenCase(r.Context(), who, r.PathValue("id"))
	if err != nil {
		return err
	}
	return s.showLetters(w, r, who, seen, nil, "")
}

// seen is a case as somebody has it in their mailbox.
type seen struct {
	store.Case
	person string    // whose mailbox it is
	until  time.Time // of a former reporter, who sees what came before; zero: of the present one
	staff  bool      // shown to the unit, for which nothing can be answered
}

// seenCase opens a case that is in the mailbox of who is there: only where this gateway stands at 1177 is there one.
// Whoever has not said who they are is sent to do so. A case that is not theirs does not exist, and that they asked for
// it is on record.
func (s *Pages) seenCase(ctx context.Context, who shell.Access, id string) (seen, error) {
	if !s.AtPortal() {
		return seen{}, shell.ErrNotPortal
	}
	person := s.Citizen(ctx)
	if person == "" {
		return seen{}, shell.Elsewhere("/mailbox")
	}
	c, until, err := s.Relay.Store.OpenMailbox(ctx, id, person,
		who.Row(accesslog.Row{What: accesslog.Read, Detail: "mailbox"}))
	return seen{Case: c, person: person, until: until}, err
}

// mailboxCase is seenCase for who may write in the case: its present reporter. For a former one it does not exist.
func (s *Pages) mailboxCase(ctx context.Context, who shell.Access, id string) (store.Case, error) {
	c, err := s.seenCase(ctx, who, id)
	if err != nil || c.until.IsZero() {
		return c.Case, err
	}
	if err := s.LookedAt(ctx, who, accesslog.Refused, c.Case, "mailbox"); err != nil {
		return store.Case{}, err
	}
	return store.Case{}, store.ErrNotFound
}

// StaffPage shows who handles a case what its reporter sees: GET /inbox/{id}/mailbox. ErrNotFound where
// nobody reads it.
func (s *Pages) StaffPage(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	c, err := s.InboxCase(r.Context(), r.PathValue("id"), who, shell.ReadCase)
	if err == nil && !s.AtPortal() {
		err = shell.ErrNotPortal
	}
	if err != nil {
		return err
	}
	if unread, err := s.Relay.Store.Unread(r.Context(), c); err != nil {
		return err
	} else if unread { // there is no such mailbox
		return shell.ErrNotFound
	}
	shown := shell.AsksProtected(r)
	if err := s.OpenCase(r.Context(), who, accesslog.Read, &c, shell.ShownDetail("mailbox", c, shown)); err != nil {
		return err
	}
	one := seen{Case: shell.Shielded(c, shown), person: c.Facts.ReporterID, staff: true}
	return s.showLetters(w, r, who, one, nil, "")
}

func (s *Pages) showMailbox(w http.ResponseWriter, r *http.Request, who shell.Access, c store.Case, failed *shell.Form,
	question string,
) error {
	return s.showLetters(w, r, who, seen{Case: c, person: c.Facts.ReporterID}, failed, question)
}

func (s *Pages) showLetters(w http.ResponseWriter, r *http.Request, who shell.Access, c seen, failed *shell.Form,
	question string,
) error {
	letters, err := s.letters(r.Context(), c)
	if err != nil {
		return err
	}
	nav := "mailbox"
	if c.staff {
		nav = "inbox"
	}
	p := mailboxPage{
		Page: s.Page(who, fmt.Sprintf(casework.TitleOwnCase, casework.Reference(c.Case)), nav), Case: c.Case,
		Person: c.person, Until: c.until, Staff: c.staff, Unit: casework.HandlerName(c.Handler), Letters: letters,
		Now: s.Clock(), Done: doneWord(r.URL.Query().Get("done")),
	}
	var supplement *shell.Form
	if failed != nil && failed.Name == formSupplement {
		supplement = failed
	}
	if !c.staff && c.until.IsZero() {
		p.Unasked = s.unaskedIn(c.Case, supplement)
	}
	if c.ForwardedFrom != "" {
		p.Former = s.Named(contracts.OrgUnit{HSAID: c.ForwardedFrom})
	}
	shown := false
	for i := range letters {
		if letters[i].Question == "" || c.staff || !c.until.IsZero() {
			continue
		}
		letters[i].Form = &shell.Form{Name: "answer" + strconv.Itoa(i), Values: url.Values{}}
		if failed != nil && supplement == nil && letters[i].Question == question {
			failed.Name = letters[i].Form.Name
			letters[i].Form = failed
			shown = true
		}
	}
	// the question that it answers, or the time for a supplement, is no longer open
	if failed != nil && !shown && (supplement == nil || !p.Unasked.Supplement) {
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
func (s *Pages) letters(ctx context.Context, c seen) ([]casework.Letter, error) {
	files := "/mailbox/{}/files/{}/{}"
	if c.staff {
		files = "/inbox/{}/files/{}/{}"
	}
	out, err := s.Letters(ctx, c.Case, c.person, files)
	if err != nil {
		return nil, err
	}
	if !c.until.IsZero() { // what came after is the next reporter's
		had, err := s.Relay.Store.MessagesBefore(ctx, c.Case, c.person)
		if err != nil {
			return nil, err
		}
		out = slices.DeleteFunc(out, func(l casework.Letter) bool { return !l.Receipt && !had[l.ID] })
	}
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
		f.Refuse("text", casework.WordWriteAnswer)
	}
	files := s.CitizenFiles(r.Context(), f)
	if f.Failed() {
		return s.showMailbox(w, r, who, c, f, question)
	}
	m := &contracts.Message{
		CaseID: &contracts.II{Root: c.Ref.Root, Extension: c.Ref.Extension},
		Answer: &contracts.Answer{
			InReplyTo: contracts.II{Root: root, Extension: extension}, Text: f.Value("text"),
			Author: casework.ReporterOf(c), Attachments: files,
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

// File sends an attachment that the citizen got or sent.
func (s *Pages) File(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	c, err := s.seenCase(r.Context(), who, r.PathValue("id"))
	if err != nil {
		return err
	}
	letters, err := s.letters(r.Context(), c)
	if err != nil {
		return err
	}
	for _, l := range letters {
		if !l.Receipt && l.ID == r.PathValue("message") {
			return s.SendFile(w, r, c.Case, l.ID)
		}
	}
	return shell.ErrNotFound
}
