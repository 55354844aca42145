package open

import (
	"net/http"
	"net/url"
	"time"

	"rivgate/contracts"
	"rivgate/routing"
	"rivgate/web/casework"
	"rivgate/web/shell"
)

type sendPage struct {
	shell.Page
	Query    string
	Refused  string // in words: the link that led here names a unit that cannot be chosen
	Found    []routing.Unit
	Boards   []routing.Unit // for who does not find the unit
	Unit     *routing.Unit
	Board    bool
	Form     *shell.Form
	Problems []casework.ProblemChoice
	Today    string
}

// SendPage is the form by which anybody reports: GET /open.
func (s *Pages) SendPage(w http.ResponseWriter, r *http.Request, _ shell.Access) error {
	if err := s.ready(); err != nil {
		return err
	}
	q := r.URL.Query()
	p := sendPage{Page: s.page(titleSend), Query: casework.TypedQuery(q.Get("q"))}
	if id := q.Get("unit"); id != "" {
		unit, err := s.unit(r, id)
		if err != nil {
			p.Refused, p.Title = casework.WordLinkUnit, shell.FailedTitle+p.Title
			return s.showSearch(w, http.StatusNotFound, p)
		}
		f := &shell.Form{Name: "open", Values: url.Values{"reply": {"yes"}, "ticket": {string(newTicket())}}}
		if unit.Kind == routing.PatientBoard {
			f.Values.Set("place", casework.TypedQuery(q.Get("place")))
		}
		return s.showSend(w, unit, f)
	}
	return s.showSearch(w, http.StatusOK, p)
}

// showSearch shows the units that can be chosen.
func (s *Pages) showSearch(w http.ResponseWriter, status int, p sendPage) error {
	if p.Found = s.units(p.Query); p.Query != "" {
		p.Boards = s.boards()
	}
	return html.Render(w, status, "send", p)
}

func (s *Pages) showSend(w http.ResponseWriter, unit routing.Unit, f *shell.Form) error {
	p := sendPage{
		Page: s.page(titleSend), Unit: &unit, Board: unit.Kind == routing.PatientBoard, Form: f, Problems: s.Problems(),
		Today: s.Today(),
	}
	status := http.StatusOK
	if f.Failed() {
		status, p.Title = http.StatusUnprocessableEntity, shell.FailedTitle+p.Title
	}
	return html.Render(w, status, "send", p)
}

type sentPage struct {
	shell.Page
	Unit routing.Unit
	Code string
}

// Send sends the case down the line, and shows its code: POST /open. The code stands in no address, and nowhere else.
func (s *Pages) Send(w http.ResponseWriter, r *http.Request, _ shell.Access) error {
	if err := s.ready(); err != nil {
		return err
	}
	if !s.sends.take(s.peer(r), s.Clock(), sendsEach, sendsAll) {
		return s.crowded(w, r, "open page")
	}
	f, err := shell.ReadFields(w, r, "open")
	if err != nil {
		return err
	}
	unit, err := s.unit(r, f.Value("unit"))
	if err != nil {
		return err
	}
	t := ticket(f.Value("ticket"))
	if !t.sound() {
		return shell.ErrForm
	}
	c := s.complaint(f, unit, t)
	if f.Failed() {
		return s.showSend(w, unit, f)
	}
	code := t.code()
	_, err = s.Relay.SubmitFollowed(r.Context(), &contracts.Message{
		ID:        contracts.II{Root: s.Relay.Portal, Extension: t.message()},
		Recipient: &contracts.Recipient{Unit: contracts.OrgUnit{HSAID: unit.HSAID, Name: unit.Name}, Kind: kindOf(unit)},
		Complaint: c,
	}, digestOf(code))
	if err == nil {
		return html.Render(w, http.StatusOK, "sent", sentPage{Page: s.page(titleSent), Unit: unit, Code: printCode(code)})
	}
	if !f.Take(err, casework.ComplaintPlaces()) {
		return err
	}
	return s.showSend(w, unit, f)
}

func kindOf(unit routing.Unit) string {
	if unit.Kind == routing.PatientBoard {
		return contracts.KindPatientBoard
	}
	return contracts.KindCareUnit
}

// complaint is the case as it was typed; what is missing is noted in the form. Nobody's name or number is asked for,
// and files that somebody sends all the same are not taken.
func (s *Pages) complaint(f *shell.Form, unit routing.Unit, t ticket) *contracts.Complaint {
	c := &contracts.Complaint{
		Reporter:     contracts.Reporter{PersonID: t.reporter(), Role: f.Value("role")},
		IncidentDate: shell.CompactDate(f.Value("date")), Description: f.Value("text"),
		ReplyWanted: f.Value("reply") == "yes",
	}
	switch c.Reporter.Role {
	case contracts.RolePatient:
	case contracts.RoleRelative:
		c.Patient = &contracts.Patient{Name: wordSomebody}
	default:
		f.Refuse("role", wordWho)
	}
	if f.Value("date") == "" {
		f.Refuse("date", casework.WordIncidentDay)
	} else if _, err := time.Parse(time.DateOnly, f.Value("date")); err == nil && f.Value("date") > s.Today() {
		f.Refuse("date", wordDayToCome)
	}
	if f.Value("text") == "" {
		f.Refuse("text", casework.WordIncident)
	}
	switch unit.Kind {
	case routing.PatientBoard:
		c.IncidentPlaceText = f.Value("place")
	case routing.Other: // no care: it happened elsewhere, or at no unit
	default:
		c.IncidentUnit = &contracts.OrgUnit{HSAID: unit.HSAID, Name: unit.Name}
	}
	c.ExperiencedProblem = s.Experienced(f)
	return c
}
