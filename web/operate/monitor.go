package operate

import (
	"net/http"

	"rivgate/store"
	"rivgate/web/shell"
)

// operatorPage is what every page of the operator begins with.
type operatorPage struct {
	shell.Page
	operatorWords
	Tab  string // the chosen one
	Done string // what was just done, in words
}

type monitorPage struct {
	operatorPage
	health
	Live   bool          // the page asks again by itself
	Orders []store.Audit // the latest; empty for who may not see them
}

func (s *Pages) operatorPage(r *http.Request, who shell.Access, title, tab string) operatorPage {
	return operatorPage{Page: s.Page(who, title, "monitor"), Tab: tab, Done: orderDone(r.URL.Query())}
}

// ordersShown is how many of the latest orders stand on the page.
const ordersShown = 10

// MonitorPage says whether all is well, what to do first if not, and what stands where. It changes nothing. With a
// filter it is the list of deliveries, as links from before there was one lead here.
func (s *Pages) MonitorPage(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	if q := r.URL.Query(); q.Has("state") || q.Has("receiver") || q.Has("case") {
		return s.DeliveriesPage(w, r, who)
	}
	p := monitorPage{operatorPage: s.operatorPage(r, who, titleMonitor, "now"), Live: r.URL.Query().Get("live") != "off"}
	var err error
	if p.health, err = s.health(r.Context()); err != nil {
		return err
	}
	if who.May(shell.SeeOrders, shell.Owner{}) {
		audits, err := s.Relay.Store.Audits(r.Context(), p.Now.AddDate(-1, 0, 0), ordersShown)
		if err != nil {
			return err
		}
		p.Orders = audits
	}
	return html.Render(w, http.StatusOK, "monitor", p)
}

// MonitorNow is the part of the page that changes, for who has the page open. Where the store does not answer, what is
// shown stays, and its own time tells how old it is.
func (s *Pages) MonitorNow(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	h, err := s.health(r.Context())
	if err != nil {
		return err
	}
	return html.Piece(w, "monitor", "monitornow", monitorPage{
		operatorPage: s.operatorPage(r, who, titleMonitor, "now"), health: h, Live: true,
	})
}
