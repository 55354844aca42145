package api

import (
	"net/http"
	"time"

	"rivgate/relay/probe"
	"rivgate/routing"
	"rivgate/web/shell"
)

// Resolution is where a call would go, and why.
type Resolution struct {
	Contract      string          `json:"contract"`
	To            string          `json:"to"`
	From          string          `json:"from,omitempty"`
	At            time.Time       `json:"at"`
	Version       int64           `json:"version,omitempty"` // of the catalogue in the store, where one was asked for
	Route         *routing.Route  `json:"route,omitempty"`
	RouteRow      *routing.Ground `json:"routeRow,omitempty"`      // the row that decided the route
	PermissionRow *routing.Ground `json:"permissionRow,omitempty"` // the row that lets the sender call
	Allowed       *bool           `json:"allowed,omitempty"`       // only with from
	Code          string          `json:"code,omitempty"`          // VPnnn of the refusal
	Reason        string          `json:"reason,omitempty"`        // of the refusal, in words
	Detail        string          `json:"detail,omitempty"`        // detailString of the fault
	Why           routing.Fact    `json:"why,omitzero"`            // of the refusal, as a code with values
	Cause         string          `json:"cause,omitempty"`         // what why says in English
	Remedy        string          `json:"remedy,omitempty"`        // what to do
	Trace         routing.Trace   `json:"trace"`
}

// Resolve tells where a call would go, now or at another time, by the catalogue in use or by a version. Without from,
// permission is not asked.
func (s *Catalogue) Resolve(w http.ResponseWriter, r *http.Request, _ shell.Access) error {
	q := shell.ReadQuery(r, "contract", "to", "from", "at", "version")
	out := Resolution{Contract: q.Get("contract"), To: q.Get("to"), From: q.Get("from"), At: q.Moment("at")}
	if out.Contract == "" || out.To == "" {
		q.Wrong("contract", wordResolve)
	}
	if q.Get("version") != "" {
		out.Version = q.Number("version")
	}
	if q.Err != nil {
		return q.Err
	}
	if q.Get("at") == "" {
		out.At = s.Clock()
	}
	out.Contract = s.Namespace(out.Contract)
	table := s.Table()
	if out.Version > 0 {
		rows, err := s.Relay.Store.CatalogueRows(r.Context(), out.Version)
		if err == nil {
			table, err = s.TableOf(rows)
		}
		if err != nil {
			return err
		}
	}
	x := table.Explain(
		routing.Call{Sender: out.From, Receiver: out.To, Contract: out.Contract, Profile: routing.RIVTABP21}, out.At,
	)
	out.Route, out.RouteRow, out.PermissionRow, out.Trace = x.Route, x.RouteRow, x.PermissionRow, x.Trace
	out.Code, out.Reason, out.Detail = string(x.Code), x.Text, x.Detail
	out.Why, out.Cause, out.Remedy = x.Why, x.Cause(), x.Remedy()
	if out.From != "" {
		allowed := x.Code == ""
		out.Allowed = &allowed
	}
	return shell.WriteJSON(w, http.StatusOK, out)
}

// RouteTest is the body of POST /api/catalogue/test.
type RouteTest struct {
	Contract string `json:"contract"`
	To       string `json:"to"`
}

// RouteTested is how each step of a connection test went.
type RouteTested struct {
	OK      bool         `json:"ok"`
	Address string       `json:"address"`
	Steps   []probe.Step `json:"steps"`
}

// RouteTest tests the connection of the route that a call would take now.
func (s *Catalogue) RouteTest(w http.ResponseWriter, r *http.Request, _ shell.Access) error {
	var in RouteTest
	if err := shell.ReadJSON(w, r, &in); err != nil {
		return err
	}
	contract := s.Namespace(in.Contract)
	route, err := s.Table().Route(routing.Call{Receiver: in.To, Contract: contract, Profile: routing.RIVTABP21}, s.Clock())
	if err != nil {
		return err
	}
	out := RouteTested{
		OK: true, Address: route.Address, Steps: probe.Run(r.Context(), s.Relay.Sender, route, contract, in.To, s.Clock()),
	}
	for _, step := range out.Steps {
		out.OK = out.OK && step.OK
	}
	return shell.WriteJSON(w, http.StatusOK, out)
}
