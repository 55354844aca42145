package mailbox

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"rivgate/contracts"
	"rivgate/relay"
	"rivgate/store"
	"rivgate/web/casework"
	"rivgate/web/shell"
)

// unasked is what the reporter can write in a case without having been asked.
type unasked struct {
	relay.Unasked
	Until     time.Time   // the end of the time for adding to a closed case; zero: the case is open
	Form      *shell.Form // of a supplement
	MessageID string      // that the next message gets: sent twice, it is taken once
}

// unaskedIn is what the reporter of a case can write now. failed is the form of a supplement that was refused.
func (s *Pages) unaskedIn(c store.Case, failed *shell.Form) unasked {
	u := unasked{Unasked: s.Relay.UnaskedIn(c), Form: failed, MessageID: s.Relay.NewID()}
	if failed == nil {
		u.Form = &shell.Form{Name: formSupplement, Values: url.Values{}}
	} else if id := failed.Value("message"); id != "" {
		u.MessageID = id
	}
	if c.State == store.Closed && c.Closed != nil {
		u.Until = c.Closed.Add(s.Relay.SupplementAfterClose)
	}
	return u
}

// The forms, as their addresses have them.
const (
	formSupplement = "supplement"
	formWithdraw   = "withdraw"
)

// Supplement adds what the reporter writes to a case: POST /mailbox/{id}/supplement.
func (s *Pages) Supplement(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	c, err := s.mailboxCase(r.Context(), who, r.PathValue("id"))
	if err != nil {
		return err
	}
	f, err := shell.ReadForm(w, r, formSupplement)
	if err != nil {
		return err
	}
	if f.Value("text") == "" {
		f.Refuse("text", casework.WordWriteSupplement)
	}
	files := s.CitizenFiles(r.Context(), f)
	if !f.Failed() {
		err = s.submitUnasked(r.Context(), c, f, &contracts.Message{
			Supplement: &contracts.Supplement{Text: f.Value("text"), Attachments: files},
		})
		if err == nil {
			http.Redirect(w, r, shell.Link("/mailbox/{}?done=supplement", c.ID), http.StatusSeeOther)
			return nil
		}
		if !f.Take(err, []shell.Place{
			{Path: "attachment", Field: "file"},
			{Path: "supplement/text", Field: "text"},
			{Path: "answer/text", Field: "text"},
		}) {
			return err
		}
		if c, err = s.Relay.Store.Reopen(r.Context(), c); err != nil {
			return err
		}
	}
	return s.showMailbox(w, r, who, c, f, "")
}

// submitUnasked sends a supplement or a withdrawal in the reporter's name.
func (s *Pages) submitUnasked(ctx context.Context, c store.Case, f *shell.Form, m *contracts.Message) error {
	if id := f.Value("message"); id != "" && !strings.Contains(id, "|") {
		m.ID = contracts.II{Root: s.Relay.Portal, Extension: id}
	}
	m.CaseID, m.Answer = &contracts.II{Root: c.Ref.Root, Extension: c.Ref.Extension}, &contracts.Answer{
		Author: casework.ReporterOf(c),
	}
	_, err := s.Relay.Submit(ctx, m)
	return err
}

type withdrawPage struct {
	shell.Page
	Case      store.Case
	Unit      string
	Form      *shell.Form
	MessageID string
}

// WithdrawPage asks once more before a case is taken back: GET /mailbox/{id}/withdraw.
func (s *Pages) WithdrawPage(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	c, err := s.mailboxCase(r.Context(), who, r.PathValue("id"))
	if err != nil {
		return err
	}
	if !s.Relay.UnaskedIn(c).Withdraw {
		http.Redirect(w, r, shell.Link("/mailbox/{}", c.ID), http.StatusSeeOther)
		return nil
	}
	return s.showWithdraw(w, who, c, &shell.Form{Name: formWithdraw, Values: url.Values{}})
}

func (s *Pages) showWithdraw(w http.ResponseWriter, who shell.Access, c store.Case, f *shell.Form) error {
	p := withdrawPage{
		Page: s.Page(who, fmt.Sprintf(titleWithdraw, casework.Reference(c)), "mailbox"), Case: c,
		Unit: casework.HandlerName(c.Handler), Form: f, MessageID: f.Value("message"),
	}
	if p.MessageID == "" {
		p.MessageID = s.Relay.NewID()
	}
	status := http.StatusOK
	if f.Failed() {
		status, p.Title = http.StatusUnprocessableEntity, shell.FailedTitle+p.Title
	}
	return html.Render(w, status, "withdraw", p)
}

// Withdraw takes a case back: POST /mailbox/{id}/withdraw. Its handler closes it.
func (s *Pages) Withdraw(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	c, err := s.mailboxCase(r.Context(), who, r.PathValue("id"))
	if err != nil {
		return err
	}
	f, err := shell.ReadForm(w, r, formWithdraw)
	if err != nil {
		return err
	}
	if c.Withdrawn == nil {
		err = s.submitUnasked(r.Context(), c, f, &contracts.Message{
			Withdrawal: &contracts.Withdrawal{Reason: f.Value("reason")},
		})
	}
	if err == nil {
		http.Redirect(w, r, shell.Link("/mailbox/{}?done=withdraw", c.ID), http.StatusSeeOther)
		return nil
	}
	if !f.Take(err, []shell.Place{{Path: "withdrawal/reason", Field: "reason"}}) {
		return err
	}
	if c, err = s.Relay.Store.Reopen(r.Context(), c); err != nil {
		return err
	}
	return s.showWithdraw(w, who, c, f)
}
