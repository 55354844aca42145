package web

import (
	"net/http"

	"rivgate/contracts"
	"rivgate/relay"
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
