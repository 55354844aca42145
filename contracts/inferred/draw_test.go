package inferred_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"pgregory.net/rapid"

	"rivgate/contracts"
)

// Only test persons stand in tests.
func persons() []string {
	return []string{"189001019802", "190001019801", "201701012393", "202402292383"}
}

// drawMessage draws a message that keeps every rule.
func drawMessage(t *rapid.T) *contracts.Message {
	m := &contracts.Message{
		ID:             contracts.II{Root: "SE0000000001-1177", Extension: drawUUID(t)},
		SentTime:       drawStamp(t, "sent"),
		Sequence:       rapid.Int64Range(1, 1<<62).Draw(t, "sequence"),
		CaseID:         drawII(t, "case"),
		ExternalCaseID: maybe(t, "external", drawII),
		Receiver:       drawUnitID(t, "receiver"),
	}
	switch rapid.IntRange(0, 3).Draw(t, "what") {
	case 0:
		m.Complaint = drawComplaint(t, "complaint")
	case 1:
		m.Answer = &contracts.Answer{
			InReplyTo: *drawII(t, "question"), Text: drawText(t, "answer"), Author: drawPerson(t, "author"),
			Attachments: drawFiles(t),
		}
		drawUnasked(t, m)
	case 2:
		m.Forward = &contracts.Forward{
			Original: *drawComplaint(t, "original"), From: *drawUnit(t, "from"), Time: drawStamp(t, "forwarded"),
			Reason: drawMaybeText(t, "reason"),
		}
	default:
		m.Update = drawUpdate(t)
		if m.Update.Type == contracts.NewCase && m.ExternalCaseID != nil && rapid.Bool().Draw(t, "without case id") {
			m.CaseID = nil
		}
		return m
	}
	m.Recipient = &contracts.Recipient{
		Unit: *drawUnit(t, "recipient"),
		Kind: rapid.SampledFrom([]string{contracts.KindCareUnit, contracts.KindPatientBoard}).Draw(t, "kind"),
	}
	if m.Recipient.Kind == contracts.KindCareUnit && m.Complaint != nil {
		m.Complaint.IncidentPlaceText = ""
		m.Complaint.IncidentUnit = drawUnit(t, "incident unit")
	}
	return m
}

// drawUnasked draws what version 1.1 adds to an answer, or nothing.
func drawUnasked(t *rapid.T, m *contracts.Message) {
	switch rapid.IntRange(0, 2).Draw(t, "unasked") {
	case 0:
		m.Supplement = &contracts.Supplement{
			Text: m.Answer.Text, Author: m.Answer.Author, Attachments: m.Answer.Attachments,
		}
		m.Answer.Attachments = nil
	case 1:
		m.Withdrawal = &contracts.Withdrawal{Reason: drawMaybeText(t, "withdrawal")}
	}
}

func drawUpdate(t *rapid.T) *contracts.Update {
	u := &contracts.Update{
		Type: rapid.SampledFrom([]string{
			contracts.PartialReply, contracts.Question, contracts.Close, contracts.Status, contracts.Forwarded,
			contracts.NewCase, contracts.Correction,
		}).Draw(t, "type"),
		HandlingUnit:  *drawUnit(t, "handling unit"),
		Author:        maybe(t, "author", drawProfessional),
		Text:          drawMaybeText(t, "text"),
		StandardReply: maybe(t, "standard reply", drawCV),
		Attachments:   drawFiles(t),
	}
	switch u.Type {
	case contracts.PartialReply, contracts.Question:
		u.Text = drawText(t, "text")
		if u.Type == contracts.Question {
			u.AnswerDueDate = drawDate(t, "due")
		}
	case contracts.Close, contracts.Correction:
		u.Classification = drawClassification(t)
	case contracts.Status:
		at := drawStamp(t, "status time")
		u.Status = rapid.SampledFrom([]string{
			contracts.StatusReceived, contracts.StatusInProgress, contracts.StatusAwaitingReporter,
		}).Draw(t, "status")
		u.StatusTime = &at
	case contracts.Forwarded:
		u.NewRecipient = drawUnit(t, "new recipient")
	case contracts.NewCase:
		u.NewCase = drawComplaint(t, "new case")
	}
	return u
}

func drawClassification(t *rapid.T) *contracts.Classification {
	c := &contracts.Classification{
		Problems:       []contracts.CV{{Code: "1", CodeSystem: contracts.SystemProblem, DisplayName: drawText(t, "problem")}},
		AreaOfActivity: contracts.CV{Code: "3", CodeSystem: contracts.SystemArea, DisplayName: drawText(t, "area")},
		IncidentUnit:   maybe(t, "unit", drawUnit),
	}
	if rapid.Bool().Draw(t, "sub problem") {
		c.Problems = append(c.Problems, contracts.CV{
			Code: "1.2", CodeSystem: contracts.SystemProblem, DisplayName: "Diagnos",
		})
		c.IncidentDate = drawDate(t, "incident")
	}
	return c
}

func drawComplaint(t *rapid.T, label string) *contracts.Complaint {
	c := &contracts.Complaint{
		Received: drawStamp(t, label),
		Reporter: contracts.Reporter{
			PersonID: drawPerson(t, label), Name: drawMaybeText(t, "name"), Telecom: drawMaybeText(t, "telecom"),
			Email: drawMaybeText(t, "email"), Address: drawMaybeText(t, "address"),
			StatedAuthority: maybe(t, "authority", drawBool),
			Role: rapid.SampledFrom([]string{contracts.RolePatient, contracts.RoleRelative, contracts.RoleProxy}).Draw(t,
				"role"),
		},
		IncidentUnit:      maybe(t, "incident unit", drawUnit),
		IncidentPlaceText: drawMaybeText(t, "place"),
		IncidentDate:      drawDate(t, "incident"),
		Description:       drawText(t, "description"),
		ReplyWanted:       rapid.Bool().Draw(t, "reply wanted"),
		ReplyChannel:      maybe(t, "channel", drawCV),
		Attachments:       drawFiles(t),
	}
	for range rapid.IntRange(0, 2).Draw(t, "experienced") {
		c.ExperiencedProblem = append(c.ExperiencedProblem, *drawCV(t, "experienced"))
	}
	if c.Reporter.Role != contracts.RolePatient || rapid.Bool().Draw(t, "patient") {
		person := drawPerson(t, "patient")
		c.Patient = &contracts.Patient{
			PersonID: &person, Name: drawMaybeText(t, "name"), DateOfBirth: drawDate(t, "birth"),
			Gender: maybe(t, "gender", drawGender),
		}
	}
	return c
}

func drawProfessional(t *rapid.T, label string) *contracts.Professional {
	return &contracts.Professional{
		AuthorTime: drawStamp(t, label), HSAID: drawUnitID(t, label), Name: drawMaybeText(t, label),
		RoleCode: maybe(t, "role", drawCV), OrgUnit: maybe(t, "unit", drawUnit),
	}
}

func drawFiles(t *rapid.T) []contracts.Attachment {
	var files []contracts.Attachment
	for i := range rapid.IntRange(0, 2).Draw(t, "files") {
		a := contracts.Attachment{ID: fmt.Sprint(i), FileName: drawText(t, "file"), MediaType: "application/pdf"}
		if rapid.Bool().Draw(t, "reference") {
			a.Reference, a.Size = "https://example.org/file", 17
		} else {
			a.Value = append([]byte("%PDF-"), rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(t, "value")...)
			a.Size = int64(len(a.Value))
			sum := sha256.Sum256(a.Value)
			a.SHA256 = hex.EncodeToString(sum[:])
		}
		files = append(files, a)
	}
	return files
}

func drawUnit(t *rapid.T, label string) *contracts.OrgUnit {
	return &contracts.OrgUnit{
		HSAID: drawUnitID(t, label), Name: drawMaybeText(t, label), Telecom: drawMaybeText(t, label),
		Email: drawMaybeText(t, label), Address: drawMaybeText(t, label), Location: drawMaybeText(t, label),
	}
}

// drawCV draws a value of a code system that is not known here.
func drawCV(t *rapid.T, label string) *contracts.CV {
	if rapid.Bool().Draw(t, label) {
		return &contracts.CV{OriginalText: drawText(t, label)}
	}
	return &contracts.CV{
		Code: drawText(t, label), CodeSystem: "1.2.3", CodeSystemName: drawMaybeText(t, label),
		CodeSystemVersion: drawMaybeText(t, label),
		DisplayName:       drawText(t, label), OriginalText: drawMaybeText(t, label),
	}
}

func drawGender(t *rapid.T, label string) *contracts.CV {
	return &contracts.CV{
		Code: rapid.SampledFrom([]string{"0", "1", "2", "9"}).Draw(t, label), CodeSystem: contracts.SystemGender,
		DisplayName: "kön",
	}
}

func drawII(t *rapid.T, label string) *contracts.II {
	return &contracts.II{Root: drawUnitID(t, label), Extension: drawText(t, label)}
}

func drawPerson(t *rapid.T, label string) contracts.PersonID {
	return contracts.PersonID{ID: rapid.SampledFrom(persons()).Draw(t, label), Type: contracts.OIDPersonnummer}
}

func drawUnitID(t *rapid.T, label string) string {
	return rapid.StringMatching(`SE2010123456-[A-Z0-9]{1,6}`).Draw(t, label)
}

func drawUUID(t *rapid.T) string {
	return rapid.StringMatching(`[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}`).Draw(t, "uuid")
}

func drawStamp(t *rapid.T, label string) contracts.Stamp {
	at := contracts.NewStamp(time.Unix(rapid.Int64Range(0, 4102444800).Draw(t, label), 0))
	read, err := contracts.ParseStamp(at.Raw) // the repeated hour is read as the first
	if err != nil {
		t.Fatalf("%v", err)
	}
	return read
}

func drawDate(t *rapid.T, label string) string {
	return time.Unix(rapid.Int64Range(0, 4102444800).Draw(t, label), 0).UTC().Format("20060102")
}

func drawBool(t *rapid.T, label string) *bool {
	b := rapid.Bool().Draw(t, label)
	return &b
}

// drawText draws a text with what is special in XML; never a blank one.
func drawText(t *rapid.T, label string) string {
	return "x" + rapid.StringMatching(`[a-zåäö<>&"' \n\t\]😀]{0,20}`).Draw(t, label)
}

func drawMaybeText(t *rapid.T, label string) string {
	if rapid.Bool().Draw(t, label) {
		return ""
	}
	return drawText(t, label)
}

func maybe[T any](t *rapid.T, label string, draw func(*rapid.T, string) *T) *T {
	if rapid.Bool().Draw(t, label) {
		return nil
	}
	return draw(t, label)
}
