package contracts

import "strconv"

// longest is how many bytes an id, a HSA-id or a code may have. They are looked up, and an index has its limits.
const longest = 255

// TooLong is the refusal of a message in which an id, a HSA-id or a code is longer than 255 bytes; nil where none is.
func (m *Message) TooLong() *Error {
	w := lengths{}
	w.ref(&m.ID, "messageId")
	w.ref(m.CaseID, "caseId")
	w.ref(m.ExternalCaseID, "externalCaseId")
	if m.Recipient != nil {
		w.text(m.Recipient.Unit.HSAID, "recipient/unit/orgUnitHSAId")
	}
	if m.Answer != nil {
		w.ref(&m.Answer.InReplyTo, "answer/inReplyTo")
		w.text(m.Answer.Author.ID, "answer/author/id")
	}
	if c := m.Opening(); c != nil {
		w.complaint(c)
	}
	if m.Update != nil {
		w.update(m.Update)
	}
	return w.found
}

type lengths struct{ found *Error }

func (w *lengths) text(text, path string) {
	if w.found == nil && len(text) > longest {
		w.found = refuse(SubSchema, path, "Uppgiften är för lång. Ange högst "+strconv.Itoa(longest)+" tecken.")
	}
}

func (w *lengths) ref(id *II, path string) {
	if id != nil {
		w.text(id.Root, path+"/root")
		w.text(id.Extension, path+"/extension")
	}
}

func (w *lengths) unit(u *OrgUnit, path string) {
	if u != nil {
		w.text(u.HSAID, path+"/orgUnitHSAId")
	}
}

func (w *lengths) complaint(c *Complaint) {
	w.text(c.Reporter.PersonID.ID, "complaint/reporter/personId/id")
	w.unit(c.IncidentUnit, "complaint/incidentUnit")
	for _, problem := range c.ExperiencedProblem {
		w.text(problem.Code, "complaint/experiencedProblem/code")
	}
	if c.Patient == nil {
		return
	}
	if c.Patient.PersonID != nil {
		w.text(c.Patient.PersonID.ID, "complaint/patient/personId/id")
	}
	if c.Patient.Gender != nil {
		w.text(c.Patient.Gender.Code, "complaint/patient/gender/code")
	}
}

func (w *lengths) update(u *Update) {
	w.unit(&u.HandlingUnit, "handlingUnit")
	w.unit(u.NewRecipient, "newRecipient")
	if u.Classification == nil {
		return
	}
	w.unit(u.Classification.IncidentUnit, "classification/incidentUnit")
	w.text(u.Classification.AreaOfActivity.Code, "classification/areaOfActivity/code")
	for _, problem := range u.Classification.Problems {
		w.text(problem.Code, "classification/problem/code")
	}
}
