package mailbox

import (
	"net/http"
	"net/url"
	"strings"

	"rivgate/contracts"
	"rivgate/routing"
	"rivgate/web/casework"
	"rivgate/web/shell"
)

type submitPage struct {
	shell.Page
	Query    string
	Found    []routing.Unit
	Searched bool
	Unit     *routing.Unit
	Form     *shell.Form
	Fields   casework.ComplaintFields
}

// SubmitPage is a stand-in for the form that citizens have at 1177: for trying the whole way.
func (s *Pages) SubmitPage(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	if !s.AtPortal() {
		return shell.ErrNotPortal
	}
	q := r.URL.Query()
	if id := q.Get("unit"); id != "" {
		return s.showSubmit(w, who, id, &shell.Form{
			Name: "submit", Values: url.Values{"reply": {"yes"}, "role": {contracts.RolePatient}},
		})
	}
	p := submitPage{Page: s.Page(who, titleSubmit, "submit"), Query: strings.TrimSpace(q.Get("q")), Searched: q.Has("q")}
	for _, u := range s.Relay.Receivers(p.Query, casework.ReceiverLimit) {
		p.Found = append(p.Found, u.Unit)
	}
	return html.Render(w, http.StatusOK, "submit", p)
}

func (s *Pages) showSubmit(w http.ResponseWriter, who shell.Access, id string, f *shell.Form) error {
	unit, ok := s.receiver(id)
	if !ok {
		return shell.ErrNotFound
	}
	p := submitPage{
		Page: s.Page(who, titleSubmit, "submit"), Unit: &unit, Form: f, Fields: s.ComplaintFields(f, unit, true),
	}
	status := http.StatusOK
	if f.Failed() {
		status, p.Title = http.StatusUnprocessableEntity, shell.FailedTitle+p.Title
	}
	return html.Render(w, status, "submit", p)
}

// receiver is a unit that can be chosen now.
func (s *Pages) receiver(id string) (routing.Unit, bool) {
	for _, u := range s.Relay.Receivers(id, casework.ReceiverLimit) {
		if routing.SameHSAID(u.HSAID, id) {
			return u.Unit, true
		}
	}
	return routing.Unit{}, false
}

// SubmitCase sends the case down the line.
func (s *Pages) SubmitCase(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	if !s.AtPortal() {
		return shell.ErrNotPortal
	}
	f, err := shell.ReadForm(w, r, "submit")
	if err != nil {
		return err
	}
	unit, ok := s.receiver(f.Value("unit"))
	if !ok {
		return shell.ErrNotFound
	}
	c := s.Complaint(f, unit)
	c.Attachments = s.CitizenFiles(r.Context(), f)
	if f.Failed() {
		return s.showSubmit(w, who, unit.HSAID, f)
	}
	kind := contracts.KindCareUnit
	if unit.Kind == routing.PatientBoard {
		kind = contracts.KindPatientBoard
	}
	accepted, err := s.Relay.Submit(r.Context(), &contracts.Message{
		Recipient: &contracts.Recipient{Unit: contracts.OrgUnit{HSAID: unit.HSAID, Name: unit.Name}, Kind: kind},
		Complaint: c,
	})
	if err == nil {
		http.Redirect(w, r, shell.Link("/mailbox/{}?done=submit", accepted.CaseID), http.StatusSeeOther)
		return nil
	}
	if !f.Take(err, casework.ComplaintPlaces()) {
		return err
	}
	return s.showSubmit(w, who, unit.HSAID, f)
}
