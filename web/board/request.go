package board

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"rivgate/contracts"
	"rivgate/store"
	"rivgate/store/accesslog"
	"rivgate/web/casework"
	"rivgate/web/shell"
)

type requestPage struct {
	shell.Page
	Case      store.Case
	Request   casework.BoardRequested
	Unit      string // name of the board
	Diary     string
	Consent   *casework.BoardEntry
	Complaint *contracts.Complaint
	Added     []casework.Writing
	Reporter  casework.Person
	Patient   *casework.Person
	Place     string
	Named     bool   // the letter may say names, where the consent covers them
	Went      string // where the request stands that went to an inbox here; "" for one on paper
}

// RequestPage is a request for an opinion as a letter to print: GET /inbox/{id}/board/request/{n}. With ?file it is a
// text file. The gateway sends it nowhere: no contract carries a case that stays with the board while a provider
// answers.
func (s *Pages) RequestPage(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	ctx := r.Context()
	c, err := s.boardCase(ctx, r.PathValue("id"), who, shell.ExportCase)
	if err != nil {
		return err
	}
	entries, err := s.BoardJudged(ctx, c)
	if err != nil {
		return err
	}
	chosen := requestNumbered(casework.ProvidersOf(entries, s.Today()), r.PathValue("n"))
	if chosen == nil {
		return shell.ErrNotFound
	}
	consent := casework.ConsentFor(entries, chosen.HSAID())
	if consent == nil { // withdrawn since: what may not be sent is not printed
		return shell.NewProblem(http.StatusConflict, "no-consent", titleWithdrawn, wordWithdrawn)
	}
	what := accesslog.Print
	if r.URL.Query().Has("file") {
		what = accesslog.Export
	}
	if err := s.OpenCase(ctx, who, what, &c,
		shell.ShownDetail(accesslog.DetailOf("board", "request"), c, shell.AsksProtected(r))); err != nil {
		return err
	}
	p, err := s.newRequestPage(ctx, who, shell.Shielded(c, shell.AsksProtected(r)), *chosen, consent,
		shell.AsksProtected(r))
	if err != nil {
		return err
	}
	if what == accesslog.Export {
		shell.Download(w, "text/plain; charset=utf-8", "begaran-"+c.ID+"-"+strconv.Itoa(chosen.Number)+".txt")
		_, _ = w.Write([]byte(p.Letter())) // the reader may have gone
		return nil
	}
	return html.Render(w, http.StatusOK, "request", p)
}

// requestNumbered is the request of that number in a case; nil where there is none.
func requestNumbered(all []casework.Provider, number string) *casework.BoardRequested {
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
func (s *Pages) newRequestPage(ctx context.Context, who shell.Access, c store.Case, chosen casework.BoardRequested,
	consent *casework.BoardEntry, shown bool,
) (p requestPage, err error) {
	line, err := s.TimeLine(ctx, c, "")
	if err != nil {
		return p, err
	}
	desk, err := s.Relay.Store.Desk(ctx, c.ID)
	if err != nil {
		return p, err
	}
	asked, err := s.Relay.Store.CaseOpinions(ctx, c)
	if err != nil {
		return p, err
	}
	standings, err := s.standings(ctx)
	if err != nil {
		return p, err
	}
	p = requestPage{
		Named: !c.Protected || shown, Went: standings.word(asked, chosen),
		Page: s.Page(who, titleRequest, "inbox"), Case: c, Request: chosen, Unit: casework.HandlerName(c.Handler),
		Diary: desk.Diary, Consent: consent,
		Place: s.placeNow(c),
	}
	standing, err := s.Standing(ctx, c, line, shown)
	if err != nil {
		return p, err
	}
	if consent.Covers(casework.ScopeNames) {
		p.Reporter, p.Patient = standing.Reporter, standing.Patient
	}
	if consent.Covers(casework.ScopeText) {
		p.Complaint, p.Added = casework.ReporterWrote(line)
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
	b.WriteString(requestHeading)
	line(requestTo, p.Request.Unit)
	line(requestFrom, p.Unit)
	line(requestDay, shell.Swedish(p.Request.At).Format("2006-01-02"))
	line(requestDiary, p.Diary)
	line(requestCase, casework.Reference(p.Case))
	line(requestDue, p.Request.Due)
	line(requestConsent, p.Consent.Given(p.Named))
	line(requestReporter, p.Reporter.Name)
	line(requestCovers, p.Consent.Scope)
	if p.Patient != nil {
		line(requestPatient, p.Patient.Name)
	}
	b.WriteString("\r\n" + strings.ReplaceAll(p.Request.Text, "\n", "\r\n") + "\r\n")
	if p.Complaint != nil {
		b.WriteString(requestComplaint)
		line(requestIncident, shell.Date(p.Complaint.IncidentDate))
		line(requestUnit, p.Place)
		line(requestPlace, p.Complaint.IncidentPlaceText)
		b.WriteString("\r\n" + strings.ReplaceAll(p.Complaint.Description, "\n", "\r\n") + "\r\n")
	}
	for _, w := range p.Added {
		b.WriteString("\r\n" + casework.AddedHeading(w) + "\r\n" + strings.ReplaceAll(w.Text, "\n", "\r\n") + "\r\n")
	}
	return b.String()
}
