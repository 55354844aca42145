package api

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"rivgate/contracts/redact"
	"rivgate/store"
	"rivgate/store/accesslog"
	"rivgate/web/casework"
	"rivgate/web/shell"
)

// CaseView is a case in the API.
type CaseView struct {
	store.Case
	Classification     Concluded  `json:"classification"` // in place of the store's
	DaysLeft           int        `json:"daysLeft"`       // of 28
	Late               bool       `json:"late"`
	Reporter           PersonView `json:"reporter"`
	Patient            PersonView `json:"patient"`
	IncidentDate       string     `json:"incidentDate,omitempty"` // YYYYMMDD
	IncidentUnit       string     `json:"incidentUnit,omitempty"`
	IncidentPlaceText  string     `json:"incidentPlaceText,omitempty"`
	Experienced        []string   `json:"experiencedProblem,omitempty"`
	ReplyWanted        bool       `json:"replyWanted"`
	AttachmentsAllowed bool       `json:"attachmentsAllowed"`
	// Registration is the number (diarienummer) that the unit that has the case has given it.
	Registration string         `json:"registration,omitempty"`
	Authority    *AuthorityView `json:"authority,omitempty"` // where the reporter speaks for the patient
	Former       []FormerView   `json:"formerReporters,omitempty"`
}

// Concluded is the classification in the API: codes.
type Concluded struct {
	MainProblems []string `json:"mainProblems,omitempty"`
	SubProblems  []string `json:"subProblems,omitempty"`
	Area         string   `json:"areaOfActivity,omitempty"`
	IncidentUnit string   `json:"incidentUnit,omitempty"`
	IncidentDate string   `json:"incidentDate,omitempty"`
}

// PersonView is a person in the API; in lists the id is masked.
type PersonView struct {
	ID   string `json:"id,omitempty"`
	Type string `json:"type,omitempty"` // OID of the kind of identity
	Name string `json:"name,omitempty"`
	Role string `json:"role,omitempty"` // of the reporter
}

// caseView is a case with its persons as they are at hand: shielded comes before.
func (s *Cases) caseView(c store.Case, whole bool) CaseView {
	f := c.Facts
	v := CaseView{
		Case: c, Classification: Concluded(c.Classification), DaysLeft: casework.DaysLeft(c, s.Clock()),
		IncidentDate: f.IncidentDate, IncidentUnit: f.IncidentUnit, IncidentPlaceText: f.PlaceText,
		Experienced: f.Experienced, ReplyWanted: f.ReplyWanted, AttachmentsAllowed: f.Attachments,
		Reporter: PersonView{ID: f.ReporterID, Type: f.ReporterType, Name: f.ReporterName, Role: f.Role},
		Patient:  PersonView{ID: f.PatientID, Type: f.PatientType, Name: f.PatientName},
	}
	v.Late = v.DaysLeft < 0 && c.State != store.Closed
	if !whole {
		v.Reporter.ID, v.Patient.ID, v.IncidentPlaceText = casework.ReporterOf(c).Masked(), casework.PatientOf(c).Masked(), ""
	}
	return v
}

// Cases lists cases, the latest received first, however they are handled.
func (s *Cases) Cases(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	return s.casesOf(w, r, who, shell.ReadQuery(r, "q", "state", "unit", "since", "after", "limit"))
}

// Search is Cases for a POST: no number of a person stands in an address, nor in anybody's log of addresses.
func (s *Cases) Search(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	var body struct {
		Query string `json:"q"`
		State string `json:"state"`
		Unit  string `json:"unit"`
		Since string `json:"since"`
		After string `json:"after"`
		Limit int    `json:"limit"`
	}
	if err := shell.ReadJSON(w, r, &body); err != nil {
		return err
	}
	q := &shell.Query{Values: url.Values{
		"q": {body.Query}, "state": {body.State}, "unit": {body.Unit}, "since": {body.Since}, "after": {body.After},
	}}
	if body.Limit != 0 {
		q.Set("limit", strconv.Itoa(body.Limit))
	}
	return s.casesOf(w, r, who, q)
}

func (s *Cases) casesOf(w http.ResponseWriter, r *http.Request, who shell.Access, q *shell.Query) error {
	f := store.CaseFilter{
		Query: q.Get("q"), Unit: q.Get("unit"), Since: q.Moment("since"), After: q.Get("after"), Limit: q.Limit(),
	}
	switch state := store.State(q.Get("state")); state {
	case "", store.Submitted, store.Delivered, store.InProgress, store.AwaitingReporter, store.Closed:
		f.State = state
	default:
		q.Wrong("state", wordCaseState)
	}
	if q.Err != nil {
		return q.Err
	}
	s.Narrow(&f, who, shell.ReadCase)
	cases, _, err := s.ListCases(r.Context(), who, f, f, f.Limit)
	if err != nil {
		return err
	}
	ids := make([]string, 0, len(cases))
	for _, c := range cases {
		ids = append(ids, c.ID)
	}
	desks, err := s.Relay.Store.Desks(r.Context(), ids)
	if err != nil {
		return err
	}
	rights, err := s.Relay.Store.Authorities(r.Context(), ids)
	if err != nil {
		return err
	}
	out := shell.List[CaseView]{Items: make([]CaseView, 0, len(cases))}
	for _, c := range shell.ShieldedAll(cases) {
		v := s.caseView(c, false)
		v.Registration, v.Authority = desks[c.ID].Diary, authorityView(c, rights[c.ID])
		out.Items = append(out.Items, v)
	}
	if len(cases) == f.Limit {
		out.Next = cases[len(cases)-1].ID
	}
	return shell.WriteJSON(w, http.StatusOK, out)
}

// readable finds a case that may be read: by its unit's people, or by 1177, which has it anyway. One that may not does
// not exist.
func (s *Cases) readable(ctx context.Context, id string, who shell.Access) (store.Case, error) {
	c, err := s.Relay.Store.Head(ctx, id)
	if err != nil || who.May(shell.BeCitizen, shell.Owner{}) && !who.May(shell.ReadCase, shell.OwnerOf(c)) {
		return c, err
	}
	return c, s.Theirs(ctx, who, shell.ReadCase, c)
}

// APICase answers with one case: GET /api/cases/{id}.
func (s *Cases) APICase(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	q := shell.ReadQuery(r, "protected")
	if q.Err != nil {
		return q.Err
	}
	c, err := s.readable(r.Context(), r.PathValue("id"), who)
	if err != nil {
		return err
	}
	if err := s.OpenCase(r.Context(), who, accesslog.Read, &c,
		shell.ShownDetail("case", c, shell.AsksProtected(r))); err != nil {
		return err
	}
	v := s.caseView(shell.Shielded(c, shell.AsksProtected(r)), true)
	if who.May(shell.ReadCase, shell.OwnerOf(c)) { // what units do among themselves is not 1177's
		if err := s.handled(r.Context(), c, shell.AsksProtected(r), &v); err != nil {
			return err
		}
	}
	return shell.WriteJSON(w, http.StatusOK, v)
}

// Messages is the time line of a case.
func (s *Cases) Messages(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	q := shell.ReadQuery(r, "protected")
	if q.Err != nil {
		return q.Err
	}
	c, err := s.readable(r.Context(), r.PathValue("id"), who)
	if err != nil {
		return err
	}
	if err := s.OpenCase(r.Context(), who, accesslog.Read, &c,
		shell.ShownDetail("messages", c, shell.AsksProtected(r))); err != nil {
		return err
	}
	entries, err := s.Relay.Store.TimeLine(r.Context(), c)
	if err != nil {
		return err
	}
	for i := range entries {
		if c.Protected && !shell.AsksProtected(r) {
			if entries[i].Content, err = redact.Content(entries[i].Content); err != nil {
				return err
			}
		}
	}
	return shell.WriteJSON(w, http.StatusOK, shell.List[store.Entry]{Items: shell.OrEmpty(entries)})
}

// Mailbox is what the citizen has in the mailbox.
func (s *Cases) Mailbox(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	q := shell.ReadQuery(r, "protected")
	if q.Err != nil {
		return q.Err
	}
	c, err := s.readable(r.Context(), r.PathValue("id"), who)
	if err != nil {
		return err
	}
	if err := s.OpenCase(r.Context(), who, accesslog.Read, &c,
		shell.ShownDetail("mailbox", c, shell.AsksProtected(r))); err != nil {
		return err
	}
	letters, err := s.Relay.Store.Mailbox(r.Context(), c)
	if err != nil {
		return err
	}
	for i := range letters {
		if c.Protected && !shell.AsksProtected(r) {
			if letters[i].Content, err = redact.Content(letters[i].Content); err != nil {
				return err
			}
		}
	}
	return shell.WriteJSON(w, http.StatusOK, shell.List[store.Letter]{Items: shell.OrEmpty(letters)})
}

// File sends an attachment of a case.
func (s *Cases) File(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	c, err := s.readable(r.Context(), r.PathValue("id"), who)
	if err != nil {
		return err
	}
	return s.OpenFile(w, r, who, c)
}
