package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"time"

	"rivgate/contracts"
	"rivgate/routing"
	"rivgate/store"
)

type boardPage struct {
	page
	Case      store.Case
	Desk      store.Desk
	Unit      string // name of the board
	PlaceNow  string // where it happened, as it is known now; "" unknown
	Places    []boardPlace
	Providers []provider
	Marked    *boardEntry // by whom the patient is marked as a child
	Child     bool        // by the birth date
	Authority bool        // somebody else than the patient reports, or a power of attorney is stated
	Forms     map[string]*form
	Found     []routing.Unit // units that what was typed could mean
	Units     []routing.Unit
	Problems  []problemChoice
	Areas     []contracts.Code
	Writes    bool
	Exports   bool
	Closed    bool
	Done      string
	Today     string
	Now       time.Time
}

// boardPlace is one line of the history of where it happened.
type boardPlace struct {
	At   time.Time
	From string // who said so
	Unit string
	Text string // in the reporter's words
}

// boardCase finds a case of a patient board. To anybody else the board's pages do not exist.
func (s *Site) boardCase(ctx context.Context, id string, who access, action Action) (store.Case, error) {
	c, err := s.inboxCase(ctx, id, who, action)
	if err == nil && !isBoard(c.Handler) {
		err = store.ErrNotFound
	}
	return c, err
}

// boardCasePage shows what a board alone does with a case: GET /inbox/{id}/board.
func (s *Site) boardCasePage(w http.ResponseWriter, r *http.Request, who access) error {
	c, err := s.boardCase(r.Context(), r.PathValue("id"), who, ReadCase)
	if err != nil {
		return err
	}
	if err := s.lookedAt(r.Context(), who, store.AccessRead, c, shownDetail("board", c, asksProtected(r))); err != nil {
		return err
	}
	return s.showBoardCase(w, r, who, c, nil, nil)
}

// showBoardCase renders the page. failed is the form that could not be carried out, found the units among which it left the choice.
func (s *Site) showBoardCase(w http.ResponseWriter, r *http.Request, who access, c store.Case, failed *form, found []routing.Unit) error {
	ctx, shown := r.Context(), asksProtected(r)
	c = shielded(c, shown)
	desk, err := s.Relay.Store.Desk(ctx, c.ID)
	if err != nil {
		return err
	}
	entries, err := s.boardEntries(ctx, c)
	if err != nil {
		return err
	}
	line, err := s.boardLine(ctx, c)
	if err != nil {
		return err
	}
	reporter, patient := people(c, line, shown)
	owner := ownerOf(c)
	p := boardPage{
		page: s.page(who, "Patientnämnd: ärende "+reference(c), "inbox"), Case: c, Desk: desk, Unit: handlerName(c.Handler), Now: s.now(), Today: s.today(),
		PlaceNow: s.placeNow(c), Places: placesOf(line), Providers: providersOf(entries, s.today()), Marked: markedChild(entries), Child: c.Minor(),
		Authority: patient != nil || reporter.Authority, Found: found, Units: s.careUnits(), Problems: s.problems(), Areas: s.codes(contracts.SystemArea),
		Writes: who.may(WriteCase, owner), Exports: who.may(ExportCase, owner), Closed: c.State == store.Closed, Done: boardDone(r.URL.Query().Get("done")),
	}
	p.Forms = s.boardForms(c, reporter)
	if k := who.kept; k != nil && p.Forms[k.verb()] != nil {
		p.Forms[k.verb()], p.Unsent = &form{Name: k.verb(), Values: k.Values}, nil
	}
	status := http.StatusOK
	if failed != nil {
		p.Forms[failed.Name], status = failed, http.StatusUnprocessableEntity
		p.Title = "Fel: " + p.Title
	}
	return html.render(w, status, "board_case", p)
}

// boardForms are the forms of the page as they first stand.
func (s *Site) boardForms(c store.Case, reporter person) map[string]*form {
	forms := map[string]*form{}
	for _, name := range []string{"place", "consent", "withdraw", "request", "opinion", "child", "nochild"} {
		forms[name] = &form{Name: name, Values: url.Values{}}
	}
	if reporter.Name != hiddenPerson {
		forms["consent"].Values.Set("who", reporter.Name)
	}
	forms["consent"].Values.Set("day", s.today())
	forms["opinion"].Values.Set("day", s.today())
	return forms
}

// Form is the form of that name.
func (p boardPage) Form(name string) *form { return p.Forms[name] }

// placeNow is the unit where it happened, as it is known now; "" where it is not.
func (s *Site) placeNow(c store.Case) string {
	id := c.Classification.IncidentUnit
	if id == "" {
		id = c.Facts.IncidentUnit
	}
	if id == "" {
		return ""
	}
	return s.unitLabel(id)
}

// unitLabel is "name (HSA-id)", as units are chosen in lists; the HSA-id alone where no name is known.
func (s *Site) unitLabel(id string) string {
	if u, ok := s.table().Unit(id); ok {
		return u.Name + " (" + u.HSAID + ")"
	}
	return id
}

// placesOf is the history of where it happened, oldest first: what the reporter wrote, and each unit that the board set.
func placesOf(line []event) []boardPlace {
	var out []boardPlace
	for _, e := range line {
		one := boardPlace{At: e.At, From: e.From, Unit: e.Place}
		if e.Complaint != nil {
			one.Unit, one.Text = e.Unit, e.Complaint.IncidentPlaceText
		}
		if e.Refused == "" && (one.Unit != "" || one.Text != "") {
			out = append(out, one)
		}
	}
	return out
}

// boardLine is the time line with the units that the board set at its desk.
func (s *Site) boardLine(ctx context.Context, c store.Case) ([]event, error) {
	line, err := s.timeLine(ctx, c, "")
	if err != nil {
		return nil, err
	}
	acts, err := s.Relay.Store.DeskEvents(ctx, c.ID, []string{c.Handler.Unit})
	for _, act := range acts {
		if act.Kind == store.DeskPlace {
			line = append(line, event{Desk: true, From: act.By.Name + ", " + handlerName(c.Handler), At: act.At, Place: s.unitLabel(act.ToUnit)})
		}
	}
	slices.SortStableFunc(line, func(a, b event) int { return a.At.Compare(b.At) })
	return line, err
}

// careUnits are the units of care in the catalogue, by name, as many as a list can hold; the others are found by what is typed.
func (s *Site) careUnits() []routing.Unit {
	var out []routing.Unit
	for _, u := range s.table().Units() {
		if u.Kind == routing.CareUnit && len(out) < receiverLimit {
			out = append(out, u)
		}
	}
	slices.SortFunc(out, func(a, b routing.Unit) int { return compareNames(a.Name, b.Name) })
	return out
}

// today is the Swedish day, YYYY-MM-DD.
func (s *Site) today() string { return swedish(s.now()).Format(time.DateOnly) }

func boardDone(done string) string {
	switch done {
	case "place":
		return "Enheten är sparad."
	case "consent":
		return "Samtycket är noterat."
	case "withdraw":
		return "Det är noterat att samtycket är återtaget."
	case "request":
		return "Begäran är noterad. Skriv ut den och skicka den till vårdgivaren."
	case "opinion":
		return "Yttrandet är noterat i ärendet."
	case "child":
		return "Patienten är märkt som barn."
	case "nochild":
		return "Märkningen är borttagen."
	}
	return ""
}

// boardPart is a form of the page with the case that it is of.
type boardPart struct {
	Case store.Case
	Form *form
}

// Part is the head of the form of that name.
func (p boardPage) Part(name string) boardPart { return boardPart{p.Case, p.Forms[name]} }

// unitField is the field of a form in which a unit is typed.
type unitField struct {
	field
	Label string
	Found []routing.Unit // what was typed could be any of them
}

// UnitField is the unit of the form of that name.
func (p boardPage) UnitField(name, label string) unitField {
	u := unitField{field: newField(p.Forms[name], "unit"), Label: label}
	if u.Form.Failed() {
		u.Found = p.Found
	}
	return u
}
