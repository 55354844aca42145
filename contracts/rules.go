package contracts

import (
	"strconv"

	"rivgate/contracts/identity"
)

// rules are the business rules that need nothing but the message. Rules that need the case, the catalogue or the region
// are in package relay. Paths are put together only when a rule is broken, since most messages break none.
type rules struct {
	root  string // name of the request element, the first part of every path
	codes map[string]*CodeSet
	// noCare tells whether a recipient is known to be no care; nil: none is
	noCare func(hsaID string) bool
}

// check is the first rule that m breaks, in the order of the message's fields; nil when it keeps them all.
func (r rules) check(m *Message) *Error {
	if err := r.common(m); err != nil {
		return err
	}
	if m.Update != nil {
		return r.update(m)
	}
	return r.send(m)
}

func (r rules) common(m *Message) *Error {
	if err := checkII(&m.ID, r.root+"/messageId"); err != nil {
		return err
	}
	if err := checkStamp(m.SentTime, r.root+"/sentTime"); err != nil {
		return err
	}
	if m.Sequence < 1 {
		return refuse(SubSchema, r.root+"/sequenceNumber", "Sekvensnumret ska vara ett heltal från 1 och uppåt.")
	}
	if m.CaseID != nil {
		if err := checkII(m.CaseID, r.root+"/caseId"); err != nil {
			return err
		}
	}
	if m.ExternalCaseID != nil {
		return checkII(m.ExternalCaseID, r.root+"/externalCaseId")
	}
	return nil
}

func (r rules) send(m *Message) *Error {
	if m.CaseID == nil {
		return FieldMissing(r.root+"/caseId", "Ange ärendets id.")
	}
	if m.Recipient == nil {
		return FieldMissing(r.root+"/recipient", "Ange mottagaren.")
	}
	if blank(m.Recipient.Unit.HSAID) {
		return FieldMissing(r.root+"/recipient/unit/orgUnitHSAId", "Ange mottagarens HSA-id.")
	}
	switch {
	case (m.Supplement != nil || m.Withdrawal != nil) && m.Answer == nil:
		return FieldMissing(r.root+"/answer", "Ett tillägg eller ett återtagande ska stå tillsammans med ett svar.")
	case m.Complaint != nil:
		path := r.root + "/complaint"
		if err := r.complaint(m.Complaint, path); err != nil {
			return err
		}
		return CheckPlace(m.Complaint, r.placeKind(m.Recipient), path)
	case m.Answer != nil:
		if err := r.answer(m.Answer, r.root+"/answer"); err != nil {
			return err
		}
		return r.unasked(m)
	case m.Forward != nil:
		return r.forward(m.Forward, r.root+"/forward")
	}
	return FieldMissing(r.root, "Meddelandet ska innehålla ett ärende, ett svar eller en vidarebefordran.")
}

// placeKind is the kind of a recipient by which the place of a case is judged.
func (r rules) placeKind(to *Recipient) string {
	if to.Kind == KindCareUnit && r.noCare != nil && r.noCare(to.Unit.HSAID) {
		return KindNoCare
	}
	return to.Kind
}

func (r rules) answer(a *Answer, path string) *Error {
	if err := checkII(&a.InReplyTo, path+"/inReplyTo"); err != nil {
		return err
	}
	if blank(a.Text) {
		return TextMissing(path+"/text", "Skriv svaret på frågan.")
	}
	if err := CheckIdentity(a.Author, path+"/author"); err != nil {
		return err
	}
	return checkAttachments(a.Attachments, path)
}

// unasked judges a supplement or a withdrawal, which version 1.1 adds to an answer. A system that only knows version
// 1.0 must read the same from the answer: its text and author must be those of the supplement.
func (r rules) unasked(m *Message) *Error {
	path := r.root + "/supplement"
	switch s := m.Supplement; {
	case s == nil:
		return nil
	case m.Withdrawal != nil:
		return NotAllowed(r.root+"/withdrawal", "Ett meddelande har antingen ett tillägg eller ett återtagande.")
	case blank(s.Text):
		return TextMissing(path+"/text", "Skriv det som ska läggas till.")
	case identity.NFC(s.Text) != identity.NFC(m.Answer.Text):
		return NotAllowed(r.root+"/answer/text", "Svarets text ska vara densamma som tilläggets.")
	case s.Author != m.Answer.Author:
		return NotAllowed(path+"/author", "Tilläggets författare ska vara densamma som svarets.")
	case len(m.Answer.Attachments) > 0:
		return NotAllowed(r.root+"/answer/attachment", "Filerna ska stå i tillägget, inte i svaret.")
	default:
		return checkAttachments(s.Attachments, path)
	}
}

// forward does not check the original case by the kind of its new recipient: it was written for another recipient.
func (r rules) forward(f *Forward, path string) *Error {
	if err := r.complaint(&f.Original, path+"/originalCase"); err != nil {
		return err
	}
	if blank(f.From.HSAID) && blank(f.From.Name) {
		return FieldMissing(path+"/forwardedFrom/orgUnitHSAId", "Ange vilken enhet som ärendet kommer från.")
	}
	return checkStamp(f.Time, path+"/forwardedTime")
}

// checkII requires both parts of an id: an extension identifies nothing without the system that issued it.
func checkII(id *II, path string) *Error {
	if blank(id.Root) {
		return FieldMissing(path+"/root", "Ange HSA-id för det system som har gett ut id:t.")
	}
	if blank(id.Extension) {
		return FieldMissing(path+"/extension", "Ange det id som systemet har gett ut.")
	}
	return nil
}

func checkStamp(s Stamp, path string) *Error {
	if _, err := ParseStamp(s.Raw); err != nil {
		e := refuse(SubSchema, path, "Tidpunkten finns inte. Ange svensk lokal tid som ÅÅÅÅMMDDttmmss.")
		e.Cause = err
		return e
	}
	return nil
}

func checkDate(raw, path string) *Error {
	if !validDate(raw) {
		return refuse(SubSchema, path, "Dagen finns inte. Ange ett datum ur kalendern som ÅÅÅÅMMDD.")
	}
	return nil
}

// blank tells whether a text has only white space and invisible characters.
func blank(s string) bool { return identity.Blank(s) }

// nth names one of several: a path tells which attachment, from 1.
func nth(path string, i int) string { return path + "[" + strconv.Itoa(i+1) + "]" }
