package catalogue

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"rivgate/contracts/identity"
	"rivgate/routing"
	"rivgate/routing/catalogue"
	"rivgate/store/catalogues"
	"rivgate/web/shell"
)

type movePage struct {
	catalogueHead
	suggestions
	Query    string
	Units    []routing.Unit // to choose from
	Unit     routing.Unit   // the chosen one
	Way      shell.UnitWay  // where its new cases go by the draft today
	Form     *shell.Form
	Known    []systemChoice
	Today    string
	Others   []string
	Problems []rowProblem
	Shown    bool // the consequences are shown
	Changes  changesView
	Same     bool // nothing would go another way
	Added    []string
}

// systemChoice is a system that other routes lead to already.
type systemChoice struct{ Value, Label string }

const systemBetween = "|" // no character of an address that the catalogue takes, nor of an HSA-id

// MovePage is the guide that moves a unit between inbox and external systems.
func (s *Pages) MovePage(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	q := r.URL.Query()
	f := &shell.Form{Name: "move", Values: url.Values{"unit": {strings.TrimSpace(q.Get("unit"))}}}
	f.Values.Set("from", routing.DateOf(s.Clock()).Next().String())
	return s.showMove(w, r, who, http.StatusOK, &movePage{Form: f, Query: strings.TrimSpace(q.Get("q"))})
}

// showMove fills in what the guide shows of the draft of this moment.
func (s *Pages) showMove(w http.ResponseWriter, r *http.Request, who shell.Access, status int, p *movePage) error {
	var err error
	if p.catalogueHead, err = s.head(r, who, titleMove, "move"); err != nil {
		return err
	}
	var rows *catalogueRows
	if p.Draft, rows, err = s.draftNow(r.Context()); err != nil {
		return err
	}
	p.suggestions, p.Today = s.suggest(p.Draft.Rows), routing.DateOf(p.Now).String()
	if id := p.Form.Value("unit"); id != "" {
		unit, known := unitIn(p.Draft.Rows, id)
		if !known {
			p.Form.Refuse("unit", wordNoUnit)
			return s.chooseMoved(w, p)
		}
		p.Unit = unit
		table, err := rows.tableBy(&s.Rows)
		if err != nil {
			return err
		}
		p.Way = s.WayIn(table, unit, p.Now)
		p.Known = s.systemsIn(p.Draft.Rows)
		if !p.Form.Values.Has("to") {
			p.Form.Values.Set("to", map[bool]string{true: "system", false: "inbox"}[p.Way.Way == "inbox"])
		}
		return html.Render(w, status, "move", p)
	}
	return s.chooseMoved(w, p)
}

// chooseMoved lists units to choose from.
func (s *Rows) chooseMoved(w http.ResponseWriter, p *movePage) error {
	const most = 50
	text := identity.Fold(p.Query)
	for _, e := range p.Draft.Rows {
		if e.Kind == catalogue.KindUnit && strings.Contains(identity.Fold(e.Name+" "+e.HSAID), text) && len(p.Units) < most {
			p.Units = append(p.Units, unitOf(e))
		}
	}
	status := http.StatusOK
	if p.Form.Failed() {
		status = http.StatusUnprocessableEntity
	}
	return html.Render(w, status, "move", p)
}

// unitIn finds a unit among rows, by the HSA-id that was typed or chosen.
func unitIn(rows []catalogue.Row, id string) (routing.Unit, bool) {
	i := slices.IndexFunc(rows, func(e catalogue.Row) bool {
		return e.Kind == catalogue.KindUnit && routing.SameHSAID(e.HSAID, shell.HSAOf(id))
	})
	if i < 0 {
		return routing.Unit{}, false
	}
	return unitOf(rows[i]), true
}

func unitOf(e catalogue.Row) routing.Unit {
	return routing.Unit{
		HSAID: e.HSAID, Name: e.Name, Kind: e.UnitKind, Region: e.Region, Provider: e.Provider, Attachments: e.Attachments,
		Town: e.Town, Aliases: e.Aliases,
	}
}

// systemsIn are the systems that cases go to by some route.
func (s *Rows) systemsIn(rows []catalogue.Row) (out []systemChoice) {
	const most = 100
	for _, e := range rows {
		if e.Kind != catalogue.KindRoute || e.Contract != s.Relay.Contracts.Send().Contract ||
			strings.HasPrefix(e.Address, "rivgate:") || len(out) == most {
			continue
		}
		c := systemChoice{
			strings.Join([]string{e.Address, e.Component, e.Profile}, systemBetween), e.Address + bracketed(e.Component),
		}
		if !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	return out
}

// Move shows what a move would do, or puts it into the draft.
func (s *Pages) Move(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	f, err := shell.ReadForm(w, r, "move")
	if err != nil {
		return err
	}
	revision, err := f.Revision()
	if err != nil {
		return err
	}
	d, err := s.Relay.Store.CatalogueDraft(r.Context())
	if err != nil {
		return err
	}
	p := &movePage{Form: f}
	route := s.movedRoute(f, d.Rows)
	if f.Failed() {
		return s.showMove(w, r, who, http.StatusUnprocessableEntity, p)
	}
	edits, after, err := s.moveEdits(d.Rows, route, p)
	if err == nil && f.Value("do") == "save" {
		_, _, err = s.Relay.Store.EditCatalogue(r.Context(), revision, edits, s.Rules, who.Name, f.Value("reason"))
		if err == nil {
			http.Redirect(w, r, "/catalogue/draft?done=move", http.StatusSeeOther)
			return nil
		}
	}
	var stale *catalogues.RevisionError
	if errors.As(err, &stale) {
		if p.Others, err = s.since(r.Context(), revision); err != nil {
			return err
		}
		return s.showMove(w, r, who, http.StatusConflict, p)
	}
	if err != nil {
		problems, ok := takeCatalogue(f, err, []string{"address", "component", "profile", "from"}, append(after, d.Rows...))
		if !ok {
			return err
		}
		p.Problems = problems
		return s.showMove(w, r, who, http.StatusUnprocessableEntity, p)
	}
	if p.Changes, err = s.changesOf(r, d.Rows, after); err != nil {
		return err
	}
	p.Shown, p.Same = true, len(p.Changes.Switches) == 0
	return s.showMove(w, r, who, http.StatusOK, p)
}

// movedRoute is the route that the form asks for; what is missing is noted there.
func (s *Rows) movedRoute(f *shell.Form, rows []catalogue.Row) catalogue.Row {
	e := catalogue.Row{
		Kind: catalogue.KindRoute, Contract: s.Relay.Contracts.Send().Contract, Address: routing.AddressInbox,
		Profile: routing.RIVTABP21,
	}
	unit, known := unitIn(rows, f.Value("unit"))
	if !known {
		f.Refuse("unit", wordNoUnit)
	}
	e.Receiver = unit.HSAID
	switch f.Value("to") {
	case "inbox":
	case "system":
		e.Address, e.Component, e.Profile = f.Value("address"), f.Value("component"), f.Value("profile")
		if chosen := strings.Split(f.Value("system"), systemBetween); len(chosen) == 3 {
			e.Address, e.Component, e.Profile = chosen[0], chosen[1], chosen[2]
		}
		if e.Address == "" {
			f.Refuse("address", wordChooseSystem)
		} else if e.Component == "" {
			f.Refuse("component", wordSystemID)
		}
	default:
		f.Refuse("to", wordChooseWay)
	}
	e.From = f.Day("from")
	if e.From != 0 && e.From < routing.DateOf(s.Clock()) || e.From == 0 && f.Error("from") == "" {
		f.Refuse("from", wordNotPast)
	}
	return e
}

// moveEdits are the edits that a move takes: the route, and the permissions without which cases or answers would be
// refused. after is the draft as it would be; the error is what the rules say of it.
func (s *Rows) moveEdits(rows []catalogue.Row, route catalogue.Row,
	p *movePage,
) (edits []catalogue.Edit, after []catalogue.Row, err error) {
	today := routing.DateOf(s.Clock())
	edits = []catalogue.Edit{{Action: catalogue.EditMove, Row: route}}
	if after, err = catalogue.Apply(rows, edits, s.Relay.NewID, today); err != nil {
		return nil, rows, err
	}
	if err := catalogue.CheckEdited(rows, after, s.Rules, today); err != nil {
		return nil, after, err
	}
	table, err := s.TableOf(after)
	if err != nil {
		return nil, after, err
	}
	day, err := time.ParseInLocation(time.DateOnly, route.From.String(), routing.Stockholm())
	if err != nil {
		return nil, after, err
	}
	answers := s.Relay.Instance.HSAID // who sends the replies of people here
	if route.Address != routing.AddressInbox {
		answers = route.Component
	}
	for _, need := range []struct {
		call routing.Call
		why  string
	}{
		{s.CaseCall(route.Receiver), addedSend},
		{
			routing.Call{
				Sender: answers, Receiver: s.Relay.Portal, Contract: s.Relay.Contracts.Return().Contract,
				Profile: routing.RIVTABP21,
			}, fmt.Sprintf(addedReturn, answers),
		},
	} {
		if table.Permits(need.call, day.Add(12*time.Hour)) {
			continue
		}
		p.Added = append(p.Added, need.why)
		edits = append(edits, catalogue.Edit{Action: catalogue.EditAdd, Row: catalogue.Row{
			Kind: catalogue.KindPermission, Contract: need.call.Contract, Sender: need.call.Sender, Receiver: need.call.Receiver,
			From: route.From,
		}})
	}
	if after, err = catalogue.Apply(rows, edits, s.Relay.NewID, today); err != nil {
		return nil, rows, err
	}
	return edits, after, catalogue.CheckEdited(rows, after, s.Rules, today)
}
