package operate

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"rivgate/routing"
	"rivgate/store"
	"rivgate/web/shell"
)

// deliveriesShown is a page of the list.
const deliveriesShown = 50

// deliveryQuery is the one filter, as it is typed, and what is wrong with it.
type deliveryQuery struct {
	ID, Receiver, State, Case, Since, Until, Class string

	Wrong map[string]string // by field
}

// readDeliveryQuery reads the filter out of an address or a form.
func readDeliveryQuery(v url.Values) deliveryQuery {
	get := func(name string) string { return strings.TrimSpace(v.Get(name)) }
	return deliveryQuery{
		ID: get("id"), Receiver: get("receiver"), State: get("state"), Case: get("case"), Since: get("since"),
		Until: get("until"), Class: get("class"),
		Wrong: map[string]string{},
	}
}

// filter is what was typed, as the store takes it. What is wrong is noted, and does not widen anything: the caller asks
// Failed.
func (q deliveryQuery) filter() store.DeliveryFilter {
	f := store.DeliveryFilter{ID: q.ID, Receiver: q.Receiver, Case: q.Case}
	if q.State != "" {
		state, ok := DeliveryState(q.State)
		if f.State = state; !ok {
			q.Wrong["state"] = wordState
		}
	}
	f.Since, f.Until = q.at("since", q.Since), q.at("until", q.Until)
	if !f.Since.IsZero() && !f.Until.IsZero() && !f.Since.Before(f.Until) {
		q.Wrong["until"] = wordUntil
	}
	return f
}

// at reads a moment as date fields of browsers write it, in Sweden, or a day.
func (q deliveryQuery) at(field, text string) time.Time {
	if text == "" {
		return time.Time{}
	}
	for _, layout := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05", "2006-01-02 15:04", time.DateOnly} {
		if t, err := time.ParseInLocation(layout, text, routing.Stockholm()); err == nil {
			return t
		}
	}
	q.Wrong[field] = wordMoment
	return time.Time{}
}

// Failed tells whether anything is wrong with what was typed.
func (q deliveryQuery) Failed() bool { return len(q.Wrong) > 0 }

// Encode is the filter as part of an address.
func (q deliveryQuery) Encode() string {
	v := url.Values{}
	for name, value := range q.fields() {
		if value != "" {
			v.Set(name, value)
		}
	}
	return v.Encode()
}

func (q deliveryQuery) fields() map[string]string {
	return map[string]string{
		"id": q.ID, "receiver": q.Receiver, "state": q.State, "case": q.Case, "since": q.Since, "until": q.Until,
		"class": q.Class,
	}
}

// Hidden are the fields of the filter that are set, for the form that confirms an order.
func (q deliveryQuery) Hidden() map[string]string {
	out := map[string]string{}
	for name, value := range q.fields() {
		if value != "" {
			out[name] = value
		}
	}
	return out
}

// Verb is where a verb on what the filter chooses is confirmed.
func (q deliveryQuery) Verb(verb string) string {
	q.Class = ""
	return shell.Link("/monitor/order?verb={}&{}", verb, q)
}

// Words are the filter in words; "" for everything.
func (q deliveryQuery) Words() string {
	return filterWords(q.ID, q.Receiver, store.DeliveryState(q.State), q.Case, strings.Replace(q.Since, "T", " ", 1),
		strings.Replace(q.Until, "T", " ", 1))
}

type deliveriesPage struct {
	operatorPage
	Query       deliveryQuery
	Rows        []store.DeliveryRow
	States      []store.DeliveryState
	Classes     []string
	Maintenance []store.PauseRow
	Next        string
	Now         time.Time
}

// DeliveriesPage lists deliveries by the one filter. It changes nothing.
func (s *Pages) DeliveriesPage(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	p := deliveriesPage{
		operatorPage: s.operatorPage(r, who, titleDeliveries, "deliveries"), Query: readDeliveryQuery(r.URL.Query()),
		Now: s.Clock(), States: deliveryStates(), Classes: deliveryClasses(),
	}
	var err error
	if p.Maintenance, err = s.maintenance(r); err != nil {
		return err
	}
	f := p.Query.filter()
	if p.Query.Failed() {
		return html.Render(w, http.StatusUnprocessableEntity, "deliveries", p)
	}
	f.After, f.Limit = r.URL.Query().Get("after"), deliveriesShown+1
	if p.Query.Class == "" {
		p.Rows, err = s.Relay.Store.Deliveries(r.Context(), f)
	} else {
		p.Rows, err = s.Relay.Store.DeliveriesOfClass(r.Context(), f, p.Query.Class)
	}
	if err != nil {
		return err
	}
	if len(p.Rows) > deliveriesShown {
		p.Rows = p.Rows[:deliveriesShown]
		p.Next = shell.Link("/monitor/deliveries?{}&after={}", p.Query, p.Rows[deliveriesShown-1].ID)
	}
	return html.Render(w, http.StatusOK, "deliveries", p)
}

// maintenance are the pauses that the one button made.
func (s *Pages) maintenance(r *http.Request) (out []store.PauseRow, err error) {
	pauses, err := s.Relay.Store.Pauses(r.Context())
	for _, p := range pauses {
		if p.Maintenance {
			out = append(out, p)
		}
	}
	return out, err
}

func deliveryStates() []store.DeliveryState {
	return []store.DeliveryState{
		store.DeliveryDue, store.DeliveryLeased, store.DeliveryDelivered, store.DeliveryParked, store.DeliveryClosed,
		store.DeliveryUnknown,
	}
}

// DeliveryState is the state of a delivery by its word in an address.
func DeliveryState(word string) (store.DeliveryState, bool) {
	for _, s := range deliveryStates() {
		if word == string(s) {
			return s, true
		}
	}
	return "", false
}

// deliveryClasses are the classes of docs/operations.md, to choose from.
func deliveryClasses() []string {
	return []string{
		"ok", "info", "connect", "tls", "timeout", "reset", "fault-client", "fault-server", "result-validation",
		"result-application", "result-technical",
		"result-error", "http-429", "http-500", "http-502", "http-503", "http-504", "unreadable", "unreadable answer",
		"too-large", "store", "lease",
	}
}
