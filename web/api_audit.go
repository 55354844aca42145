package web

import (
	"net/http"

	"rivgate/store"
)

// apiAudit lists what operators ordered, newest first.
func (s *Site) apiAudit(w http.ResponseWriter, r *http.Request, _ access) error {
	q := readQuery(r, "since", "limit")
	since, limit := q.moment("since"), q.limit()
	if q.err != nil {
		return q.err
	}
	audits, err := s.Relay.Store.Audits(r.Context(), since, limit)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, list[store.Audit]{Items: orEmpty(audits)})
}
