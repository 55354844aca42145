package web

import (
	"net/http"
	"slices"
	"strings"

	"rivgate/contracts"
	"rivgate/relay"
	"rivgate/store"
)

// apiReceivers are the units that a citizen can choose now.
func (s *Site) apiReceivers(w http.ResponseWriter, r *http.Request, _ access) error {
	q := readQuery(r, "q", "limit")
	limit := q.limit()
	if q.err != nil {
		return q.err
	}
	return writeJSON(w, http.StatusOK, list[relay.Receiver]{Items: orEmpty(s.Relay.Receivers(q.Get("q"), limit))})
}

// parameters of statistics, as the service names them.
func statisticsBy() []string {
	return []string{"unit", "provider", "region", "age", "sex", "main_problem", "sub_problem", "experienced", "area", "incident", "received", "closed"}
}

// apiStatistics counts cases, wherever they are handled.
func (s *Site) apiStatistics(w http.ResponseWriter, r *http.Request, who access) error {
	q := readQuery(r, "by", "unit", "region", "provider", "from", "until")
	f := store.StatisticsFilter{Unit: q.Get("unit"), Region: q.Get("region"), Provider: q.Get("provider"), From: q.moment("from"), Until: q.moment("until")}
	if by := q.Get("by"); by != "" {
		f.By = strings.Split(by, ",")
	}
	for i, by := range f.By {
		if !slices.Contains(statisticsBy(), by) || slices.Contains(f.By[:i], by) {
			q.wrong("by", "Välj bland "+strings.Join(statisticsBy(), ", ")+", var och en högst en gång, med komma emellan.")
		}
	}
	if q.err != nil {
		return q.err
	}
	if !who.everyUnit(SeeStatistics) {
		if units := s.unitsOf(who, SeeStatistics); f.Unit == "" && len(units) == 1 {
			f.Unit = units[0]
		}
		if f.Unit == "" {
			return invalid("unit", "Ange en av de enheter som din token gäller för.")
		}
		if !who.may(SeeStatistics, s.owner(f.Unit)) {
			return errUnit
		}
	}
	rows, err := s.Relay.Store.Statistics(r.Context(), f)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, list[store.StatisticsRow]{Items: orEmpty(rows)})
}

// codeView is one value that a classification can have.
type codeView struct {
	System  string `json:"codeSystem"`
	Code    string `json:"code,omitempty"`
	Parent  string `json:"parent,omitempty"`
	Display string `json:"displayName"`
	Status  string `json:"status"` // confirmed or inferred
}

// apiCodes are the code sets of the classification.
func (s *Site) apiCodes(w http.ResponseWriter, _ *http.Request, _ access) error {
	out := list[codeView]{Items: []codeView{}}
	for _, system := range []string{contracts.SystemProblem, contracts.SystemArea, contracts.SystemGender} {
		for _, c := range s.codes(system) {
			out.Items = append(out.Items, codeView{System: system, Code: c.Code, Parent: c.Parent, Display: c.Display, Status: c.Status})
		}
	}
	return writeJSON(w, http.StatusOK, out)
}

// apiDescription is the description of this API.
func (s *Site) apiDescription(w http.ResponseWriter, _ *http.Request, _ access) error {
	b, err := files.ReadFile("openapi.json")
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(b) // the reader may have gone
	return nil
}
