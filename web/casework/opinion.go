package casework

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"rivgate/contracts"
	"rivgate/routing"
	"rivgate/store"
	"rivgate/store/accesslog"
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

// Narrows tells whether a consent leaves out what the one before covered; nil is no consent.
func (e *BoardEntry) Narrows(before *BoardEntry) bool {
	return before != nil && slices.ContainsFunc(Scopes(), func(scope string) bool {
		return before.Covers(scope) && !e.Covers(scope)
	})
}

// OpinionLetter is what a board tells a unit of a case when it asks for an opinion: what was consented to, and nothing
// else. It is kept as it was when it was sent, and read with ReadLetter.
type OpinionLetter struct {
	Board     string `json:"board"`
	Unit      string `json:"unit"`
	Reference string `json:"reference"` // diary number of the board, or the number of the case
	Question  string `json:"question"`
	Due       string `json:"due,omitempty"`
	Consent   string `json:"consent"` // when it was given, and how
	Covers    string `json:"covers"`
	Protected bool   `json:"protected,omitempty"` // who it is about is told another way

	ConsentBy      string `json:"consentBy,omitempty"` // who gave it
	Reporter       string `json:"reporter,omitempty"`
	ReporterRole   string `json:"reporterRole,omitempty"`
	ReporterNumber string `json:"reporterNumber,omitempty"`
	Patient        string `json:"patient,omitempty"` // when that is another
	PatientNumber  string `json:"patientNumber,omitempty"`
	Description    string `json:"description,omitempty"`
	IncidentDate   string `json:"incidentDate,omitempty"`
	Place          string `json:"place,omitempty"`
	PlaceText      string `json:"placeText,omitempty"`

	Added []Writing `json:"added,omitempty"` // what was written after the complaint, until the request was sent
}

// Writing is what the reporter's side wrote in a case after the complaint: a supplement, or an answer to a question.
type Writing struct {
	Day  string    `json:"day"` // YYYY-MM-DD
	Text string    `json:"text"`
	At   time.Time `json:"-"`
}

// Heading says when it was.
func (w Writing) Heading() string { return AddedHeading(w) }

// ReporterWrote is what a consent to "what the reporter writes" covers of a time line: the complaint, and what was
// added to it, oldest first. What the case has not taken in, and what somebody wrote who has no part in it, is none of
// it.
func ReporterWrote(line []Event) (complaint *contracts.Complaint, added []Writing) {
	for _, e := range line {
		switch {
		case !e.Applied || e.Stranger:
		case e.Complaint != nil && complaint == nil:
			complaint = e.Complaint
		case e.Kind == store.EventSupplement || e.Kind == store.EventAnswer:
			added = append(added, Writing{Day: shell.Swedish(e.At).Format(time.DateOnly), Text: e.Text, At: e.At})
		}
	}
	return complaint, added
}

// Text is the letter as the store keeps it.
func (l OpinionLetter) Text() string {
	b, err := json.Marshal(l)
	if err != nil { // texts alone
		return ""
	}
	return string(b)
}

// ReadLetter is the letter of an opened request. Who it is about is left out where the identity is protected now, also
// where it was not yet when the letter was sent.
func ReadLetter(o store.Opinion) (l OpinionLetter, err error) {
	if o.Letter == "" {
		return l, nil
	}
	if err := json.Unmarshal([]byte(o.Letter), &l); err != nil {
		return OpinionLetter{}, err
	}
	if o.Protected {
		l.Protected, l.ConsentBy, l.Reporter, l.ReporterRole, l.ReporterNumber = true, "", "", "", ""
		l.Patient, l.PatientNumber = "", ""
	}
	return l, nil
}

// ConsentedLetter fills in what a consent covers of an opened case.
func (s *Base) ConsentedLetter(c store.Case, line []Event, consent *BoardEntry, l OpinionLetter) OpinionLetter {
	l.Board = HandlerName(c.Handler)
	l.Consent = consent.Given(false)
	if l.Covers = consent.Scope; l.Covers == "" {
		l.Covers = ScopeOf([]string{ScopeNames, ScopeText})
	}
	l.Protected = c.Protected
	reporter, patient := People(c, line, false)
	if consent.Covers(ScopeNames) && !c.Protected {
		l.ConsentBy = consent.Who
		l.Reporter, l.ReporterRole = reporter.Name, shell.RoleWord(reporter.Role)
		if patient != nil {
			l.Patient = patient.Name
		}
	}
	if consent.Covers(ScopeNumbers) && !c.Protected {
		if !reporter.IsUnnumbered() {
			l.ReporterNumber = reporter.Print()
		}
		if patient != nil {
			l.PatientNumber = patient.Print()
		}
	}
	if complaint, added := ReporterWrote(line); complaint != nil && consent.Covers(ScopeText) {
		l.Description, l.IncidentDate, l.PlaceText = complaint.Description, complaint.IncidentDate,
			complaint.IncidentPlaceText
		l.Added = added
	}
	return l
}

// OpinionRow is a request for an opinion in a unit's list: who asks, and until when. Nothing of the case is in it.
type OpinionRow struct {
	store.Opinion
	BoardName, UnitName string
	Late, Reads         bool
}

// OpinionRows are the requests that reached the units with whose cases an action is allowed, the open ones first. With
// open, those alone; with a unit, which is theirs, those to it.
func (s *Base) OpinionRows(ctx context.Context, who shell.Access, unit string, open bool, limit int) (
	[]OpinionRow, error,
) {
	units, some := s.askedUnits(who)
	if !some {
		return nil, nil
	}
	if unit != "" {
		units = []string{unit}
	}
	all, err := s.Relay.Store.Opinions(ctx, units, limit)
	var out []OpinionRow
	for _, o := range all {
		row := OpinionRow{
			Opinion: o, BoardName: s.unitName(o.Board), UnitName: s.unitName(o.Unit),
			Reads: who.May(shell.ReadCase, s.Owner(o.Unit)),
		}
		row.Late = o.Open() && o.Due != "" && o.Due < s.Today()
		if o.Open() || !open {
			out = append(out, row)
		}
	}
	return out, err
}

// Ended says why a request is not to be read any more; "" while it is.
func (r OpinionRow) Ended() string { return OpinionEnded(r.Opinion) }

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

// AskOpinion asks a unit with an inbox here for an opinion on an opened case of a board: it is told what the consent
// that stands covers, and nothing else. e is the request as the board notes it. store.ErrConflict where no consent
// stands; else errors as of store.AskOpinion.
func (s *Base) AskOpinion(ctx context.Context, act store.Act, c store.Case, e BoardEntry, unit routing.Unit) (
	store.Opinion, error,
) {
	letter, err := s.letter(ctx, c, e, unit)
	if err != nil {
		return store.Opinion{}, err
	}
	return s.Relay.Store.AskOpinion(ctx, act, e.Note(), store.Opinion{
		Unit: unit.HSAID, Due: e.Due, Letter: letter.Text(),
	})
}

// letter is what a unit is told of an opened case: what the consent covers, and nothing else.
func (s *Base) letter(ctx context.Context, c store.Case, e BoardEntry, unit routing.Unit) (l OpinionLetter, err error) {
	entries, err := s.BoardEntries(ctx, c)
	if err != nil {
		return l, err
	}
	line, err := s.TimeLine(ctx, c, "")
	if err != nil {
		return l, err
	}
	desk, err := s.Relay.Store.Desk(ctx, c.ID)
	if err != nil {
		return l, err
	}
	consent := ConsentFor(entries, unit.HSAID)
	if consent == nil {
		return l, store.ErrConflict
	}
	return s.ConsentedLetter(c, line, consent, OpinionLetter{
		Unit: unit.Name, Reference: cmp.Or(desk.Diary, Reference(c)), Question: e.Text, Due: e.Due,
	}), nil
}

// DeskFiles are uploads as a desk keeps them.
func DeskFiles(files []contracts.Attachment) []store.File {
	var out []store.File
	for _, a := range files {
		out = append(out, store.File{Name: a.FileName, MediaType: a.MediaType, SHA256: a.SHA256, Value: a.Value})
	}
	return out
}

// TheirOpinion finds a request with which somebody may do something at the unit that is asked. Any other does not exist
// for them, and that they asked is on record.
func (s *Base) TheirOpinion(ctx context.Context, who shell.Access, id string, action shell.Action) (store.Opinion,
	error,
) {
	o, err := s.Relay.Store.OpinionHead(ctx, id)
	if err != nil {
		return o, err
	}
	owner := s.Owner(o.Unit)
	if who.May(action, owner) {
		return o, nil
	}
	if err := s.Looked(ctx, who, accesslog.Row{
		What: accesslog.Refused, Unit: o.Unit, Kind: owner.Kind, Subject: o.ID, Detail: "no right",
	}); err != nil {
		return o, err
	}
	return o, store.ErrNotFound
}

// OpenOpinion reads a request whole, with its row of the access log.
func (s *Base) OpenOpinion(ctx context.Context, who shell.Access, o store.Opinion) (store.Opinion, error) {
	return s.Relay.Store.OpenOpinion(ctx, o.ID, who.Row(accesslog.Row{
		What: accesslog.Read, Unit: o.Unit, Kind: s.Owner(o.Unit).Kind, Detail: "request",
	}))
}

// SendOpinion sends the draft of an opened request as the board's case keeps it. Errors as of store.AnswerOpinion;
// shell.ErrForm where nothing is written.
func (s *Base) SendOpinion(ctx context.Context, who shell.Access, o store.Opinion, version int64) error {
	if o.Draft == "" {
		return shell.ErrForm
	}
	note := OpinionNote(s.ownUnit(o), s.Today(), o.Draft)
	return s.Relay.Store.AnswerOpinion(ctx, o.ID, version, who.Self(), note, who.Row(accesslog.Row{
		What: accesslog.Change, Unit: o.Unit, Kind: s.Owner(o.Unit).Kind, Detail: "opinion",
	}))
}

// ownUnit is "name (HSA-id)" of the unit that answers.
func (s *Base) ownUnit(o store.Opinion) string {
	if u, ok := s.Table().Unit(o.Unit); ok {
		return u.Name + " (" + u.HSAID + ")"
	}
	return o.Unit
}
