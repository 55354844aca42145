package web

import (
	"context"
	"net/http"
	"strings"
	"time"

	"go.uber.org/zap"

	"rivgate/contracts"
	"rivgate/routing"
	"rivgate/store"
)

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
	w.Header().Set("Location", link("/api/cases/{}", a.CaseID))
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

// withFiles adds uploaded files to the attachments that a message itself has, which can only be references. One that describes a file
// without being one is refused: its content would be lost.
func (s *Site) withFiles(ctx context.Context, path string, stated []contracts.Attachment, files []upload) ([]contracts.Attachment, error) {
	for _, a := range stated {
		if a.Reference == "" {
			return nil, invalid(path, "Skicka bilagor i fältet files, med innehållet i base64.")
		}
	}
	for _, f := range files {
		if s.Scanner != nil {
			if found, err := s.Scanner.Scan(ctx, f.Content); err != nil {
				s.log().Warn("an uploaded file could not be scanned", zap.Error(err))
			} else if found != "" {
				return nil, invalid(path, "Virusskannern fann något skadligt i filen ("+cut(found)+"). Den togs inte emot.")
			}
		}
		stated = append(stated, newAttachment(len(stated)+1, f.FileName, f.MediaType, f.Content))
	}
	return stated, nil
}

// newCase is the body of POST /api/cases: a complaint as 1177 submits it, or the update NEW_CASE of a case that began outside.
type newCase struct {
	contracts.Message
	Files []upload `json:"files,omitempty"`
}

// check refuses what is filled in here, so that nobody believes that it counted. An id of the submitter's own is taken: a
// repeat with it begins no other case.
func (b *newCase) check() error {
	for _, given := range []struct {
		path string
		is   bool
	}{
		{"sentTime", !b.SentTime.IsZero()},
		{"sequence", b.Sequence != 0},
		{"caseId", b.CaseID != nil},
		{"externalCaseId", b.ExternalCaseID != nil},
		{"receiver", b.Receiver != ""},
		{"id", b.Update != nil && b.ID != (contracts.II{})},
	} {
		if given.is {
			return invalid(given.path, "Fältet fylls i av Rivgate. Utelämna det.")
		}
	}
	if (b.Complaint == nil) == (b.Update == nil) || b.Answer != nil || b.Forward != nil {
		return invalid("complaint", "Ange antingen complaint eller update.")
	}
	return nil
}

// apiNewCase begins a case.
func (s *Site) apiNewCase(w http.ResponseWriter, r *http.Request, who access) error {
	var body newCase
	if err := readJSON(w, r, &body); err != nil {
		return err
	}
	if err := body.check(); err != nil {
		return err
	}
	begin := s.begin
	if body.Complaint != nil {
		begin = s.submit
	}
	a, err := begin(r.Context(), who, body)
	if err != nil {
		return err
	}
	return accepted(w, a)
}

// begin enters a case that began outside 1177.
func (s *Site) begin(ctx context.Context, who access, body newCase) (a store.Accepted, err error) {
	u := body.Update
	switch {
	case u.Type != contracts.NewCase || body.Recipient != nil:
		return a, invalid("update/type", "Ett ärende som börjat utanför 1177 är en update av typen NEW_CASE, utan recipient.")
	case u.NewCase == nil || u.HandlingUnit.HSAID == "":
		return a, invalid("update/newCase", "Ange handlingUnit och newCase.")
	case !who.somewhere(WriteCase):
		return a, errRole
	case !who.may(WriteCase, s.owner(u.HandlingUnit.HSAID)):
		return a, errUnit
	case len(u.Attachments) > 0:
		return a, invalid("update/attachments", "Skicka bilagor i fältet files, med innehållet i base64.")
	}
	if u.NewCase.Attachments, err = s.withFiles(ctx, "update/newCase/attachments", u.NewCase.Attachments, body.Files); err != nil {
		return a, err
	}
	if u.NewCase.Received.IsZero() {
		u.NewCase.Received = contracts.NewStamp(s.now())
	}
	row := store.Access{What: store.AccessChange, Unit: u.HandlingUnit.HSAID, Kind: s.owner(u.HandlingUnit.HSAID).Kind, Detail: "new case"}
	if err := s.looked(ctx, who, row); err != nil {
		return a, err
	}
	return s.Relay.Begin(ctx, *u)
}

// submit enters a case as 1177 does.
func (s *Site) submit(ctx context.Context, who access, body newCase) (a store.Accepted, err error) {
	switch {
	case !who.may(BeCitizen, Owner{}):
		return a, errRole
	case body.Recipient == nil:
		return a, invalid("recipient", "Ange mottagaren.")
	}
	if body.Complaint.Attachments, err = s.withFiles(ctx, "complaint/attachments", body.Complaint.Attachments, body.Files); err != nil {
		return a, err
	}
	return s.Relay.Submit(ctx, &contracts.Message{ID: body.ID, Recipient: body.Recipient, Complaint: body.Complaint})
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
	if !who.may(BeCitizen, Owner{}) {
		return store.Accepted{}, errRole
	}
	var err error
	if body.Answer.Attachments, err = s.withFiles(ctx, "answer/attachments", body.Answer.Attachments, body.Files); err != nil {
		return store.Accepted{}, err
	}
	return s.Relay.Submit(ctx, &contracts.Message{CaseID: &contracts.II{Root: c.Ref.Root, Extension: c.Ref.Extension}, Answer: body.Answer})
}

func (s *Site) reply(ctx context.Context, c store.Case, who access, body newMessage) (store.Accepted, error) {
	switch {
	case !who.may(WriteCase, ownerOf(c)):
		return store.Accepted{}, errRole
	case body.Version < 1:
		return store.Accepted{}, invalid("version", "Ange den version av ärendet som meddelandet bygger på.")
	case body.Update.Type == contracts.NewCase:
		return store.Accepted{}, invalid("update/type", "Ett nytt ärende skickas till /api/cases.")
	case body.Update.HandlingUnit != (contracts.OrgUnit{}) && !routing.SameHSAID(body.Update.HandlingUnit.HSAID, c.Handler.Unit):
		return store.Accepted{}, invalid("update/handlingUnit", "Fältet fylls i av Rivgate. Utelämna det.")
	}
	if to := body.Update.NewRecipient; to != nil {
		ground := ""
		if body.Update.Handover != nil {
			ground = strings.TrimSpace(body.Update.Handover.Ground)
		}
		agreed, err := s.agreed(ctx, c, to.HSAID, ground)
		switch {
		case err != nil:
			return store.Accepted{}, err
		case !agreed && isBoard(c.Handler):
			return store.Accepted{}, invalid("update/newRecipient", textNoConsent)
		case !agreed:
			return store.Accepted{}, invalid("update/handover/ground", textNoGround)
		}
	}
	u, err := s.handover(ctx, who, c, *body.Update)
	if err != nil {
		return store.Accepted{}, err
	}
	body.Update = &u
	if body.Update.Attachments, err = s.withFiles(ctx, "update/attachments", body.Update.Attachments, body.Files); err != nil {
		return store.Accepted{}, err
	}
	detail := strings.ToLower(string(body.Update.Type))
	if err := s.lookedAt(ctx, who, store.AccessChange, c, detail); err != nil {
		return store.Accepted{}, err
	}
	a, err := s.Relay.Reply(ctx, c.ID, *body.Update, body.Version)
	if err != nil {
		s.refusedChange(ctx, who, c, detail, err)
	}
	return a, err
}
