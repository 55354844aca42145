package api

import (
	"net/http"

	"rivgate/store"
	"rivgate/store/accesslog"
	"rivgate/web/register"
	"rivgate/web/shell"
)

// Registrations answers a diary: which cases lack a registration number, and what numbers they have got.
type Registrations struct{ register.Pages }

// Waiting lists the cases of the caller's units that lack a number, those received first, first: GET
// /api/registrations. With open, only those that are not closed.
func (s *Registrations) Waiting(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	q := shell.ReadQuery(r, "unit", "open", "limit")
	limit, unit := q.Limit(), q.Get("unit")
	if q.Err != nil {
		return q.Err
	}
	var units []string // nil: of all
	f := store.CaseFilter{Unit: unit}
	s.Narrow(&f, who, shell.WriteCase)
	if units = f.Units; unit != "" {
		if !who.May(shell.WriteCase, s.Owner(unit)) {
			return shell.ErrNotFound
		}
		units = []string{unit}
	}
	if units == nil && f.Kind != "" { // a whole side of the wall
		units = s.UnitsOf(who, shell.WriteCase)
	}
	waiting, err := s.Relay.Store.Unnumbered(r.Context(), units, q.Get("open") == "true", limit)
	if err != nil {
		return err
	}
	row := register.ExportRow(waiting, "")
	row.What = accesslog.List
	if err := s.Looked(r.Context(), who, row); err != nil {
		return err
	}
	return shell.WriteJSON(w, http.StatusOK, shell.List[store.Unnumbered]{Items: shell.OrEmpty(waiting)})
}

// Register gives cases the numbers that the diary has given them, all or none: POST /api/registrations. With dryRun it
// only says what would become of them. 409 where a number cannot be given.
func (s *Registrations) Register(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	var body struct {
		DryRun bool             `json:"dryRun"`
		Items  []store.Numbered `json:"items"`
	}
	if err := shell.ReadJSON(w, r, &body); err != nil {
		return err
	}
	if len(body.Items) == 0 || len(body.Items) > store.UnnumberedMost {
		return shell.Invalid("items", wordNumbers)
	}
	for i := range body.Items {
		body.Items[i].Line = i + 1
	}
	report, err := s.RegisterAll(r.Context(), who, body.Items, body.DryRun)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if len(report.Problems) > 0 && !body.DryRun {
		status = http.StatusConflict
	}
	report.Problems = shell.OrEmpty(report.Problems)
	return shell.WriteJSON(w, status, report)
}
