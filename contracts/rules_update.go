package contracts

func (r rules) update(m *Message) *Error {
	u := m.Update
	if m.CaseID == nil {
		if u.Type != NewCase {
			return FieldMissing(r.root+"/caseId", "Ange ärendets id; det får saknas bara i ett nytt ärende (NEW_CASE).")
		}
		if m.ExternalCaseID == nil {
			return FieldMissing(r.root+"/externalCaseId", "Ange det egna systemets id för ärendet när 1177:s id saknas.")
		}
	}
	if blank(u.HandlingUnit.HSAID) {
		return FieldMissing(r.root+"/handlingUnit/orgUnitHSAId", "Ange HSA-id för den enhet som handlägger ärendet.")
	}
	for _, step := range []func(*Update) *Error{r.author, r.text, r.status, r.classification, r.elsewhere, r.kind} {
		if err := step(u); err != nil {
			return err
		}
	}
	return checkAttachments(u.Attachments, r.root)
}

func (r rules) author(u *Update) *Error {
	if u.Author == nil {
		return nil
	}
	if err := checkStamp(u.Author.AuthorTime, r.root+"/author/authorTime"); err != nil {
		return err
	}
	if u.Author.RoleCode != nil {
		return r.coded(u.Author.RoleCode, r.root+"/author/healthcareProfessionalRoleCode")
	}
	return nil
}

// text leaves the CLOSE of a case without any reply to relay, which knows the case's history.
func (r rules) text(u *Update) *Error {
	if u.StandardReply != nil {
		if err := r.coded(u.StandardReply, r.root+"/standardReply"); err != nil {
			return err
		}
	}
	switch {
	case u.Type == PartialReply && blank(u.Text) && u.StandardReply == nil:
		return TextMissing(r.root+"/text", "Ett delsvar ska ha en text eller ett standardsvar.")
	case u.Type == Question && blank(u.Text):
		return TextMissing(r.root+"/text", "En fråga ska ha en text.")
	}
	return nil
}

func (r rules) status(u *Update) *Error {
	if u.StatusTime != nil {
		if err := checkStamp(*u.StatusTime, r.root+"/statusTime"); err != nil {
			return err
		}
	}
	if u.Type != Status {
		return nil
	}
	switch {
	case u.Status == "":
		return FieldMissing(r.root+"/status", "Ange ärendets status.")
	case u.StatusTime == nil:
		return FieldMissing(r.root+"/statusTime", "Ange när ärendet fick sin status.")
	case u.Status == StatusClosed:
		return ClassificationMissing(r.root+"/classification",
			"Ett avslut skickas som CLOSE med klassificering, inte som en status.")
	case u.Status == StatusForwarded:
		return FieldMissing(r.root+"/newRecipient",
			"En vidarebefordran skickas som FORWARDED med ny mottagare, inte som en status.")
	}
	return nil
}

// classification is mandatory in a CLOSE, and in a CORRECTION, which is nothing without it. Whether its unit may be
// given is relay's.
func (r rules) classification(u *Update) *Error {
	path := r.root + "/classification"
	c := u.Classification
	if c == nil {
		if u.Type == Close || u.Type == Correction {
			return ClassificationMissing(path, "Ange minst ett huvudproblem och verksamhetsområdet.")
		}
		return nil
	}
	main := false
	for i := range c.Problems {
		if err := r.known(&c.Problems[i], SystemProblem, nth(path+"/problem", i)); err != nil {
			return err
		}
		main = main || r.mainProblem(&c.Problems[i])
	}
	if !main {
		return ClassificationMissing(path+"/problem", "Ange minst ett huvudproblem; ett delproblem räcker inte.")
	}
	if blank(c.AreaOfActivity.Code) && blank(c.AreaOfActivity.OriginalText) {
		return ClassificationMissing(path+"/areaOfActivity", "Ange verksamhetsområdet.")
	}
	if err := r.known(&c.AreaOfActivity, SystemArea, path+"/areaOfActivity"); err != nil {
		return err
	}
	if c.IncidentUnit != nil && blank(c.IncidentUnit.HSAID) {
		return FieldMissing(path+"/incidentUnit/orgUnitHSAId", "Ange HSA-id för den enhet där det hände.")
	}
	if c.IncidentDate != "" {
		return checkDate(c.IncidentDate, path+"/incidentDate")
	}
	return nil
}

// mainProblem tells whether a value is a main problem: a code without a parent, or the name of the main problem that
// has no known code (positiv återkoppling).
func (r rules) mainProblem(v *CV) bool {
	set := r.codes[SystemProblem]
	if set == nil {
		return true // nothing here says what is above what
	}
	if blank(v.Code) {
		c, ok := set.Named(v.OriginalText)
		return ok && c.Parent == ""
	}
	c, ok := set.Code(v.Code)
	return ok && c.Parent == ""
}

// elsewhere refuses fields that belong to another type of update.
func (r rules) elsewhere(u *Update) *Error {
	switch {
	case u.AnswerDueDate != "" && u.Type != Question:
		return NotAllowed(r.root+"/answerDueDate", "Ett sista svarsdatum får anges bara i en fråga (QUESTION).")
	case u.NewRecipient != nil && u.Type != Forwarded:
		return NotAllowed(r.root+"/newRecipient", "En ny mottagare får anges bara i en vidarebefordran (FORWARDED).")
	case u.NewCase != nil && u.Type != NewCase:
		return NotAllowed(r.root+"/newCase", "Ett ärende får anges bara i ett nytt ärende (NEW_CASE).")
	}
	return nil
}

func (r rules) kind(u *Update) *Error {
	switch u.Type {
	case Question:
		if u.AnswerDueDate != "" {
			return checkDate(u.AnswerDueDate, r.root+"/answerDueDate")
		}
	case Forwarded:
		if u.NewRecipient == nil || blank(u.NewRecipient.HSAID) {
			return FieldMissing(r.root+"/newRecipient/orgUnitHSAId", "Ange HSA-id för den enhet som ärendet går vidare till.")
		}
	case NewCase:
		if u.NewCase == nil {
			return FieldMissing(r.root+"/newCase", "Ange ärendet.")
		}
		return r.complaint(u.NewCase, r.root+"/newCase")
	}
	return nil
}
