package web_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"rivgate/contracts"
	"rivgate/contracts/inferred"
	"rivgate/routing"
	"rivgate/soap"
	"rivgate/store"
)

// inRegion lets the gateway stand in a region: what it returns goes to 1177's own gateway.
func (w *world) inRegion() {
	w.t.Helper()
	send, giveBack := w.Relay.Contracts.Send().Contract, w.Relay.Contracts.Return().Contract
	table, err := routing.NewTable(routing.Catalogue{
		Units: []routing.Unit{
			{HSAID: clinic, Name: "Vårdcentralen Björken", Kind: routing.CareUnit, Region: "01", Attachments: true},
			{HSAID: board, Name: "Patientnämnden", Kind: routing.PatientBoard, Region: "01"},
		},
		Routes: []routing.Row{
			{Contract: send, Receiver: clinic, Address: routing.AddressInbox},
			{Contract: send, Receiver: board, Address: routing.AddressInbox},
			{Contract: giveBack, Receiver: portal, Address: "http://127.0.0.1:9/"},
		},
		Permissions: []routing.Permission{
			{Contract: send, Sender: portal, Receiver: "*"}, {Contract: giveBack, Sender: gateway, Receiver: portal},
		},
	}, routing.Rules{
		Durable: w.Relay.Contracts.Durable, SendContract: send, ReturnContract: giveBack, Own: gateway,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	w.Relay.Table = func() *routing.Table { return table }
}

// by1177 is what 1177 sends in the case that has arrived, in somebody's name.
func (w *world) by1177(m contracts.Message, author string, sequence int64) contracts.Receipt {
	w.t.Helper()
	door := httptest.NewServer(&soap.Server{Handler: w.Relay, Path: "/vp", NewID: w.newID, Faulter: w.Relay.Fault})
	w.t.Cleanup(door.Close)
	person := contracts.PersonID{ID: author, Type: contracts.OIDPersonnummer}
	m.ID = contracts.II{Root: portal, Extension: fmt.Sprint("by-", author, "-", sequence)}
	m.SentTime, m.Sequence, m.Receiver = contracts.NewStamp(w.clock()), sequence, clinic
	m.CaseID = &contracts.II{Root: portal, Extension: "K-2026-17"}
	m.Recipient = &contracts.Recipient{
		Unit: contracts.OrgUnit{HSAID: clinic, Name: "Vårdcentralen Björken"}, Kind: contracts.KindCareUnit,
	}
	answer := *m.Answer
	answer.Author, m.Answer = person, &answer
	if m.Supplement != nil {
		m.Supplement = &contracts.Supplement{Text: answer.Text, Author: person}
	}
	header := http.Header{"X-Vp-Sender-Id": {portal}, "X-Vp-Instance-Id": {w.Relay.Instance.ID}}
	receipt, err := inferred.Client{SOAP: &soap.Client{}}.Do(w.t.Context(), door.URL+"/vp", header, &m)
	if err != nil {
		w.t.Fatal(err)
	}
	return receipt
}

// TestWhoWroteIsJudgedOrShown: a message by somebody who is neither reporter nor patient. Where the gateway stands at
// 1177 it knows the reporter of now, and refuses answer, supplement and withdrawal (AUTHOR_NOT_ALLOWED); nothing of
// them is seen. In a region 1177 has judged that already, and may know of a takeover that the region does not: there
// they are taken, and stand under their own author, who is not said to be the reporter. The reporter's own are taken in
// both.
func TestWhoWroteIsJudgedOrShown(t *testing.T) {
	t.Parallel()
	for name, region := range map[string]bool{"at 1177": false, "in a region": true} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			if region {
				w.inRegion()
			}
			id := w.arrives(clinic, "Tolvan Test", "Ingen ringde upp.")
			complaint := contracts.II{Root: portal, Extension: "message-1"}
			sequence := int64(1)
			say := func(m contracts.Message, author string) {
				t.Helper()
				receipt := w.by1177(m, author, sequence+1)
				switch {
				case region || author == tolvan:
					if receipt.Result.Code != contracts.OK {
						t.Errorf("%s by %s: %+v", m.Answer.Text, author, receipt.Result)
					}
					sequence++
				case receipt.Result.SubCode != contracts.SubAuthorNotAllowed:
					t.Errorf("%s by %s: %+v, not refused", m.Answer.Text, author, receipt.Result)
				}
			}
			question := func() contracts.II {
				t.Helper()
				w.act(id, "question", map[string][]string{"text": {"Vilken dag?"}})
				root, extension, _ := strings.Cut(w.theCase(id).OpenQuestions[0], "|")
				return contracts.II{Root: root, Extension: extension}
			}
			asked := question()
			say(contracts.Message{Answer: &contracts.Answer{InReplyTo: asked, Text: "Svar av annan."}}, ombud)
			if region {
				asked = question()
			}
			say(contracts.Message{Answer: &contracts.Answer{InReplyTo: asked, Text: "Eget svar."}}, tolvan)
			for text, author := range map[string]string{"Tillägg av annan.": ombud, "Eget tillägg.": tolvan} {
				say(contracts.Message{
					Answer: &contracts.Answer{InReplyTo: complaint, Text: text}, Supplement: &contracts.Supplement{},
				}, author)
			}
			say(contracts.Message{
				Answer:     &contracts.Answer{InReplyTo: complaint, Text: contracts.WithdrawalText},
				Withdrawal: &contracts.Withdrawal{},
			}, ombud)

			page := w.page("/inbox/" + id)
			has(t, page, "Eget svar.", "Eget tillägg.")
			others := []string{
				"Svar av annan.", "Tillägg av annan.", "Svar från någon annan än anmälaren", "Någon annan än anmälaren, " + ombud,
			}
			if !region {
				hasNot(t, page, others...)
				if c := w.theCase(id); c.Withdrawn != nil {
					t.Error("somebody else has taken the case back")
				}
				return
			}
			has(t, page, others...)
			if n := strings.Count(page, others[3]); n < 3 {
				t.Errorf("%d messages stand under their author", n)
			}
			// and for a system that reads by the API
			r := w.get("/api/cases/" + id + "/messages")
			if n := strings.Count(r.body, ombud); r.status != http.StatusOK || n < 3 {
				t.Errorf("the API: %d, the author stands there %d times\n%s", r.status, n, r.body)
			}
			messageOf(t, w, id, store.EventWithdrawal)
		})
	}
}

// TestWhatIsHeldIsNotShownToCitizens: a number is missing before a message. Somebody else's is refused all the same;
// the reporter's own waits, and is seen by the handler alone until the case has taken it in.
func TestWhatIsHeldIsNotShownToCitizens(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.arrives(clinic, "Tolvan Test", "Ingen ringde upp.")
	w.act(id, "question", map[string][]string{"text": {"Vilken dag?"}})
	root, extension, _ := strings.Cut(w.theCase(id).OpenQuestions[0], "|")
	answer := func(text string) contracts.Message {
		return contracts.Message{Answer: &contracts.Answer{
			InReplyTo: contracts.II{Root: root, Extension: extension}, Text: text,
		}}
	}
	if r := w.by1177(answer("Svar av annan."), ombud, 4); r.Result.SubCode != contracts.SubAuthorNotAllowed {
		t.Errorf("by somebody else: %+v", r.Result)
	}
	if r := w.by1177(answer("Eget svar."), tolvan, 3); r.Result.SubCode != contracts.SubOutOfOrder {
		t.Errorf("a number too early: %+v", r.Result)
	}
	has(t, w.page("/inbox/"+id), "Eget svar.")
	hasNot(t, w.page("/inbox/"+id), "Svar av annan.")
	for _, page := range []string{"/mailbox/" + id, "/inbox/" + id + "/mailbox"} {
		hasNot(t, w.page(page), "Eget svar.", "Svar av annan.", ombud)
	}
	m := answer("Eget tillägg.")
	m.Supplement = &contracts.Supplement{}
	if r := w.by1177(m, tolvan, 2); r.Result.Code != contracts.OK {
		t.Errorf("what was missing: %+v", r.Result)
	}
	has(t, w.page("/mailbox/"+id), "Eget svar.", "Ditt svar", "Eget tillägg.")
}
