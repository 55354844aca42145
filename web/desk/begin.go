package desk

import (
	"cmp"
	"net/http"
	"net/url"
	"strings"
	"time"

	"rivgate/contracts"
	"rivgate/routing"
	"rivgate/store/accesslog"
	"rivgate/web/casework"
	"rivgate/web/shell"
)

// beginMany is how many units somebody can choose from at a glance.
const beginMany = 10

type beginPage struct {
	shell.Page
	Units  []routing.Unit // for which cases may be entered, as they were looked for
	Many   bool           // there are so many that they can be looked for
	Query  string
	Unit   *routing.Unit // the chosen one
	Form   *shell.Form
	Fields casework.ComplaintFields
	Today  string
}

// beginUnits are the inbox units for which somebody may enter cases, as they are found by what was typed.
func (s *Lists) beginUnits(who shell.Access, typed string) []routing.Unit {
	return s.FindInboxUnits(who, shell.WriteCase, typed, casework.ReceiverLimit)
}

// BeginPage is the form for a case that began outside 1177, by telephone say: GET /begin. Who has many units looks for
// the right one: ?q=.
func (s *Lists) BeginPage(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	f := &shell.Form{
		Name: "begin", Values: url.Values{"reply": {"yes"}, "role": {contracts.RolePatient}, "received": {s.Today()}},
	}
	if k := who.Kept; k != nil && k.Action == "/begin" {
		f.Values = k.Values
	}
	q := r.URL.Query()
	return s.showBegin(w, who, cmp.Or(q.Get("unit"), f.Value("unit")), strings.TrimSpace(q.Get("q")), f)
}

func (s *Lists) showBegin(w http.ResponseWriter, who shell.Access, id, typed string, f *shell.Form) error {
	units := s.beginUnits(who, "")
	unit, ok := s.beginUnit(who, units, id)
	if len(units) == 0 || id != "" && !ok {
		return shell.ErrNotFound
	}
	p := beginPage{
		Page: s.Page(who, titleBegin, "inbox"), Units: units, Many: len(units) > beginMany, Query: typed, Form: f,
		Today: s.Today(),
	}
	switch {
	case ok:
		p.Unit, p.Fields = &unit, s.ComplaintFields(f, unit, false)
	case typed != "":
		p.Units = s.beginUnits(who, typed)
	}
	status := http.StatusOK
	if f.Failed() {
		status, p.Title = http.StatusUnprocessableEntity, shell.FailedTitle+p.Title
	}
	return html.Render(w, status, "begin", p)
}

// beginUnit is the unit of an id, or the only one there is.
func (s *Lists) beginUnit(who shell.Access, units []routing.Unit, id string) (routing.Unit, bool) {
	if id == "" && len(units) == 1 {
		return units[0], true
	}
	u, ok := s.Relay.ReceiverOf(id)
	return u.Unit, ok && u.Via == routing.Inbox && who.May(shell.WriteCase, s.Owner(u.HSAID))
}

// BeginCase enters the case: a NEW_CASE goes down the line, and the citizen gets the confirmation in 1177.
func (s *Lists) BeginCase(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	f, err := shell.ReadForm(w, r, "begin")
	if err != nil {
		return err
	}
	unit, ok := s.beginUnit(who, s.beginUnits(who, ""), f.Value("unit"))
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
		return s.showBegin(w, who, unit.HSAID, "", f)
	}
	if err := s.Looked(r.Context(), who, accesslog.Row{
		What: accesslog.Change, Unit: unit.HSAID, Kind: unit.Kind, Detail: "new case",
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
	return s.showBegin(w, who, unit.HSAID, "", f)
}
