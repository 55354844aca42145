package relay

import (
	"cmp"
	"strings"

	"rivgate/contracts"
	"rivgate/routing"
	"rivgate/store"
)

func ref(id *contracts.II) store.Ref {
	if id == nil {
		return store.Ref{}
	}
	return store.Ref{Root: id.Root, Extension: id.Extension}
}

// idText is a message id as the store keys it.
func idText(id contracts.II) string { return id.Root + "|" + id.Extension }

func kindOf(kind string) routing.UnitKind {
	if kind == contracts.KindPatientBoard {
		return routing.PatientBoard
	}
	return routing.CareUnit
}

// contractKind is the opposite of kindOf. What is no care is a care unit to the contract, which knows two kinds.
func contractKind(kind routing.UnitKind) string {
	if kind == routing.PatientBoard {
		return contracts.KindPatientBoard
	}
	return contracts.KindCareUnit
}

// placeKind is a kind of unit as contracts.CheckPlace knows it.
func placeKind(kind routing.UnitKind) string {
	if kind == routing.Other {
		return contracts.KindNoCare
	}
	return contractKind(kind)
}

// noCare tells whether the catalogue says that a unit is no care: its cases happened at no unit of care.
func (r *Relay) noCare(unit string) bool {
	known, found := r.Table().Unit(unit)
	return found && known.Kind == routing.Other
}

// takesFiles tells whether files may be attached to the cases of a unit where nobody chose: its setting; a unit that
// the catalogue does not know takes them.
func (r *Relay) takesFiles(unit string) bool {
	known, found := r.Table().Unit(unit)
	return !found || known.Attachments
}

// facts are what lists, rules and statistics need of a complaint to a unit.
func (r *Relay) facts(c *contracts.Complaint, unit string) *store.Facts {
	f := &store.Facts{
		ReporterID: c.Reporter.PersonID.ID, ReporterType: c.Reporter.PersonID.Type, ReporterName: c.Reporter.Name,
		Role:         c.Reporter.Role,
		IncidentDate: c.IncidentDate, PlaceText: c.IncidentPlaceText,
		ReplyWanted: c.ReplyWanted, Received: c.Received.UTC, Attachments: r.takesFiles(unit),
	}
	if c.ReplyChannel != nil {
		f.ReplyChannel = cmp.Or(c.ReplyChannel.DisplayName, c.ReplyChannel.OriginalText)
	}
	if c.IncidentUnit != nil {
		f.IncidentUnit = c.IncidentUnit.HSAID
	}
	for _, problem := range c.ExperiencedProblem {
		f.Experienced = append(f.Experienced, problem.Code)
	}
	patient := c.Patient
	if patient == nil { // the reporter is the patient
		patient = &contracts.Patient{PersonID: &c.Reporter.PersonID, Name: c.Reporter.Name}
	}
	f.PatientName, f.BirthDate = patient.Name, patient.DateOfBirth
	if patient.Gender != nil {
		f.Sex = patient.Gender.Code
	}
	if patient.PersonID != nil {
		f.PatientID, f.PatientType = patient.PersonID.ID, patient.PersonID.Type
		if f.BirthDate == "" {
			f.BirthDate = patient.PersonID.BirthDate()
		}
	}
	return f
}

// classification sorts the problems into main and sub problems. A sub problem (3.4) names its main problem (3) by its
// code.
func classification(c *contracts.Classification) *store.Classification {
	if c == nil {
		return nil
	}
	out := &store.Classification{Area: c.AreaOfActivity.Code, IncidentDate: c.IncidentDate}
	seen := map[string]bool{}
	main := func(code string) {
		if code != "" && !seen[code] {
			seen[code] = true
			out.MainProblems = append(out.MainProblems, code)
		}
	}
	for _, p := range c.Problems {
		parent, _, sub := strings.Cut(p.Code, ".")
		main(parent)
		if sub {
			out.SubProblems = append(out.SubProblems, p.Code)
		}
	}
	if c.IncidentUnit != nil {
		out.IncidentUnit = c.IncidentUnit.HSAID
	}
	return out
}
