package open

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"rivgate/contracts"
	"rivgate/relay"
	"rivgate/store"
	"rivgate/store/accesslog"
	"rivgate/web/casework"
	"rivgate/web/shell"
)

type codePage struct {
	shell.Page
	Form *shell.Form
}

type casePage struct {
	shell.Page
	Case    store.Case
	Code    string // in the forms of the page, and in no address
	Unit    string // name of who has it now
	Letters []casework.Letter
	Failed  *shell.Form // an answer that was refused, whose question is no longer open
	Unasked relay.Unasked
	Until   time.Time   // the end of the time for adding to a closed case; zero: the case is open
	Add     *shell.Form // of a supplement
	Message string      // id that the next message gets: sent twice, it is taken once
	Done    bool
	Now     time.Time
}

// CodePage asks for the code: GET /open/case.
func (s *Pages) CodePage(w http.ResponseWriter, _ *http.Request, _ shell.Access) error {
	if err := s.ready(); err != nil {
		return err
	}
	return s.showCode(w, &shell.Form{Name: "code", Values: url.Values{}})
}

func (s *Pages) showCode(w http.ResponseWriter, f *shell.Form) error {
	p, status := codePage{Page: s.page(titleCode), Form: f}, http.StatusOK
	if f.Failed() {
		status, p.Title = http.StatusUnprocessableEntity, shell.FailedTitle+p.Title
	}
	return html.Render(w, status, "code", p)
}

// reader is who opens a case by its code.
func reader() shell.Access { return shell.Access{User: "open-page", Name: wordReader} }

// errCode is the refusal of a code that no case has.
var errCode = errors.New("no case has the code")

// opened opens the case that the code of a form follows. Wrong codes are counted, and logged without what was typed.
func (s *Pages) opened(w http.ResponseWriter, r *http.Request, f *shell.Form, detail string) (store.Case, error) {
	peer, now := s.peer(r), s.Clock()
	if !s.guesses.may(peer, now, guessesEach, guessesAll) {
		return store.Case{}, s.crowded(w, r, "open code")
	}
	id, err := "", store.ErrNotFound
	if code := readCode(f.Value("code")); code != "" {
		id, err = s.Relay.Store.CaseByFollowCode(r.Context(), digestOf(code))
	}
	if errors.Is(err, store.ErrNotFound) {
		s.guesses.count(peer, now)
		s.Stranger(r, shell.Access{}, accesslog.Row{What: accesslog.Refused, Detail: "open code"})
		return store.Case{}, errCode
	}
	if err != nil {
		return store.Case{}, err
	}
	return s.Relay.Store.Open(r.Context(), id, reader().Row(accesslog.Row{What: accesslog.Read, Detail: detail}))
}

// What a form of the page does, beside showing the case.
const (
	doSupplement = "supplement"
	doWithdraw   = "withdraw"
)

// CasePage shows the case of a code, and takes what the reporter writes: the answer to a question, a supplement, or
// that the case is taken back: POST /open/case.
func (s *Pages) CasePage(w http.ResponseWriter, r *http.Request, _ shell.Access) error {
	if err := s.ready(); err != nil {
		return err
	}
	f, err := shell.ReadForm(w, r, "code")
	if err != nil {
		return err
	}
	c, err := s.opened(w, r, f, "open page")
	if errors.Is(err, errCode) {
		again := &shell.Form{Name: "code", Values: url.Values{"code": {f.Value("code")}}}
		again.Refuse("code", wordCode)
		return s.showCode(w, again)
	}
	if err != nil {
		return err
	}
	switch {
	case f.Value("question") != "":
		return s.answer(w, r, c, f)
	case f.Value("do") == doSupplement || f.Value("do") == doWithdraw:
		return s.unasked(w, r, c, f)
	}
	return s.showCase(w, r, c, f, nil)
}

// unasked sends a supplement or a withdrawal into the line, as 1177 itself sends them.
func (s *Pages) unasked(w http.ResponseWriter, r *http.Request, c store.Case, f *shell.Form) error {
	// A case is taken back once, by who has its code: that never waits.
	if f.Value("do") != doWithdraw && !s.sends.take(s.peer(r), s.Clock(), sendsEach, sendsAll) {
		return s.crowded(w, r, "open page")
	}
	f.Name = doSupplement
	if f.Value("do") == doSupplement && f.Value("text") == "" {
		f.Refuse("text", casework.WordWriteSupplement)
	}
	m := &contracts.Message{
		CaseID: &contracts.II{Root: c.Ref.Root, Extension: c.Ref.Extension},
		Answer: &contracts.Answer{Author: casework.ReporterOf(c)},
	}
	if id := f.Value("message"); id != "" && !strings.Contains(id, "|") {
		m.ID = contracts.II{Root: s.Relay.Portal, Extension: id}
	}
	if f.Value("do") == doWithdraw {
		m.Withdrawal = &contracts.Withdrawal{}
	} else {
		m.Supplement = &contracts.Supplement{Text: f.Value("text"), Attachments: s.CitizenFiles(r.Context(), f)}
	}
	if f.Failed() {
		return s.showCase(w, r, c, f, f)
	}
	_, err := s.Relay.Submit(r.Context(), m)
	if err != nil && !f.Take(err, []shell.Place{
		{Path: "attachment", Field: "file"}, {Path: "supplement/text", Field: "text"}, {Path: "answer/text", Field: "text"},
	}) {
		return err
	}
	if c, err = s.Relay.Store.Reopen(r.Context(), c); err != nil {
		return err
	}
	if f.Failed() {
		return s.showCase(w, r, c, f, f)
	}
	return s.showCase(w, r, c, f, nil)
}

// answer sends the answer to a question into the line, as 1177 itself sends it.
func (s *Pages) answer(w http.ResponseWriter, r *http.Request, c store.Case, f *shell.Form) error {
	root, extension, ok := strings.Cut(f.Value("question"), "|")
	if !ok {
		return shell.ErrForm
	}
	if !s.sends.take(s.peer(r), s.Clock(), sendsEach, sendsAll) {
		return s.crowded(w, r, "open page")
	}
	if f.Value("text") == "" {
		f.Refuse("text", casework.WordWriteAnswer)
	}
	files := s.CitizenFiles(r.Context(), f)
	if f.Failed() {
		return s.showCase(w, r, c, f, f)
	}
	_, err := s.Relay.Submit(r.Context(), &contracts.Message{
		CaseID: &contracts.II{Root: c.Ref.Root, Extension: c.Ref.Extension},
		Answer: &contracts.Answer{
			InReplyTo: contracts.II{Root: root, Extension: extension}, Text: f.Value("text"),
			Author: contracts.PersonID{ID: c.Facts.ReporterID, Type: c.Facts.ReporterType}, Attachments: files,
		},
	})
	if err != nil && !f.Take(err, []shell.Place{
		{Path: "attachment", Field: "file"}, {Path: "answer/text", Field: "text"}, {Path: "answer/inReplyTo", Field: "text"},
	}) {
		return err
	}
	if c, err = s.Relay.Store.Reopen(r.Context(), c); err != nil {
		return err
	}
	if f.Failed() {
		return s.showCase(w, r, c, f, f)
	}
	return s.showCase(w, r, c, f, nil)
}

// showCase shows a case; failed is the answer that was refused.
func (s *Pages) showCase(w http.ResponseWriter, r *http.Request, c store.Case, f, failed *shell.Form) error {
	letters, err := s.letters(r.Context(), c)
	if err != nil {
		return err
	}
	p := casePage{
		Page: s.page(fmt.Sprintf(casework.TitleOwnCase, casework.Reference(c))), Case: c,
		Code: printCode(readCode(f.Value("code"))),
		Unit: casework.HandlerName(c.Handler), Letters: letters, Now: s.Clock(),
		Done:    failed == nil && f.Value("question")+f.Value("do") != "",
		Failed:  failed,
		Unasked: s.Relay.UnaskedIn(c), Add: &shell.Form{Name: doSupplement, Values: url.Values{}}, Message: s.Relay.NewID(),
	}
	if c.State == store.Closed && c.Closed != nil {
		p.Until = c.Closed.Add(s.Relay.SupplementAfterClose)
	}
	if failed != nil && failed.Name == doSupplement && p.Unasked.Supplement {
		p.Add, p.Failed = failed, nil
		p.Message = cmp.Or(failed.Value("message"), p.Message)
	}
	for i := range letters {
		if letters[i].Question == "" {
			continue
		}
		letters[i].Form = &shell.Form{Name: "answer" + strconv.Itoa(i), Values: url.Values{}}
		if failed != nil && letters[i].Question == failed.Value("question") {
			failed.Name = letters[i].Form.Name
			letters[i].Form, p.Failed = failed, nil
		}
	}
	status := http.StatusOK
	if failed != nil {
		status, p.Title = http.StatusUnprocessableEntity, shell.FailedTitle+p.Title
	}
	return html.Render(w, status, "case", p)
}

// letters are what the reporter got and wrote, by time. No file has an address: it is fetched by a form with the code.
func (s *Pages) letters(ctx context.Context, c store.Case) ([]casework.Letter, error) {
	return s.Letters(ctx, c, c.Facts.ReporterID, "")
}

// File sends a file that the reporter got or sent: POST /open/case/files/{message}/{n}, with the code.
func (s *Pages) File(w http.ResponseWriter, r *http.Request, _ shell.Access) error {
	if err := s.ready(); err != nil {
		return err
	}
	f, err := shell.ReadFields(w, r, "code")
	if err != nil {
		return err
	}
	c, err := s.opened(w, r, f, "open page")
	if errors.Is(err, errCode) {
		return shell.ErrNotFound
	}
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
