package web

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"rivgate/contracts"
	"rivgate/routing"
	"rivgate/store"
	"rivgate/web/casefile"
)

type casePage struct {
	page
	deskPart
	Case      store.Case
	Unit      string // name of who has it
	Board     bool
	Reporter  person
	Patient   *person // when that is another than the reporter
	Left      int
	Days      int // that the answer may take
	Late      bool
	Closed    bool
	Line      []event
	Problems  []problemChoice
	Areas     []contracts.Code
	Receivers []routing.Unit
	Done      string // what was just done, in words
	Typed     bool   // a form holds what was typed before the session ran out
	Active    string // the form that is open
	Forms     map[string]*form
	Drafts    map[string]store.Draft // the reader's own, by form
	Phrases   map[string][]store.Phrase
	Print     bool
	Now       time.Time
}

// person is who a case is about or from, whole: this page is for who handles it.
type person struct {
	contracts.PersonID
	Name, Birth, Role, Telecom, Email, Address string
	Authority                                  bool // states a power of attorney
}

// problemChoice is one main problem with what belongs to it.
type problemChoice struct {
	contracts.Code
	Value string
	Subs  []contracts.Code
}

// casePage shows one case as a time line with what can be done now. A protected identity is shown on a deliberate click, which is logged.
func (s *Site) casePage(w http.ResponseWriter, r *http.Request, who access) error {
	c, err := s.Relay.Store.Case(r.Context(), r.PathValue("id"))
	if err == nil && s.handedOver(c, who) {
		return s.showHandedOver(w, who, c)
	}
	if c, err = s.inboxCase(r.Context(), r.PathValue("id"), who, ReadCase); err != nil {
		return err
	}
	what, detail := store.AccessRead, "case"
	if r.URL.Query().Has("print") {
		what = store.AccessPrint
		if err := s.theirs(r.Context(), who, ExportCase, c); err != nil {
			return err
		}
	}
	if err := s.lookedAt(r.Context(), who, what, c, shownDetail(detail, c, asksProtected(r))); err != nil {
		return err
	}
	return s.showCase(w, r, who, c, r.URL.Query().Get("do"), nil)
}

// showHandedOver tells the unit that handed a case over where it is, and nothing else of it.
func (s *Site) showHandedOver(w http.ResponseWriter, who access, c store.Case) error {
	gone := newProblem(http.StatusNotFound, "handed-over", "Ärendet är överlämnat", "Ärendet är överlämnat till "+handlerName(c.Handler)+", som svarar anmälaren.")
	return html.render(w, gone.Status, "error", errorPage{page: s.page(who, gone.Title, "inbox"), Problem: gone, Back: "/inbox"})
}

// inboxCase finds a case that is handled here, and with which the action is allowed. Any other does not exist in the inbox.
func (s *Site) inboxCase(ctx context.Context, id string, who access, action Action) (store.Case, error) {
	c, err := s.Relay.Store.Case(ctx, id)
	switch {
	case err != nil:
		return c, err
	case c.Handler.Via != routing.Inbox:
		return c, store.ErrNotFound
	}
	return c, s.theirs(ctx, who, action, c)
}

// choices are a form with a classification and what can be chosen in it.
type choices struct {
	Form     *form
	Problems []problemChoice
	Areas    []contracts.Code
	Board    bool
}

func newChoices(p casePage, f *form) choices {
	return choices{Form: f, Problems: p.Problems, Areas: p.Areas, Board: p.Board}
}

// showCase renders a case. failed is the form that could not be carried out, nil when none was.
func (s *Site) showCase(w http.ResponseWriter, r *http.Request, who access, c store.Case, active string, failed *form) error {
	ctx, q, shown := r.Context(), r.URL.Query(), asksProtected(r)
	c = shielded(c, shown)
	line, err := s.caseLine(ctx, c)
	if err != nil {
		return err
	}
	s.markScanned(line)
	drafts, err := s.Relay.Store.Drafts(ctx, c.ID, c.Handler.Unit)
	if err != nil {
		return err
	}
	p := casePage{
		page: s.page(who, "Ärende "+reference(c), "inbox"), Case: c, Unit: handlerName(c.Handler), Board: isBoard(c.Handler), Left: daysLeft(c, s.now()), Days: daysInAll(c),
		Closed: c.State == store.Closed, Line: line, Active: active, Now: s.now(), Done: doneWord(q.Get("done")), Print: q.Has("print"),
		Problems: s.problems(), Areas: s.codes(contracts.SystemArea), Receivers: s.otherUnits(c),
	}
	if p.deskPart, err = s.deskPart(ctx, who, c, drafts, shown); err != nil {
		return err
	}
	if p.Phrases, err = s.phrasesOf(ctx, c); err != nil {
		return err
	}
	p.Late = p.Left < 0 && !p.Closed
	p.Reporter, p.Patient = people(c, line, shown)
	p.Forms, p.Drafts = s.answerForms(c, who, drafts)
	if name := copied(p.Forms, drafts, q.Get("copy")); name != "" {
		p.Active = name
	}
	if k := who.kept; k != nil && p.Forms[k.verb()] != nil {
		p.Forms[k.verb()] = &form{Name: k.verb(), Values: k.Values}
		p.Active, p.Typed, p.Unsent = k.verb(), true, nil
	}
	status := http.StatusOK
	if failed != nil {
		p.Forms[failed.Name], p.Active, status = failed, failed.Name, http.StatusUnprocessableEntity
		p.Title = "Fel: " + p.Title
	}
	return html.render(w, status, "case", p)
}

// otherUnits are those that a case can be handed over to.
func (s *Site) otherUnits(c store.Case) []routing.Unit {
	var out []routing.Unit
	for _, u := range s.Relay.Receivers("", receiverLimit) {
		if !routing.SameHSAID(u.HSAID, c.Handler.Unit) {
			out = append(out, u.Unit)
		}
	}
	return out
}

// reference is the id that people use for a case.
func reference(c store.Case) string {
	if c.Ref.Extension != "" {
		return c.Ref.Extension
	}
	return c.ID
}

// people are the reporter, and the patient when that is another, with all that the case's first message says of them; a
// protected identity only where it is shown.
func people(c store.Case, line []event, shown bool) (reporter person, patient *person) {
	hidden := c.Protected && !shown
	f := shielded(c, shown).Facts
	reporter = person{Name: f.ReporterName, PersonID: reporterOf(c), Role: f.Role}
	if f.Role != contracts.RolePatient {
		patient = &person{Name: f.PatientName, PersonID: patientOf(c), Birth: f.BirthDate}
		if hidden {
			patient.Birth = ""
		}
	}
	for _, e := range line {
		if e.Complaint == nil {
			continue
		}
		r := e.Complaint.Reporter
		if !hidden {
			reporter.Telecom, reporter.Email, reporter.Address = r.Telecom, r.Email, r.Address
		}
		reporter.Authority = r.StatedAuthority != nil && *r.StatedAuthority
		break
	}
	return reporter, patient
}

// reporterOf and patientOf are the identities of who a case knows. Cases of before do not know their kind: the form tells it.
func reporterOf(c store.Case) contracts.PersonID {
	return contracts.PersonID{ID: c.Facts.ReporterID, Type: c.Facts.ReporterType}
}

func patientOf(c store.Case) contracts.PersonID {
	return contracts.PersonID{ID: c.Facts.PatientID, Type: c.Facts.PatientType}
}

// codes is a code set in its own order; empty where it is not known.
func (s *Site) codes(system string) []contracts.Code {
	set, ok := s.Relay.Contracts.CodeSet(system)
	if !ok {
		return nil
	}
	return set.Codes
}

// problems are the main problems with their sub problems.
func (s *Site) problems() []problemChoice {
	var out []problemChoice
	at := map[string]int{}
	for _, c := range s.codes(contracts.SystemProblem) {
		if c.Parent == "" {
			at[c.Code] = len(out)
			out = append(out, problemChoice{Code: c, Value: problemValue(c)})
			continue
		}
		if i, ok := at[c.Parent]; ok {
			out[i].Subs = append(out[i].Subs, c)
		}
	}
	return out
}

// named begins the form value of a problem that has a name but no code.
const named = "name:"

func problemValue(c contracts.Code) string {
	if c.Code == "" {
		return named + c.Display
	}
	return c.Code
}

// doneWord says what was just done. What waits to be sent is said by the part of the page that is alive: see livePage.
func doneWord(done string) string {
	switch done {
	case "reply":
		return "Delsvaret är sparat och på väg till anmälaren i 1177."
	case "question":
		return "Frågan är sparad och på väg till anmälaren i 1177."
	case "forward":
		return "Ärendet är överlämnat."
	case "close":
		return "Ärendet är avslutat."
	case "correct":
		return "Klassificeringen är rättad."
	case "status":
		return "Ärendet är påbörjat."
	case "saved":
		return "Utkastet är sparat."
	case "undone":
		return "Ångrat: det du skrev ligger kvar som utkast. Inget har skickats."
	case "left":
		return "Det gick inte att ångra: det har redan skickats."
	case "dropped":
		return "Det som inte kunde skickas är borttaget."
	case "take":
		return "Du har tagit ärendet."
	case "assign":
		return "Ärendet är tilldelat."
	case "release":
		return "Ärendet är lämnat tillbaka."
	case "park":
		return "Ärendet är parkerat."
	case "resume":
		return "Ärendet är återupptaget."
	case "note":
		return "Anteckningen är sparad."
	case "register":
		return "Diarienumret är sparat."
	case "authority":
		return "Kontrollen av fullmakten är sparad."
	case "protect":
		return "Märkningen om skyddad identitet är sparad."
	}
	return ""
}

// caseFile sends an attachment of a case to who handles it.
func (s *Site) caseFile(w http.ResponseWriter, r *http.Request, who access) error {
	c, err := s.inboxCase(r.Context(), r.PathValue("id"), who, ReadCase)
	if err != nil {
		return err
	}
	entries, err := s.Relay.Store.TimeLine(r.Context(), c.ID)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.MessageID == r.PathValue("message") {
			if err := s.lookedAt(r.Context(), who, store.AccessRead, c, "attachment"); err != nil {
				return err
			}
			return s.sendFile(w, r, e.MessageID)
		}
	}
	return errNotFound
}

// sendFile sends file number {n} of a message. It is always saved, never shown: what strangers attach is not run in our origin.
func (s *Site) sendFile(w http.ResponseWriter, r *http.Request, message string) error {
	n, err := strconv.Atoi(r.PathValue("n"))
	if err != nil || n < 0 {
		return errNotFound
	}
	a, err := s.Relay.Attachment(r.Context(), message, n)
	if err != nil {
		return err
	}
	if err := s.clean(r.Context(), fileAt(message, n), a.Value); err != nil {
		return err
	}
	saveFile(w, a.FileName, a.MediaType, a.Value)
	return nil
}

// saveFile sends a file for the browser to save, in a sandbox, as what it is by its content.
func saveFile(w http.ResponseWriter, name, mediaType string, value []byte) {
	kind := contracts.KindOf(mediaType, value)
	name = casefile.SafeName(name, kind)
	if kind == "" {
		kind = "application/octet-stream"
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(value)))
	download(w, kind, name)
	_, _ = w.Write(value) // the reader may have gone
}
