package catalogue

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"rivgate/routing"
	"rivgate/routing/catalogue"
	"rivgate/store/accesslog"
	"rivgate/store/catalogues"
	"rivgate/web/shell"
)

// changesView is what differs between two states of the catalogue, a page of it, and what that means for cases.
type changesView struct {
	saying
	Switches []routing.Switch
	Open     int                    // cases under way of all switches
	Off      []routing.TurnedOff    // units that citizens cannot choose any more
	Confirm  int                    // how many of them must be confirmed; 0: none
	Boards   []catalogue.Succession // that change their HSA-id
	Changes  []changeView
	Total    int
	From     int
	Next     string
	Undo     bool // each change can be taken back
	Revision int64
}

// First is the number of the first change shown.
func (v changesView) First() int { return v.From + 1 }

// changeView is a changed row in words.
type changeView struct {
	catalogue.Change
	Words     string
	Days      string
	Fields    []fieldChange // of a row that was there before
	OpenCases *int          // of a route of the contract that brings cases
}

// fieldChange is what one field said before and says after.
type fieldChange struct{ Label, Before, After string }

// changesShown bounds the changes on a page.
const changesShown = 100

// changesOf compares a state of the catalogue with one that nobody has saved, in words.
func (s *Rows) changesOf(r *http.Request, before, after []catalogue.Row) (changesView, error) {
	c, err := s.compareOnce(before, after)
	if err != nil {
		return changesView{}, err
	}
	return s.changesView(r, c)
}

// changesView is a page of what differs, with the cases under way now.
func (s *Rows) changesView(r *http.Request, c *comparedRows) (changesView, error) {
	all := c.changes
	v := changesView{Total: len(all)}
	if err := c.consequences(r.Context(), s, &v); err != nil {
		return changesView{}, err
	}
	for _, one := range v.Switches {
		v.Open += one.Open
	}
	if from, err := strconv.Atoi(r.URL.Query().Get("from")); err == nil && from > 0 && from < len(all) {
		v.From = from
	}
	last := min(v.From+changesShown, len(all))
	for _, c := range all[v.From:last] {
		v.Changes = append(v.Changes, s.changeView(c, v.Switches))
	}
	if last < len(all) {
		v.Next = shell.Link(r.URL.Path+"?from={}", last)
	}
	return v, nil
}

// turnsOff shows which units are turned off.
func (v *changesView) turnsOff(off []routing.TurnedOff) {
	v.Off, v.Confirm = off, routing.MustConfirm(off)
}

// OffShown are those that the page lists.
func (v changesView) OffShown() []routing.TurnedOff { return v.Off[:min(len(v.Off), changesShown)] }

// WhyOff says why a unit is turned off.
func (changesView) WhyOff(u routing.TurnedOff) string { return u.Why.Words(turnedOffWords) }

func (s *Rows) changeView(c catalogue.Change, switches []routing.Switch) changeView {
	e := c.After
	if e == nil {
		e = c.Before
	}
	v := changeView{Change: c, Words: rowWords(*e), Days: daysWord(*e)}
	if e.Kind == catalogue.KindRoute && e.Contract == s.Relay.Contracts.Send().Contract {
		n := routing.Touched(switches, e.Receiver)
		v.OpenCases = &n
	}
	if c.Before == nil || c.After == nil {
		return v
	}
	before, after := s.valuesOf(*c.Before), s.valuesOf(*c.After)
	for _, field := range rowFields(e.Kind) {
		if b, a := before.Get(field.Name), after.Get(field.Name); b != a {
			v.Fields = append(v.Fields, fieldChange{field.Label, field.word(b), field.word(a)})
		}
	}
	return v
}

// word is a value of a field as a person reads it.
func (f rowField) word(value string) string {
	if i := slices.IndexFunc(f.Options, func(o rowOption) bool { return o.Value == value }); i >= 0 {
		return f.Options[i].Label
	}
	switch {
	case f.Type == "checkbox" && value != "":
		return wordYes
	case f.Type == "checkbox":
		return wordNo
	case f.Name == "address":
		return addressWord(value)
	}
	return value
}

type draftPage struct {
	catalogueHead
	Changes  changesView
	Problems []rowProblem // that the draft has by itself
	Refused  []rowProblem // of what was just tried
	Publish  *shell.Form
	Discard  *shell.Form
	Others   []string
	Off      []routing.TurnedOff // that publishing at the chosen time would turn off, and was not confirmed
	Behind   bool                // a version was published since the draft was begun
}

// DraftPage shows what publishing would change, and publishes.
func (s *Pages) DraftPage(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	return s.showDraft(w, r, who, http.StatusOK, &draftPage{})
}

func (s *Pages) showDraft(w http.ResponseWriter, r *http.Request, who shell.Access, status int, p *draftPage) error {
	var err error
	if p.catalogueHead, err = s.head(r, who, titleDraft, "draft"); err != nil {
		return err
	}
	var rows *catalogueRows
	if p.Draft, rows, err = s.draftNow(r.Context()); err != nil {
		return err
	}
	if p.Draft.Open { // else it is what is published, with no changes to look for
		if err := s.compareDraft(r, p, rows); err != nil {
			return err
		}
	}
	if p.Off != nil {
		p.Changes.turnsOff(p.Off)
	}
	p.Changes.Undo, p.Changes.Revision = p.Keeps && p.Draft.Open, p.Draft.Revision
	p.Behind = p.Draft.Open && p.Draft.Base != p.Draft.Latest
	for _, f := range []struct {
		at   **shell.Form
		name string
	}{{&p.Publish, "publish"}, {&p.Discard, "discard"}} {
		if *f.at == nil {
			*f.at = &shell.Form{Name: f.name, Values: url.Values{"when": {"now"}}}
		}
	}
	return html.Render(w, status, "draft", p)
}

// compareDraft tells what is wrong with the draft, or else what it changes.
func (s *Rows) compareDraft(r *http.Request, p *draftPage, rows *catalogueRows) error {
	base, err := s.versionRows(r.Context(), p.Draft.Base)
	if err != nil {
		return err
	}
	if broken := rows.brokenOn(routing.DateOf(p.Now), s.Rules); len(broken) > 0 {
		p.Problems = problemsOf(broken, p.Draft.Rows)
		p.Changes = changesView{Total: len(p.Problems)}
		return nil
	}
	c, err := s.comparedTo(base, rows)
	if err != nil {
		return err
	}
	p.Changes, err = s.changesView(r, c)
	return err
}

// DraftVerb publishes or discards the draft, brings it up to date, or takes one change back.
func (s *Pages) DraftVerb(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	verb := r.PathValue("verb")
	f, err := shell.ReadForm(w, r, verb)
	if err != nil {
		return err
	}
	revision, err := f.Revision()
	if err != nil {
		return err
	}
	p, after := &draftPage{}, shell.Link("/catalogue/draft?done={}", verb)
	switch verb {
	case "publish":
		p.Publish, after = f, "/catalogue?done=publish"
		at := s.publishAt(f)
		if len(f.Errors) > 0 {
			return s.showDraft(w, r, who, http.StatusUnprocessableEntity, p)
		}
		_, err = s.SecondPerson().Publish(r.Context(), catalogues.Order{
			Revision: revision, At: at, By: who.Name, Reason: f.Value("reason"), TurnsOff: turnsOff(f), Tree: s.Table().Tree(),
			TakeOver: takeOver(f), Log: who.Row(accesslog.Row{}),
		}, s.Rules, who.Row(accesslog.Row{}))
	case "discard":
		p.Discard = f
		err = s.Relay.Store.DiscardCatalogue(r.Context(), revision, who.Name, f.Value("reason"))
	case "rebase":
		_, err = s.Relay.Store.RebaseCatalogue(r.Context(), revision, s.Rules, who.Name)
	case "undo":
		err = s.undoRow(r, revision, f.Value("row"), who)
	default:
		return shell.ErrNotFound
	}
	if err == nil {
		http.Redirect(w, r, after, http.StatusSeeOther)
		return nil
	}
	var stale *catalogues.RevisionError
	if errors.As(err, &stale) {
		if p.Others, err = s.since(r.Context(), revision); err != nil {
			return err
		}
		return s.showDraft(w, r, who, http.StatusConflict, p)
	}
	if p.Publish == nil {
		p.Publish = f // where the page says what went wrong
	}
	var off *catalogues.TurnsOffError
	if errors.As(err, &off) {
		p.Off = off.Units
		f.Refuse("turnsoff", wordTurnsOff)
		return s.showDraft(w, r, who, http.StatusUnprocessableEntity, p)
	}
	problems, ok := takeCatalogue(f, err, nil, nil)
	if !ok {
		return err
	}
	p.Refused = problems
	return s.showDraft(w, r, who, http.StatusUnprocessableEntity, p)
}

// takeOver are the boards whose cases a person wants to be taken over: OLD=NEW.
func takeOver(f *shell.Form) (all []catalogues.Takeover) {
	for _, pair := range f.Values["takeover"] {
		from, to, _ := strings.Cut(pair, "=")
		all = append(all, catalogues.Takeover{From: from, To: to})
	}
	return all
}

// turnsOff is how many units a person confirms to turn off.
func turnsOff(f *shell.Form) int {
	n, err := strconv.Atoi(f.Value("turnsoff"))
	if err != nil {
		return 0
	}
	return n
}

// publishAt is when a version is to be in force; zero: at once. What is missing is noted in the form.
func (s *Pages) publishAt(f *shell.Form) time.Time {
	if f.Value("reason") == "" {
		f.Refuse("reason", wordWhyVersion)
	}
	if f.Value("when") != "later" {
		return time.Time{}
	}
	at, err := time.ParseInLocation("2006-01-02T15:04", f.Value("at"), routing.Stockholm())
	switch {
	case err != nil:
		f.Refuse("at", wordMoment)
	case !at.After(s.Clock()):
		f.Refuse("at", wordPassed)
	}
	return at
}

// undoRow makes a row of the draft what it is in the version that the draft builds on.
func (s *Pages) undoRow(r *http.Request, revision int64, id string, who shell.Access) error {
	d, err := s.Relay.Store.CatalogueDraft(r.Context())
	if err != nil {
		return err
	}
	base, err := s.Relay.Store.CatalogueRows(r.Context(), d.Base)
	if err != nil {
		return err
	}
	is := func(e catalogue.Row) bool { return e.ID == id }
	was, now := slices.IndexFunc(base, is), slices.IndexFunc(d.Rows, is)
	var edit catalogue.Edit
	switch {
	case was < 0:
		edit = catalogue.Edit{Action: catalogue.EditRemove, Row: catalogue.Row{ID: id}}
	case now < 0:
		edit = catalogue.Edit{Action: catalogue.EditAdd, Row: base[was]}
	default:
		edit = catalogue.Edit{Action: catalogue.EditChange, Row: base[was]}
	}
	_, _, err = s.Relay.Store.EditCatalogue(r.Context(), revision, []catalogue.Edit{edit}, s.Rules, who.Name, "")
	return err
}
