package desk

import (
	"cmp"
	"net/http"
	"net/url"
	"time"

	"rivgate/contracts"
	"rivgate/routing"
	"rivgate/store"
	"rivgate/web/casework"
	"rivgate/web/shell"
)

type beginPage struct {
	shell.Page
	Units  []routing.Unit // for which cases may be entered
	Unit   *routing.Unit  // the chosen one
	Form   *shell.Form
	Fields casework.ComplaintFields
	Today  string
}

// beginUnits are the inbox units for which somebody may enter cases.
func (s *Lists) beginUnits(who shell.Access) []routing.Unit {
	var out []routing.Unit
	for _, u := range s.InboxUnits(who) {
		if who.May(shell.WriteCase, s.Owner(u.HSAID)) {
			out = append(out, u)
		}
	}
	return out
}

// BeginPage is the form for a case that began outside 1177, by telephone say: GET /begin.
func (s *Lists) BeginPage(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	f := &shell.Form{
		Name: "begin", Values: url.Values{"reply": {"yes"}, "role": {contracts.RolePatient}, "received": {s.Today()}},
	}
	if k := who.Kept; k != nil && k.Action == "/begin" {
		f.Values = k.Values
	}
	return s.showBegin(w, who, cmp.Or(r.URL.Query().Get("unit"), f.Value("unit")), f)
}

func (s *Lists) showBegin(w http.ResponseWriter, who shell.Access, id string, f *shell.Form) error {
	units := s.beginUnits(who)
	unit, ok := chosenUnit(units, id)
	if len(units) == 0 || id != "" && !ok {
		return shell.ErrNotFound
	}
	p := beginPage{Page: s.Page(who, titleBegin, "inbox"), Units: units, Form: f, Today: s.Today()}
	if ok {
		p.Unit, p.Fields = &unit, s.ComplaintFields(f, unit, false)
	}
	status := http.StatusOK
	if f.Failed() {
		status, p.Title = http.StatusUnprocessableEntity, shell.FailedTitle+p.Title
	}
	return html.Render(w, status, "begin", p)
}

// chosenUnit is the unit of an id, or the only one there is.
func chosenUnit(units []routing.Unit, id string) (routing.Unit, bool) {
	for _, u := range units {
		if routing.SameHSAID(u.HSAID, id) || id == "" && len(units) == 1 {
			return u, true
		}
	}
	return routing.Unit{}, false
}

// BeginCase enters the case: a NEW_CASE goes down the line, and the citizen gets the confirmation in 1177.
func (s *Lists) BeginCase(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	f, err := shell.ReadForm(w, r, "begin")
	if err != nil {
		return err
	}
	unit, ok := chosenUnit(s.beginUnits(who), f.Value("unit"))
	if !ok {
		return shell.ErrNotFound
	}
	c := s.Complaint(f, unit)
	c.Attachments = s.CitizenFiles(r.Context(), f)
	day, err := time.ParseInLocation(time.DateOnly, f.Value("received"), routing.Stockholm())
	switch {
	case err != nil || day.After(s.Clock()):
		f.Refuse("received", wordWhenReceived)
	case f.Value("received") == s.Today():
		day = s.Clock()
	}
	c.Received = contracts.NewStamp(day)
	if f.Failed() {
		return s.showBegin(w, who, unit.HSAID, f)
	}
	if err := s.Looked(r.Context(), who, store.Access{
		What: store.AccessChange, Unit: unit.HSAID, Kind: unit.Kind, Detail: "new case",
	}); err != nil {
		return err
	}
	accepted, err := s.Relay.Begin(r.Context(), contracts.Update{
		HandlingUnit: contracts.OrgUnit{HSAID: unit.HSAID, Name: unit.Name}, NewCase: c,
	})
	if err == nil {
		http.Redirect(w, r, shell.Link("/inbox/{}", accepted.CaseID), http.StatusSeeOther)
		return nil
	}
	if !f.Take(err, casework.ComplaintPlaces()) {
		return err
	}
	return s.showBegin(w, who, unit.HSAID, f)
}
