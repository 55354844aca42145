package web

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"rivgate/contracts"
	"rivgate/store"
)

type requestPage struct {
	page
	Case      store.Case
	Request   boardRequested
	Unit      string // name of the board
	Diary     string
	Consent   *boardEntry
	Complaint *contracts.Complaint
	Reporter  person
	Patient   *person
	Place     string
}

// requestPage is a request for an opinion as a letter to print: GET /inbox/{id}/board/request/{n}. With ?file it is a text file. The gateway sends it nowhere: no
// contract carries a case that stays with the board while a provider answers.
func (s *Site) requestPage(w http.ResponseWriter, r *http.Request, who access) error {
	ctx := r.Context()
	c, err := s.boardCase(ctx, r.PathValue("id"), who, ExportCase)
	if err != nil {
		return err
	}
	entries, err := s.boardEntries(ctx, c)
	if err != nil {
		return err
	}
	chosen := requestNumbered(providersOf(entries, s.today()), r.PathValue("n"))
	if chosen == nil {
		return errNotFound
	}
	consent := consentFor(entries, chosen.HSAID())
	if consent == nil { // withdrawn since: what may not be sent is not printed
		return newProblem(http.StatusConflict, "no-consent", "Samtycket är återtaget", "Ärendet får inte längre lämnas till vårdgivaren. Notera ett nytt samtycke först.")
	}
	what := store.AccessPrint
	if r.URL.Query().Has("file") {
		what = store.AccessExport
	}
	if err := s.lookedAt(ctx, who, what, c, shownDetail("board: request", c, asksProtected(r))); err != nil {
		return err
	}
	p, err := s.newRequestPage(ctx, who, shielded(c, asksProtected(r)), *chosen, consent, asksProtected(r))
	if err != nil {
		return err
	}
	if what == store.AccessExport {
		download(w, "text/plain; charset=utf-8", "begaran-"+c.ID+"-"+strconv.Itoa(chosen.Number)+".txt")
		_, _ = w.Write([]byte(p.Letter())) // the reader may have gone
		return nil
	}
	return html.render(w, http.StatusOK, "board_request", p)
}

// requestNumbered is the request of that number in a case; nil where there is none.
func requestNumbered(all []provider, number string) *boardRequested {
	for _, p := range all {
		for _, one := range p.Requests {
			if strconv.Itoa(one.Number) == number {
				return &one
			}
		}
	}
	return nil
}

// newRequestPage gathers what the letter says.
func (s *Site) newRequestPage(ctx context.Context, who access, c store.Case, chosen boardRequested, consent *boardEntry, shown bool) (p requestPage, err error) {
	line, err := s.timeLine(ctx, c, "")
	if err != nil {
		return p, err
	}
	desk, err := s.Relay.Store.Desk(ctx, c.ID)
	if err != nil {
		return p, err
	}
	p = requestPage{
		page: s.page(who, "Begäran om yttrande", "inbox"), Case: c, Request: chosen, Unit: handlerName(c.Handler), Diary: desk.Diary, Consent: consent,
		Place: s.placeNow(c),
	}
	p.Reporter, p.Patient = people(c, line, shown)
	for _, e := range line {
		if e.Complaint != nil {
			p.Complaint = e.Complaint
			break
		}
	}
	return p, nil
}

// Letter is the request as a text.
func (p requestPage) Letter() string {
	var b strings.Builder
	line := func(name, value string) {
		if value != "" {
			b.WriteString(name + ": " + value + "\r\n")
		}
	}
	b.WriteString("BEGÄRAN OM YTTRANDE\r\n\r\n")
	line("Till", p.Request.Unit)
	line("Från", p.Unit)
	line("Dag", swedish(p.Request.At).Format("2006-01-02"))
	line("Diarienummer", p.Diary)
	line("Ärende", reference(p.Case))
	line("Svar önskas senast", p.Request.Due)
	line("Samtycke", p.Consent.Who+", "+p.Consent.Day+", "+p.Consent.How)
	line("Anmälare", p.Reporter.Name)
	if p.Patient != nil {
		line("Patient", p.Patient.Name)
	}
	b.WriteString("\r\n" + strings.ReplaceAll(p.Request.Text, "\n", "\r\n") + "\r\n")
	if p.Complaint != nil {
		b.WriteString("\r\nVAD ANMÄLAREN SKRIVER\r\n\r\n")
		line("Hände", date(p.Complaint.IncidentDate))
		line("Enhet", p.Place)
		line("Plats", p.Complaint.IncidentPlaceText)
		b.WriteString("\r\n" + strings.ReplaceAll(p.Complaint.Description, "\n", "\r\n") + "\r\n")
	}
	return b.String()
}
