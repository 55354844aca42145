package recording

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"time"

	"rivgate/contracts"
)

// Wire sends a message of the complaints contracts and reads the receipt. A SOAP fault comes back as *soap.Fault.
type Wire interface {
	Do(ctx context.Context, url string, header http.Header, m *contracts.Message) (contracts.Receipt, error)
}

// Role is the side that a Mock plays.
type Role int

// The sides of the complaints contracts.
const (
	// 1177's e-service: it sends cases and answers, and shows the mailbox that the gateway holds for the citizen
	Portal         Role = iota
	HandlingSystem      // a region's own system: it takes cases, and returns data when a person or a test says so
)

// Mock plays one side of the complaints contracts, over real HTTP through the contract pack's own client and server,
// and shows a real certificate. What it learns of a case comes from the contracts and the gateway's JSON API. It has
// everything in memory and is for trying out and for tests only. Each method says whose it is.
type Mock struct {
	Role     Role
	Wire     Wire
	Service  string           // logical address of 1177's service
	Now      func() time.Time //
	NewID    func() string    // UUIDs
	Identity *Identity
	Header   string // name of the header for the certificate
	// URL of the gateway's contract: the portal's is SendComplaint, the handling system's ReturnComplaint
	Gateway string
	API     string       // URL of the gateway's web listener; the portal's alone
	HTTP    *http.Client // for the API
	Door    Door         // where it listens: the portal shows its pages, the handling system takes messages

	mu       sync.Mutex
	cases    []*MockCase
	receipts map[contracts.II]contracts.Receipt // by message id, so that a message sent twice is taken once
	repeats  int
}

// MockCase is a case as a mock has it.
type MockCase struct {
	CaseID   contracts.II      `json:"caseId"`
	External contracts.II      `json:"externalCaseId,omitzero"`
	Unit     contracts.OrgUnit `json:"unit"`
	Messages []Note            `json:"messages"`
	sequence int64             // of the last message that the mock sent
}

// Note is one message of a case, sent or taken.
type Note struct {
	ID       contracts.II `json:"id"`
	Sequence int64        `json:"sequence"`
	Kind     string       `json:"kind"` // complaint, answer, supplement, withdrawal, forward, or the type of an update
	Text     string       `json:"text,omitempty"`
}

func noteOf(m *contracts.Message) Note {
	n := Note{ID: m.ID, Sequence: m.Sequence}
	switch {
	case m.Complaint != nil:
		n.Kind, n.Text = "complaint", m.Complaint.Description
	case m.Forward != nil:
		n.Kind, n.Text = "forward", m.Forward.Original.Description
	case m.Supplement != nil:
		n.Kind, n.Text = "supplement", m.Supplement.Text
	case m.Withdrawal != nil:
		n.Kind, n.Text = "withdrawal", m.Withdrawal.Reason
	case m.Answer != nil:
		n.Kind, n.Text = "answer", m.Answer.Text
	case m.Update != nil:
		n.Kind, n.Text = m.Update.Type, m.Update.Text
	}
	return n
}

// Send sends a message of either side as it is; the same message again is the same bytes again. The error is a fault or
// that nothing answered; a refusal by the contract stands in the receipt.
func (k *Mock) Send(ctx context.Context, m *contracts.Message) (contracts.Receipt, error) {
	r, err := k.Wire.Do(ctx, k.Gateway, k.Identity.Header(k.Header), m)
	if err == nil && r.Result.Code != contracts.ERROR {
		k.note(m, r)
	}
	return r, err
}

// note keeps a message that was sent and taken.
func (k *Mock) note(m *contracts.Message, r contracts.Receipt) {
	id := m.CaseID
	if id == nil {
		id = r.CaseID // of a case that begins here
	}
	if id == nil {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	c := k.find(id.Extension)
	if c == nil {
		c = &MockCase{CaseID: *id}
		k.cases = append(k.cases, c)
	}
	switch {
	case m.Recipient != nil:
		c.Unit = m.Recipient.Unit
	case c.Unit.HSAID == "":
		c.Unit = m.Update.HandlingUnit
	}
	if m.ExternalCaseID != nil {
		c.External = *m.ExternalCaseID
	}
	c.sequence = max(c.sequence, m.Sequence)
	if !slices.ContainsFunc(c.Messages, func(n Note) bool { return n.ID == m.ID }) {
		c.Messages = append(c.Messages, noteOf(m))
	}
}

// find is the case with that extension of 1177's id, nil where there is none. The caller holds the lock.
func (k *Mock) find(extension string) *MockCase {
	if i := slices.IndexFunc(k.cases, func(c *MockCase) bool { return c.CaseID.Extension == extension }); i >= 0 {
		return k.cases[i]
	}
	return nil
}

// Case is a copy of a case, by the extension of 1177's id.
func (k *Mock) Case(extension string) (MockCase, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	c := k.find(extension)
	if c == nil {
		return MockCase{}, false
	}
	return c.copy(), true
}

// Cases are copies of all cases, in the order in which they came.
func (k *Mock) Cases() []MockCase {
	k.mu.Lock()
	defer k.mu.Unlock()
	all := make([]MockCase, len(k.cases))
	for i, c := range k.cases {
		all[i] = c.copy()
	}
	return all
}

func (c *MockCase) copy() MockCase {
	copied := *c
	copied.Messages = slices.Clone(c.Messages)
	return copied
}
