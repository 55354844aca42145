package mailbox

import (
	"net/http"
	"net/url"

	"go.uber.org/zap"

	"rivgate/contracts"
	"rivgate/relay"
	"rivgate/routing"
	"rivgate/web/casework"
	"rivgate/web/shell"
)

type submitPage struct {
	shell.Page
	Query   string
	Region  string // that was chosen; "" all
	Refused string // in words: the link that led here names what cannot be chosen
	relay.Search
	More    bool             // there are more than are shown
	Boards  []relay.Receiver // that take cases now: of the region, or all
	Regions []relay.Receiver // all boards, for choosing a region
	Unit    *routing.Unit
	Form    *shell.Form
	Fields  casework.ComplaintFields
}

// foundMost is how many units are shown; who sees more types another word.
const foundMost = 50

// SubmitPage is a stand-in for the form that citizens have at 1177: for trying the whole way. ?region= and ?unit= are
// links for a region's and a unit's own pages; ?place= is what somebody looked for who then chose the patient board.
func (s *Pages) SubmitPage(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	if !s.AtPortal() {
		return shell.ErrNotPortal
	}
	q := r.URL.Query()
	p := submitPage{
		Page: s.Page(who, titleSubmit, "submit"), Query: casework.TypedQuery(q.Get("q")), Region: q.Get("region"),
		Regions: s.Relay.Boards(""),
	}
	id := q.Get("unit")
	if unit, ok := s.linked(&p, id); ok {
		f := &shell.Form{Name: "submit", Values: url.Values{"reply": {"yes"}, "role": {contracts.RolePatient}}}
		if unit.Kind == routing.PatientBoard {
			f.Values.Set("place", casework.TypedQuery(q.Get("place")))
		}
		return s.showSubmit(w, who, unit, f)
	}
	status := http.StatusOK
	if p.Refused != "" {
		s.logRefusedLink(id, q.Get("region"))
		status, p.Title = http.StatusNotFound, shell.FailedTitle+p.Title
	}
	p.Search = s.Relay.Search(p.Query, p.Region, foundMost+1)
	if p.More = max(len(p.Found), len(p.Elsewhere)) > foundMost; p.More {
		p.Found, p.Elsewhere = p.Found[:min(len(p.Found), foundMost)], p.Elsewhere[:min(len(p.Elsewhere), foundMost)]
	}
	p.Boards = s.Relay.Boards(p.Search.Region)
	return html.Render(w, status, "submit", p)
}

// linked reads what a link names: a region whose patient board takes cases, and a unit, of that region where both are
// named. What cannot be chosen is refused, and nothing is said of it: neither whether it is there, nor what it is
// called.
func (s *Pages) linked(p *submitPage, id string) (routing.Unit, bool) {
	if p.Region != "" && len(s.Relay.Boards(p.Region)) == 0 {
		p.Region, p.Refused = "", wordLinkRegion
		return routing.Unit{}, false
	}
	if id == "" {
		return routing.Unit{}, false
	}
	unit, ok := s.Relay.ReceiverOf(id)
	ok = ok && (p.Region == "" || p.Region == unit.Region)
	if !ok {
		p.Refused = casework.WordLinkUnit
	}
	return unit.Unit, ok
}

// logRefusedLink notes a link that leads nowhere, so that somebody mends it. What is in it is written by whoever made
// the link: only what has the form of an HSA-id or a county code is kept.
func (s *Pages) logRefusedLink(unit, region string) {
	if !shell.IsHSAForm(unit) {
		unit = ""
	}
	if !routing.IsRegion(region) {
		region = ""
	}
	s.Logger().Info("a link to the form names a receiver that cannot be chosen", zap.String("unit", unit),
		zap.String("region", region))
}

func (s *Pages) showSubmit(w http.ResponseWriter, who shell.Access, unit routing.Unit, f *shell.Form) error {
	p := submitPage{
		Page: s.Page(who, titleSubmit, "submit"), Unit: &unit, Form: f, Fields: s.ComplaintFields(f, unit, true),
	}
	status := http.StatusOK
	if f.Failed() {
		status, p.Title = http.StatusUnprocessableEntity, shell.FailedTitle+p.Title
	}
	return html.Render(w, status, "submit", p)
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
	unit, known := s.Table().Unit(f.Value("unit"))
	if !known {
		return shell.ErrNotFound
	}
	if _, ok := s.Relay.Choosable(unit); !ok { // it could be when the form was opened: what was typed is not lost
		f.General = wordUnitGone
	}
	c := s.Complaint(f, unit)
	c.Attachments = s.CitizenFiles(r.Context(), f)
	if f.Failed() {
		return s.showSubmit(w, who, unit, f)
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
		s.BeCitizen(r.Context(), c.Reporter.PersonID.ID)
		http.Redirect(w, r, shell.Link("/mailbox/{}?done=submit", accepted.CaseID), http.StatusSeeOther)
		return nil
	}
	if !f.Take(err, casework.ComplaintPlaces()) {
		return err
	}
	return s.showSubmit(w, who, unit, f)
}
