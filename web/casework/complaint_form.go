package casework

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"time"

	"rivgate/contracts"
	"rivgate/contracts/identity"
	"rivgate/routing"
	"rivgate/web/shell"
)

// TestPersons are from the published list of test numbers: nobody has them.
func TestPersons() []string {
	return []string{"189001019802", "190001019801", "201701012393", "202402292383", "191401682396", "202201612393"}
}

// person is the identity in a field of a form. A region's own number may have any form: the field of the region's OID
// says that it is one.
func (s *Base) person(f *shell.Form, field string) contracts.PersonID {
	typed, oid := f.Value(field), f.Value(field+"oid")
	if oid != "" {
		if !identity.IsOID(oid) {
			f.Refuse(field+"oid", wordOID)
		}
		return contracts.PersonID{ID: identity.NFC(typed), Type: oid}
	}
	p := s.TypedPerson(typed)
	if typed != "" && p.Type == "" {
		f.Refuse(field, wordPersonID)
	}
	return p
}

// ComplaintFields are the fields of a new case, for citizens and for who enters a case that began outside 1177.
type ComplaintFields struct {
	Form     *shell.Form
	Own      bool // the reporter types it
	Lacking  bool // a reporter may give no number
	Board    bool
	Files    bool // may be attached
	Test     bool // test numbers alone
	Persons  []string
	Problems []ProblemChoice
	Today    string
}

// ComplaintFields are the fields of the form, as somebody typed them.
func (s *Base) ComplaintFields(f *shell.Form, unit routing.Unit, own bool) ComplaintFields {
	return ComplaintFields{
		Form: f, Own: own, Lacking: !own, Board: unit.Kind == routing.PatientBoard, Files: unit.Attachments, Test: s.Open(),
		Persons: TestPersons(), Problems: s.Problems(), Today: s.Today(),
	}
}

// ComplaintPlaces are where the contract's paths are typed in these fields.
func ComplaintPlaces() []shell.Place {
	return []shell.Place{
		{Path: "reporter/personId", Field: "reporter"},
		{Path: "patient/personId", Field: "patient"},
		{Path: "patient/dateOfBirth", Field: "born"},
		{Path: "patient", Field: "patient"},
		{Path: "incidentDate", Field: "date"},
		{Path: "incidentPlaceText", Field: "place"},
		{Path: "incidentUnit", Field: "unit"},
		{Path: "experiencedProblem", Field: "problem"},
		{Path: "description", Field: "text"},
		{Path: "receivedTime", Field: "received"},
		{Path: "attachment", Field: "file"},
	}
}

// Complaint is the case as it was typed; what is missing is noted in the form.
func (s *Base) Complaint(f *shell.Form, unit routing.Unit) *contracts.Complaint {
	c := &contracts.Complaint{
		Reporter: contracts.Reporter{
			PersonID: s.person(f, "reporter"), Name: f.Value("name"), Role: f.Value("role"),
			Telecom: f.Value("phone"), Email: f.Value("email"),
		},
		IncidentDate: shell.CompactDate(f.Value("date")), Description: f.Value("text"),
		ReplyWanted: f.Value("reply") == "yes",
	}
	if f.Value("number") == "none" {
		s.withoutNumber(f, c)
	} else if f.Value("reporter") == "" {
		f.Refuse("reporter", wordReporterID)
	}
	for _, must := range []struct{ field, text string }{
		{"date", WordIncidentDay}, {"text", WordIncident},
	} {
		if f.Value(must.field) == "" {
			f.Refuse(must.field, must.text)
		}
	}
	if day := f.Value("date"); isDay(day) && day > s.Today() {
		f.Refuse("date", WordDayToCome)
	}
	c.Patient = s.patientOf(f, &c.Reporter)
	switch unit.Kind {
	case routing.PatientBoard:
		c.IncidentPlaceText = f.Value("place")
	case routing.Other: // no care: it happened elsewhere, or at no unit
	default:
		c.IncidentUnit = &contracts.OrgUnit{HSAID: unit.HSAID, Name: unit.Name}
	}
	c.ExperiencedProblem = s.Experienced(f)
	return c
}

// Experienced is the problem that was chosen in a form; nil where none was.
func (s *Base) Experienced(f *shell.Form) (all []contracts.CV) {
	if value := f.Value("problem"); value != "" {
		for _, p := range s.Problems() {
			if p.Value == value {
				all = append(all, coded(contracts.SystemProblem, p.Code))
			}
		}
	}
	return all
}

// withoutNumber makes a case one of a reporter who gave no number: with an identity of its own, and nobody's number.
func (s *Base) withoutNumber(f *shell.Form, c *contracts.Complaint) {
	if f.Value("reporter") != "" || f.Value("reporteroid") != "" {
		f.Refuse("reporter", wordNumberOrNone)
	}
	if f.Value("patient") != "" {
		f.Refuse("patient", wordNoPatientNumber)
	}
	c.Reporter.PersonID = identity.Unnumbered(rand.Text())
}

// patientOf is the patient where that is another than the reporter. Whoever types a patient and says that they are the
// patient is asked which it is.
func (s *Base) patientOf(f *shell.Form, reporter *contracts.Reporter) *contracts.Patient {
	id, name, born := f.Value("patient"), f.Value("patientname"), f.Value("born")
	switch reporter.Role {
	case contracts.RolePatient:
		if id+name+born != "" {
			f.Refuse("role", wordOtherPatient)
		}
		return nil
	case contracts.RoleRelative, contracts.RoleProxy:
	default:
		f.Refuse("role", wordWhoReports)
		return nil
	}
	stated := f.Value("authority") == "yes"
	reporter.StatedAuthority = &stated
	p := &contracts.Patient{Name: name, DateOfBirth: shell.CompactDate(born)}
	if id != "" {
		typed := s.person(f, "patient")
		p.PersonID = &typed
		p.DateOfBirth = ""
	}
	return p
}

func isDay(text string) bool {
	_, err := time.Parse(time.DateOnly, text)
	return err == nil
}

// citizenFilesMost is how many files a citizen may send at a time.
const citizenFilesMost = 5

// CitizenFiles are the files that a citizen sends. What is in one decides what it is, not what it is called; one that
// is of no kind that is taken, or called otherwise than it is, is refused with a reason. Text is taken too, as the
// contract does.
func (s *Base) CitizenFiles(ctx context.Context, f *shell.Form) []contracts.Attachment {
	all := shell.Attachments(f)
	if len(all) > citizenFilesMost {
		f.Refuse("file", wordFewerFiles)
	}
	for _, a := range all {
		if a.MediaType == "text/plain" &&
			(strings.HasSuffix(strings.ToLower(a.FileName), ".txt") || !strings.Contains(a.FileName, ".")) {
			continue
		}
		if reason := lies(a); reason != "" {
			f.Refuse("file", reason)
		} else if a.Size > contracts.MaxAttachment {
			f.Refuse("file", fmt.Sprintf(wordFileTooLarge, a.FileName))
		}
	}
	return s.CleanUploads(ctx, f, all)
}
