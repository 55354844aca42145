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
	var c struct {
		Case    contracts.II `json:"caseId"`
		Handler struct{ Unit, Name, Kind string }
	}
	if err := k.get(ctx, "/api/cases/"+url.PathEscape(caseID), &c); err != nil {
		return contracts.Receipt{}, err
	}
	to := contracts.Recipient{
		Unit: contracts.OrgUnit{HSAID: c.Handler.Unit, Name: c.Handler.Name}, Kind: strings.ToUpper(c.Handler.Kind),
	}
	sent, _ := k.Case(caseID)
	return k.Send(ctx, &contracts.Message{
		ID: contracts.II{Root: k.Identity.HSAID, Extension: k.NewID()}, SentTime: contracts.NewStamp(k.Now()),
		Sequence: sent.sequence + 1,
		CaseID:   &c.Case, Receiver: to.Unit.HSAID, Recipient: &to, Answer: &a,
	})
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
