package web

import (
	"context"
	"strings"
	"time"

	"rivgate/contracts"
	"rivgate/routing"
)

// complaintFields are the fields of a new case, for citizens and for who enters a case that began outside 1177.
type complaintFields struct {
	Form     *form
	Own      bool // the reporter types it
	Board    bool
	Files    bool // may be attached
	Test     bool // test numbers alone
	Persons  []string
	Problems []problemChoice
	Today    string
}

func (s *Site) complaintFields(f *form, unit routing.Unit, own bool) complaintFields {
	return complaintFields{
		Form: f, Own: own, Board: unit.Kind == routing.PatientBoard, Files: unit.Attachments, Test: s.open(), Persons: testPersons(), Problems: s.problems(), Today: s.today(),
	}
}

// complaintPlaces are where the contract's paths are typed in these fields.
func complaintPlaces() []place {
	return []place{
		{"reporter/personId", "reporter"},
		{"patient/personId", "patient"},
		{"patient/dateOfBirth", "born"},
		{"patient", "patient"},
		{"incidentDate", "date"},
		{"incidentPlaceText", "place"},
		{"incidentUnit", "unit"},
		{"experiencedProblem", "problem"},
		{"description", "text"},
		{"receivedTime", "received"},
		{"attachment", "file"},
	}
}

// complaint is the case as it was typed; what is missing is noted in the form.
func (s *Site) complaint(f *form, unit routing.Unit) *contracts.Complaint {
	c := &contracts.Complaint{
		Reporter: contracts.Reporter{
			PersonID: s.person(f, "reporter"), Name: f.Value("name"), Role: f.Value("role"),
			Telecom: f.Value("phone"), Email: f.Value("email"),
		},
		IncidentDate: compactDate(f.Value("date")), Description: f.Value("text"), ReplyWanted: f.Value("reply") == "yes",
	}
	for _, must := range []struct{ field, text string }{
		{"reporter", "Ange anmälarens personnummer."}, {"date", "Ange vilken dag det hände."}, {"text", "Beskriv vad som hände."},
	} {
		if f.Value(must.field) == "" {
			f.refuse(must.field, must.text)
		}
	}
	if day := f.Value("date"); isDay(day) && day > s.today() {
		f.refuse("date", "Dagen har inte varit än.")
	}
	c.Patient = s.patientOf(f, &c.Reporter)
	if unit.Kind == routing.PatientBoard {
		c.IncidentPlaceText = f.Value("place")
	} else {
		c.IncidentUnit = &contracts.OrgUnit{HSAID: unit.HSAID, Name: unit.Name}
	}
	if value := f.Value("problem"); value != "" {
		for _, p := range s.problems() {
			if p.Value == value {
				c.ExperiencedProblem = append(c.ExperiencedProblem, coded(contracts.SystemProblem, p.Code))
			}
		}
	}
	return c
}

// patientOf is the patient where that is another than the reporter. Whoever types a patient and says that they are the patient is asked which it is.
func (s *Site) patientOf(f *form, reporter *contracts.Reporter) *contracts.Patient {
	id, name, born := f.Value("patient"), f.Value("patientname"), f.Value("born")
	switch reporter.Role {
	case contracts.RolePatient:
		if id+name+born != "" {
			f.refuse("role", "Här står en annan patient. Välj närstående eller ombud, eller töm uppgifterna om patienten.")
		}
		return nil
	case contracts.RoleRelative, contracts.RoleProxy:
	default:
		f.refuse("role", "Välj vem som anmäler.")
		return nil
	}
	stated := f.Value("authority") == "yes"
	reporter.StatedAuthority = &stated
	p := &contracts.Patient{Name: name, DateOfBirth: compactDate(born)}
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

// citizenFiles are the files that a citizen sends. What is in one decides what it is, not what it is called; one that is of no kind that is taken, or called
// otherwise than it is, is refused with a reason. Text is taken too, as the contract does.
func (s *Site) citizenFiles(ctx context.Context, f *form) []contracts.Attachment {
	all := attachments(f)
	if len(all) > citizenFilesMost {
		f.refuse("file", "Högst 5 filer åt gången. Välj om.")
	}
	for _, a := range all {
		if a.MediaType == "text/plain" && (strings.HasSuffix(strings.ToLower(a.FileName), ".txt") || !strings.Contains(a.FileName, ".")) {
			continue
		}
		if reason := lies(a); reason != "" {
			f.refuse("file", reason)
		} else if a.Size > contracts.MaxAttachment {
			f.refuse("file", a.FileName+" är större än 20 MB. Välj en mindre fil, eller dela upp den.")
		}
	}
	return s.cleanUploads(ctx, f, all)
}
