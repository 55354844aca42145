package inferred

import (
	"errors"
	"strconv"

	"rivgate/contracts"
	wire "rivgate/contracts/inferred/complaintsandfeedback"
	"rivgate/soap/codec"
)

var errNoCase = errors.New("writing message: a send needs the case's id and a recipient")

func writeSend(m *contracts.Message) (*wire.SendComplaintType, error) {
	if m.CaseID == nil || m.Recipient == nil {
		return nil, errNoCase
	}
	v := &wire.SendComplaintType{
		MessageID:      writeII(m.ID),
		SentTime:       m.SentTime.Raw,
		SequenceNumber: writeSequence(m.Sequence),
		CaseID:         writeII(*m.CaseID),
		ExternalCaseID: writeIIs(m.ExternalCaseID),
		Recipient:      wire.RecipientType{Unit: writeUnit(m.Recipient.Unit), Kind: wire.RecipientKindEnum(m.Recipient.Kind)},
		Complaint:      writeComplaint(m.Complaint),
	}
	if a := m.Answer; a != nil {
		v.Answer = &wire.AnswerType{
			InReplyTo:  writeII(a.InReplyTo),
			Text:       a.Text,
			Author:     writePerson(a.Author),
			Attachment: writeAttachments(a.Attachments),
		}
	}
	if s := m.Supplement; s != nil {
		v.Supplement = &wire.SupplementType{
			Text: s.Text, Author: writePerson(s.Author), Attachment: writeAttachments(s.Attachments),
		}
	}
	if w := m.Withdrawal; w != nil {
		v.Withdrawal = &wire.WithdrawalType{Reason: optional[string](w.Reason)}
	}
	if f := m.Forward; f != nil {
		v.Forward = &wire.ForwardType{
			OriginalCase:  *writeComplaint(&f.Original),
			ForwardedFrom: writeUnit(f.From),
			ForwardedTime: f.Time.Raw,
			Reason:        optional[string](f.Reason),
		}
	}
	return v, nil
}

func writeReturn(m *contracts.Message) *wire.ReturnComplaintType {
	u := m.Update
	v := &wire.ReturnComplaintType{
		MessageID:      writeII(m.ID),
		SentTime:       m.SentTime.Raw,
		SequenceNumber: writeSequence(m.Sequence),
		CaseID:         writeIIs(m.CaseID),
		ExternalCaseID: writeIIs(m.ExternalCaseID),
		UpdateType:     wire.UpdateTypeEnum(u.Type),
		HandlingUnit:   writeUnit(u.HandlingUnit),
		Author:         writeProfessional(u.Author),
		Text:           optional[string](u.Text),
		StandardReply:  writeCVs(u.StandardReply),
		AnswerDueDate:  optional[string](u.AnswerDueDate),
		Status:         optional[wire.CaseStatusEnum](u.Status),
		Classification: writeClassification(u.Classification),
		NewRecipient:   writeUnits(u.NewRecipient),
		NewCase:        writeComplaint(u.NewCase),
		Attachment:     writeAttachments(u.Attachments),
	}
	if u.StatusTime != nil {
		v.StatusTime = optional[string](u.StatusTime.Raw)
	}
	return v
}

func writeSequence(n int64) codec.Integer { return codec.Integer(strconv.FormatInt(n, 10)) }

func writeComplaint(c *contracts.Complaint) *wire.ComplaintType {
	if c == nil {
		return nil
	}
	v := &wire.ComplaintType{
		ReceivedTime: c.Received.Raw,
		Reporter: wire.ReporterType{
			PersonID:        writePerson(c.Reporter.PersonID),
			Name:            optional[string](c.Reporter.Name),
			Role:            wire.ReporterRoleEnum(c.Reporter.Role),
			StatedAuthority: c.Reporter.StatedAuthority,
			Telecom:         optional[string](c.Reporter.Telecom),
			Email:           optional[string](c.Reporter.Email),
			Address:         optional[string](c.Reporter.Address),
		},
		IncidentUnit:      writeUnits(c.IncidentUnit),
		IncidentPlaceText: optional[string](c.IncidentPlaceText),
		IncidentDate:      c.IncidentDate,
		Description:       c.Description,
		ReplyWanted:       c.ReplyWanted,
		ReplyChannel:      writeCVs(c.ReplyChannel),
		Attachment:        writeAttachments(c.Attachments),
	}
	for _, p := range c.ExperiencedProblem {
		v.ExperiencedProblem = append(v.ExperiencedProblem, writeCV(p))
	}
	if p := c.Patient; p != nil {
		v.Patient = &wire.PatientType{
			Name: optional[string](p.Name), DateOfBirth: optional[string](p.DateOfBirth), Gender: writeCVs(p.Gender),
		}
		if p.PersonID != nil {
			id := writePerson(*p.PersonID)
			v.Patient.PersonID = &id
		}
	}
	return v
}

func writeProfessional(p *contracts.Professional) *wire.HealthcareProfessionalType {
	if p == nil {
		return nil
	}
	return &wire.HealthcareProfessionalType{
		AuthorTime:                     p.AuthorTime.Raw,
		HealthcareProfessionalHSAID:    optional[string](p.HSAID),
		HealthcareProfessionalName:     optional[string](p.Name),
		HealthcareProfessionalRoleCode: writeCVs(p.RoleCode),
		HealthcareProfessionalOrgUnit:  writeUnits(p.OrgUnit),
	}
}

func writeClassification(c *contracts.Classification) *wire.ClassificationType {
	if c == nil {
		return nil
	}
	v := &wire.ClassificationType{
		AreaOfActivity: writeCV(c.AreaOfActivity),
		IncidentUnit:   writeUnits(c.IncidentUnit),
		IncidentDate:   optional[string](c.IncidentDate),
	}
	for _, p := range c.Problems {
		v.Problem = append(v.Problem, writeCV(p))
	}
	return v
}

func writeAttachments(files []contracts.Attachment) []wire.AttachmentType {
	var vs []wire.AttachmentType
	for _, a := range files {
		v := wire.AttachmentType{
			ID:        a.ID,
			FileName:  a.FileName,
			MediaType: a.MediaType,
			Size:      a.Size,
			Sha256:    optional[codec.HexBinary](a.SHA256),
			Reference: optional[string](a.Reference),
		}
		if a.Reference == "" {
			value := codec.Base64Binary(a.Value)
			v.Value = &value
		}
		vs = append(vs, v)
	}
	return vs
}

func writeII(id contracts.II) wire.IIType {
	return wire.IIType{Root: id.Root, Extension: optional[string](id.Extension)}
}

func writeIIs(id *contracts.II) *wire.IIType {
	if id == nil {
		return nil
	}
	v := writeII(*id)
	return &v
}

func writePerson(p contracts.PersonID) wire.PersonIDType {
	return wire.PersonIDType{ID: p.ID, Type: p.Type}
}

func writeUnit(u contracts.OrgUnit) wire.OrgUnitType {
	return wire.OrgUnitType{
		OrgUnitHSAID:    optional[string](u.HSAID),
		OrgUnitName:     optional[string](u.Name),
		OrgUnitTelecom:  optional[string](u.Telecom),
		OrgUnitEmail:    optional[string](u.Email),
		OrgUnitAddress:  optional[string](u.Address),
		OrgUnitLocation: optional[string](u.Location),
	}
}

func writeUnits(u *contracts.OrgUnit) *wire.OrgUnitType {
	if u == nil {
		return nil
	}
	v := writeUnit(*u)
	return &v
}

func writeCV(c contracts.CV) wire.CVType {
	return wire.CVType{
		Code:              optional[string](c.Code),
		CodeSystem:        optional[string](c.CodeSystem),
		CodeSystemName:    optional[string](c.CodeSystemName),
		CodeSystemVersion: optional[string](c.CodeSystemVersion),
		DisplayName:       optional[string](c.DisplayName),
		OriginalText:      optional[string](c.OriginalText),
	}
}

func writeCVs(c *contracts.CV) *wire.CVType {
	if c == nil {
		return nil
	}
	v := writeCV(*c)
	return &v
}

// optional leaves an empty text out.
func optional[T ~string](s string) *T {
	if s == "" {
		return nil
	}
	v := T(s)
	return &v
}
