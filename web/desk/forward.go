package desk

import (
	"net/http"

	"rivgate/store/accesslog"
	"rivgate/web/casework"
	"rivgate/web/shell"
)

// BoardForward hands a case over to another unit: POST /inbox/{id}/forward. Secrecy holds between boards and care, so
// the case passes only with the citizen's consent or another ground on record, in either direction. Any other handover
// is the case page's.
func (s *Work) BoardForward(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	c, err := s.InboxCase(r.Context(), r.PathValue("id"), who, shell.WriteCase)
	if err != nil {
		return err
	}
	f, err := shell.ReadUpload(w, r, "forward")
	if err != nil {
		return err
	}
	if f.Value("do") == "save" {
		return s.caseForm(w, r, who, c, f)
	}
	to := s.Recipient(f)
	if to == nil { // the form says why
		return s.caseForm(w, r, who, c, f)
	}
	agreed, err := s.Agreed(r.Context(), c, to.HSAID, f.Value("ground"))
	if err != nil {
		return err
	}
	if agreed {
		return s.caseForm(w, r, who, c, f)
	}
	missing := accesslog.DetailOf("forward", "no ground")
	if casework.IsBoard(c.Handler) {
		missing = accesslog.DetailOf("forward", "no consent")
		f.Refuse("unit", casework.TextNoConsent)
	} else {
		f.Refuse("ground", casework.TextNoGround)
	}
	if err := s.LookedAt(r.Context(), who, accesslog.Refused, c, missing); err != nil {
		return err
	}
	return s.caseAgain(w, r, who, c, f)
}
