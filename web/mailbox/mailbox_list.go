package mailbox

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"rivgate/contracts/identity"
	"rivgate/store"
	"rivgate/store/accesslog"
	"rivgate/web/casework"
	"rivgate/web/shell"
)

type listPage struct {
	shell.Page
	Form    *shell.Form
	Persons []string // published test numbers that can be chosen
	Chosen  string   // whose cases are shown; "" nobody's yet
	Rows    []mailboxRow
	More    bool // there are more than are shown
	Now     time.Time
}

// mailboxRow is one case as its reporter sees it in a list.
type mailboxRow struct {
	store.Case
	Unit string
	Asks bool // a question waits for an answer
	Over bool // somebody took the case over: what became of it since is theirs
}

// mailboxMost bounds the list of a person's cases.
const mailboxMost = 100

// ListPage lets a reporter be chosen: GET /mailbox. In 1177 they sign in.
func (s *Pages) ListPage(w http.ResponseWriter, _ *http.Request, who shell.Access) error {
	if !s.AtPortal() {
		return shell.ErrNotPortal
	}
	return html.Render(w, http.StatusOK, "list", s.newMailboxList(who, &shell.Form{Name: "person", Values: url.Values{}}))
}

func (s *Pages) newMailboxList(who shell.Access, f *shell.Form) listPage {
	return listPage{Page: s.Page(who, titleCases, "mailbox"), Form: f, Persons: casework.TestPersons(), Now: s.Clock()}
}

// List shows the cases that somebody has reported: POST /mailbox, for a personal number has no place in an address.
func (s *Pages) List(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	if !s.AtPortal() {
		return shell.ErrNotPortal
	}
	f, err := shell.ReadForm(w, r, "person")
	if err != nil {
		return err
	}
	p := s.newMailboxList(who, f)
	id := s.TypedPerson(f.Value("other")).ID
	if id == "" {
		id = s.TypedPerson(f.Value("person")).ID
	}
	if !shell.IsIdentity(id) {
		f.Refuse("other", wordChoosePerson)
		p.Title = shell.FailedTitle + p.Title
		return html.Render(w, http.StatusUnprocessableEntity, "list", p)
	}
	p.Chosen = id
	s.BeCitizen(r.Context(), id)
	if p.Rows, p.More, err = s.reported(r.Context(), who, id); err != nil {
		return err
	}
	return html.Render(w, http.StatusOK, "list", p)
}

// reported are the cases that somebody has reported, the latest first. Whoever is only the patient of a case gets
// nothing of it in the mailbox: the reporter does.
func (s *Pages) reported(ctx context.Context, who shell.Access,
	person string,
) (rows []mailboxRow, more bool, err error) {
	row := who.Row(accesslog.Row{What: accesslog.List, Detail: "mailbox"})
	cases, err := s.Relay.Store.OpenReported(ctx, person, mailboxMost+1, row)
	if err != nil {
		return nil, false, err
	}
	more = len(cases) > mailboxMost
	for _, c := range cases[:min(len(cases), mailboxMost)] {
		asks := len(c.OpenQuestions) > 0 && c.State != store.Closed
		rows = append(rows, mailboxRow{
			Case: c, Unit: casework.HandlerName(c.Handler), Asks: asks, Over: !identity.Same(person, c.Facts.ReporterID),
		})
	}
	return rows, more, nil
}
