package api

import (
	"net/http"
	"strconv"

	"rivgate/routing"
	"rivgate/routing/catalogue"
	"rivgate/web/shell"
)

// DiffView is what differs between two states of the catalogue, and what that means for cases.
type DiffView struct {
	From     string           `json:"from"`
	To       string           `json:"to"`
	Changes  []TouchingView   `json:"changes"`
	Switches []routing.Switch `json:"switches"` // units that go another way, with their open cases
	Note     string           `json:"note,omitempty"`
	// units that citizens cannot choose any more, and how many of them must be confirmed to publish
	TurnsOff []routing.TurnedOff `json:"turnsOff"`
	Confirm  int                 `json:"confirm"`
	// regions whose board changes its HSA-id: takeOver of publish takes its cases over
	Boards []catalogue.Succession `json:"boards"`
}

// TouchingView is a changed row, and how many open cases it touches.
type TouchingView struct {
	catalogue.Change
	OpenCases *int `json:"openCases,omitempty"` // of a route of the contract that brings cases
}

// Diff compares: by default the draft with the version that it builds on.
func (s *Catalogue) Diff(w http.ResponseWriter, r *http.Request, _ shell.Access) error {
	q := shell.ReadQuery(r, "from", "to")
	if q.Err != nil {
		return q.Err
	}
	out := DiffView{From: q.Get("from"), To: q.Get("to"), Changes: []TouchingView{}, Switches: []routing.Switch{}}
	if out.From == "" {
		d, err := s.Relay.Store.CatalogueDraft(r.Context())
		if err != nil {
			return err
		}
		out.From = strconv.FormatInt(d.Base, 10)
	}
	if out.To == "" {
		out.To = "draft"
	}
	before, err := s.rowsOf(r, out.From, "from")
	if err != nil {
		return err
	}
	after, err := s.rowsOf(r, out.To, "to")
	if err != nil {
		return err
	}
	if err := s.switches(r, before, after, &out); err != nil {
		return err
	}
	for _, c := range catalogue.Compare(before, after) {
		v := TouchingView{Change: c}
		e := c.After
		if e == nil {
			e = c.Before
		}
		if e.Kind == catalogue.KindRoute && e.Contract == s.Relay.Contracts.Send().Contract {
			n := routing.Touched(out.Switches, e.Receiver)
			v.OpenCases = &n
		}
		out.Changes = append(out.Changes, v)
	}
	return shell.WriteJSON(w, http.StatusOK, out)
}

// switches finds the units that go another way.
func (s *Catalogue) switches(r *http.Request, before, after []catalogue.Row, out *DiffView) error {
	open, err := s.Relay.Store.OpenCases(r.Context())
	if err != nil {
		return err
	}
	a, err := s.TableOf(before)
	if err != nil {
		return err
	}
	b, err := s.TableOf(after)
	if err != nil {
		return err
	}
	from, to, today := catalogue.FromRows(before), catalogue.FromRows(after), routing.DateOf(s.Clock())
	out.TurnsOff = routing.TurnsOff(a, b, routing.ChangeDays(from, to, today), open)
	out.Confirm = routing.MustConfirm(out.TurnsOff)
	out.Boards = catalogue.Successions(a, b, s.Rules, today, open)
	days := routing.SwitchDays(from, to, today)
	if out.Switches = routing.Switches(a, b, s.Relay.Contracts.Send().Contract, open, days); len(out.Switches) > 0 {
		out.Note = wordOpenCases
	}
	return nil
}
