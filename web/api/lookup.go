package api

import (
	"net/http"

	"rivgate/contracts"
	"rivgate/relay"
	"rivgate/web/shell"
)

// Receivers are the units that a citizen can choose now.
func (s *Cases) Receivers(w http.ResponseWriter, r *http.Request, _ shell.Access) error {
	q := shell.ReadQuery(r, "q", "limit")
	limit := q.Limit()
	if q.Err != nil {
		return q.Err
	}
	return shell.WriteJSON(w, http.StatusOK, shell.List[relay.Receiver]{
		Items: shell.OrEmpty(s.Relay.Receivers(q.Get("q"), limit)),
	})
}

// CodeView is one value that a classification can have.
type CodeView struct {
	System  string `json:"codeSystem"`
	Code    string `json:"code,omitempty"`
	Parent  string `json:"parent,omitempty"`
	Display string `json:"displayName"`
	Status  string `json:"status"` // confirmed or inferred
}

// ListCodes are the code sets of the classification.
func (s *Cases) ListCodes(w http.ResponseWriter, _ *http.Request, _ shell.Access) error {
	out := shell.List[CodeView]{Items: []CodeView{}}
	for _, system := range []string{contracts.SystemProblem, contracts.SystemArea, contracts.SystemGender} {
		for _, c := range s.Codes(system) {
			out.Items = append(out.Items, CodeView{
				System: system, Code: c.Code, Parent: c.Parent, Display: c.Display, Status: c.Status,
			})
		}
	}
	return shell.WriteJSON(w, http.StatusOK, out)
}

// Description is the description of this API.
func (s *Cases) Description(w http.ResponseWriter, _ *http.Request, _ shell.Access) error {
	b, err := files.ReadFile("openapi.json")
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(b) // the reader may have gone
	return nil
}
