package web

import (
	"net/http"

	"rivgate/routing"
	"rivgate/store"
)

type startPage struct {
	page
	Queues  []queue
	Waiting int
	Parked  int
	Loaded  bool // there is a catalogue
	Units   int
}

// startPage says what this is and what waits for who looks.
func (s *Site) startPage(w http.ResponseWriter, r *http.Request, who access) error {
	p := startPage{page: s.page(who, "Start", "start"), Loaded: s.table() != nil, Units: len(s.table().Units())}
	if who.somewhere(SeeCase) {
		f := store.CaseFilter{Via: routing.Inbox}
		s.narrow(&f, who, SeeCase)
		var err error
		if p.Queues, err = s.queues(r.Context(), f, who); err != nil {
			return err
		}
	}
	if who.may(SeeDeliveries, Owner{}) {
		waiting, err := s.Relay.Store.Waitings(r.Context())
		if err != nil {
			return err
		}
		for _, row := range waiting {
			p.Waiting += row.Due
			p.Parked += row.Parked
		}
	}
	return s.render(w, http.StatusOK, "start", p)
}
