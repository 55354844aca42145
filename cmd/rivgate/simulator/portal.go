package simulator

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"rivgate/contracts"
)

// Portal is 1177's e-service: it sends cases and answers over the send contract, and shows the citizen's mailbox, which the gateway keeps.
type Portal struct {
	World
	Identity *Identity
	Header   string // name of the header for the certificate
	Gateway  string // URL of the gateway's send contract
	API      string // URL of the gateway's web listener
	HTTP     *http.Client

	mu        sync.Mutex
	sequences map[string]int64 // last number of each case, by the extension of its id
	sent      []Submitted
}

// Submitted is a case that the portal sent.
type Submitted struct {
	CaseID contracts.II `json:"caseId"`
	Unit   string       `json:"unit"`
	Result string       `json:"result"`
}

// Complain is a new case as the portal sends it, ready for Send: case id, message id and times are filled in.
func (p *Portal) Complain(to contracts.Recipient, complaint contracts.Complaint) *contracts.Message {
	now := contracts.NewStamp(p.Now())
	if complaint.Received.IsZero() {
		complaint.Received = now
	}
	return &contracts.Message{
		ID: contracts.II{Root: p.Identity.HSAID, Extension: p.NewID()}, SentTime: now, Sequence: 1,
		CaseID: &contracts.II{Root: p.Portal, Extension: p.NewID()}, Receiver: to.Unit.HSAID, Recipient: &to, Complaint: &complaint,
	}
}

// Send sends a message as it is; the same message again is the same bytes again.
func (p *Portal) Send(ctx context.Context, m *contracts.Message) (contracts.Receipt, error) {
	r, err := p.Wire.Do(ctx, p.Gateway, p.Identity.Header(p.Header), m)
	if err == nil && r.Result.Code != contracts.ERROR {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.sequences == nil {
			p.sequences = make(map[string]int64)
		}
		if m.Complaint != nil && p.sequences[m.CaseID.Extension] == 0 {
			p.sent = append(p.sent, Submitted{*m.CaseID, m.Receiver, r.Result.Code})
		}
		p.sequences[m.CaseID.Extension] = max(m.Sequence, p.sequences[m.CaseID.Extension])
	}
	return r, err
}

// Submit sends a new case and returns 1177's id of it.
func (p *Portal) Submit(ctx context.Context, to contracts.Recipient, complaint contracts.Complaint) (string, contracts.Receipt, error) {
	m := p.Complain(to, complaint)
	r, err := p.Send(ctx, m)
	return m.CaseID.Extension, r, err
}

// Answer sends the citizen's answer to a question to whoever has the case now.
func (p *Portal) Answer(ctx context.Context, caseID string, a contracts.Answer) (contracts.Receipt, error) {
	var c struct {
		Case    contracts.II `json:"caseId"`
		Handler struct{ Unit, Name, Kind string }
	}
	if err := p.get(ctx, "/api/cases/"+url.PathEscape(caseID), &c); err != nil {
		return contracts.Receipt{}, err
	}
	to := contracts.Recipient{Unit: contracts.OrgUnit{HSAID: c.Handler.Unit, Name: c.Handler.Name}, Kind: strings.ToUpper(c.Handler.Kind)}
	p.mu.Lock()
	number := p.sequences[caseID] + 1
	p.mu.Unlock()
	return p.Send(ctx, &contracts.Message{
		ID: contracts.II{Root: p.Identity.HSAID, Extension: p.NewID()}, SentTime: contracts.NewStamp(p.Now()), Sequence: number,
		CaseID: &c.Case, Receiver: to.Unit.HSAID, Recipient: &to, Answer: &a,
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

// Mailbox reads what the citizen has in the mailbox for a case.
func (p *Portal) Mailbox(ctx context.Context, caseID string) ([]Letter, error) {
	var letters struct{ Items []Letter }
	err := p.get(ctx, "/api/cases/"+url.PathEscape(caseID)+"/mailbox", &letters)
	return letters.Items, err
}

func (p *Portal) get(ctx context.Context, path string, v any) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, p.API+path, nil)
	if err != nil {
		return err
	}
	answer, err := p.HTTP.Do(r)
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
