package api

import (
	"net/http"
	"time"

	"rivgate/contracts/identity"
	"rivgate/relay/diagnosis"
	"rivgate/store"
	"rivgate/store/accesslog"
	"rivgate/web/operate"
	"rivgate/web/shell"
)

// Deliveries lists deliveries, the latest accepted first.
func (s *Deliveries) Deliveries(w http.ResponseWriter, r *http.Request, _ shell.Access) error {
	q := shell.ReadQuery(r, "receiver", "state", "case", "since", "until", "after", "limit")
	f := store.DeliveryFilter{
		Receiver: q.Get("receiver"), Case: q.Get("case"), Since: q.Moment("since"), Until: q.Moment("until"),
		After: q.Get("after"), Limit: q.Limit(),
	}
	f.State = askedState(q)
	if q.Err != nil {
		return q.Err
	}
	rows, err := s.Relay.Store.Deliveries(r.Context(), f)
	if err != nil {
		return err
	}
	out := shell.List[DeliveryRow]{Items: make([]DeliveryRow, 0, len(rows))}
	for _, row := range rows {
		out.Items = append(out.Items, DeliveryRow{row, newWhyView(row.Why)})
	}
	if len(rows) == f.Limit {
		out.Next = rows[len(rows)-1].ID
	}
	return shell.WriteJSON(w, http.StatusOK, out)
}

func askedState(q *shell.Query) store.DeliveryState {
	text := q.Get("state")
	if text == "" {
		return ""
	}
	state, ok := operate.DeliveryState(text)
	if !ok {
		q.Wrong("state", wordDeliveryState)
	}
	return state
}

// DeliveryRow is store.DeliveryRow with why its last attempt did not deliver.
type DeliveryRow struct {
	store.DeliveryRow
	Why *WhyView `json:"why,omitempty"`
}

// DeliveryView is one delivery with what was tried.
type DeliveryView struct {
	DeliveryRow
	Tried []AttemptView `json:"tried"`
}

// AttemptView is store.AttemptRow with its time in milliseconds.
type AttemptView struct {
	Attempt    int           `json:"attempt"`
	Worker     string        `json:"worker"`
	Started    time.Time     `json:"started"`
	Outcome    store.Outcome `json:"outcome,omitempty"` // "" while it runs, or when its worker died
	Class      string        `json:"class,omitempty"`
	Code       string        `json:"code,omitempty"`
	Why        *WhyView      `json:"why,omitempty"`
	DurationMS int64         `json:"durationMs"`
	Late       bool          `json:"late,omitempty"` // noted after the lease was lost
}

// WhyView is store.Diagnosis with its words.
type WhyView struct {
	store.Diagnosis
	Text string `json:"text"`
}

func newWhyView(d store.Diagnosis) *WhyView {
	if d.Code == "" {
		return nil
	}
	return &WhyView{d, diagnosis.Explain(d)}
}

// Delivery answers with one delivery and its attempts: GET /api/deliveries/{id}.
func (s *Deliveries) Delivery(w http.ResponseWriter, r *http.Request, _ shell.Access) error {
	row, attempts, err := s.Operate.Delivery(r)
	if err != nil {
		return err
	}
	v := DeliveryView{DeliveryRow: DeliveryRow{row, newWhyView(row.Why)}, Tried: make([]AttemptView, 0, len(attempts))}
	for _, a := range attempts {
		v.Tried = append(v.Tried, AttemptView{
			Attempt: a.Attempt, Worker: a.Worker, Started: a.Started, Outcome: a.Outcome, Class: a.Class, Code: a.Code,
			Why:        newWhyView(a.Why),
			DurationMS: a.Duration.Milliseconds(), Late: a.Late,
		})
	}
	return shell.WriteJSON(w, http.StatusOK, v)
}

// Waiting sums up what waits, by receiver.
func (s *Deliveries) Waiting(w http.ResponseWriter, r *http.Request, _ shell.Access) error {
	rows, err := s.Relay.Store.Waitings(r.Context())
	if err != nil {
		return err
	}
	return shell.WriteJSON(w, http.StatusOK, shell.List[store.Waiting]{Items: shell.OrEmpty(rows)})
}

// DeliveryVerb is the body of POST /api/deliveries/{verb}.
type DeliveryVerb struct {
	Filter   *DeliveryFilter `json:"filter,omitempty"`   // retry, replay, release, redirect, close
	All      bool            `json:"all,omitempty"`      // an empty filter is meant
	DryRun   bool            `json:"dryRun,omitempty"`   // only count
	Address  string          `json:"address,omitempty"`  // redirect
	Receiver string          `json:"receiver,omitempty"` // pause, resume
	Force    bool            `json:"force,omitempty"`    // pause: even if no route and no delivery has the receiver
	Reason   string          `json:"reason,omitempty"`
}

// DeliveryFilter says which deliveries an order is about.
type DeliveryFilter struct {
	ID       string    `json:"id,omitempty"`
	Receiver string    `json:"receiver,omitempty"`
	State    string    `json:"state,omitempty"`
	Case     string    `json:"case,omitempty"`
	Since    time.Time `json:"since,omitzero"`
	Until    time.Time `json:"until,omitzero"`
}

// DeliveryVerb carries out what an operator decided, and tells how many deliveries it was done to.
func (s *Deliveries) DeliveryVerb(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	verb := r.PathValue("verb")
	if need := map[bool]shell.Action{true: shell.Resend, false: shell.MoveDeliveries}[verb == "replay"]; !who.May(need,
		shell.Owner{}) {
		return shell.ErrRole
	}
	var body DeliveryVerb
	if err := shell.ReadJSON(w, r, &body); err != nil {
		return err
	}
	if identity.Blank(body.Reason) && verb != "resume" {
		return shell.Invalid("reason", wordWhy)
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
			return shell.WriteJSON(w, http.StatusOK, map[string]int{"count": n})
		}
	}
	switch verb {
	case "replay":
		n, err = s.Relay.Store.Replay(r.Context(), f, who.Name, body.Reason)
	case "release":
		n, err = s.Relay.Store.Release(r.Context(), f, who.Name, body.Reason)
	case "retry":
		n, err = s.Relay.Store.Retry(r.Context(), f, who.Name, body.Reason)
	case "close":
		n, err = s.Relay.Store.CloseDeliveries(r.Context(), f, who.Name, body.Reason)
	case "redirect":
		if text := s.Operate.WrongAddress(body.Address); text != "" {
			return shell.Invalid("address", text)
		}
		if err = s.Fresh(r, who); err != nil {
			return err
		}
		n, err = s.Operate.SecondPerson().Redirect(r.Context(), f, body.Address, body.Reason, who.Row(accesslog.Row{}),
			s.Clock())
	default:
		return shell.ErrNotFound
	}
	if err != nil {
		return err
	}
	return shell.WriteJSON(w, http.StatusOK, map[string]int{"count": n})
}

func (s *Deliveries) pause(w http.ResponseWriter, r *http.Request, who shell.Access, verb string,
	body DeliveryVerb,
) error {
	if body.Receiver == "" || body.Filter != nil || body.All {
		return shell.Invalid("receiver", operate.WordWhichReceiver)
	}
	var err error
	if verb == "pause" && !body.Force {
		known, err := s.Operate.KnowsReceiver(r.Context(), body.Receiver)
		if err != nil {
			return err
		}
		if !known {
			p := shell.NewProblem(http.StatusUnprocessableEntity, "receiver", titleNoReceiver,
				wordNoReceiver)
			p.Path = "receiver"
			return p
		}
	}
	if verb == "pause" {
		err = s.Relay.Store.Pause(r.Context(), body.Receiver, who.Name, body.Reason)
	} else {
		err = s.Relay.Store.Resume(r.Context(), body.Receiver, who.Name, body.Reason)
	}
	if err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// filter refuses to take everything by oversight.
func (b DeliveryVerb) filter() (store.DeliveryFilter, error) {
	var f store.DeliveryFilter
	if b.Filter != nil {
		f = store.DeliveryFilter{
			ID: b.Filter.ID, Receiver: b.Filter.Receiver, Case: b.Filter.Case, Since: b.Filter.Since, Until: b.Filter.Until,
		}
		if b.Filter.State != "" {
			state, ok := operate.DeliveryState(b.Filter.State)
			if !ok {
				return f, shell.Invalid("filter/state", wordDeliveryState)
			}
			f.State = state
		}
	}
	if f == (store.DeliveryFilter{}) && !b.All {
		return f, shell.Invalid("filter", wordFilter)
	}
	return f, nil
}
