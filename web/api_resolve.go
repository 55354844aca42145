package web

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"rivgate/relay"
	"rivgate/routing"
	"rivgate/routing/catalogue"
	"rivgate/store"
)

// resolution is where a call would go, and why.
type resolution struct {
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
	Cause         string          `json:"cause,omitempty"`         // of the refusal, for who keeps the catalogue
	Remedy        string          `json:"remedy,omitempty"`        // what to do
	Trace         routing.Trace   `json:"trace"`
}

// apiResolve tells where a call would go, now or at another time, by the catalogue in use or by a version. Without from, permission is not asked.
func (s *Site) apiResolve(w http.ResponseWriter, r *http.Request, _ access) error {
	q := readQuery(r, "contract", "to", "from", "at", "version")
	out := resolution{Contract: q.Get("contract"), To: q.Get("to"), From: q.Get("from"), At: q.moment("at")}
	if out.Contract == "" || out.To == "" {
		q.wrong("contract", "Ange contract (namnrymd eller kortnamn) och to (logisk adress).")
	}
	if q.Get("version") != "" {
		out.Version = q.number("version")
	}
	if q.err != nil {
		return q.err
	}
	if q.Get("at") == "" {
		out.At = s.now()
	}
	out.Contract = s.namespace(out.Contract)
	table := s.table()
	if out.Version > 0 {
		rows, err := s.Relay.Store.CatalogueRows(r.Context(), out.Version)
		if err == nil {
			table, err = s.tableOf(rows)
		}
		if err != nil {
			return err
		}
	}
	x := table.Explain(routing.Call{Sender: out.From, Receiver: out.To, Contract: out.Contract, Profile: routing.RIVTABP21}, out.At)
	out.Route, out.RouteRow, out.PermissionRow, out.Trace = x.Route, x.RouteRow, x.PermissionRow, x.Trace
	out.Code, out.Reason, out.Detail, out.Cause, out.Remedy = string(x.Code), x.Text, x.Detail, x.Cause, x.Remedy
	if out.From != "" {
		allowed := x.Code == ""
		out.Allowed = &allowed
	}
	return writeJSON(w, http.StatusOK, out)
}

// namespace is the responder namespace of a contract that is named by it or by its short name.
func (s *Site) namespace(contract string) string {
	if namespace, ok := s.Relay.Contracts.Names()[contract]; ok {
		return namespace
	}
	return contract
}

// number reads a whole number from 1 on.
func (q *query) number(name string) int64 {
	n, err := strconv.ParseInt(q.Get(name), 10, 64)
	if err != nil || n < 1 {
		q.wrong(name, "Ange ett heltal från 1.")
		return 1
	}
	return n
}

// tableOf is a table of rows of the store, by the rules and the tree of the catalogue in use.
func (s *Site) tableOf(rows []catalogue.Row) (*routing.Table, error) {
	c := catalogue.FromRows(rows)
	if t := s.table(); t != nil {
		return t.With(c)
	}
	return routing.NewTable(c, s.Rules)
}

// routeTest is the body of POST /api/catalogue/test.
type routeTest struct {
	Contract string `json:"contract"`
	To       string `json:"to"`
}

// routeTested is how each step of a connection test went.
type routeTested struct {
	OK      bool         `json:"ok"`
	Address string       `json:"address"`
	Steps   []relay.Step `json:"steps"`
}

// apiRouteTest tests the connection of the route that a call would take now.
func (s *Site) apiRouteTest(w http.ResponseWriter, r *http.Request, _ access) error {
	var in routeTest
	if err := readJSON(w, r, &in); err != nil {
		return err
	}
	contract := s.namespace(in.Contract)
	route, err := s.table().Route(routing.Call{Receiver: in.To, Contract: contract, Profile: routing.RIVTABP21}, s.now())
	if err != nil {
		return err
	}
	out := routeTested{OK: true, Address: route.Address, Steps: s.Relay.Sender.Probe(r.Context(), route, contract, in.To, s.now())}
	for _, step := range out.Steps {
		out.OK = out.OK && step.OK
	}
	return writeJSON(w, http.StatusOK, out)
}

// ofCatalogue is what a refused change of the catalogue is called; nil for any other error.
func ofCatalogue(err error) *problem {
	var stale *store.RevisionError
	var rules catalogue.Problems
	var refusal *store.CatalogueRefusal
	switch {
	case errors.As(err, &stale):
		return newProblem(http.StatusPreconditionFailed, "revision", "Utkastet har ändrats",
			fmt.Sprintf("Utkastet har revision %d nu, och ändringen utgick från %d. Läs det igen och gör ändringen på nytt.", stale.Present, stale.Given))
	case errors.As(err, &rules):
		p := newProblem(http.StatusUnprocessableEntity, "rules", "Raderna följer inte katalogens regler", "Inget är sparat.")
		p.Problems = rules[:min(len(rules), 500)]
		return p
	case errors.As(err, &refusal):
		return newProblem(http.StatusConflict, "catalogue", "Det går inte nu", refusalText(refusal))
	}
	return nil
}
