package web

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"rivgate/store"
)

const monitorPageSize = 50

type monitorPage struct {
	page
	Waiting  []store.Waiting
	Rows     []store.DeliveryRow
	State    string
	Receiver string
	States   []store.DeliveryState
	Next     string
	Now      time.Time
}

// monitorPage shows what waits for whom, and the deliveries. It changes nothing.
func (s *Site) monitorPage(w http.ResponseWriter, r *http.Request, who access) error {
	q := r.URL.Query()
	p := monitorPage{page: s.page(who, "Leveranser", "monitor"), State: q.Get("state"), Receiver: strings.TrimSpace(q.Get("receiver")), Now: s.now(), States: deliveryStates()}
	f := store.DeliveryFilter{Receiver: p.Receiver, After: q.Get("after"), Limit: monitorPageSize + 1}
	if p.State != "" {
		state, ok := deliveryState(p.State)
		if !ok {
			return invalid("state", "Välj ett av lägena.")
		}
		f.State = state
	}
	var err error
	if p.Waiting, err = s.Relay.Store.Waitings(r.Context()); err != nil {
		return err
	}
	if p.Rows, err = s.Relay.Store.Deliveries(r.Context(), f); err != nil {
		return err
	}
	if len(p.Rows) > monitorPageSize {
		p.Rows = p.Rows[:monitorPageSize]
		p.Next = "/monitor?" + url.Values{"state": {p.State}, "receiver": {p.Receiver}, "after": {p.Rows[monitorPageSize-1].ID}}.Encode()
	}
	return s.render(w, http.StatusOK, "monitor", p)
}

func deliveryStates() []store.DeliveryState {
	return []store.DeliveryState{store.DeliveryDue, store.DeliveryLeased, store.DeliveryDelivered, store.DeliveryParked, store.DeliveryClosed}
}

func deliveryState(word string) (store.DeliveryState, bool) {
	for _, s := range deliveryStates() {
		if word == string(s) {
			return s, true
		}
	}
	return "", false
}

type deliveryPage struct {
	page
	Row      store.DeliveryRow
	Attempts []store.AttemptRow
	Now      time.Time
}

// deliveryPage shows one delivery and what was tried.
func (s *Site) deliveryPage(w http.ResponseWriter, r *http.Request, who access) error {
	row, attempts, err := s.delivery(r)
	if err != nil {
		return err
	}
	return s.render(w, http.StatusOK, "delivery", deliveryPage{page: s.page(who, "Leverans", "monitor"), Row: row, Attempts: attempts, Now: s.now()})
}

// delivery is the delivery {id} with its attempts.
func (s *Site) delivery(r *http.Request) (row store.DeliveryRow, attempts []store.AttemptRow, err error) {
	rows, err := s.Relay.Store.Deliveries(r.Context(), store.DeliveryFilter{ID: r.PathValue("id"), Limit: 1})
	if err != nil {
		return row, nil, err
	}
	if len(rows) == 0 {
		return row, nil, errNotFound
	}
	attempts, err = s.Relay.Store.Attempts(r.Context(), rows[0].ID)
	return rows[0], attempts, err
}
