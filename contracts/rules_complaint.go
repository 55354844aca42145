package contracts

// complaint judges a case whoever it is for; CheckPlace adds what depends on the kind of recipient.
func (r rules) complaint(c *Complaint, path string) *Error {
	if err := checkStamp(c.Received, path+"/receivedTime"); err != nil {
		return err
	}
	if err := CheckIdentity(c.Reporter.PersonID, path+"/reporter/personId"); err != nil {
		return err
	}
	if err := r.patient(c, path+"/patient"); err != nil {
		return err
	}
	if err := checkDate(c.IncidentDate, path+"/incidentDate"); err != nil {
		return err
	}
	if blank(c.Description) {
		return TextMissing(path+"/description", "Beskriv vad som har hänt.")
	}
	for i := range c.ExperiencedProblem {
		if err := r.coded(&c.ExperiencedProblem[i], nth(path+"/experiencedProblem", i)); err != nil {
			return err
		}
	}
	if c.ReplyChannel != nil {
		if err := r.coded(c.ReplyChannel, path+"/replyChannel"); err != nil {
			return err
		}
	}
	return checkAttachments(c.Attachments, path)
}

func (r rules) patient(c *Complaint, path string) *Error {
	p := c.Patient
	if p == nil {
		if c.Reporter.Role != RolePatient {
			return FieldMissing(path, "Ange patienten när anmälaren är någon annan.")
		}
		return nil
	}
	if c.Reporter.Role != RolePatient && p.PersonID == nil && blank(p.Name) && p.DateOfBirth == "" {
		return FieldMissing(path+"/personId", "Ange patientens id, namn eller födelsedag när anmälaren är någon annan.")
	}
	if p.PersonID != nil && c.Reporter.PersonID.IsUnnumbered() {
		return NotWithNumber(path + "/personId")
	}
	if p.PersonID != nil {
		if err := CheckIdentity(*p.PersonID, path+"/personId"); err != nil {
			return err
		}
	}
	if p.DateOfBirth != "" && !validPartialDate(p.DateOfBirth) {
		return refuse(SubSchema, path+"/dateOfBirth",
			"Födelsedagen finns inte. Ange ÅÅÅÅMMDD, eller ÅÅÅÅMM eller ÅÅÅÅ om inte mer är känt.")
	}
	if p.Gender != nil {
		return r.known(p.Gender, SystemGender, path+"/gender")
	}
	return nil
}

// CheckPlace judges where a case happened by the kind of who receives it: a care unit needs the unit's HSA-id and takes
// no free text (PLACE_TEXT_NOT_ALLOWED, FIELD_MISSING); a patient board takes both or neither; what is no
// care (KindNoCare) takes no free text, and does without a unit. path is the ComplaintType element. It is exported for
// a NEW_CASE: whether its handling unit is a board, a message alone does not tell.
func CheckPlace(c *Complaint, kind, path string) *Error {
	if kind == KindPatientBoard {
		return nil
	}
	if c.IncidentPlaceText != "" {
		return refuse(SubPlaceTextNotAllowed, path+"/incidentPlaceText",
			"Platsen får beskrivas i fritext bara till en patientnämnd. Ange "+
				"enhetens HSA-id i incidentUnit, eller skicka ärendet till patientnämnden.")
	}
	if kind == KindNoCare {
		return nil
	}
	if c.IncidentUnit == nil || blank(c.IncidentUnit.HSAID) {
		return FieldMissing(path+"/incidentUnit/orgUnitHSAId", "Ange HSA-id för den enhet där det hände.")
	}
	return nil
}

// coded asks that a code has its code system and name, and that it is in the code set where that is known here.
func (r rules) coded(v *CV, path string) *Error {
	if blank(v.Code) {
		if blank(v.OriginalText) {
			return FieldMissing(path+"/code", "Ange en kod, eller en text i originalText för det som inte har någon kod.")
		}
		return nil
	}
	if blank(v.CodeSystem) {
		return FieldMissing(path+"/codeSystem", "Ange kodens kodsystem.")
	}
	if blank(v.DisplayName) {
		return FieldMissing(path+"/displayName", "Ange kodens klartext.")
	}
	if set := r.codes[v.CodeSystem]; set != nil {
		if _, ok := set.Code(v.Code); !ok {
			return unknownCode(path + "/code")
		}
	}
	return nil
}

// known asks for more than coded: the code system must be the one that the field is defined by.
func (r rules) known(v *CV, system, path string) *Error {
	if err := r.coded(v, path); err != nil || blank(v.Code) {
		return err
	}
	if v.CodeSystem != system {
		return unknownCode(path + "/codeSystem")
	}
	return nil
}

func unknownCode(path string) *Error {
	return refuse(SubUnknownCode, path, "Koden finns inte i fältets kodverk. Välj en kod ur kodverket.")
}
