package web

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"rivgate/contracts/redact"
	"rivgate/store"
)

// caseView is a case in the API.
type caseView struct {
	store.Case
	Classification     concluded  `json:"classification"` // in place of the store's
	DaysLeft           int        `json:"daysLeft"`       // of 28
	Late               bool       `json:"late"`
	Reporter           personView `json:"reporter"`
	Patient            personView `json:"patient"`
	IncidentDate       string     `json:"incidentDate,omitempty"` // YYYYMMDD
	IncidentUnit       string     `json:"incidentUnit,omitempty"`
	IncidentPlaceText  string     `json:"incidentPlaceText,omitempty"`
	Experienced        []string   `json:"experiencedProblem,omitempty"`
	ReplyWanted        bool       `json:"replyWanted"`
	AttachmentsAllowed bool       `json:"attachmentsAllowed"`
}

// concluded is the classification in the API: codes.
type concluded struct {
	MainProblems []string `json:"mainProblems,omitempty"`
	SubProblems  []string `json:"subProblems,omitempty"`
	Area         string   `json:"areaOfActivity,omitempty"`
	IncidentUnit string   `json:"incidentUnit,omitempty"`
	IncidentDate string   `json:"incidentDate,omitempty"`
}

// personView is a person in the API; in lists the id is masked.
type personView struct {
	ID   string `json:"id,omitempty"`
	Type string `json:"type,omitempty"` // OID of the kind of identity
	Name string `json:"name,omitempty"`
	Role string `json:"role,omitempty"` // of the reporter
}

// caseView is a case with its persons as they are at hand: shielded comes before.
func (s *Site) caseView(c store.Case, whole bool) caseView {
	f := c.Facts
	v := caseView{
		Case: c, Classification: concluded(c.Classification), DaysLeft: daysLeft(c, s.now()), IncidentDate: f.IncidentDate, IncidentUnit: f.IncidentUnit, IncidentPlaceText: f.PlaceText,
		Experienced: f.Experienced, ReplyWanted: f.ReplyWanted, AttachmentsAllowed: f.Attachments,
		Reporter: personView{ID: f.ReporterID, Type: f.ReporterType, Name: f.ReporterName, Role: f.Role},
		Patient:  personView{ID: f.PatientID, Type: f.PatientType, Name: f.PatientName},
	}
	v.Late = v.DaysLeft < 0 && c.State != store.Closed
	if !whole {
		v.Reporter.ID, v.Patient.ID, v.IncidentPlaceText = reporterOf(c).Masked(), patientOf(c).Masked(), ""
	}
	return v
}

// apiCases lists cases, the latest received first, however they are handled.
func (s *Site) apiCases(w http.ResponseWriter, r *http.Request, who access) error {
	return s.apiCasesOf(w, r, who, readQuery(r, "q", "state", "unit", "since", "after", "limit"))
}

// apiSearch is apiCases for a POST: no number of a person stands in an address, nor in anybody's log of addresses.
func (s *Site) apiSearch(w http.ResponseWriter, r *http.Request, who access) error {
	var body struct {
		Query string `json:"q"`
		State string `json:"state"`
		Unit  string `json:"unit"`
		Since string `json:"since"`
		After string `json:"after"`
		Limit int    `json:"limit"`
	}
	if err := readJSON(w, r, &body); err != nil {
		return err
	}
	q := &query{Values: url.Values{
		"q": {body.Query}, "state": {body.State}, "unit": {body.Unit}, "since": {body.Since}, "after": {body.After},
	}}
	if body.Limit != 0 {
		q.Set("limit", strconv.Itoa(body.Limit))
	}
	return s.apiCasesOf(w, r, who, q)
}

func (s *Site) apiCasesOf(w http.ResponseWriter, r *http.Request, who access, q *query) error {
	f := store.CaseFilter{Query: q.Get("q"), Unit: q.Get("unit"), Since: q.moment("since"), After: q.Get("after"), Limit: q.limit()}
	switch state := store.State(q.Get("state")); state {
	case "", store.Submitted, store.Delivered, store.InProgress, store.AwaitingReporter, store.Closed:
		f.State = state
	default:
		q.wrong("state", "Välj submitted, delivered, in_progress, awaiting_reporter eller closed.")
	}
	if q.err != nil {
		return q.err
	}
	s.narrow(&f, who, ReadCase)
	cases, err := s.Relay.Store.Cases(r.Context(), f)
	if err == nil {
		err = s.listed(r.Context(), who, f, cases)
	}
	if err != nil {
		return err
	}
	out := list[caseView]{Items: make([]caseView, 0, len(cases))}
	for _, c := range shieldedAll(cases) {
		out.Items = append(out.Items, s.caseView(c, false))
	}
	if len(cases) == f.Limit {
		out.Next = cases[len(cases)-1].ID
	}
	return writeJSON(w, http.StatusOK, out)
}

// readable finds a case that may be read: by its unit's people, or by 1177, which has it anyway. One that may not does not exist.
func (s *Site) readable(ctx context.Context, id string, who access) (store.Case, error) {
	c, err := s.Relay.Store.Case(ctx, id)
	if err != nil || who.may(BeCitizen, Owner{}) && !who.may(ReadCase, ownerOf(c)) {
		return c, err
	}
	return c, s.theirs(ctx, who, ReadCase, c)
}

func (s *Site) apiCase(w http.ResponseWriter, r *http.Request, who access) error {
	q := readQuery(r, "protected")
	if q.err != nil {
		return q.err
	}
	c, err := s.readable(r.Context(), r.PathValue("id"), who)
	if err != nil {
		return err
	}
	if err := s.lookedAt(r.Context(), who, store.AccessRead, c, shownDetail("case", c, asksProtected(r))); err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, s.caseView(shielded(c, asksProtected(r)), true))
}

// apiMessages is the time line of a case.
func (s *Site) apiMessages(w http.ResponseWriter, r *http.Request, who access) error {
	q := readQuery(r, "protected")
	if q.err != nil {
		return q.err
	}
	c, err := s.readable(r.Context(), r.PathValue("id"), who)
	if err != nil {
		return err
	}
	if err := s.lookedAt(r.Context(), who, store.AccessRead, c, shownDetail("messages", c, asksProtected(r))); err != nil {
		return err
	}
	entries, err := s.Relay.Store.TimeLine(r.Context(), c.ID)
	if err != nil {
		return err
	}
	for i := range entries {
		if c.Protected && !asksProtected(r) {
			if entries[i].Content, err = redact.Content(entries[i].Content); err != nil {
				return err
			}
		}
	}
	return writeJSON(w, http.StatusOK, list[store.Entry]{Items: orEmpty(entries)})
}

// apiMailbox is what the citizen has in the mailbox.
func (s *Site) apiMailbox(w http.ResponseWriter, r *http.Request, who access) error {
	q := readQuery(r, "protected")
	if q.err != nil {
		return q.err
	}
	c, err := s.readable(r.Context(), r.PathValue("id"), who)
	if err != nil {
		return err
	}
	if err := s.lookedAt(r.Context(), who, store.AccessRead, c, shownDetail("mailbox", c, asksProtected(r))); err != nil {
		return err
	}
	letters, err := s.Relay.Store.Mailbox(r.Context(), c.ID)
	if err != nil {
		return err
	}
	for i := range letters {
		if c.Protected && !asksProtected(r) {
			if letters[i].Content, err = redact.Content(letters[i].Content); err != nil {
				return err
			}
		}
	}
	return writeJSON(w, http.StatusOK, list[store.Letter]{Items: orEmpty(letters)})
}

// apiFile sends an attachment of a case.
func (s *Site) apiFile(w http.ResponseWriter, r *http.Request, who access) error {
	c, err := s.readable(r.Context(), r.PathValue("id"), who)
	if err != nil {
		return err
	}
	entries, err := s.Relay.Store.TimeLine(r.Context(), c.ID)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.MessageID == r.PathValue("message") {
			if err := s.lookedAt(r.Context(), who, store.AccessRead, c, "attachment"); err != nil {
				return err
			}
			return s.sendFile(w, r, e.MessageID)
		}
	}
	return errNotFound
}

// orEmpty makes a list that JSON writes as [] when there is nothing in it.
func orEmpty[T any](items []T) []T {
	if items == nil {
		return []T{}
	}
	return items
}
