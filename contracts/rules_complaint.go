package contracts

// complaint checks the rules that are the same for all recipients; CheckPlace those that depend on the recipient's
// kind.
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
	if p.PersonID != nil && p.PersonID.IsUnnumbered() {
		return OnlyReporterUnnumbered(path + "/personId")
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

// CheckPlace judges where a case happened, by the kind of its recipient. A care unit requires the unit's HSA-id and
// accepts no free text (FIELD_MISSING, PLACE_TEXT_NOT_ALLOWED). A patient board accepts both, or neither. A unit that
// is no care (KindNoCare) accepts no free text and requires no HSA-id. path is the ComplaintType element.
//
// It is exported for NEW_CASE, where the message does not tell whether the handling unit is a board.
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

// coded requires that a code has a code system and a name, and that it is in its code set, if that is known here.
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

// known is coded, and also requires the code system that the field is defined with.
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
