package relay_test

import (
	"fmt"
	"testing"

	"rivgate/contracts"
	"rivgate/store"
)

// Units of the catalogue.
const (
	inboxUnit  = "SE2010123456-VC01"
	plainUnit  = "SE2010123456-VC02" // takes no attachments
	systemUnit = "SE2010123456-SJ01"
	otherUnit  = "SE2010123456-SJ02" // in the same system
	board      = "SE2010123456-PN01"
	triage     = "SE2010123456-TRI1"
)

func stamp(raw string) contracts.Stamp {
	s, err := contracts.ParseStamp(raw)
	if err != nil {
		panic(err)
	}
	return s
}

// opening is a complaint at a unit, as 1177 has written it down.
func opening(unit string) *contracts.Complaint {
	c := &contracts.Complaint{
		Received: stamp("20260302101500"),
		Reporter: contracts.Reporter{
			PersonID: contracts.PersonID{ID: "189001019802", Type: contracts.OIDPersonnummer}, Role: contracts.RolePatient,
		},
		IncidentDate: "20260214",
		Description:  "Beskrivning: jag fick vänta.",
		ReplyWanted:  true,
	}
	if unit != board {
		c.IncidentUnit = &contracts.OrgUnit{HSAID: unit}
	}
	return c
}

func recipient(unit string) *contracts.Recipient {
	kind := contracts.KindCareUnit
	if unit == board {
		kind = contracts.KindPatientBoard
	}
	return &contracts.Recipient{Unit: contracts.OrgUnit{HSAID: unit}, Kind: kind}
}

func caseID(extension string) *contracts.II { return &contracts.II{Root: portal, Extension: extension} }

// id is a message id of a sender's, told apart by a name.
func id(sender, name string) contracts.II { return contracts.II{Root: sender, Extension: name} }

func complaint(unit, extension string) *contracts.Message {
	return &contracts.Message{
		ID: id(portal, "complaint-"+extension), SentTime: stamp("20260302101600"), Sequence: 1, CaseID: caseID(extension),
		Receiver: unit, Recipient: recipient(unit), Complaint: opening(unit),
	}
}

// answerTo is the reporter's answer to a question, as 1177 sends it.
func answerTo(question contracts.II, unit, extension string, sequence int64) *contracts.Message {
	return &contracts.Message{
		ID: id(portal, fmt.Sprintf("answer-%s-%d", extension, sequence)), SentTime: stamp("20260302101700"),
		Sequence: sequence,
		CaseID:   caseID(extension), Receiver: unit, Recipient: recipient(unit),
		Answer: &contracts.Answer{
			InReplyTo: question, Text: "Beskrivning: på förmiddagen.",
			Author: contracts.PersonID{ID: "189001019802", Type: contracts.OIDPersonnummer},
		},
	}
}

// returns is what a unit's system returns; its parts by kind are filled in.
func returns(kind, unit, extension string, sequence int64) *contracts.Message {
	m := &contracts.Message{
		ID: id(system, fmt.Sprintf("%s-%s-%d", kind, extension, sequence)), SentTime: stamp("20260302102000"),
		Sequence: sequence,
		CaseID:   caseID(extension), Receiver: portal, Update: partsOf(kind),
	}
	m.Update.HandlingUnit = contracts.OrgUnit{HSAID: unit}
	return m
}

func partsOf(kind string) *contracts.Update {
	u := &contracts.Update{Type: kind}
	switch kind {
	case contracts.PartialReply, contracts.Question:
		u.Text = "Tack för ditt meddelande."
	case contracts.Close:
		u.Text = "Vi beklagar."
		u.Classification = classified()
	case contracts.Correction:
		u.Classification = classified()
	case contracts.Status:
		at := stamp("20260302102000")
		u.Status, u.StatusTime = contracts.StatusInProgress, &at
	}
	return u
}

func classified() *contracts.Classification {
	return &contracts.Classification{
		Problems:       []contracts.CV{{Code: "6", CodeSystem: contracts.SystemProblem, DisplayName: "Tillgänglighet"}},
		AreaOfActivity: contracts.CV{Code: "3", CodeSystem: contracts.SystemArea, DisplayName: "Primärvård"},
	}
}

func passedOn(from, to, extension string, sequence int64) *contracts.Message {
	m := returns(contracts.Forwarded, from, extension, sequence)
	m.Update.NewRecipient, m.Update.Text = &contracts.OrgUnit{HSAID: to}, "Rör er enhet."
	return m
}

func textFile(content string) contracts.Attachment {
	return contracts.Attachment{
		ID: "1", FileName: "anteckning.txt", MediaType: "text/plain", Size: int64(len(content)), Value: []byte(content),
	}
}

// begun is a case by 1177's id.
func (w *world) begun(extension string) store.Case {
	w.t.Helper()
	c, err := w.Store.Unlogged().Case(w.t.Context(), extension)
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// kinds are the messages of a case, in order.
func (w *world) kinds(extension string) []store.EventKind {
	w.t.Helper()
	entries, err := w.Store.Unlogged().TimeLine(w.t.Context(), w.begun(extension).ID)
	if err != nil {
		w.t.Fatal(err)
	}
	var kinds []store.EventKind
	for _, e := range entries {
		kinds = append(kinds, e.Kind)
	}
	return kinds
}

// letters are the kinds of the letters in the citizen's mailbox.
func (w *world) letters(extension string) []string {
	w.t.Helper()
	letters, err := w.Store.Unlogged().Mailbox(w.t.Context(), w.begun(extension).ID)
	if err != nil {
		w.t.Fatal(err)
	}
	var kinds []string
	for _, l := range letters {
		kinds = append(kinds, l.Kind)
	}
	return kinds
}

// refusedAs checks that an error is the contract's, with a sub code.
func refusedAs(t *testing.T, receipt contracts.Receipt, subCode string) {
	t.Helper()
	if receipt.Result.Code != contracts.ERROR || receipt.Result.SubCode != subCode {
		t.Errorf("got %s %s, not %s", receipt.Result.Code, receipt.Result.SubCode, subCode)
	}
}
