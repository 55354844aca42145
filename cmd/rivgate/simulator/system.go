package simulator

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"

	"rivgate/contracts"
)

// HandlingSystem is a region's own system: it takes cases over the send contract, and returns data over the return contract when it is told to.
type HandlingSystem struct {
	World
	Identity *Identity
	Header   string // name of the header for the certificate
	Gateway  string // URL of the gateway's return contract
	Door     Door   // where it takes messages

	mu       sync.Mutex
	cases    []*HandledCase
	receipts map[contracts.II]contracts.Receipt // by message id, so that a message sent twice is taken once
	repeats  int
}

// HandledCase is a case as the handling system has it.
type HandledCase struct {
	CaseID   contracts.II      `json:"caseId"`
	External contracts.II      `json:"externalCaseId"`
	Unit     contracts.OrgUnit `json:"unit"`
	Messages []Note            `json:"messages"`
	sequence int64             // of the last message that we sent
}

// Note is one message of a case.
type Note struct {
	ID       contracts.II `json:"id"`
	Sequence int64        `json:"sequence"`
	Kind     string       `json:"kind"` // complaint, answer, forward, or the type of an update that we sent
	Text     string       `json:"text,omitempty"`
}

// Take is the handling system's end of the send contract. A message that it has already gets its first receipt again.
func (h *HandlingSystem) Take(_ context.Context, m *contracts.Message) (contracts.Receipt, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if r, ok := h.receipts[m.ID]; ok {
		h.repeats++
		return r, nil
	}
	r := contracts.Receipt{Result: contracts.Result{Code: contracts.OK, LogID: h.NewID()}, ReceivedTime: contracts.NewStamp(h.Now())}
	c := h.find(m.CaseID)
	note := Note{ID: m.ID, Sequence: m.Sequence}
	switch {
	case m.Complaint != nil:
		note.Kind, note.Text = "complaint", m.Complaint.Description
	case m.Forward != nil:
		note.Kind, note.Text = "forward", m.Forward.Original.Description
	case m.Answer != nil:
		note.Kind, note.Text = "answer", m.Answer.Text
	}
	switch {
	case m.CaseID == nil || m.Recipient == nil || c == nil && m.Answer != nil:
		r.Result.Code, r.Result.ErrorCode, r.Result.SubCode = contracts.ERROR, contracts.ApplicationError, contracts.SubUnknownCase
		return r, nil
	case c == nil:
		c = &HandledCase{CaseID: *m.CaseID, External: contracts.II{Root: h.Identity.HSAID, Extension: fmt.Sprintf("AVV-%d", len(h.cases)+1)}}
		h.cases = append(h.cases, c)
	}
	c.Unit = m.Recipient.Unit
	c.Messages = append(c.Messages, note)
	r.ExternalCaseID = &c.External
	if h.receipts == nil {
		h.receipts = make(map[contracts.II]contracts.Receipt)
	}
	h.receipts[m.ID] = r
	return r, nil
}

// find is the case with 1177's id; the caller holds the lock.
func (h *HandlingSystem) find(id *contracts.II) *HandledCase {
	if id == nil {
		return nil
	}
	return h.named(id.Extension)
}

func (h *HandlingSystem) named(extension string) *HandledCase {
	if i := slices.IndexFunc(h.cases, func(c *HandledCase) bool { return c.CaseID.Extension == extension }); i >= 0 {
		return h.cases[i]
	}
	return nil
}

// Return sends an update on a case, by the extension of 1177's id: ids, times, number and handling unit are filled in. The error is a fault or that nothing
// answered; a refusal by the contract stands in the receipt.
func (h *HandlingSystem) Return(ctx context.Context, caseID string, u contracts.Update) (contracts.Receipt, error) {
	c, ok := h.Case(caseID)
	if !ok {
		return contracts.Receipt{}, errUnknownCase
	}
	if u.HandlingUnit.HSAID == "" {
		u.HandlingUnit = c.Unit
	}
	m := &contracts.Message{CaseID: &c.CaseID, ExternalCaseID: &c.External, Sequence: c.sequence + 1, Update: &u}
	r, err := h.send(ctx, m)
	if err == nil && r.Result.Code != contracts.ERROR {
		h.note(m)
	}
	return r, err
}

// Begin sends a case that began outside 1177, by telephone say, at one of the system's units.
func (h *HandlingSystem) Begin(ctx context.Context, unit contracts.OrgUnit, complaint contracts.Complaint) (contracts.Receipt, error) {
	h.mu.Lock()
	external := contracts.II{Root: h.Identity.HSAID, Extension: fmt.Sprintf("AVV-TEL-%d", len(h.cases)+1)}
	h.mu.Unlock()
	m := &contracts.Message{ExternalCaseID: &external, Sequence: 1, Update: &contracts.Update{Type: contracts.NewCase, HandlingUnit: unit, NewCase: &complaint}}
	r, err := h.send(ctx, m)
	if err != nil || r.Result.Code == contracts.ERROR || r.CaseID == nil {
		return r, err
	}
	c := &HandledCase{CaseID: *r.CaseID, External: external, Unit: unit}
	h.mu.Lock()
	h.cases = append(h.cases, c)
	h.mu.Unlock()
	m.CaseID = r.CaseID
	h.note(m)
	return r, nil
}

func (h *HandlingSystem) send(ctx context.Context, m *contracts.Message) (contracts.Receipt, error) {
	m.ID = contracts.II{Root: h.Identity.HSAID, Extension: h.NewID()}
	m.SentTime = contracts.NewStamp(h.Now())
	m.Receiver = h.Portal
	return h.Wire.Do(ctx, h.Gateway, h.Identity.Header(h.Header), m)
}

func (h *HandlingSystem) note(m *contracts.Message) {
	h.mu.Lock()
	defer h.mu.Unlock()
	c := h.find(m.CaseID)
	c.sequence = m.Sequence
	c.Messages = append(c.Messages, Note{ID: m.ID, Sequence: m.Sequence, Kind: m.Update.Type, Text: m.Update.Text})
}

// Case is a copy of a case, by the extension of 1177's id.
func (h *HandlingSystem) Case(caseID string) (HandledCase, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	c := h.named(caseID)
	if c == nil {
		return HandledCase{}, false
	}
	copied := *c
	copied.Messages = slices.Clone(c.Messages)
	return copied, true
}

// Repeats is how many messages came that the system had already.
func (h *HandlingSystem) Repeats() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.repeats
}

// Control is the HTTP JSON interface by which a person plays the handling system.
func (h *HandlingSystem) Control() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /cases", handle(func(*http.Request) (any, error) {
		h.mu.Lock()
		defer h.mu.Unlock()
		all := make([]HandledCase, 0, len(h.cases))
		for _, c := range h.cases {
			all = append(all, *c)
		}
		return map[string]any{"items": all}, nil
	}))
	mux.HandleFunc("GET /cases/{id}", handle(func(r *http.Request) (any, error) {
		c, ok := h.Case(r.PathValue("id"))
		if !ok {
			return nil, errUnknownCase
		}
		return c, nil
	}))
	mux.HandleFunc("POST /cases/{id}/updates", handle(func(r *http.Request) (any, error) {
		var u contracts.Update
		if err := readJSON(r, &u); err != nil {
			return nil, err
		}
		return h.Return(r.Context(), r.PathValue("id"), u)
	}))
	mux.HandleFunc("POST /cases", handle(func(r *http.Request) (any, error) {
		var begun struct {
			Unit    contracts.OrgUnit   `json:"unit"`
			NewCase contracts.Complaint `json:"newCase"`
		}
		if err := readJSON(r, &begun); err != nil {
			return nil, err
		}
		return h.Begin(r.Context(), begun.Unit, begun.NewCase)
	}))
	mux.HandleFunc("POST /down", handle(func(*http.Request) (any, error) {
		h.Door.Down()
		return map[string]bool{"up": false}, nil
	}))
	mux.HandleFunc("POST /up", handle(func(*http.Request) (any, error) {
		return map[string]bool{"up": true}, h.Door.Up()
	}))
	return http.NewCrossOriginProtection().Handler(mux)
}
