package api

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"go.uber.org/zap"

	"rivgate/contracts"
	"rivgate/routing"
	"rivgate/store"
	"rivgate/store/accesslog"
	"rivgate/web/casework"
	"rivgate/web/shell"
)

// ReceiptView is the answer to an accepted message.
type ReceiptView struct {
	MessageID  string    `json:"messageId"` // ours
	LogID      string    `json:"logId"`
	Received   time.Time `json:"received"`
	ID         string    `json:"id"`     // of the case, ours
	Case       store.Ref `json:"caseId"` // 1177's id of the case
	External   store.Ref `json:"externalCaseId"`
	OutOfOrder bool      `json:"outOfOrder,omitempty"`
}

func accepted(w http.ResponseWriter, a store.Accepted) error {
	w.Header().Set("Location", shell.Link("/api/cases/{}", a.CaseID))
	return shell.WriteJSON(w, http.StatusCreated, ReceiptView{
		MessageID: a.MessageID, LogID: a.LogID, Received: a.Received, ID: a.CaseID, Case: a.Case, External: a.External,
		OutOfOrder: a.OutOfOrder,
	})
}

// Upload is a file beside a message: the canonical form describes attachments but never holds them.
type Upload struct {
	FileName  string `json:"fileName"`
	MediaType string `json:"mediaType,omitempty"` // told from the content when it is not given
	Content   []byte `json:"content"`             // base64
}

// withFiles adds uploaded files to the attachments that a message itself has, which can only be references. One that
// describes a file without being one is refused: its content would be lost.
func (s *Cases) withFiles(ctx context.Context, path string, stated []contracts.Attachment,
	files []Upload,
) ([]contracts.Attachment, error) {
	for _, a := range stated {
		if a.Reference == "" {
			return nil, shell.Invalid(path, wordFiles)
		}
	}
	for _, f := range files {
		if s.Scanner != nil {
			if found, err := s.Scanner.Scan(ctx, f.Content); err != nil {
				s.Logger().Warn("an uploaded file could not be scanned", zap.Error(err))
			} else if found != "" {
				return nil, shell.Invalid(path, fmt.Sprintf(wordInfected, shell.Cut(found)))
			}
		}
		stated = append(stated, shell.NewAttachment(len(stated)+1, f.FileName, f.MediaType, f.Content))
	}
	return stated, nil
}

// NewCase is the body of POST /api/cases: a complaint as 1177 submits it, or the update NEW_CASE of a case that began
// outside.
type NewCase struct {
	contracts.Message
	Files []Upload `json:"files,omitempty"`
}

// check refuses what is filled in here, so that nobody believes that it counted. An id of the submitter's own is taken:
// a repeat with it begins no other case.
func (b *NewCase) check() error {
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
			return shell.Invalid(given.path, wordOurField)
		}
	}
	if (b.Complaint == nil) == (b.Update == nil) || b.Answer != nil || b.Forward != nil ||
		b.Supplement != nil || b.Withdrawal != nil {
		return shell.Invalid("complaint", wordComplaintOrUpdate)
	}
	return nil
}

// NewCase begins a case.
func (s *Cases) NewCase(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	var body NewCase
	if err := shell.ReadJSON(w, r, &body); err != nil {
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
func (s *Cases) begin(ctx context.Context, who shell.Access, body NewCase) (a store.Accepted, err error) {
	u := body.Update
	switch {
	case u.Type != contracts.NewCase || body.Recipient != nil:
		return a, shell.Invalid("update/type", wordNewCase)
	case u.NewCase == nil || u.HandlingUnit.HSAID == "":
		return a, shell.Invalid("update/newCase", wordNewCaseUnit)
	case !who.Somewhere(shell.WriteCase):
		return a, shell.ErrRole
	case !who.May(shell.WriteCase, s.Owner(u.HandlingUnit.HSAID)):
		return a, shell.ErrUnit
	case len(u.Attachments) > 0:
		return a, shell.Invalid("update/attachments", wordFiles)
	}
	if u.NewCase.Attachments, err = s.withFiles(ctx, "update/newCase/attachments", u.NewCase.Attachments,
		body.Files); err != nil {
		return a, err
	}
	if u.NewCase.Received.IsZero() {
		u.NewCase.Received = contracts.NewStamp(s.Clock())
	}
	row := accesslog.Row{What: accesslog.Change, Detail: "new case"}
	if unit, known := s.Table().Unit(u.HandlingUnit.HSAID); known { // not whatever was written
		row.Unit, row.Kind = unit.HSAID, unit.Kind
	}
	if err := s.Looked(ctx, who, row); err != nil {
		return a, err
	}
	return s.Relay.Begin(ctx, *u)
}

// submit enters a case as 1177 does.
func (s *Cases) submit(ctx context.Context, who shell.Access, body NewCase) (a store.Accepted, err error) {
	switch {
	case !who.May(shell.BeCitizen, shell.Owner{}):
		return a, shell.ErrRole
	case body.Recipient == nil:
		return a, shell.Invalid("recipient", wordRecipient)
	}
	if body.Complaint.Attachments, err = s.withFiles(ctx, "complaint/attachments", body.Complaint.Attachments,
		body.Files); err != nil {
		return a, err
	}
	return s.Relay.Submit(ctx, &contracts.Message{ID: body.ID, Recipient: body.Recipient, Complaint: body.Complaint})
}

// NewMessage is the body of POST /api/cases/{id}/messages: what the handler says, or what the citizen answers.
type NewMessage struct {
	Update *contracts.Update `json:"update,omitempty"`
	Answer *contracts.Answer `json:"answer,omitempty"`
	// what the citizen adds without having been asked
	Supplement *contracts.Supplement `json:"supplement,omitempty"`
	Withdrawal *NewWithdrawal        `json:"withdrawal,omitempty"`
	Version    int64                 `json:"version,omitempty"` // of the case that the update is based on
	Files      []Upload              `json:"files,omitempty"`
}

// NewWithdrawal takes a case back.
type NewWithdrawal struct {
	Author contracts.PersonID `json:"author"`
	Reason string             `json:"reason,omitempty"`
}

// parts is how many of the things that a message can be are there.
func (b NewMessage) parts() (n int) {
	for _, there := range []bool{b.Update != nil, b.Answer != nil, b.Supplement != nil, b.Withdrawal != nil} {
		if there {
			n++
		}
	}
	return n
}

// NewMessage continues a case.
func (s *Cases) NewMessage(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	var body NewMessage
	if err := shell.ReadJSON(w, r, &body); err != nil {
		return err
	}
	c, err := s.readable(r.Context(), r.PathValue("id"), who)
	if err != nil {
		return err
	}
	var a store.Accepted
	switch {
	case body.parts() != 1:
		return shell.Invalid("update", wordUpdateOrAnswer)
	case body.Update == nil:
		a, err = s.answer(r.Context(), c, who, body)
	default:
		a, err = s.reply(r.Context(), c, who, body)
	}
	if err != nil {
		return err
	}
	return accepted(w, a)
}

func (s *Cases) answer(ctx context.Context, c store.Case, who shell.Access, body NewMessage) (store.Accepted, error) {
	if !who.May(shell.BeCitizen, shell.Owner{}) {
		return store.Accepted{}, shell.ErrRole
	}
	m := &contracts.Message{CaseID: &contracts.II{Root: c.Ref.Root, Extension: c.Ref.Extension}, Answer: body.Answer}
	var err error
	switch {
	case body.Withdrawal != nil:
		m.Withdrawal = &contracts.Withdrawal{Reason: body.Withdrawal.Reason}
		m.Answer = &contracts.Answer{Author: body.Withdrawal.Author}
	case body.Supplement != nil:
		m.Supplement, m.Answer = body.Supplement, &contracts.Answer{Author: body.Supplement.Author}
		m.Supplement.Attachments, err = s.withFiles(ctx, "supplement/attachments", m.Supplement.Attachments, body.Files)
	default:
		m.Answer.Attachments, err = s.withFiles(ctx, "answer/attachments", m.Answer.Attachments, body.Files)
	}
	if err != nil {
		return store.Accepted{}, err
	}
	return s.Relay.Submit(ctx, m)
}

func (s *Cases) reply(ctx context.Context, c store.Case, who shell.Access, body NewMessage) (store.Accepted, error) {
	switch {
	case !who.May(shell.WriteCase, shell.OwnerOf(c)):
		return store.Accepted{}, shell.ErrRole
	case body.Version < 1:
		return store.Accepted{}, shell.Invalid("version", wordCaseVersion)
	case body.Update.Type == contracts.NewCase:
		return store.Accepted{}, shell.Invalid("update/type", wordNotHere)
	case !slices.Contains(contracts.UpdateTypes(), body.Update.Type): // it goes into the access log
		return store.Accepted{}, shell.Invalid("update/type", wordUpdateType)
	case body.Update.HandlingUnit != (contracts.OrgUnit{}) &&
		!routing.SameHSAID(body.Update.HandlingUnit.HSAID, c.Handler.Unit):
		return store.Accepted{}, shell.Invalid("update/handlingUnit", wordOurField)
	}
	if to := body.Update.NewRecipient; to != nil {
		ground := ""
		if body.Update.Handover != nil {
			ground = body.Update.Handover.Ground
		}
		agreed, err := s.Agreed(ctx, c, to.HSAID, ground)
		switch {
		case err != nil:
			return store.Accepted{}, err
		case !agreed && casework.IsBoard(c.Handler):
			return store.Accepted{}, shell.Invalid("update/newRecipient", casework.TextNoConsent)
		case !agreed:
			return store.Accepted{}, shell.Invalid("update/handover/ground", casework.TextNoGround)
		}
	}
	u, err := s.Handover(ctx, who, c, *body.Update)
	if err != nil {
		return store.Accepted{}, err
	}
	body.Update = &u
	if body.Update.Attachments, err = s.withFiles(ctx, "update/attachments", body.Update.Attachments,
		body.Files); err != nil {
		return store.Accepted{}, err
	}
	detail := strings.ToLower(string(body.Update.Type))
	if err := s.OpenCase(ctx, who, accesslog.Change, &c, detail); err != nil {
		return store.Accepted{}, err
	}
	a, err := s.Relay.Reply(ctx, c.ID, *body.Update, body.Version)
	if err != nil {
		s.RefusedChange(ctx, who, c, detail, err)
	}
	return a, err
}
