package web

import (
	"net/http"
	"net/url"
	"strings"

	"rivgate/contracts"
	"rivgate/routing"
)

type submitPage struct {
	page
	Query    string
	Found    []routing.Unit
	Searched bool
	Unit     *routing.Unit
	Board    bool
	Form     *form
	Problems []problemChoice
	Today    string
}

// submitPage is a stand-in for the form that citizens have at 1177: for trying the whole way.
func (s *Site) submitPage(w http.ResponseWriter, r *http.Request, who access) error {
	if !s.atPortal() {
		return errNotPortal
	}
	q := r.URL.Query()
	if id := q.Get("unit"); id != "" {
		return s.showSubmit(w, who, id, &form{Name: "submit", Values: url.Values{"reply": {"yes"}, "role": {contracts.RolePatient}}})
	}
	p := submitPage{page: s.page(who, "Skicka ett ärende", "submit"), Query: strings.TrimSpace(q.Get("q")), Searched: q.Has("q")}
	for _, u := range s.Relay.Receivers(p.Query, receiverLimit) {
		p.Found = append(p.Found, u.Unit)
	}
	return s.render(w, http.StatusOK, "submit", p)
}

func (s *Site) showSubmit(w http.ResponseWriter, who access, id string, f *form) error {
	unit, ok := s.receiver(id)
	if !ok {
		return errNotFound
	}
	p := submitPage{
		page: s.page(who, "Skicka ett ärende", "submit"), Unit: &unit, Board: unit.Kind == routing.PatientBoard, Form: f, Problems: s.problems(),
		Today: s.now().In(routing.Stockholm()).Format("2006-01-02"),
	}
	status := http.StatusOK
	if f.Failed() {
		status, p.Title = http.StatusUnprocessableEntity, "Fel: "+p.Title
	}
	return s.render(w, status, "submit", p)
}

// receiver is a unit that can be chosen now.
func (s *Site) receiver(id string) (routing.Unit, bool) {
	for _, u := range s.Relay.Receivers(id, receiverLimit) {
		if strings.EqualFold(u.HSAID, id) {
			return u.Unit, true
		}
	}
	return routing.Unit{}, false
}

// submitCase sends the case down the line.
func (s *Site) submitCase(w http.ResponseWriter, r *http.Request, who access) error {
	if !s.atPortal() {
		return errNotPortal
	}
	f, err := readForm(w, r, "submit")
	if err != nil {
		return err
	}
	unit, ok := s.receiver(f.Value("unit"))
	if !ok {
		return errNotFound
	}
	c := s.complaint(f, unit)
	if c.Attachments, err = attachments(r, f); err != nil {
		return err
	}
	if f.Failed() {
		return s.showSubmit(w, who, unit.HSAID, f)
	}
	kind := contracts.KindCareUnit
	if unit.Kind == routing.PatientBoard {
		kind = contracts.KindPatientBoard
	}
	accepted, err := s.Relay.Submit(r.Context(), &contracts.Message{
		Recipient: &contracts.Recipient{Unit: contracts.OrgUnit{HSAID: unit.HSAID, Name: unit.Name}, Kind: kind}, Complaint: c,
	})
	if err == nil {
		http.Redirect(w, r, "/mailbox/"+url.PathEscape(accepted.CaseID)+"?done=submit", http.StatusSeeOther)
		return nil
	}
	if !f.take(err, []place{
		{"reporter/personId", "reporter"},
		{"patient/personId", "patient"},
		{"patient", "patient"},
		{"incidentDate", "date"},
		{"incidentPlaceText", "place"},
		{"experiencedProblem", "problem"},
		{"description", "text"},
		{"attachment", "file"},
	}) {
		return err
	}
	return s.showSubmit(w, who, unit.HSAID, f)
}

// complaint is the case as it was typed; what is missing is noted in the form.
func (s *Site) complaint(f *form, unit routing.Unit) *contracts.Complaint {
	c := &contracts.Complaint{
		Reporter: contracts.Reporter{
			PersonID: personID(f.Value("reporter")), Name: f.Value("name"), Role: f.Value("role"),
			Telecom: f.Value("phone"), Email: f.Value("email"),
		},
		IncidentDate: compactDate(f.Value("date")), Description: f.Value("text"), ReplyWanted: f.Value("reply") == "yes",
	}
	for _, must := range []struct{ field, text string }{
		{"reporter", "Ange anmälarens personnummer."}, {"date", "Ange vilken dag det hände."}, {"text", "Beskriv vad som hände."},
	} {
		if f.Value(must.field) == "" {
			f.refuse(must.field, must.text)
		}
	}
	switch c.Reporter.Role {
	case contracts.RolePatient:
	case contracts.RoleRelative, contracts.RoleProxy:
		stated := f.Value("authority") == "yes"
		c.Reporter.StatedAuthority = &stated
		c.Patient = &contracts.Patient{Name: f.Value("patientname")}
		if id := f.Value("patient"); id != "" {
			p := personID(id)
			c.Patient.PersonID = &p
		}
	default:
		f.refuse("role", "Välj vem du är.")
	}
	if unit.Kind == routing.PatientBoard {
		c.IncidentPlaceText = f.Value("place")
	} else {
		c.IncidentUnit = &contracts.OrgUnit{HSAID: unit.HSAID, Name: unit.Name}
	}
	if value := f.Value("problem"); value != "" {
		for _, p := range s.problems() {
			if p.Value == value {
				c.ExperiencedProblem = append(c.ExperiencedProblem, coded(contracts.SystemProblem, p.Code))
			}
		}
	}
	return c
}

// personID is a typed identity, with the kind that its form tells: a coordination number has 60 added to the day.
func personID(typed string) contracts.PersonID {
	id := strings.Map(func(r rune) rune {
		if r == '-' || r == ' ' {
			return -1
		}
		return r
	}, typed)
	kind := contracts.OIDPersonnummer
	if len(id) == 12 && id[6] >= '6' && id[6] <= '9' {
		kind = contracts.OIDSamordning
	}
	return contracts.PersonID{ID: id, Type: kind}
}
