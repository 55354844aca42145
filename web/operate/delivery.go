package operate

import (
	"fmt"
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
		operatorPage: s.operatorPage(r, who, fmt.Sprintf(titleDelivery, row.Receiver), "deliveries"),
		Row:          row, Attempts: attempts, Query: deliveryQuery{ID: row.ID}, Now: s.Clock(),
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
		return nextNothing
	case row.State == store.DeliveryClosed:
		return nextClosed
	case row.State == store.DeliveryParked:
		return nextParked
	case row.State == store.DeliveryLeased:
		return nextLeased
	case row.Paused:
		return nextPaused
	}
	if row.Down != nil && (row.Next == nil || !row.Next.After(p.Now)) {
		return p.afterOutage(*row.Down)
	}
	next := nextDue
	if row.Next != nil && row.Next.After(p.Now) {
		next = fmt.Sprintf(nextAt, shell.Moment(*row.Next, p.Now))
	}
	if row.Unknown {
		next += " " + nextUnknown
	}
	return next
}

// afterOutage says what comes next for a message whose receiver is down.
func (p deliveryPage) afterOutage(down store.Outage) string {
	asked, at := nextAsked, down.Asked
	if probe := down.Asked.Add(relay.ProbeWait); probe.After(p.Now) {
		asked, at = nextAsks, probe
	}
	return fmt.Sprintf(nextOutage, shell.Moment(down.Since, p.Now)) + " " + fmt.Sprintf(asked, shell.Moment(at, p.Now))
}

// Upcoming is when the next attempt is made; nil where that is not known or due already.
func (p deliveryPage) Upcoming() *time.Time {
	if p.Row.Next != nil && p.Row.Next.After(p.Now) && !p.Row.Paused {
		return p.Row.Next
	}
	return nil
}
