package web

import (
	"net/http"
	"net/url"
	"strings"

	"rivgate/contracts"
	"rivgate/contracts/identity"
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
	return html.render(w, http.StatusOK, "submit", p)
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
	return html.render(w, status, "submit", p)
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
	c.Attachments = s.citizenFiles(r.Context(), f)
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

// typedPerson is an identity as somebody typed or pasted it, with the kind that its form tells.
func (s *Site) typedPerson(typed string) contracts.PersonID {
	return identity.Parse(typed, swedish(s.now()))
}

// isIdentity tells whether an identity that was typed can be somebody's: regions' own numbers may have any form.
func isIdentity(id string) bool { return len(id) >= 6 && len(identity.Keys(id)) > 0 }

// person is the identity in a field of a form. A region's own number may have any form: the field of the region's OID says that it is one.
func (s *Site) person(f *form, field string) contracts.PersonID {
	typed, oid := f.Value(field), f.Value(field+"oid")
	if oid != "" {
		if !identity.IsOID(oid) {
			f.refuse(field+"oid", "Skriv regionens OID med siffror och punkter, till exempel 1.2.752.97.3.1.3.")
		}
		return contracts.PersonID{ID: identity.NFC(typed), Type: oid}
	}
	p := s.typedPerson(typed)
	if typed != "" && p.Type == "" {
		f.refuse(field, "Numret känns inte igen. Skriv ett personnummer, ett samordningsnummer eller en nationell reservidentitet. Är det ett regionalt "+
			"nummer: ange också regionens OID.")
	}
	return p
}
