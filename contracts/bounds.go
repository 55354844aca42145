package contracts

import (
	"strconv"
	"time"
	"unicode/utf8"
)

// What a message may hold at most. Ids, HSA-ids, codes and names of files are bounded since they stand in indexes of
// the database and in lists.
const (
	longest      = 255 // characters
	MostProblems = 20  // in experiencedProblem, and in a classification
	MostFiles    = 10
)

// earliest is the first day that a message may name.
const earliest = "19000101"

// CheckBounds is the refusal of a message with a day or time, a list or a length beyond the bounds of the contract; nil
// where all is within them. It needs the clock, and holds whether the contract's schema is enforced or not: what is
// beyond the bounds cannot be kept.
func (m *Message) CheckBounds(now time.Time) *Error {
	b := bounds{now: now}
	b.common(m)
	if m.Answer != nil {
		b.ref(&m.Answer.InReplyTo, "answer/inReplyTo")
		b.person(&m.Answer.Author, "answer/author")
		b.files(m.Answer.Attachments, "answer/")
	}
	if m.Supplement != nil {
		b.person(&m.Supplement.Author, "supplement/author")
		b.files(m.Supplement.Attachments, "supplement/")
	}
	if m.Complaint != nil {
		b.complaint(m.Complaint, "complaint")
	}
	if m.Forward != nil {
		b.complaint(&m.Forward.Original, "forward/originalCase")
		b.unit(&m.Forward.From, "forward/forwardedFrom")
		b.stamp(m.Forward.Time, "forward/forwardedTime")
	}
	if m.Update != nil {
		b.update(m.Update)
	}
	return b.found
}

// bounds finds the first value in a message that is beyond the bounds.
type bounds struct {
	now   time.Time
	found *Error
}

func (b *bounds) refuse(subCode, path, message string) {
	if b.found == nil {
		b.found = refuse(subCode, path, message)
	}
}

func (b *bounds) common(m *Message) {
	b.ref(&m.ID, "messageId")
	b.stamp(m.SentTime, "sentTime")
	b.ref(m.CaseID, "caseId")
	b.ref(m.ExternalCaseID, "externalCaseId")
	if m.Recipient != nil {
		b.unit(&m.Recipient.Unit, "recipient/unit")
	}
}

func (b *bounds) complaint(c *Complaint, path string) {
	b.stamp(c.Received, path+"/receivedTime")
	b.person(&c.Reporter.PersonID, path+"/reporter/personId")
	if c.Patient != nil {
		if c.Patient.PersonID != nil {
			b.person(c.Patient.PersonID, path+"/patient/personId")
		}
		b.coded(c.Patient.Gender, path+"/patient/gender")
	}
	b.unit(c.IncidentUnit, path+"/incidentUnit")
	received := c.Received.UTC
	if received.IsZero() {
		received = b.now
	}
	b.incident(c.IncidentDate, swedishDay(received), path+"/incidentDate")
	b.problems(c.ExperiencedProblem, path+"/experiencedProblem")
	b.coded(c.ReplyChannel, path+"/replyChannel")
	b.files(c.Attachments, path+"/")
}

func (b *bounds) update(u *Update) {
	b.unit(&u.HandlingUnit, "handlingUnit")
	if u.Author != nil {
		b.stamp(u.Author.AuthorTime, "author/authorTime")
		b.text(u.Author.HSAID, "author/healthcareProfessionalHSAId")
		b.coded(u.Author.RoleCode, "author/healthcareProfessionalRoleCode")
	}
	b.coded(u.StandardReply, "standardReply")
	if due := u.AnswerDueDate; validDate(due) &&
		(due < swedishDay(b.now) || due > swedishDay(b.now.In(stockholm()).AddDate(1, 0, 0))) {
		b.refuse(SubDateOutOfRange, "answerDueDate", "Sista svarsdagen ska vara från i dag till och med ett år framåt.")
	}
	if u.StatusTime != nil {
		b.stamp(*u.StatusTime, "statusTime")
	}
	if c := u.Classification; c != nil {
		b.problems(c.Problems, "classification/problem")
		b.coded(&c.AreaOfActivity, "classification/areaOfActivity")
		b.unit(c.IncidentUnit, "classification/incidentUnit")
		b.incident(c.IncidentDate, swedishDay(b.now), "classification/incidentDate")
	}
	b.unit(u.NewRecipient, "newRecipient")
	if u.NewCase != nil {
		b.complaint(u.NewCase, "newCase")
	}
	b.files(u.Attachments, "")
}

// stamp: a time is from 1900 to a day ahead of our clock.
func (b *bounds) stamp(s Stamp, path string) {
	if s.UTC.IsZero() {
		return
	}
	if s.UTC.In(stockholm()).Year() < 1900 || s.UTC.After(b.now.Add(24*time.Hour)) {
		b.refuse(SubDateOutOfRange, path,
			"Tidpunkten är före år 1900 eller mer än ett dygn framåt. Kontrollera avsändarens klocka.")
	}
}

// incident: a day on which something happened is from 1900 to the day when it was reported.
func (b *bounds) incident(day, last, path string) {
	if validDate(day) && (day < earliest || day > last) {
		b.refuse(SubDateOutOfRange, path, "Dagen då det hände är före år 1900 eller efter den dag då ärendet togs emot.")
	}
}

func (b *bounds) text(text, path string) {
	if len(text) > longest && utf8.RuneCountInString(text) > longest {
		b.refuse(SubSchema, path, "Uppgiften är för lång. Ange högst "+strconv.Itoa(longest)+" tecken.")
	}
}

func (b *bounds) ref(id *II, path string) {
	if id != nil {
		b.text(id.Root, path+"/root")
		b.text(id.Extension, path+"/extension")
	}
}

func (b *bounds) unit(u *OrgUnit, path string) {
	if u != nil {
		b.text(u.HSAID, path+"/orgUnitHSAId")
	}
}

func (b *bounds) person(p *PersonID, path string) {
	b.text(p.ID, path+"/id")
	b.text(p.Type, path+"/type")
}

func (b *bounds) coded(v *CV, path string) {
	if v != nil {
		b.text(v.Code, path+"/code")
		b.text(v.CodeSystem, path+"/codeSystem")
	}
}

func (b *bounds) problems(list []CV, path string) {
	if len(list) > MostProblems {
		b.refuse(SubTooMany, path, "Listan är för lång. Ange högst "+strconv.Itoa(MostProblems)+" problem.")
	}
	for i := range list {
		b.coded(&list[i], nth(path, i))
	}
}

// files bounds the list of files. The contract's schema does too, but it may not be enforced.
func (b *bounds) files(list []Attachment, path string) {
	if len(list) > MostFiles {
		b.refuse(SubTooMany, path+"attachment", "Bilagorna är för många. Skicka högst "+strconv.Itoa(MostFiles)+" bilagor.")
	}
	for i := range list {
		at := nth(path+"attachment", i)
		b.text(list[i].ID, at+"/id")
		b.text(list[i].FileName, at+"/fileName")
	}
}

// swedishDay is the Swedish day of a moment, YYYYMMDD.
func swedishDay(at time.Time) string { return at.In(stockholm()).Format(dateLayout) }
