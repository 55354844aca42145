package api

import (
	"net/http"

	"rivgate/store"
	"rivgate/web/shell"
)

// Audit lists what operators ordered, newest first.
func (s *Deliveries) Audit(w http.ResponseWriter, r *http.Request, _ shell.Access) error {
	q := shell.ReadQuery(r, "since", "limit")
	since, limit := q.Moment("since"), q.Limit()
	if q.Err != nil {
		return q.Err
	}
	audits, err := s.Relay.Store.Audits(r.Context(), since, limit)
	if err != nil {
		return err
	}
	return shell.WriteJSON(w, http.StatusOK, shell.List[store.Audit]{Items: shell.OrEmpty(audits)})
}
