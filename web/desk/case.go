package desk

import (
	"fmt"
	"net/http"
	"time"

	"rivgate/contracts"
	"rivgate/routing"
	"rivgate/store"
	"rivgate/store/accesslog"
	"rivgate/web/casework"
	"rivgate/web/shell"
)

type casePage struct {
	shell.Page
	deskPart
	Case  store.Case
	Unit  string // name of who has it
	Board bool
	casework.Standing
	Left      int
	Days      int // that the answer may take
	Late      bool
	Closed    bool
	Line      []casework.Event
	Problems  []casework.ProblemChoice
	Areas     []contracts.Code
	Receivers []routing.Unit
	Found     []routing.Unit // the unit that was typed for a handover could be any of them
	Done      string         // what was just done, in words
	Typed     bool           // a form holds what was typed before the session ran out
	Active    string         // the form that is open
	Forms     map[string]*shell.Form
	Drafts    map[string]store.Draft   // the reader's own, by form
	Phrases   map[string][]phraseGroup // by form
	Print     bool
	Now       time.Time
}

// Marks are what has happened in the case that its handler should look at.
func (p casePage) Marks() []string {
	unsent := 0
	for _, o := range p.Outgoing {
		if o.State == store.OutgoingFailed {
			unsent++
		}
	}
	return casework.CaseMarks(p.Case, unsent)
}

// CasePage shows one case as a time line with what can be done now. A protected identity is shown on a deliberate
// click, which is logged.
func (s *Cases) CasePage(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	c, err := s.Relay.Store.Head(r.Context(), r.PathValue("id"))
	if err == nil && s.HandedOver(c, who) {
		return s.showHandedOver(w, who, c)
	}
	if c, err = s.InboxCase(r.Context(), r.PathValue("id"), who, shell.ReadCase); err != nil {
		return err
	}
	what, detail := accesslog.Read, "case"
	if r.URL.Query().Has("print") {
		what = accesslog.Print
		if err := s.Theirs(r.Context(), who, shell.ExportCase, c); err != nil {
			return err
		}
	}
	if err := s.OpenCase(r.Context(), who, what, &c, shell.ShownDetail(detail, c, shell.AsksProtected(r))); err != nil {
		return err
	}
	return s.showCase(w, r, who, c, r.URL.Query().Get("do"), nil)
}

// showHandedOver tells the unit that handed a case over where it is, and nothing else of it.
func (s *Cases) showHandedOver(w http.ResponseWriter, who shell.Access, c store.Case) error {
	gone := shell.NewProblem(http.StatusNotFound, "handed-over", titleHandedOver,
		fmt.Sprintf(wordHandedOverTo, casework.HandlerName(c.Handler)))
	return shell.ShowError(w, shell.ErrorPage{Page: s.Page(who, gone.Title, "inbox"), Problem: gone, Back: "/inbox"})
}

// choices are a form with a classification and what can be chosen in it.
type choices struct {
	Form     *shell.Form
	Problems []casework.ProblemChoice
	Areas    []contracts.Code
	Board    bool
}

func newChoices(p casePage, f *shell.Form) choices {
	return choices{Form: f, Problems: p.Problems, Areas: p.Areas, Board: p.Board}
}

// showCase renders a case. failed is the form that could not be carried out, nil when none was.
func (s *Cases) showCase(w http.ResponseWriter, r *http.Request, who shell.Access, c store.Case, active string,
	failed *shell.Form,
) error {
	ctx, q, shown := r.Context(), r.URL.Query(), shell.AsksProtected(r)
	c = shell.Shielded(c, shown)
	line, err := s.caseLine(ctx, c)
	if err != nil {
		return err
	}
	s.MarkScanned(line)
	drafts, err := s.Relay.Store.Drafts(ctx, c)
	if err != nil {
		return err
	}
	p := casePage{
		Page: s.Page(who, fmt.Sprintf(titleCase, casework.Reference(c)), "inbox"), Case: c,
		Unit: casework.HandlerName(c.Handler), Board: casework.IsBoard(c.Handler), Left: casework.DaysLeft(c, s.Clock()),
		Days:   casework.DaysInAll(c),
		Closed: c.State == store.Closed, Line: line, Active: active, Now: s.Clock(), Done: doneWord(q.Get("done")),
		Print:    q.Has("print"),
		Problems: s.Problems(), Areas: s.Codes(contracts.SystemArea), Receivers: s.otherUnits(c),
	}
	if p.deskPart, err = s.deskPart(ctx, who, c, drafts, shown); err != nil {
		return err
	}
	if p.Phrases, err = s.phrasesOf(ctx, who, c); err != nil {
		return err
	}
	if p.Unread && (q.Get("done") == "reply" || q.Get("done") == "close") {
		p.Done = doneUnread
	}
	p.Late = p.Left < 0 && !p.Closed
	if p.Standing, err = s.Standing(ctx, c, line, shown); err != nil {
		return err
	}
	p.Forms, p.Drafts = s.answerForms(c, who, drafts)
	if name := copied(p.Forms, drafts, q.Get("copy")); name != "" {
		p.Active = name
	}
	if k := who.Kept; k != nil && p.Forms[k.Verb()] != nil {
		p.Forms[k.Verb()] = &shell.Form{Name: k.Verb(), Values: k.Values}
		p.Active, p.Typed, p.Unsent = k.Verb(), true, nil
	}
	status := http.StatusOK
	if failed != nil {
		p.Forms[failed.Name], p.Active, status = failed, failed.Name, http.StatusUnprocessableEntity
		if failed.Name == "forward" {
			p.Found = s.Choices(failed)
		}
		p.Title = shell.FailedTitle + p.Title
	}
	return html.Render(w, status, "case", p)
}

// otherUnits are those that a case can be handed over to: where its reporter gave no number, inboxes here alone. Where
// there are more than a list holds, they are those of its region; all others are found by what is typed.
func (s *Cases) otherUnits(c store.Case) []routing.Unit {
	units := s.Relay.Receivers("", "", casework.ReceiverLimit+1)
	if len(units) > casework.ReceiverLimit {
		units = s.Relay.Receivers("", c.Handler.Region, casework.ReceiverLimit)
	}
	var out []routing.Unit
	for _, u := range units {
		stays := u.Via == routing.Inbox || !c.Facts.Unnumbered()
		if stays && !routing.SameHSAID(u.HSAID, c.Handler.Unit) {
			out = append(out, u.Unit)
		}
	}
	return out
}

// CaseFile sends an attachment of a case to who handles it.
func (s *Cases) CaseFile(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	c, err := s.InboxCase(r.Context(), r.PathValue("id"), who, shell.ReadCase)
	if err != nil {
		return err
	}
	return s.OpenFile(w, r, who, c)
}
