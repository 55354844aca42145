package web

import (
	"cmp"
	"net/http"
	"net/url"
	"time"

	"rivgate/contracts"
	"rivgate/routing"
	"rivgate/store"
)

type beginPage struct {
	page
	Units  []routing.Unit // for which cases may be entered
	Unit   *routing.Unit  // the chosen one
	Form   *form
	Fields complaintFields
	Today  string
}

// beginUnits are the inbox units for which somebody may enter cases.
func (s *Site) beginUnits(who access) []routing.Unit {
	var out []routing.Unit
	for _, u := range s.inboxUnits(who) {
		if who.may(WriteCase, s.owner(u.HSAID)) {
			out = append(out, u)
		}
	}
	return out
}

// beginPage is the form for a case that began outside 1177, by telephone say: GET /begin.
func (s *Site) beginPage(w http.ResponseWriter, r *http.Request, who access) error {
	f := &form{Name: "begin", Values: url.Values{"reply": {"yes"}, "role": {contracts.RolePatient}, "received": {s.today()}}}
	if k := who.kept; k != nil && k.Action == "/begin" {
		f.Values = k.Values
	}
	return s.showBegin(w, who, cmp.Or(r.URL.Query().Get("unit"), f.Value("unit")), f)
}

func (s *Site) showBegin(w http.ResponseWriter, who access, id string, f *form) error {
	units := s.beginUnits(who)
	unit, ok := chosenUnit(units, id)
	if len(units) == 0 || id != "" && !ok {
		return errNotFound
	}
	p := beginPage{page: s.page(who, "Nytt ärende utanför 1177", "inbox"), Units: units, Form: f, Today: s.today()}
	if ok {
		p.Unit, p.Fields = &unit, s.complaintFields(f, unit, false)
	}
	status := http.StatusOK
	if f.Failed() {
		status, p.Title = http.StatusUnprocessableEntity, "Fel: "+p.Title
	}
	return html.render(w, status, "submit_outside", p)
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

// beginCase enters the case: a NEW_CASE goes down the line, and the citizen gets the confirmation in 1177.
func (s *Site) beginCase(w http.ResponseWriter, r *http.Request, who access) error {
	f, err := readForm(w, r, "begin")
	if err != nil {
		return err
	}
	unit, ok := chosenUnit(s.beginUnits(who), f.Value("unit"))
	if !ok {
		return errNotFound
	}
	c := s.complaint(f, unit)
	c.Attachments = s.citizenFiles(r.Context(), f)
	day, err := time.ParseInLocation(time.DateOnly, f.Value("received"), routing.Stockholm())
	switch {
	case err != nil || day.After(s.now()):
		f.refuse("received", "Ange vilken dag ärendet kom in, senast i dag.")
	case f.Value("received") == s.today():
		day = s.now()
	}
	c.Received = contracts.NewStamp(day)
	if f.Failed() {
		return s.showBegin(w, who, unit.HSAID, f)
	}
	if err := s.looked(r.Context(), who, store.Access{What: store.AccessChange, Unit: unit.HSAID, Kind: unit.Kind, Detail: "new case"}); err != nil {
		return err
	}
	accepted, err := s.Relay.Begin(r.Context(), contracts.Update{HandlingUnit: contracts.OrgUnit{HSAID: unit.HSAID, Name: unit.Name}, NewCase: c})
	if err == nil {
		http.Redirect(w, r, link("/inbox/{}", accepted.CaseID), http.StatusSeeOther)
		return nil
	}
	if !f.take(err, complaintPlaces()) {
		return err
	}
	return s.showBegin(w, who, unit.HSAID, f)
}
