package recording

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"rivgate/contracts"
)

// Complain is a new case as the portal sends it, ready for Send: case id, message id and times are filled in.
func (k *Mock) Complain(to contracts.Recipient, complaint contracts.Complaint) *contracts.Message {
	now := contracts.NewStamp(k.Now())
	if complaint.Received.IsZero() {
		complaint.Received = now
	}
	return &contracts.Message{
		ID: contracts.II{Root: k.Identity.HSAID, Extension: k.NewID()}, SentTime: now, Sequence: 1,
		CaseID: &contracts.II{Root: k.Service, Extension: k.NewID()}, Receiver: to.Unit.HSAID, Recipient: &to,
		Complaint: &complaint,
	}
}

// Submit sends a new case as the portal and returns 1177's id of it.
func (k *Mock) Submit(ctx context.Context, to contracts.Recipient,
	complaint contracts.Complaint,
) (string, contracts.Receipt, error) {
	m := k.Complain(to, complaint)
	r, err := k.Send(ctx, m)
	return m.CaseID.Extension, r, err
}

// Answer sends, as the portal, the citizen's answer to a question to whoever has the case now.
func (k *Mock) Answer(ctx context.Context, caseID string, a contracts.Answer) (contracts.Receipt, error) {
	return k.toHandler(ctx, caseID, &contracts.Message{Answer: &a})
}

// Supplement sends, as the portal, what the citizen adds to a case without having been asked: version 1.1.
func (k *Mock) Supplement(ctx context.Context, caseID string, s contracts.Supplement) (contracts.Receipt, error) {
	return k.toHandler(ctx, caseID, &contracts.Message{
		Supplement: &s, Answer: &contracts.Answer{InReplyTo: k.lastSent(caseID), Text: s.Text, Author: s.Author},
	})
}

// Withdraw sends, as the portal, that the citizen takes a case back: version 1.1.
func (k *Mock) Withdraw(ctx context.Context, caseID string, author contracts.PersonID, reason string) (
	contracts.Receipt, error,
) {
	return k.toHandler(ctx, caseID, &contracts.Message{
		Withdrawal: &contracts.Withdrawal{Reason: reason},
		Answer: &contracts.Answer{
			InReplyTo: k.lastSent(caseID), Text: contracts.WithdrawalText, Author: author,
		},
	})
}

// lastSent is the last message of a case that was sent from here.
func (k *Mock) lastSent(caseID string) contracts.II {
	c, ok := k.Case(caseID)
	if !ok || len(c.Messages) == 0 {
		return contracts.II{}
	}
	return c.Messages[len(c.Messages)-1].ID
}

// toHandler sends what the citizen writes in a case to whoever has it now.
func (k *Mock) toHandler(ctx context.Context, caseID string, m *contracts.Message) (contracts.Receipt, error) {
	var c struct {
		Case    contracts.II `json:"caseId"`
		Handler struct{ Unit, Name, Kind string }
	}
	if err := k.get(ctx, "/api/cases/"+url.PathEscape(caseID), &c); err != nil {
		return contracts.Receipt{}, err
	}
	to := contracts.Recipient{
		Unit: contracts.OrgUnit{HSAID: c.Handler.Unit, Name: c.Handler.Name}, Kind: contracts.KindCareUnit,
	}
	if strings.EqualFold(c.Handler.Kind, contracts.KindPatientBoard) {
		to.Kind = contracts.KindPatientBoard
	}
	sent, _ := k.Case(caseID)
	m.ID, m.SentTime = contracts.II{Root: k.Identity.HSAID, Extension: k.NewID()}, contracts.NewStamp(k.Now())
	m.Sequence, m.CaseID, m.Receiver, m.Recipient = sent.sequence+1, &c.Case, to.Unit.HSAID, &to
	return k.Send(ctx, m)
}

// Letter is one message in the citizen's mailbox.
type Letter struct {
	Kind     string    `json:"kind"`
	At       time.Time `json:"at"`
	From     string    `json:"from"`
	Answered bool      `json:"answered,omitempty"`
	Content  struct {
		ID     contracts.II      `json:"id"`
		Update *contracts.Update `json:"update,omitempty"`
	} `json:"content"`
}

// Mailbox reads, as the portal, what the citizen has in the mailbox for a case.
func (k *Mock) Mailbox(ctx context.Context, caseID string) ([]Letter, error) {
	var letters struct{ Items []Letter }
	err := k.get(ctx, "/api/cases/"+url.PathEscape(caseID)+"/mailbox", &letters)
	return letters.Items, err
}

func (k *Mock) get(ctx context.Context, path string, v any) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, k.API+path, nil)
	if err != nil {
		return err
	}
	answer, err := k.HTTP.Do(r)
	if err != nil {
		return fmt.Errorf("asking the gateway: %w", err)
	}
	defer answer.Body.Close()
	switch answer.StatusCode {
	case http.StatusOK:
		return json.NewDecoder(io.LimitReader(answer.Body, bodyLimit)).Decode(v)
	case http.StatusNotFound:
		return errUnknownCase
	}
	return fmt.Errorf("asking the gateway: status %d", answer.StatusCode)
}
