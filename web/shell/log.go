package shell

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"

	"rivgate/contracts/identity"
	"rivgate/store"
	"rivgate/store/accesslog"
)

// keys are this database's keys, each read once.
type keys struct {
	mu  sync.Mutex
	has map[string][]byte
}

// key is the database's key for a use.
func (s *Site) key(ctx context.Context, use string) ([]byte, error) {
	k := &s.secrets
	k.mu.Lock()
	defer k.mu.Unlock()
	if key, ok := k.has[use]; ok {
		return key, nil
	}
	key, err := s.Relay.Store.Secret(ctx, "web "+use)
	if err != nil {
		return nil, err
	}
	if k.has == nil {
		k.has = map[string][]byte{}
	}
	k.has[use] = key
	return key, nil
}

// Digest is a keyed hash of something that must not be kept as it is, and must be known again: a personal number, a
// typed name.
func (s *Site) Digest(ctx context.Context, use, text string) (string, error) {
	key, err := s.key(ctx, "digest")
	if err != nil {
		return "", err
	}
	mac := hmac.New(sha256.New, key)
	_, _ = mac.Write([]byte(use + "\x00" + text)) // never fails
	return hex.EncodeToString(mac.Sum(nil)), nil
}

// CheckTimeout bounds every check of a monitor.
const CheckTimeout = 5 * time.Second

// Looked writes a row of the access log for who. It is called before anything is shown or changed: if the row cannot be
// written, no content is shown. It fills in Who, Name, Roles, and Kind when the row has no unit.
func (s *Site) Looked(ctx context.Context, who Access, a accesslog.Row) error {
	return s.Relay.Store.LogAccess(ctx, who.Row(a))
}

// Row is a row of the access log with who it is.
func (a Access) Row(row accesslog.Row) accesslog.Row {
	row.Who, row.Name, row.Roles = a.User, a.Name, a.roles()
	if row.Kind == "" && row.Unit == "" {
		row.Kind = a.Side()
	}
	return row
}

// OpenCase opens a case for who, and fills in c, so that its content can be read. It writes the row of the access log
// in the same step: without the row the case does not open. A case that was handed over since c was read does not open
// either, since the right to read it was checked for the unit that had it then.
func (s *Site) OpenCase(ctx context.Context, who Access, what accesslog.Kind, c *store.Case, detail string) error {
	opened, err := s.Relay.Store.Open(ctx, c.ID, who.Row(rowOf(what, *c, detail)))
	if err != nil {
		return err
	}
	if opened.Handler.Unit != c.Handler.Unit || opened.Handler.Via != c.Handler.Via {
		return store.ErrNotFound
	}
	*c = opened
	return nil
}

// Again is a case as it is now, for a person whose change of it failed. A case that was opened in this request is read
// again, any other is opened. If it was handed over meanwhile to a unit that the person has no role for, it is not
// found.
func (s *Site) Again(ctx context.Context, who Access, c store.Case) (store.Case, error) {
	now, err := s.Relay.Store.Head(ctx, c.ID)
	if err == nil {
		err = s.Theirs(ctx, who, ReadCase, now)
	}
	switch {
	case err != nil:
		return now, err
	case c.Opened():
		return s.Relay.Store.Reopen(ctx, c)
	}
	return now, s.OpenCase(ctx, who, accesslog.Read, &now, "case")
}

// LookedAt is Looked for a case that stays closed.
func (s *Site) LookedAt(ctx context.Context, who Access, what accesslog.Kind, c store.Case, detail string) error {
	return s.Looked(ctx, who, rowOf(what, c, detail))
}

// rowOf is a row of the access log about a case.
func rowOf(what accesslog.Kind, c store.Case, detail string) accesslog.Row {
	return accesslog.Row{What: what, Case: c.ID, Unit: c.Handler.Unit, Kind: c.Handler.Kind, Detail: detail}
}

// ListCases lists the cases of f, most of them at most, and tells where the next page begins. The row of the access log
// says which ones are shown, and what was asked for.
func (s *Site) ListCases(ctx context.Context, who Access, f, asked store.CaseFilter, most int) (
	cases []store.Case, next string, err error,
) {
	cases, err = s.Relay.Store.List(ctx, f, func(found []store.Case) ([]store.Case, accesslog.Row, error) {
		if len(found) > most {
			found = found[:most]
			next = f.Cursor(found[most-1])
		}
		row, err := s.listRow(ctx, asked, found)
		return found, who.Row(row), err
	})
	return cases, next, err
}

// listRow says that cases were listed or searched for. Of the text that was searched for, a digest is kept where it is
// a whole personal number, and nothing else.
func (s *Site) listRow(ctx context.Context, f store.CaseFilter, shown []store.Case) (accesslog.Row, error) {
	row := accesslog.Row{What: accesslog.List, Unit: f.Unit, Detail: "cases"}
	if f.Unit != "" {
		row.Kind = s.Owner(f.Unit).Kind
	}
	if f.State != "" {
		row.Detail = accesslog.AddDetail(row.Detail, "state", string(f.State))
	}
	if f.Query != "" {
		row.What = accesslog.Search
		if id := s.soughtPerson(f.Query, shown); id != "" {
			digest, err := s.Digest(ctx, "person", id)
			if err != nil {
				return row, err
			}
			row.Search = digest
		}
	}
	return row, nil
}

// soughtPerson is the identity that somebody looked for: the first in the text that can be one, or the whole text where
// somebody of the cases that were found has it. "" where the text is none.
func (s *Site) soughtPerson(query string, shown []store.Case) string {
	query = identity.NFC(query)
	if found := identity.Find(query); len(found) > 0 {
		return s.TypedPerson(query[found[0].Start:found[0].End]).ID
	}
	for _, c := range shown {
		if identity.Same(query, c.Facts.ReporterID) || identity.Same(query, c.Facts.PatientID) {
			return identity.Key(query)
		}
	}
	return ""
}

// orders are what is done with the gateway itself. Deliveries and the catalogue keep who did it and why; the access log
// has it too, in its chain.
const orders = MoveDeliveries | Resend | KeepCatalogue

// plainWord tells whether a text looks like an id of ours or a verb, not like something that a person typed, or is.
func plainWord(text string) bool {
	return text != "" && len(text) <= 64 && !identity.Holds(text) &&
		strings.Trim(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") == ""
}

// Theirs lets a case through if who may do the action with it. Otherwise the case is not found, and the access log
// notes the attempt.
func (s *Site) Theirs(ctx context.Context, who Access, action Action, c store.Case) error {
	if who.May(action, OwnerOf(c)) {
		return nil
	}
	if err := s.LookedAt(ctx, who, accesslog.Refused, c, "no right"); err != nil {
		return err
	}
	return store.ErrNotFound
}

// RefusedChange notes that a change, which is in the access log already, was not carried out. It returns err for the
// person, also when the note cannot be written.
func (s *Site) RefusedChange(ctx context.Context, who Access, c store.Case, detail string, err error) {
	p := ProblemOf(err)
	if problem := s.LookedAt(ctx, who, accesslog.Refused, c,
		accesslog.AddDetailValue(detail, p.Type[len(problemURN):])); problem != nil {
		s.Logger().Error("noting a refused change", zap.Error(problem))
	}
}

// Stranger writes to the access log what anybody can cause without signing in. So that nobody can fill the log, the
// same event gets only a few rows a minute, and one more row that tells how often it came again.
func (s *Site) Stranger(r *http.Request, who Access, a accesslog.Row) {
	if who.User != "" {
		s.refused(r.Context(), who, a)
		return
	}
	if !s.strangers.first(a, s.Clock(), func(again int) { s.cameAgain(a, again) }) {
		return
	}
	s.refused(r.Context(), who, a)
}

// cameAgain logs how often more something came that the log has already.
func (s *Site) cameAgain(a accesslog.Row, times int) {
	ctx, cancel := context.WithTimeout(context.Background(), CheckTimeout)
	defer cancel()
	a.Detail = accesslog.AddDetail(a.Detail, "again", strconv.Itoa(times))
	s.refused(ctx, Access{}, a)
}

func (s *Site) refused(ctx context.Context, who Access, a accesslog.Row) {
	if err := s.Looked(ctx, who, a); err != nil && !errors.Is(err, context.Canceled) {
		s.Logger().Error("noting what was refused", zap.Error(err))
	}
}
