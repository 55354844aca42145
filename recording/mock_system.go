package recording

import (
	"context"
	"fmt"
	"net/http"

	"rivgate/contracts"
)

// Take is the handling system's end of the send contract. A message that it has already gets its first receipt again.
func (k *Mock) Take(_ context.Context, m *contracts.Message) (contracts.Receipt, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if r, ok := k.receipts[m.ID]; ok {
		k.repeats++
		return r, nil
	}
	r := contracts.Receipt{
		Result: contracts.Result{Code: contracts.OK, LogID: k.NewID()}, ReceivedTime: contracts.NewStamp(k.Now()),
	}
	var c *MockCase
	if m.CaseID != nil {
		c = k.find(m.CaseID.Extension)
	}
	if m.CaseID == nil || m.Recipient == nil || c == nil && m.Answer != nil {
		r.Result.Code, r.Result.ErrorCode, r.Result.SubCode = contracts.ERROR, contracts.ApplicationError,
			contracts.SubUnknownCase
		return r, nil
	}
	if c == nil {
		c = &MockCase{
			CaseID: *m.CaseID, External: contracts.II{Root: k.Identity.HSAID, Extension: fmt.Sprintf("AVV-%d", len(k.cases)+1)},
		}
		k.cases = append(k.cases, c)
	}
	c.Unit = m.Recipient.Unit
	c.Messages = append(c.Messages, noteOf(m))
	r.ExternalCaseID = &c.External
	if k.receipts == nil {
		k.receipts = make(map[contracts.II]contracts.Receipt)
	}
	k.receipts[m.ID] = r
	return r, nil
}

// Repeats is how many messages the handling system was sent that it had already.
func (k *Mock) Repeats() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.repeats
}

// Return sends the handling system's update on a case, by the extension of 1177's id: ids, times, number and handling
// unit are filled in.
func (k *Mock) Return(ctx context.Context, caseID string, u contracts.Update) (contracts.Receipt, error) {
	c, ok := k.Case(caseID)
	if !ok {
		return contracts.Receipt{}, errUnknownCase
	}
	if u.HandlingUnit.HSAID == "" {
		u.HandlingUnit = c.Unit
	}
	return k.sendUpdate(ctx, &contracts.Message{
		CaseID: &c.CaseID, ExternalCaseID: &c.External, Sequence: c.sequence + 1, Update: &u,
	})
}

// Begin sends a case that began outside 1177, by telephone say, at one of the handling system's units.
func (k *Mock) Begin(ctx context.Context, unit contracts.OrgUnit,
	complaint contracts.Complaint,
) (contracts.Receipt, error) {
	external := contracts.II{Root: k.Identity.HSAID, Extension: fmt.Sprintf("AVV-TEL-%d", len(k.Cases())+1)}
	return k.sendUpdate(ctx, &contracts.Message{
		ExternalCaseID: &external, Sequence: 1,
		Update: &contracts.Update{Type: contracts.NewCase, HandlingUnit: unit, NewCase: &complaint},
	})
}

func (k *Mock) sendUpdate(ctx context.Context, m *contracts.Message) (contracts.Receipt, error) {
	m.ID = contracts.II{Root: k.Identity.HSAID, Extension: k.NewID()}
	m.SentTime = contracts.NewStamp(k.Now())
	m.Receiver = k.Service
	return k.Send(ctx, m)
}

// systemPages is the JSON interface by which a person plays the handling system.
func (k *Mock) systemPages(mux *http.ServeMux) {
	mux.HandleFunc("GET /cases/{id}", handle(func(r *http.Request) (any, error) {
		c, ok := k.Case(r.PathValue("id"))
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
		return k.Return(r.Context(), r.PathValue("id"), u)
	}))
	mux.HandleFunc("POST /cases", handle(func(r *http.Request) (any, error) {
		var begun struct {
			Unit    contracts.OrgUnit   `json:"unit"`
			NewCase contracts.Complaint `json:"newCase"`
		}
		if err := readJSON(r, &begun); err != nil {
			return nil, err
		}
		return k.Begin(r.Context(), begun.Unit, begun.NewCase)
	}))
	mux.HandleFunc("POST /down", handle(func(*http.Request) (any, error) {
		k.Door.Down()
		return map[string]bool{"up": false}, nil
	}))
	mux.HandleFunc("POST /up", handle(func(*http.Request) (any, error) {
		return map[string]bool{"up": true}, k.Door.Up()
	}))
}
