package web

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"go.uber.org/zap"

	"rivgate/contracts/identity"
	"rivgate/store"
)

// looked writes a row of the access log for who, and is called before anything is shown or changed: without the row there is no content. Who, Name, Roles and, where
// there is no unit, Kind are filled in.
func (s *Site) looked(ctx context.Context, who access, a store.Access) error {
	return s.Relay.Store.LogAccess(ctx, who.row(a))
}

// row is a row of the access log with who it is.
func (a access) row(row store.Access) store.Access {
	row.Who, row.Name, row.Roles = a.user, a.name, a.roles()
	if row.Kind == "" && row.Unit == "" {
		row.Kind = a.side()
	}
	return row
}

// lookedAt is looked for a case.
func (s *Site) lookedAt(ctx context.Context, who access, what store.AccessKind, c store.Case, detail string) error {
	return s.looked(ctx, who, store.Access{What: what, Case: c.ID, Unit: c.Handler.Unit, Kind: c.Handler.Kind, Detail: detail})
}

// listed writes that cases were listed or searched, and which ones are about to be shown. Of the text that was searched for, a digest is kept where it is a whole
// personal number, and nothing else.
func (s *Site) listed(ctx context.Context, who access, f store.CaseFilter, shown []store.Case) error {
	row := store.Access{What: store.AccessList, Unit: f.Unit, Detail: "cases", Cases: store.Shown(shown)}
	if f.Unit != "" {
		row.Kind = s.owner(f.Unit).Kind
	}
	if f.State != "" {
		row.Detail += ", " + string(f.State)
	}
	if f.Query != "" {
		row.What = store.AccessSearch
		if id := s.soughtPerson(f.Query, shown); id != "" {
			digest, err := s.digest(ctx, "person", id)
			if err != nil {
				return err
			}
			row.Search = digest
		}
	}
	return s.looked(ctx, who, row)
}

// soughtPerson is the identity that somebody looked for: the first in the text that can be one, or the whole text where somebody of the cases that were
// found has it. "" where the text is none.
func (s *Site) soughtPerson(query string, shown []store.Case) string {
	query = identity.NFC(query)
	if found := identity.Find(query); len(found) > 0 {
		return s.typedPerson(query[found[0].Start:found[0].End]).ID
	}
	for _, c := range shown {
		if identity.Same(query, c.Facts.ReporterID) || identity.Same(query, c.Facts.PatientID) {
			return identity.Key(query)
		}
	}
	return ""
}

// orders are what is done with the gateway itself. Deliveries and the catalogue keep who did it and why; the access log has it too, in its chain.
const orders = MoveDeliveries | Resend | KeepCatalogue

// ordered notes a change of the gateway before it is made: which endpoint, and the verb and the id in its address.
func (s *Site) ordered(r *http.Request, who access, e endpoint) error {
	if e.needs&orders == 0 || e.needs&owned != 0 || e.method == http.MethodGet {
		return nil
	}
	row := store.Access{What: store.AccessChange, Detail: e.method + " " + e.path}
	for _, name := range []string{"verb", "id", "number"} {
		if value := r.PathValue(name); plainWord(value) {
			row.Subject = strings.TrimSpace(row.Subject + " " + value)
		}
	}
	return s.looked(r.Context(), who, row)
}

// plainWord tells whether a text is an id or a verb, and nothing that somebody might have typed.
func plainWord(text string) bool {
	return len(text) <= 64 && strings.Trim(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") == ""
}

// theirs lets a case through with which the action is allowed. Any other does not exist for them, and that they asked for it is on record.
func (s *Site) theirs(ctx context.Context, who access, action Action, c store.Case) error {
	if who.may(action, ownerOf(c)) {
		return nil
	}
	if err := s.lookedAt(ctx, who, store.AccessRefused, c, "no right"); err != nil {
		return err
	}
	return store.ErrNotFound
}

// refusedChange notes that a change which is on record was not carried out. The person is told of err, whatever becomes of the note.
func (s *Site) refusedChange(ctx context.Context, who access, c store.Case, detail string, err error) {
	p := problemOf(err)
	if problem := s.lookedAt(ctx, who, store.AccessRefused, c, detail+": "+p.Type[len(problemURN):]); problem != nil {
		s.log().Error("noting a refused change", zap.Error(problem))
	}
}

// stranger logs what anybody can cause. Nobody can fill the log with it, nor keep others' rows out of it: what is the same
// within a minute has a few rows, and one more that says how often it came.
func (s *Site) stranger(r *http.Request, who access, a store.Access) {
	if who.user != "" {
		s.refused(r.Context(), who, a)
		return
	}
	if !s.strangers.first(a, s.now(), func(again int) { s.cameAgain(a, again) }) {
		return
	}
	s.refused(r.Context(), who, a)
}

// cameAgain logs how often more something came that the log has already.
func (s *Site) cameAgain(a store.Access, times int) {
	ctx, cancel := context.WithTimeout(context.Background(), checkTimeout)
	defer cancel()
	a.Detail += ", " + strconv.Itoa(times) + " more times"
	s.refused(ctx, access{}, a)
}

func (s *Site) refused(ctx context.Context, who access, a store.Access) {
	if err := s.looked(ctx, who, a); err != nil && !errors.Is(err, context.Canceled) {
		s.log().Error("noting what was refused", zap.Error(err))
	}
}
