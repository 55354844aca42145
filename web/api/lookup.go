package api

import (
	"fmt"
	"net/http"
	"unicode/utf8"

	"rivgate/contracts"
	"rivgate/relay"
	"rivgate/routing"
	"rivgate/routing/finding"
	"rivgate/web/shell"
)

// receiverList are the units that fit a search, and the board for who finds nothing.
type receiverList struct {
	Items []relay.Receiver `json:"items"`
	// Elsewhere are those of other regions that fit, where none of the region does.
	Elsewhere []relay.Receiver `json:"elsewhere,omitempty"`
	Board     *relay.Receiver  `json:"board,omitempty"`
}

// Receivers are the units that a citizen can choose now, as they are found by what was typed, the best first. With a
// region, or where there is one alone, its patient board stands beside them. A region that takes no cases has neither.
func (s *Cases) Receivers(w http.ResponseWriter, r *http.Request, _ shell.Access) error {
	q := shell.ReadQuery(r, "q", "region", "limit")
	limit, text, region := q.Limit(), q.Get("q"), q.Get("region")
	if utf8.RuneCountInString(text) > finding.MaxText {
		q.Wrong("q", fmt.Sprintf(shell.WordAtMost, finding.MaxText))
	}
	if region != "" && !routing.IsRegion(region) {
		q.Wrong("region", wordRegion)
	}
	if q.Err != nil {
		return q.Err
	}
	search := s.Relay.Search(text, region, limit)
	found := receiverList{Items: shell.OrEmpty(search.Found), Elsewhere: search.Elsewhere}
	if boards := s.Relay.Boards(search.Region); len(boards) == 1 {
		found.Board = &boards[0]
	}
	return shell.WriteJSON(w, http.StatusOK, found)
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
