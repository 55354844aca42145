package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"rivgate/contracts/identity"
	"rivgate/store"
)

type mailboxListPage struct {
	page
	Form    *form
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
}

// mailboxMost bounds the list of a person's cases.
const mailboxMost = 100

// testPersons are from the published list of test numbers: nobody has them.
func testPersons() []string {
	return []string{"189001019802", "190001019801", "201701012393", "202402292383", "191401682396", "202201612393"}
}

// mailboxListPage lets a reporter be chosen: GET /mailbox. In 1177 they sign in.
func (s *Site) mailboxListPage(w http.ResponseWriter, _ *http.Request, who access) error {
	if !s.atPortal() {
		return errNotPortal
	}
	return html.render(w, http.StatusOK, "mailbox_list", s.newMailboxList(who, &form{Name: "person", Values: url.Values{}}))
}

func (s *Site) newMailboxList(who access, f *form) mailboxListPage {
	return mailboxListPage{page: s.page(who, "Mina ärenden", "mailbox"), Form: f, Persons: testPersons(), Now: s.now()}
}

// mailboxList shows the cases that somebody has reported: POST /mailbox, for a personal number has no place in an address.
func (s *Site) mailboxList(w http.ResponseWriter, r *http.Request, who access) error {
	if !s.atPortal() {
		return errNotPortal
	}
	f, err := readForm(w, r, "person")
	if err != nil {
		return err
	}
	p := s.newMailboxList(who, f)
	id := s.typedPerson(f.Value("other")).ID
	if id == "" {
		id = s.typedPerson(f.Value("person")).ID
	}
	if !isIdentity(id) {
		f.refuse("other", "Välj en person, eller skriv ett personnummer, samordningsnummer eller reservnummer.")
		p.Title = "Fel: " + p.Title
		return html.render(w, http.StatusUnprocessableEntity, "mailbox_list", p)
	}
	p.Chosen = id
	if p.Rows, p.More, err = s.reported(r.Context(), id); err != nil {
		return err
	}
	return html.render(w, http.StatusOK, "mailbox_list", p)
}

// reported are the cases that somebody has reported, the latest first. Whoever is only the patient of a case gets nothing of it in the mailbox: the reporter does.
func (s *Site) reported(ctx context.Context, person string) (rows []mailboxRow, more bool, err error) {
	ids, err := s.Relay.Store.CasesOf(ctx, person)
	if err != nil {
		return nil, false, err
	}
	for _, id := range ids {
		c, err := s.Relay.Store.Case(ctx, id)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, false, err
		}
		if identity.Same(c.Facts.ReporterID, person) {
			rows = append(rows, mailboxRow{Case: c, Unit: handlerName(c.Handler), Asks: len(c.OpenQuestions) > 0 && c.State != store.Closed})
		}
	}
	slices.SortFunc(rows, func(a, b mailboxRow) int { return b.Received.Compare(a.Received) })
	if len(rows) > mailboxMost {
		return rows[:mailboxMost], true, nil
	}
	return rows, false, nil
}
