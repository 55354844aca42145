package web

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"rivgate/contracts"
	"rivgate/store"
)

// caseView is a case in the API.
type caseView struct {
	store.Case
	DaysLeft           int        `json:"daysLeft"` // of 28
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

// personView is a person in the API; in lists the id is masked.
type personView struct {
	ID   string `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
	Role string `json:"role,omitempty"` // of the reporter
}

func (s *Site) caseView(c store.Case, whole bool) caseView {
	f := c.Facts
	v := caseView{
		Case: c, DaysLeft: daysLeft(c, s.now()), IncidentDate: f.IncidentDate, IncidentUnit: f.IncidentUnit, IncidentPlaceText: f.PlaceText,
		Experienced: f.Experienced, ReplyWanted: f.ReplyWanted, AttachmentsAllowed: f.Attachments,
		Reporter: personView{ID: f.ReporterID, Name: f.ReporterName, Role: f.Role},
		Patient:  personView{ID: f.PatientID, Name: f.PatientName},
	}
	v.Late = v.DaysLeft < 0 && c.State != store.Closed
	if !whole {
		v.Reporter.ID, v.Patient.ID, v.IncidentPlaceText = mask(f.ReporterID), mask(f.PatientID), ""
	}
	return v
}

// apiCases lists cases, the latest received first, however they are handled.
func (s *Site) apiCases(w http.ResponseWriter, r *http.Request, who access) error {
	q := readQuery(r, "q", "state", "unit", "since", "after", "limit")
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
	if !who.everyUnit() {
		f.Units = who.units
	}
	cases, err := s.Relay.Store.Cases(r.Context(), f)
	if err != nil {
		return err
	}
	out := list[caseView]{Items: make([]caseView, 0, len(cases))}
	for _, c := range cases {
		out.Items = append(out.Items, s.caseView(c, false))
	}
	if len(cases) == f.Limit {
		out.Next = cases[len(cases)-1].ID
	}
	return writeJSON(w, http.StatusOK, out)
}

// readable finds a case that may be read. One that may not does not exist.
func (s *Site) readable(ctx context.Context, id string, who access) (store.Case, error) {
	c, err := s.Relay.Store.Case(ctx, id)
	if err == nil && !who.reads(c) {
		err = store.ErrNotFound
	}
	return c, err
}

func (s *Site) apiCase(w http.ResponseWriter, r *http.Request, who access) error {
	q := readQuery(r)
	if q.err != nil {
		return q.err
	}
	c, err := s.readable(r.Context(), r.PathValue("id"), who)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, s.caseView(c, true))
}

// apiMessages is the time line of a case.
func (s *Site) apiMessages(w http.ResponseWriter, r *http.Request, who access) error {
	q := readQuery(r)
	if q.err != nil {
		return q.err
	}
	c, err := s.readable(r.Context(), r.PathValue("id"), who)
	if err != nil {
		return err
	}
	entries, err := s.Relay.Store.TimeLine(r.Context(), c.ID)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, list[store.Entry]{Items: orEmpty(entries)})
}

// apiMailbox is what the citizen has in the mailbox.
func (s *Site) apiMailbox(w http.ResponseWriter, r *http.Request, who access) error {
	q := readQuery(r)
	if q.err != nil {
		return q.err
	}
	c, err := s.readable(r.Context(), r.PathValue("id"), who)
	if err != nil {
		return err
	}
	letters, err := s.Relay.Store.Mailbox(r.Context(), c.ID)
	if err != nil {
		return err
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
			return s.sendFile(w, r, e.MessageID)
		}
	}
	return errNotFound
}

// receiptView is the answer to an accepted message.
type receiptView struct {
	MessageID  string    `json:"messageId"` // ours
	LogID      string    `json:"logId"`
	Received   time.Time `json:"received"`
	ID         string    `json:"id"`     // of the case, ours
	Case       store.Ref `json:"caseId"` // 1177's id of the case
	External   store.Ref `json:"externalCaseId"`
	OutOfOrder bool      `json:"outOfOrder,omitempty"`
}

func accepted(w http.ResponseWriter, a store.Accepted) error {
	w.Header().Set("Location", "/api/cases/"+url.PathEscape(a.CaseID))
	return writeJSON(w, http.StatusCreated, receiptView{
		MessageID: a.MessageID, LogID: a.LogID, Received: a.Received, ID: a.CaseID, Case: a.Case, External: a.External, OutOfOrder: a.OutOfOrder,
	})
}

// upload is a file beside a message: the canonical form describes attachments but never holds them.
type upload struct {
	FileName  string `json:"fileName"`
	MediaType string `json:"mediaType,omitempty"` // told from the content when it is not given
	Content   []byte `json:"content"`             // base64
}

func uploaded(files []upload) []contracts.Attachment {
	var out []contracts.Attachment
	for i, f := range files {
		out = append(out, newAttachment(i+1, f.FileName, f.MediaType, f.Content))
	}
	return out
}

// newCase is the body of POST /api/cases: a complaint as 1177 submits it, or the update NEW_CASE of a case that began outside.
type newCase struct {
	Recipient *contracts.Recipient `json:"recipient,omitempty"`
	Complaint *contracts.Complaint `json:"complaint,omitempty"`
	Update    *contracts.Update    `json:"update,omitempty"`
	Files     []upload             `json:"files,omitempty"`
}

// apiNewCase begins a case.
func (s *Site) apiNewCase(w http.ResponseWriter, r *http.Request, who access) error {
	var body newCase
	if err := readJSON(w, r, &body); err != nil {
		return err
	}
	switch {
	case (body.Complaint == nil) == (body.Update == nil):
		return invalid("complaint", "Ange antingen complaint eller update.")
	case body.Complaint != nil:
		return s.submit(w, r, who, body)
	}
	u := body.Update
	switch {
	case u.Type != contracts.NewCase || body.Recipient != nil:
		return invalid("update/type", "Ett ärende som börjat utanför 1177 är en update av typen NEW_CASE, utan recipient.")
	case u.NewCase == nil || u.HandlingUnit.HSAID == "":
		return invalid("update/newCase", "Ange handlingUnit och newCase.")
	case !who.may(RoleHandle):
		return errRole
	case !who.hasUnit(u.HandlingUnit.HSAID):
		return errUnit
	}
	if err := noFiles("update/newCase/attachments", u.NewCase.Attachments, u.Attachments); err != nil {
		return err
	}
	u.NewCase.Attachments = uploaded(body.Files)
	if u.NewCase.Received.IsZero() {
		u.NewCase.Received = contracts.NewStamp(s.now())
	}
	a, err := s.Relay.Begin(r.Context(), *u)
	if err != nil {
		return err
	}
	return accepted(w, a)
}

func (s *Site) submit(w http.ResponseWriter, r *http.Request, who access, body newCase) error {
	switch {
	case !who.may(RolePortal):
		return errRole
	case body.Recipient == nil:
		return invalid("recipient", "Ange mottagaren.")
	}
	if err := noFiles("complaint/attachments", body.Complaint.Attachments); err != nil {
		return err
	}
	body.Complaint.Attachments = uploaded(body.Files)
	a, err := s.Relay.Submit(r.Context(), &contracts.Message{Recipient: body.Recipient, Complaint: body.Complaint})
	if err != nil {
		return err
	}
	return accepted(w, a)
}

// noFiles refuses descriptions of files that are not there: they come in "files".
func noFiles(path string, lists ...[]contracts.Attachment) error {
	for _, l := range lists {
		if len(l) > 0 {
			return invalid(path, "Skicka bilagor i fältet files, med innehållet i base64.")
		}
	}
	return nil
}

// newMessage is the body of POST /api/cases/{id}/messages: what the handler says, or what the citizen answers.
type newMessage struct {
	Update  *contracts.Update `json:"update,omitempty"`
	Answer  *contracts.Answer `json:"answer,omitempty"`
	Version int64             `json:"version,omitempty"` // of the case that the update is based on
	Files   []upload          `json:"files,omitempty"`
}

// apiNewMessage continues a case.
func (s *Site) apiNewMessage(w http.ResponseWriter, r *http.Request, who access) error {
	var body newMessage
	if err := readJSON(w, r, &body); err != nil {
		return err
	}
	c, err := s.readable(r.Context(), r.PathValue("id"), who)
	if err != nil {
		return err
	}
	var a store.Accepted
	switch {
	case (body.Update == nil) == (body.Answer == nil):
		return invalid("update", "Ange antingen update eller answer.")
	case body.Answer != nil:
		a, err = s.answer(r.Context(), c, who, body)
	default:
		a, err = s.reply(r.Context(), c, who, body)
	}
	if err != nil {
		return err
	}
	return accepted(w, a)
}

func (s *Site) answer(ctx context.Context, c store.Case, who access, body newMessage) (store.Accepted, error) {
	if !who.may(RolePortal) {
		return store.Accepted{}, errRole
	}
	if err := noFiles("answer/attachments", body.Answer.Attachments); err != nil {
		return store.Accepted{}, err
	}
	body.Answer.Attachments = uploaded(body.Files)
	return s.Relay.Submit(ctx, &contracts.Message{CaseID: &contracts.II{Root: c.Ref.Root, Extension: c.Ref.Extension}, Answer: body.Answer})
}

func (s *Site) reply(ctx context.Context, c store.Case, who access, body newMessage) (store.Accepted, error) {
	switch {
	case !who.handles(c):
		return store.Accepted{}, errRole
	case body.Version < 1:
		return store.Accepted{}, invalid("version", "Ange den version av ärendet som meddelandet bygger på.")
	case body.Update.Type == contracts.NewCase:
		return store.Accepted{}, invalid("update/type", "Ett nytt ärende skickas till /api/cases.")
	}
	if err := noFiles("update/attachments", body.Update.Attachments); err != nil {
		return store.Accepted{}, err
	}
	body.Update.Attachments = uploaded(body.Files)
	return s.Relay.Reply(ctx, c.ID, *body.Update, body.Version)
}

// orEmpty makes a list that JSON writes as [] when there is nothing in it.
func orEmpty[T any](items []T) []T {
	if items == nil {
		return []T{}
	}
	return items
}
