//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"

	"rivgate/contracts"
	"rivgate/contracts/inferred"
	"rivgate/soap"
	"rivgate/soap/wire"
)

// Who is who.
const (
	portal     = "SE0000000001-1177"
	instance   = "torture"
	gatewayHSA = "SE0000000001-RIVGATE"
)

// system is a handling system: where a unit's cases go.
type system struct{ unit, component string }

func systems() []system {
	return []system{{"SE2010123456-SJ01", "SE2010123456-AVV1"}, {"SE2010123456-SJ02", "SE2010123456-AVV2"}}
}

// sender sends cases, one message after another, each until it has a receipt. Then it is in the ledger, and then it
// counts.
type sender struct {
	trial  *trial
	name   string
	random *rand.Rand
	client inferred.Client
}

func (t *trial) newSender(n int, random *rand.Rand) *sender {
	return &sender{
		trial: t, name: fmt.Sprintf("s%d", n), random: random,
		client: inferred.Client{SOAP: &soap.Client{Client: wire.Client{Timeout: 4 * time.Second}}},
	}
}

// run sends cases until ctx ends; a case under way is finished first, so far as limit allows.
func (s *sender) run(ctx, limit context.Context) {
	for n := 1; ctx.Err() == nil && limit.Err() == nil; n++ {
		s.case1177(ctx, limit, fmt.Sprintf("%s-%d", s.name, n))
	}
}

// case1177 is one case: a complaint, and questions and partial replies from its handling system with the citizen's
// answers. All of it passes the gateway in two lanes, one to the handling system and one to 1177.
func (s *sender) case1177(ctx, limit context.Context, id string) {
	all := systems()
	h := all[s.random.IntN(len(all))]
	out, back := int64(1), int64(1)
	if !s.deliver(limit, s.complaint(h, id)) {
		return
	}
	for range 2 + s.random.IntN(4) {
		if ctx.Err() != nil {
			return
		}
		s.breathe(ctx)
		question := s.random.IntN(2) == 0
		m := s.update(h, id, back, question)
		if !s.deliver(limit, m) {
			return
		}
		back++
		if !question {
			continue
		}
		out++
		if !s.deliver(limit, s.answer(h, id, out, m.ID)) {
			return
		}
	}
}

func (s *sender) breathe(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-time.After(time.Duration(s.random.IntN(60)) * time.Millisecond):
	}
}

// deliver sends m until it has a receipt, to any of the gateways, and writes it down. False: there was none in time, or
// it was refused.
func (s *sender) deliver(ctx context.Context, m *contracts.Message) bool {
	header := http.Header{}
	header.Set(soap.HeaderSender, m.ID.Root)
	header.Set(soap.HeaderInstance, instance)
	path := "/SendComplaint/1/rivtabp21"
	if m.Update != nil {
		path = "/ReturnComplaint/1/rivtabp21"
	}
	for wait := 20 * time.Millisecond; ; wait = min(2*wait, 500*time.Millisecond) {
		door := s.trial.door(s.random)
		s.trial.traffic.RLock()
		receipt, err := s.client.Do(ctx, "http://"+door+"/vp"+path, header, m)
		s.trial.traffic.RUnlock()
		if err == nil && receipt.Result.Code != contracts.ERROR {
			return s.count(m)
		}
		if err == nil && receipt.Result.ErrorCode != contracts.TechnicalError {
			s.trial.refuse(
				fmt.Sprintf("%s %s: %s %s", m.ID.Extension, kind(m), receipt.Result.ErrorCode, receipt.Result.SubCode),
			)
			return false
		}
		var fault *soap.Fault
		if errors.As(err, &fault) && fault.Final() {
			s.trial.refuse(fmt.Sprintf("%s %s: %s", m.ID.Extension, kind(m), fault.String))
			return false
		}
		if ctx.Err() != nil {
			return false
		}
		s.trial.fail(fmt.Sprintf("%s %s at %s: %v", m.ID.Extension, kind(m), time.Now().Format(time.TimeOnly), err))
		select {
		case <-ctx.Done():
			return false
		case <-time.After(wait):
		}
	}
}

func (s *sender) count(m *contracts.Message) bool {
	envelope, err := inferred.Pack{}.Write(m) // as it was sent: equal messages give equal bytes
	if err != nil {
		s.trial.refuse("writing a message again: " + err.Error())
		return false
	}
	e := entry{lane: lane(m), n: m.Sequence, id: m.ID.Extension, how: "accepted", at: time.Now(), body: sum(envelope)}
	if err := s.trial.sent.write(e); err != nil {
		s.trial.refuse("writing the sender's ledger: " + err.Error())
		return false
	}
	s.trial.accepted.Add(1)
	return true
}

// lane is the lane of a message: its receiver and its case.
func lane(m *contracts.Message) string { return m.Receiver + "/" + m.CaseID.Extension }

func kind(m *contracts.Message) string {
	switch {
	case m.Complaint != nil:
		return "complaint"
	case m.Answer != nil:
		return "answer"
	}
	return m.Update.Type
}

// stamp is the present by the world's clock: that of the gateways.
func (s *sender) stamp() contracts.Stamp { return contracts.NewStamp(s.trial.clock.now()) }

func (s *sender) caseID(id string) *contracts.II {
	return &contracts.II{Root: portal, Extension: s.trial.name + "-" + id}
}

func (s *sender) id(who, id string) contracts.II {
	return contracts.II{Root: who, Extension: fmt.Sprintf("%s-%s-%d", s.trial.name, id, s.trial.ids.Add(1))}
}

func recipient(h system) *contracts.Recipient {
	return &contracts.Recipient{Unit: contracts.OrgUnit{HSAID: h.unit}, Kind: contracts.KindCareUnit}
}

func (s *sender) complaint(h system, id string) *contracts.Message {
	now := s.stamp()
	return &contracts.Message{
		ID: s.id(portal, id), SentTime: now, Sequence: 1, CaseID: s.caseID(id), Receiver: h.unit, Recipient: recipient(h),
		Complaint: &contracts.Complaint{
			Received: now,
			Reporter: contracts.Reporter{
				PersonID: contracts.PersonID{ID: "189001019802", Type: contracts.OIDPersonnummer}, Role: contracts.RolePatient,
			},
			IncidentUnit: &contracts.OrgUnit{HSAID: h.unit}, IncidentDate: "20260214", Description: "Jag fick vänta.",
			ReplyWanted: true,
		},
	}
}

func (s *sender) answer(h system, id string, n int64, question contracts.II) *contracts.Message {
	return &contracts.Message{
		ID: s.id(portal, id), SentTime: s.stamp(), Sequence: n, CaseID: s.caseID(id), Receiver: h.unit,
		Recipient: recipient(h),
		Answer: &contracts.Answer{
			InReplyTo: question, Text: "På förmiddagen.",
			Author: contracts.PersonID{ID: "189001019802", Type: contracts.OIDPersonnummer},
		},
	}
}

func (s *sender) update(h system, id string, n int64, question bool) *contracts.Message {
	u := &contracts.Update{
		Type: contracts.PartialReply, HandlingUnit: contracts.OrgUnit{HSAID: h.unit}, Text: "Tack för ditt meddelande.",
	}
	if question {
		u.Type = contracts.Question
	}
	return &contracts.Message{
		ID: s.id(h.component, id), SentTime: s.stamp(), Sequence: n, CaseID: s.caseID(id), Receiver: portal, Update: u,
	}
}
