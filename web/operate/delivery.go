package operate

import (
	"net/http"
	"time"

	"rivgate/relay"
	"rivgate/store"
	"rivgate/web/shell"
)

type deliveryPage struct {
	operatorPage
	Row         store.DeliveryRow
	Attempts    []store.AttemptRow
	Operations  []store.Operation // empty for who may not see orders
	Maintenance []store.PauseRow
	Pause       *store.PauseRow // that holds it back
	Query       deliveryQuery   // this one
	Now         time.Time
}

// DeliveryPage shows one delivery, what was tried, and what comes next. Nothing of its content is there.
func (s *Pages) DeliveryPage(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	row, attempts, err := s.Delivery(r)
	if err != nil {
		return err
	}
	p := deliveryPage{
		operatorPage: s.operatorPage(r, who, "Leverans till "+row.Receiver, "deliveries"), Row: row, Attempts: attempts,
		Query: deliveryQuery{ID: row.ID}, Now: s.Clock(),
	}
	if p.Maintenance, err = s.maintenance(r); err != nil {
		return err
	}
	if p.Pause, err = s.pauseOf(r, row); err != nil {
		return err
	}
	if who.May(shell.SeeOrders, shell.Owner{}) {
		if p.Operations, err = s.Relay.Store.Operations(r.Context(), row.ID); err != nil {
			return err
		}
	}
	return html.Render(w, http.StatusOK, "delivery", p)
}

// pauseOf is the pause that holds a delivery back; nil for none.
func (s *Pages) pauseOf(r *http.Request, row store.DeliveryRow) (*store.PauseRow, error) {
	pauses, err := s.Relay.Store.Pauses(r.Context())
	for i, p := range pauses {
		if row.Paused && p.Holds(row.Receiver, row.Component) {
			return &pauses[i], err
		}
	}
	return nil, err
}

// Delivery is the delivery {id} with its attempts.
func (s *Pages) Delivery(r *http.Request) (row store.DeliveryRow, attempts []store.AttemptRow, err error) {
	rows, err := s.Relay.Store.Deliveries(r.Context(), store.DeliveryFilter{ID: r.PathValue("id"), Limit: 1})
	if err != nil {
		return row, nil, err
	}
	if len(rows) == 0 {
		return row, nil, shell.ErrNotFound
	}
	attempts, err = s.Relay.Store.Attempts(r.Context(), rows[0].ID)
	return rows[0], attempts, err
}

// Follows says what comes next, and who has to do something.
func (p deliveryPage) Follows() string {
	row := p.Row
	switch {
	case row.State == store.DeliveryDelivered:
		return "Ingenting mer. Mottagarens svar säger att den har meddelandet."
	case row.State == store.DeliveryClosed:
		return "Ingenting mer. En människa har avslutat leveransen; meddelandet har inte kommit fram."
	case row.State == store.DeliveryParked:
		return "Ingenting händer av sig själv. Ärendets senare meddelanden till mottagaren väntar bakom det här. Skicka " +
			"om när felet är rättat, skicka till en annan adress, eller avsluta."
	case row.State == store.DeliveryLeased:
		return "Meddelandet skickas just nu."
	case row.Paused:
		return "Mottagaren är pausad. Meddelandet skickas när den återupptas."
	}
	if row.Down != nil && (row.Next == nil || !row.Next.After(p.Now)) {
		return p.afterOutage(*row.Down)
	}
	next := "Meddelandet skickas så snart det är dess tur. Väntar ett tidigare meddelande i samma ärende skickas det " +
		"först."
	if row.Next != nil && row.Next.After(p.Now) {
		next = "Nästa försök görs " + shell.Moment(*row.Next, p.Now) +
			", om inget tidigare meddelande i samma ärende är kvar."
	}
	if row.Unknown {
		next += " Det skickas med samma meddelande-id, så att mottagaren kan känna igen det om det redan kom fram."
	}
	return next
}

// afterOutage says what comes next for a message whose receiver is down.
func (p deliveryPage) afterOutage(down store.Outage) string {
	text := "Mottagaren är nere sedan " + shell.Moment(down.Since, p.Now) +
		". Meddelandet väntar och skickas av sig självt när mottagaren svarar igen."
	if probe := down.Asked.Add(relay.ProbeWait); probe.After(p.Now) {
		return text + " Mottagaren tillfrågas igen senast " + shell.Moment(probe, p.Now) + "."
	}
	return text + " Mottagaren tillfrågades senast " + shell.Moment(down.Asked, p.Now) + "."
}

// Upcoming is when the next attempt is made; nil where that is not known or due already.
func (p deliveryPage) Upcoming() *time.Time {
	if p.Row.Next != nil && p.Row.Next.After(p.Now) && !p.Row.Paused {
		return p.Row.Next
	}
	return nil
}
