package board

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"rivgate/contracts"
	"rivgate/routing"
	"rivgate/store"
	"rivgate/store/accesslog"
	"rivgate/web/casework"
	"rivgate/web/shell"
)

type boardPage struct {
	shell.Page
	Case      store.Case
	Desk      store.Desk
	Unit      string // name of the board
	PlaceNow  string // where it happened, as it is known now; "" unknown
	Places    []boardPlace
	Providers []casework.Provider
	Asked     []store.Opinion      // what went to inboxes here
	Wrote     []casework.Writing   // by the reporter after the complaint
	Standings standings            // where that stands
	Marked    *casework.BoardEntry // by whom the patient is marked as a child
	Child     bool                 // by the birth date
	Standing  casework.Standing
	Forms     map[string]*shell.Form
	Found     []routing.Unit // units that what was typed could mean
	Units     []routing.Unit
	Problems  []casework.ProblemChoice
	Areas     []contracts.Code
	Writes    bool
	Exports   bool
	Closed    bool
	Done      string
	Scopes    []string // what a consent can cover
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
func (s *Pages) boardCase(ctx context.Context, id string, who shell.Access, action shell.Action) (store.Case, error) {
	c, err := s.InboxCase(ctx, id, who, action)
	if err == nil && !casework.IsBoard(c.Handler) {
		err = store.ErrNotFound
	}
	return c, err
}

// CasePage shows what a board alone does with a case: GET /inbox/{id}/board.
func (s *Pages) CasePage(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	c, err := s.boardCase(r.Context(), r.PathValue("id"), who, shell.ReadCase)
	if err != nil {
		return err
	}
	if err := s.OpenCase(r.Context(), who, accesslog.Read, &c,
		shell.ShownDetail("board", c, shell.AsksProtected(r))); err != nil {
		return err
	}
	return s.showBoardCase(w, r, who, c, nil, nil)
}

// showBoardCase renders the page. failed is the form that could not be carried out, found the units among which it left
// the choice.
func (s *Pages) showBoardCase(w http.ResponseWriter, r *http.Request, who shell.Access, c store.Case,
	failed *shell.Form, found []routing.Unit,
) error {
	ctx, shown := r.Context(), shell.AsksProtected(r)
	c = shell.Shielded(c, shown)
	desk, err := s.Relay.Store.Desk(ctx, c.ID)
	if err != nil {
		return err
	}
	entries, err := s.BoardEntries(ctx, c)
	if err != nil {
		return err
	}
	line, err := s.line(ctx, c)
	if err != nil {
		return err
	}
	standing, err := s.Standing(ctx, c, line, shown)
	if err != nil {
		return err
	}
	owner := shell.OwnerOf(c)
	p := boardPage{
		Page: s.Page(who, fmt.Sprintf(titleCase, casework.Reference(c)), "inbox"), Case: c, Desk: desk,
		Unit: casework.HandlerName(c.Handler), Now: s.Clock(), Today: s.Today(),
		PlaceNow: s.placeNow(c), Places: placesOf(line), Providers: casework.ProvidersOf(entries, s.Today()),
		Scopes: casework.Scopes(),
		Marked: casework.MarkedChild(entries), Child: c.Minor(),
		Standing: standing, Found: found, Units: s.careUnits(), Problems: s.Problems(),
		Areas:  s.Codes(contracts.SystemArea),
		Writes: who.May(shell.WriteCase, owner), Exports: who.May(shell.ExportCase, owner), Closed: c.State == store.Closed,
		Done: boardDone(r.URL.Query().Get("done")),
	}
	_, p.Wrote = casework.ReporterWrote(line)
	if p.Standings, err = s.standings(ctx); err != nil {
		return err
	}
	if p.Asked, err = s.Relay.Store.CaseOpinions(ctx, c); err != nil {
		return err
	}
	if err := s.Relay.Store.SeeOpinions(ctx, c); err != nil {
		return err
	}
	p.Forms = s.forms(c, standing.Reporter)
	if k := who.Kept; k != nil && p.Forms[k.Verb()] != nil {
		p.Forms[k.Verb()], p.Unsent = &shell.Form{Name: k.Verb(), Values: k.Values}, nil
	}
	status := http.StatusOK
	if failed != nil {
		p.Forms[failed.Name], status = failed, http.StatusUnprocessableEntity
		p.Title = shell.FailedTitle + p.Title
	}
	return html.Render(w, status, "case", p)
}

// forms are the forms of the page as they first stand.
func (s *Pages) forms(c store.Case, reporter casework.Person) map[string]*shell.Form {
	forms := map[string]*shell.Form{}
	for _, name := range []string{"place", "consent", "withdraw", "request", "opinion", "child", "nochild"} {
		forms[name] = &shell.Form{Name: name, Values: url.Values{}}
	}
	if reporter.Name != shell.HiddenPerson {
		forms["consent"].Values.Set("who", reporter.Name)
	}
	forms["consent"].Values.Set("day", s.Today())
	forms["consent"].Values["scope"] = []string{casework.ScopeNames, casework.ScopeText}
	forms["opinion"].Values.Set("day", s.Today())
	return forms
}

// standings knows where requests stand that went to inboxes here.
type standings struct {
	*Pages
	known []shell.Access // who may sign in
}

func (s *Pages) standings(ctx context.Context) (standings, error) {
	known, err := s.KnownAccounts(ctx)
	return standings{s, known}, err
}

// word says where a request stands that went to an inbox here; "" for one that went another way.
func (s standings) word(asked []store.Opinion, r casework.BoardRequested) string {
	for _, o := range asked {
		if o.At.Equal(r.At) && routing.SameHSAID(o.Unit, r.HSAID()) {
			return askedWord(o, s.Relay.InInbox(o.Unit), s.answers(o.Unit))
		}
	}
	return ""
}

// answers tells whether any account may answer what a unit is asked.
func (s standings) answers(unit string) bool {
	owner := s.Owner(unit)
	return slices.ContainsFunc(s.known, func(who shell.Access) bool { return who.May(shell.WriteCase, owner) })
}

// Went says where a request stands that went to an inbox here; "" for one that went another way.
func (p boardPage) Went(r casework.BoardRequested) string { return p.Standings.word(p.Asked, r) }

// Since tells whether the reporter wrote more after a request: the unit that is asked has not read it.
func (p boardPage) Since(r casework.BoardRequested) bool {
	return slices.ContainsFunc(p.Wrote, func(w casework.Writing) bool { return w.At.After(r.At) })
}

// Unanswerable are the units that are asked in an inbox here, and of which no account may answer.
func (p boardPage) Unanswerable() (names []string) {
	for _, o := range p.Asked {
		name := p.Standings.unitLabel(o.Unit)
		if o.State == store.OpinionAsked && !p.Standings.answers(o.Unit) && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// Form is the form of that name.
func (p boardPage) Form(name string) *shell.Form { return p.Forms[name] }

// placeNow is the unit where it happened, as it is known now; "" where it is not.
func (s *Pages) placeNow(c store.Case) string {
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
func (s *Pages) unitLabel(id string) string {
	if u, ok := s.Table().Unit(id); ok {
		return u.Name + " (" + u.HSAID + ")"
	}
	return id
}

// placesOf is the history of where it happened, oldest first: what the reporter wrote, and each unit that the board
// set.
func placesOf(line []casework.Event) []boardPlace {
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

// line is the time line with the units that the board set at its desk.
func (s *Pages) line(ctx context.Context, c store.Case) ([]casework.Event, error) {
	line, err := s.TimeLine(ctx, c, "")
	if err != nil {
		return nil, err
	}
	acts, err := s.Relay.Store.DeskEvents(ctx, c, []string{c.Handler.Unit})
	for _, act := range acts {
		if act.Kind == store.DeskPlace {
			line = append(line, casework.Event{
				Desk: true, From: act.By.Name + ", " + casework.HandlerName(c.Handler), At: act.At, Place: s.unitLabel(act.ToUnit),
			})
		}
	}
	slices.SortStableFunc(line, func(a, b casework.Event) int { return a.At.Compare(b.At) })
	return line, err
}

// careUnits are the units of care in the catalogue, by name, as many as a list can hold; the others are found by what
// is typed.
func (s *Pages) careUnits() []routing.Unit {
	var out []routing.Unit
	for _, u := range s.Table().Units() {
		if u.Kind == routing.CareUnit && len(out) < casework.ReceiverLimit {
			out = append(out, u)
		}
	}
	slices.SortFunc(out, func(a, b routing.Unit) int { return casework.CompareNames(a.Name, b.Name) })
	return out
}

// boardPart is a form of the page with the case that it is of.
type boardPart struct {
	Case store.Case
	Form *shell.Form
}

// Part is the head of the form of that name.
func (p boardPage) Part(name string) boardPart { return boardPart{p.Case, p.Forms[name]} }

// unitField is the field of a form in which a unit is typed.
type unitField struct {
	shell.Field
	Label string
	Found []routing.Unit // what was typed could be any of them
}

// UnitField is the unit of the form of that name.
func (p boardPage) UnitField(name, label string) unitField {
	u := unitField{Field: shell.NewField(p.Forms[name], "unit"), Label: label}
	if u.Form.Failed() {
		u.Found = p.Found
	}
	return u
}
