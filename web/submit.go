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
	Form     *form
	Fields   complaintFields
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
		page: s.page(who, "Skicka ett ärende", "submit"), Unit: &unit, Form: f, Fields: s.complaintFields(f, unit, true),
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
		if routing.SameHSAID(u.HSAID, id) {
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
	c.Attachments = citizenFiles(f)
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
		http.Redirect(w, r, link("/mailbox/{}?done=submit", accepted.CaseID), http.StatusSeeOther)
		return nil
	}
	if !f.take(err, complaintPlaces()) {
		return err
	}
	return s.showSubmit(w, who, unit.HSAID, f)
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
