package casework

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"rivgate/contracts"
	"rivgate/routing"
	"rivgate/store"
	"rivgate/web/shell"
)

// Scopes are what can be chosen.
func Scopes() []string { return []string{ScopeNames, ScopeNumbers, ScopeText} }

// ScopeOf is what was chosen, as a note keeps it.
func ScopeOf(chosen []string) string {
	var all []string
	for _, scope := range Scopes() {
		if slices.Contains(chosen, scope) {
			all = append(all, scope)
		}
	}
	if len(all) == 0 {
		return ScopeNothing
	}
	return strings.Join(all, ", ")
}

// Covers tells whether a consent covers something. One that was noted before this was asked covers names and what the
// reporter writes.
func (e *BoardEntry) Covers(scope string) bool {
	if e.Scope == "" {
		return scope == ScopeNames || scope == ScopeText
	}
	return slices.Contains(strings.Split(e.Scope, ", "), scope)
}

// OpinionLetter is what a board tells a unit of a case when it asks for an opinion: what was consented to, and nothing
// else. It is kept as it was when it was sent.
type OpinionLetter struct {
	Board     string `json:"board"`
	Unit      string `json:"unit"`
	Reference string `json:"reference"` // diary number of the board, or the number of the case
	Question  string `json:"question"`
	Due       string `json:"due,omitempty"`
	Consent   string `json:"consent"` // who gave it, when and how
	Covers    string `json:"covers"`
	Protected bool   `json:"protected,omitempty"` // who it is about is told another way

	Reporter       string `json:"reporter,omitempty"`
	ReporterRole   string `json:"reporterRole,omitempty"`
	ReporterNumber string `json:"reporterNumber,omitempty"`
	Patient        string `json:"patient,omitempty"` // when that is another
	PatientNumber  string `json:"patientNumber,omitempty"`
	Description    string `json:"description,omitempty"`
	IncidentDate   string `json:"incidentDate,omitempty"`
	Place          string `json:"place,omitempty"`
	PlaceText      string `json:"placeText,omitempty"`
}

// Text is the letter as the store keeps it.
func (l OpinionLetter) Text() string {
	b, err := json.Marshal(l)
	if err != nil { // texts alone
		return ""
	}
	return string(b)
}

// ReadLetter is a letter of the store.
func ReadLetter(text string) (l OpinionLetter, err error) {
	if text == "" {
		return l, nil
	}
	return l, json.Unmarshal([]byte(text), &l)
}

// ConsentedLetter fills in what a consent covers of an opened case.
func (s *Base) ConsentedLetter(c store.Case, line []Event, consent *BoardEntry, l OpinionLetter) OpinionLetter {
	l.Board = HandlerName(c.Handler)
	l.Consent = consent.Given(!c.Protected)
	if l.Covers = consent.Scope; l.Covers == "" {
		l.Covers = ScopeOf([]string{ScopeNames, ScopeText})
	}
	l.Protected = c.Protected
	reporter, patient := People(c, line, false)
	if consent.Covers(ScopeNames) && !c.Protected {
		l.Reporter, l.ReporterRole = reporter.Name, shell.RoleWord(reporter.Role)
		if patient != nil {
			l.Patient = patient.Name
		}
	}
	if consent.Covers(ScopeNumbers) && !c.Protected {
		l.ReporterNumber = reporter.Print()
		if patient != nil {
			l.PatientNumber = patient.Print()
		}
	}
	if complaint := firstComplaint(line); complaint != nil && consent.Covers(ScopeText) {
		l.Description, l.IncidentDate, l.PlaceText = complaint.Description, complaint.IncidentDate,
			complaint.IncidentPlaceText
	}
	return l
}

func firstComplaint(line []Event) *contracts.Complaint {
	for _, e := range line {
		if e.Complaint != nil {
			return e.Complaint
		}
	}
	return nil
}

// OpinionRow is a request for an opinion in a unit's list: who asks, and until when. Nothing of the case is in it.
type OpinionRow struct {
	store.Opinion
	BoardName, UnitName string
	Open, Late, Reads   bool
}

// OpinionRows are the requests that reached the units with whose cases an action is allowed, the open ones first. With
// open, those alone.
func (s *Base) OpinionRows(ctx context.Context, who shell.Access, open bool, limit int) ([]OpinionRow, error) {
	units, some := s.askedUnits(who)
	if !some {
		return nil, nil
	}
	all, err := s.Relay.Store.Opinions(ctx, units, limit)
	var out []OpinionRow
	for _, o := range all {
		row := OpinionRow{
			Opinion: o, BoardName: s.unitName(o.Board), UnitName: s.unitName(o.Unit),
			Open:  o.State == store.OpinionAsked && !o.Left,
			Reads: who.May(shell.ReadCase, s.Owner(o.Unit)),
		}
		row.Late = row.Open && o.Due != "" && o.Due < s.Today()
		if row.Open || !open {
			out = append(out, row)
		}
	}
	return out, err
}

// OpinionsWaiting is how many requests wait for an answer from somebody's units.
func (s *Base) OpinionsWaiting(ctx context.Context, who shell.Access) (int, error) {
	units, some := s.askedUnits(who)
	if !some {
		return 0, nil
	}
	return s.Relay.Store.OpenOpinions(ctx, units)
}

// askedUnits are the units of care whose cases somebody sees; nil for all of them.
func (s *Base) askedUnits(who shell.Access) (units []string, some bool) {
	f := store.CaseFilter{Kind: routing.CareUnit}
	s.Narrow(&f, who, shell.SeeCase)
	return f.Units, f.Units == nil || len(f.Units) > 0
}

func (s *Base) unitName(id string) string { return s.Named(contracts.OrgUnit{HSAID: id}) }

// OpinionMarks are what a list of cases says of opinions.
func (s *Base) OpinionMarks(ctx context.Context, cases []store.Case) (map[string]store.OpinionMark, error) {
	var ids []string
	for _, c := range cases {
		if IsBoard(c.Handler) {
			ids = append(ids, c.ID)
		}
	}
	return s.Relay.Store.OpinionMarks(ctx, ids)
}

// OpinionNote is an opinion as the board's case keeps it: unit is "name (HSA-id)".
func OpinionNote(unit, day, text string) string {
	return BoardEntry{Kind: BoardOpinion, Unit: unit, Day: day, Text: text}.Note()
}
