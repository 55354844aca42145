package web

import (
	"context"
	"net/http"
	"strings"
	"time"

	"rivgate/relay"
	"rivgate/routing"
	"rivgate/store"
)

// apiDeliveries lists deliveries, the latest accepted first.
func (s *Site) apiDeliveries(w http.ResponseWriter, r *http.Request, _ access) error {
	q := readQuery(r, "receiver", "state", "case", "since", "until", "after", "limit")
	f := store.DeliveryFilter{Receiver: q.Get("receiver"), Case: q.Get("case"), Since: q.moment("since"), Until: q.moment("until"), After: q.Get("after"), Limit: q.limit()}
	f.State = askedState(q)
	if q.err != nil {
		return q.err
	}
	rows, err := s.Relay.Store.Deliveries(r.Context(), f)
	if err != nil {
		return err
	}
	out := list[deliveryRow]{Items: make([]deliveryRow, 0, len(rows))}
	for _, row := range rows {
		out.Items = append(out.Items, deliveryRow{row, newWhyView(row.Why)})
	}
	if len(rows) == f.Limit {
		out.Next = rows[len(rows)-1].ID
	}
	return writeJSON(w, http.StatusOK, out)
}

func askedState(q *query) store.DeliveryState {
	text := q.Get("state")
	if text == "" {
		return ""
	}
	state, ok := deliveryState(text)
	if !ok {
		q.wrong("state", "Välj due, leased, delivered, parked eller closed.")
	}
	return state
}

// deliveryRow is store.DeliveryRow with why its last attempt did not deliver.
type deliveryRow struct {
	store.DeliveryRow
	Why *whyView `json:"why,omitempty"`
}

// deliveryView is one delivery with what was tried.
type deliveryView struct {
	deliveryRow
	Tried []attemptView `json:"tried"`
}

// attemptView is store.AttemptRow with its time in milliseconds.
type attemptView struct {
	Attempt    int           `json:"attempt"`
	Worker     string        `json:"worker"`
	Started    time.Time     `json:"started"`
	Outcome    store.Outcome `json:"outcome,omitempty"` // "" while it runs, or when its worker died
	Class      string        `json:"class,omitempty"`
	Code       string        `json:"code,omitempty"`
	Why        *whyView      `json:"why,omitempty"`
	DurationMS int64         `json:"durationMs"`
	Late       bool          `json:"late,omitempty"` // noted after the lease was lost
}

// whyView is store.Diagnosis with its words.
type whyView struct {
	store.Diagnosis
	Text string `json:"text"`
}

func newWhyView(d store.Diagnosis) *whyView {
	if d.Code == "" {
		return nil
	}
	return &whyView{d, relay.Explain(d)}
}

func (s *Site) apiDelivery(w http.ResponseWriter, r *http.Request, _ access) error {
	row, attempts, err := s.delivery(r)
	if err != nil {
		return err
	}
	v := deliveryView{deliveryRow: deliveryRow{row, newWhyView(row.Why)}, Tried: make([]attemptView, 0, len(attempts))}
	for _, a := range attempts {
		v.Tried = append(v.Tried, attemptView{
			Attempt: a.Attempt, Worker: a.Worker, Started: a.Started, Outcome: a.Outcome, Class: a.Class, Code: a.Code, Why: newWhyView(a.Why),
			DurationMS: a.Duration.Milliseconds(), Late: a.Late,
		})
	}
	return writeJSON(w, http.StatusOK, v)
}

// apiWaiting sums up what waits, by receiver.
func (s *Site) apiWaiting(w http.ResponseWriter, r *http.Request, _ access) error {
	rows, err := s.Relay.Store.Waitings(r.Context())
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, list[store.Waiting]{Items: orEmpty(rows)})
}

// deliveryVerb is the body of POST /api/deliveries/{verb}.
type deliveryVerb struct {
	Filter   *deliveryFilter `json:"filter,omitempty"`   // retry, replay, release, redirect, close
	All      bool            `json:"all,omitempty"`      // an empty filter is meant
	DryRun   bool            `json:"dryRun,omitempty"`   // only count
	Address  string          `json:"address,omitempty"`  // redirect
	Receiver string          `json:"receiver,omitempty"` // pause, resume
	Force    bool            `json:"force,omitempty"`    // pause: even if no route and no delivery has the receiver
	Reason   string          `json:"reason,omitempty"`
}

type deliveryFilter struct {
	ID       string    `json:"id,omitempty"`
	Receiver string    `json:"receiver,omitempty"`
	State    string    `json:"state,omitempty"`
	Case     string    `json:"case,omitempty"`
	Since    time.Time `json:"since,omitzero"`
	Until    time.Time `json:"until,omitzero"`
}

// apiDeliveryVerb carries out what an operator decided, and tells how many deliveries it was done to.
func (s *Site) apiDeliveryVerb(w http.ResponseWriter, r *http.Request, who access) error {
	verb := r.PathValue("verb")
	if need := map[bool]Action{true: Resend, false: MoveDeliveries}[verb == "replay"]; !who.may(need, Owner{}) {
		return errRole
	}
	var body deliveryVerb
	if err := readJSON(w, r, &body); err != nil {
		return err
	}
	if strings.TrimSpace(body.Reason) == "" && verb != "resume" {
		return invalid("reason", "Ange varför.")
	}
	if verb == "pause" || verb == "resume" {
		return s.pause(w, r, who, verb, body)
	}
	f, err := body.filter()
	if err != nil {
		return err
	}
	var n int
	switch verb {
	case "retry", "replay", "release", "close", "redirect":
		if body.DryRun {
			if n, err = s.Relay.Store.Would(r.Context(), store.Verb(verb), f); err != nil {
				return err
			}
			return writeJSON(w, http.StatusOK, map[string]int{"count": n})
		}
	}
	switch verb {
	case "replay":
		n, err = s.Relay.Store.Replay(r.Context(), f, who.name, body.Reason)
	case "release":
		n, err = s.Relay.Store.Release(r.Context(), f, who.name, body.Reason)
	case "retry":
		n, err = s.Relay.Store.Retry(r.Context(), f, who.name, body.Reason)
	case "close":
		n, err = s.Relay.Store.CloseDeliveries(r.Context(), f, who.name, body.Reason)
	case "redirect":
		if text := s.wrongAddress(body.Address); text != "" {
			return invalid("address", text)
		}
		n, err = s.Relay.Store.Redirect(r.Context(), f, body.Address, who.name, body.Reason)
	default:
		return errNotFound
	}
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, map[string]int{"count": n})
}

func (s *Site) pause(w http.ResponseWriter, r *http.Request, who access, verb string, body deliveryVerb) error {
	if body.Receiver == "" || body.Filter != nil || body.All {
		return invalid("receiver", "Ange mottagaren: en logisk adress eller ett systems HSA-id.")
	}
	var err error
	if verb == "pause" && !body.Force {
		known, err := s.knowsReceiver(r.Context(), body.Receiver)
		if err != nil {
			return err
		}
		if !known {
			p := newProblem(http.StatusUnprocessableEntity, "receiver", "Mottagaren är okänd",
				"Ingen väg i katalogen och ingen leverans har den mottagaren eller det systemet. Rätta receiver, eller skicka force: true för att pausa ändå.")
			p.Path = "receiver"
			return p
		}
	}
	if verb == "pause" {
		err = s.Relay.Store.Pause(r.Context(), body.Receiver, who.name, body.Reason)
	} else {
		err = s.Relay.Store.Resume(r.Context(), body.Receiver, who.name)
	}
	if err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// knowsReceiver tells whether a delivery, or a route that leads to a queue, has a receiver or component. The table answers calls and lists no rows:
// components are looked for behind the units and the portal.
func (s *Site) knowsReceiver(ctx context.Context, receiver string) (bool, error) {
	rows, err := s.Relay.Store.Deliveries(ctx, store.DeliveryFilter{Receiver: receiver, Limit: 1})
	if err != nil || len(rows) > 0 {
		return len(rows) > 0, err
	}
	table := s.table()
	contracts, err := table.Contracts("", receiver, s.now())
	if err == nil && len(contracts) > 0 {
		return true, nil
	}
	send, giveBack := s.Relay.Contracts.Send().Contract, s.Relay.Contracts.Return().Contract
	calls := []routing.Call{{Receiver: s.Relay.Portal, Contract: giveBack, Profile: routing.RIVTABP21}}
	for _, u := range table.Units() {
		calls = append(calls, routing.Call{Receiver: u.HSAID, Contract: send, Profile: routing.RIVTABP21})
	}
	for _, call := range calls {
		if route, err := table.Route(call, s.now()); err == nil && route.Component != "" && routing.SameHSAID(route.Component, receiver) {
			return true, nil
		}
	}
	return false, nil
}

// filter refuses to take everything by oversight.
func (b deliveryVerb) filter() (store.DeliveryFilter, error) {
	var f store.DeliveryFilter
	if b.Filter != nil {
		f = store.DeliveryFilter{ID: b.Filter.ID, Receiver: b.Filter.Receiver, Case: b.Filter.Case, Since: b.Filter.Since, Until: b.Filter.Until}
		if b.Filter.State != "" {
			state, ok := deliveryState(b.Filter.State)
			if !ok {
				return f, invalid("filter/state", "Välj due, leased, delivered, parked eller closed.")
			}
			f.State = state
		}
	}
	if f == (store.DeliveryFilter{}) && !b.All {
		return f, invalid("filter", "Ange ett filter, eller all: true för alla leveranser.")
	}
	return f, nil
}
