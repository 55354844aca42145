package web

import (
	"net/http"

	"rivgate/routing"
	"rivgate/store"
)

// queue is one box of the start page or tab of the inbox.
type queue struct {
	Name  string
	State string // value of the filter
	Count int
	Chose bool
}

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
		counts, err := s.Relay.Store.CaseCounts(r.Context(), f)
		if err != nil {
			return err
		}
		p.Queues = queues(counts, "")
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

// queues are the inbox's queues with their counts.
func queues(counts map[store.State]int, chosen string) []queue {
	fresh := counts[store.Submitted] + counts[store.Delivered]
	open := fresh + counts[store.InProgress] + counts[store.AwaitingReporter]
	all := []queue{
		{Name: "Alla öppna", State: "", Count: open},
		{Name: "Nya", State: string(store.Delivered), Count: fresh},
		{Name: "Pågående", State: string(store.InProgress), Count: counts[store.InProgress]},
		{Name: "Väntar på anmälaren", State: string(store.AwaitingReporter), Count: counts[store.AwaitingReporter]},
		{Name: "Avslutade", State: string(store.Closed), Count: counts[store.Closed]},
	}
	for i := range all {
		all[i].Chose = all[i].State == chosen
	}
	return all
}
