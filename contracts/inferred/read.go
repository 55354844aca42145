package inferred

import (
	"fmt"

	"rivgate/contracts"
	wire "rivgate/contracts/inferred/complaintsandfeedback"
	"rivgate/soap/codec"
)

func readSend(v *wire.SendComplaintType) (*contracts.Message, error) {
	sequence, err := readSequence(v.SequenceNumber)
	if err != nil {
		return nil, err
	}
	m := &contracts.Message{
		ID:             readII(v.MessageID),
		SentTime:       readStamp(v.SentTime),
		Sequence:       sequence,
		CaseID:         readIIs(&v.CaseID),
		ExternalCaseID: readIIs(v.ExternalCaseID),
		Recipient:      &contracts.Recipient{Unit: readUnit(v.Recipient.Unit), Kind: string(v.Recipient.Kind)},
		Complaint:      readComplaint(v.Complaint),
	}
	if a := v.Answer; a != nil {
		m.Answer = &contracts.Answer{
			InReplyTo:   readII(a.InReplyTo),
			Text:        a.Text,
			Author:      readPerson(a.Author),
			Attachments: readAttachments(a.Attachment),
		}
	}
	if s := v.Supplement; s != nil {
		m.Supplement = &contracts.Supplement{
			Text: s.Text, Author: readPerson(s.Author), Attachments: readAttachments(s.Attachment),
		}
	}
	if w := v.Withdrawal; w != nil {
		m.Withdrawal = &contracts.Withdrawal{Reason: text(w.Reason)}
	}
	if f := v.Forward; f != nil {
		m.Forward = &contracts.Forward{
			Original: *readComplaint(&f.OriginalCase),
			From:     readUnit(f.ForwardedFrom),
			Time:     readStamp(f.ForwardedTime),
			Reason:   text(f.Reason),
		}
	}
	return m, nil
}

func readReturn(v *wire.ReturnComplaintType) (*contracts.Message, error) {
	sequence, err := readSequence(v.SequenceNumber)
	if err != nil {
		return nil, err
	}
	u := &contracts.Update{
		Type:           string(v.UpdateType),
		HandlingUnit:   readUnit(v.HandlingUnit),
		Author:         readProfessional(v.Author),
		Text:           text(v.Text),
		StandardReply:  readCVs(v.StandardReply),
		AnswerDueDate:  text(v.AnswerDueDate),
		Status:         text(v.Status),
		Classification: readClassification(v.Classification),
		NewRecipient:   readUnits(v.NewRecipient),
		NewCase:        readComplaint(v.NewCase),
		Attachments:    readAttachments(v.Attachment),
	}
	if v.StatusTime != nil {
		at := readStamp(*v.StatusTime)
		u.StatusTime = &at
	}
	return &contracts.Message{
		ID:             readII(v.MessageID),
		SentTime:       readStamp(v.SentTime),
		Sequence:       sequence,
		CaseID:         readIIs(v.CaseID),
		ExternalCaseID: readIIs(v.ExternalCaseID),
		Update:         u,
	}, nil
}

// readSequence refuses only what no int64 holds: the schema has no upper bound.
func readSequence(n codec.Integer) (int64, error) {
	sequence, err := n.Int64()
	if err != nil {
		return 0, fmt.Errorf("reading sequenceNumber: it is no number below 2^63")
	}
	return sequence, nil
}

func readComplaint(v *wire.ComplaintType) *contracts.Complaint {
	if v == nil {
		return nil
	}
	c := &contracts.Complaint{
		Received: readStamp(v.ReceivedTime),
		Reporter: contracts.Reporter{
			PersonID:        readPerson(v.Reporter.PersonID),
			Name:            text(v.Reporter.Name),
			Role:            string(v.Reporter.Role),
			StatedAuthority: v.Reporter.StatedAuthority,
			Telecom:         text(v.Reporter.Telecom),
			Email:           text(v.Reporter.Email),
			Address:         text(v.Reporter.Address),
		},
		IncidentUnit:      readUnits(v.IncidentUnit),
		IncidentPlaceText: text(v.IncidentPlaceText),
		IncidentDate:      v.IncidentDate,
		Description:       v.Description,
		ReplyWanted:       v.ReplyWanted,
		ReplyChannel:      readCVs(v.ReplyChannel),
		Attachments:       readAttachments(v.Attachment),
	}
	for _, p := range v.ExperiencedProblem {
		c.ExperiencedProblem = append(c.ExperiencedProblem, readCV(p))
	}
	if p := v.Patient; p != nil {
		c.Patient = &contracts.Patient{Name: text(p.Name), DateOfBirth: text(p.DateOfBirth), Gender: readCVs(p.Gender)}
		if p.PersonID != nil {
			id := readPerson(*p.PersonID)
			c.Patient.PersonID = &id
		}
	}
	return c
}

func readProfessional(v *wire.HealthcareProfessionalType) *contracts.Professional {
	if v == nil {
		return nil
	}
	return &contracts.Professional{
		AuthorTime: readStamp(v.AuthorTime),
		HSAID:      text(v.HealthcareProfessionalHSAID),
		Name:       text(v.HealthcareProfessionalName),
		RoleCode:   readCVs(v.HealthcareProfessionalRoleCode),
		OrgUnit:    readUnits(v.HealthcareProfessionalOrgUnit),
	}
}

func readClassification(v *wire.ClassificationType) *contracts.Classification {
	if v == nil {
		return nil
	}
	c := &contracts.Classification{
		AreaOfActivity: readCV(v.AreaOfActivity),
		IncidentUnit:   readUnits(v.IncidentUnit),
		IncidentDate:   text(v.IncidentDate),
	}
	for _, p := range v.Problem {
		c.Problems = append(c.Problems, readCV(p))
	}
	return c
}

func readAttachments(vs []wire.AttachmentType) []contracts.Attachment {
	var files []contracts.Attachment
	for _, v := range vs {
		a := contracts.Attachment{
			ID:        v.ID,
			FileName:  v.FileName,
			MediaType: v.MediaType,
			Size:      v.Size,
			SHA256:    text(v.Sha256),
			Reference: text(v.Reference),
		}
		if v.Value != nil {
			a.Value = *v.Value
		}
		files = append(files, a)
	}
	return files
}

// readStamp keeps what was written; the rules refuse what is no time.
func readStamp(raw string) contracts.Stamp {
	s, _ := contracts.ParseStamp(raw)
	return s
}

func readII(v wire.IIType) contracts.II {
	return contracts.II{Root: v.Root, Extension: text(v.Extension)}
}

func readIIs(v *wire.IIType) *contracts.II {
	if v == nil {
		return nil
	}
	id := readII(*v)
	return &id
}

func readPerson(v wire.PersonIDType) contracts.PersonID {
	return contracts.PersonID{ID: v.ID, Type: v.Type}
}

func readUnit(v wire.OrgUnitType) contracts.OrgUnit {
	return contracts.OrgUnit{
		HSAID:    text(v.OrgUnitHSAID),
		Name:     text(v.OrgUnitName),
		Telecom:  text(v.OrgUnitTelecom),
		Email:    text(v.OrgUnitEmail),
		Address:  text(v.OrgUnitAddress),
		Location: text(v.OrgUnitLocation),
	}
}

func readUnits(v *wire.OrgUnitType) *contracts.OrgUnit {
	if v == nil {
		return nil
	}
	u := readUnit(*v)
	return &u
}

func readCV(v wire.CVType) contracts.CV {
	return contracts.CV{
		Code:              text(v.Code),
		CodeSystem:        text(v.CodeSystem),
		CodeSystemName:    text(v.CodeSystemName),
		CodeSystemVersion: text(v.CodeSystemVersion),
		DisplayName:       text(v.DisplayName),
		OriginalText:      text(v.OriginalText),
	}
}

func readCVs(v *wire.CVType) *contracts.CV {
	if v == nil {
		return nil
	}
	c := readCV(*v)
	return &c
}

// text is an optional element; an empty one says as much as none.
func text[T ~string](v *T) string {
	if v == nil {
		return ""
	}
	return string(*v)
}
