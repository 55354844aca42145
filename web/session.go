package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/alexedwards/scs/v2"

	"rivgate/routing"
	"rivgate/store"
)

// What a session holds.
const (
	heldAccount = "account"
	heldEpoch   = "epoch"
	heldKept    = "kept"     // keptForms as JSON
	heldLeft    = "left"     // the account that signed out in this browser: what its other tabs send waits for it
	heldOIDC    = "oidc"     // oidcTries as JSON
	heldThere   = "provider" // true: signed in at the provider, and so signed out there too
)

// sessionHours is for how long a session lasts where the configuration does not say.
const sessionHours = 8

// visits is what the listener remembers of who is there.
type visits struct {
	*scs.SessionManager
	verifying chan struct{} // passwords under way
}

// newVisits makes what the listener needs for sessions.
func (s *Site) newVisits() *visits {
	life := s.SessionLife
	if life <= 0 {
		life = sessionHours * time.Hour
	}
	m := scs.New()
	m.Store, m.Lifetime = sessions{s.Relay.Store, life}, life
	m.Cookie = scs.SessionCookie{Name: "rivgate", Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: s.Environment != Demo}
	if m.Cookie.Secure {
		m.Cookie.Name = "__Host-rivgate"
	}
	m.ErrorFunc = func(w http.ResponseWriter, r *http.Request, err error) { s.fail(w, r, access{}, !isAPI(r), err) }
	return &visits{SessionManager: m, verifying: make(chan struct{}, 4)}
}

// sessions is the store as scs wants it. Of what a browser has, the database knows a digest alone.
type sessions struct {
	db   *store.Store
	life time.Duration
}

var _ scs.CtxStore = sessions{}

func tokenDigest(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// FindCtx finds what a session holds.
func (s sessions) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	return s.db.WebSession(ctx, tokenDigest(token))
}

// CommitCtx keeps what a session holds. Its end is the store's to know, by the store's clock.
func (s sessions) CommitCtx(ctx context.Context, token string, data []byte, _ time.Time) error {
	_, held, err := scs.GobCodec{}.Decode(data)
	if err != nil {
		return err
	}
	account, _ := held[heldAccount].(string)
	return s.db.PutWebSession(ctx, tokenDigest(token), account, data, s.life)
}

// DeleteCtx ends a session.
func (s sessions) DeleteCtx(ctx context.Context, token string) error {
	return s.db.EndWebSession(ctx, tokenDigest(token))
}

// Find is FindCtx for callers without a context; scs asks for it and does not use it.
func (s sessions) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

// Commit is the like.
func (s sessions) Commit(token string, data []byte, end time.Time) error {
	return s.CommitCtx(context.Background(), token, data, end)
}

// Delete is the like.
func (s sessions) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }

// visitor is who is signed in; the zero access for nobody. An account that was disabled, changed its password elsewhere, or was made for the demo and is met
// elsewhere, is nobody.
func (s *Site) visitor(ctx context.Context) (access, error) {
	id := s.visits.GetString(ctx, heldAccount)
	if id == "" {
		return access{}, nil
	}
	a, err := s.Relay.Store.Account(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return access{}, nil
	}
	if err != nil {
		return access{}, err
	}
	if !s.welcome(a) || s.visits.GetInt64(ctx, heldEpoch) != a.Epoch {
		return access{}, nil
	}
	return accountAccess(a), nil
}

// welcome tells whether an account can be used here at all.
func (s *Site) welcome(a store.Account) bool {
	return !a.Disabled && (!a.Demo || s.Environment == Demo)
}

func accountAccess(a store.Account) access {
	who := access{user: a.ID, name: a.Name, person: true, mustChange: a.Changes && a.Source == store.LocalAccounts}
	if who.name == "" {
		who.name = a.ID
	}
	for _, g := range a.Grants {
		who.grants = append(who.grants, Grant{Role: Role(g.Role), Kind: g.Kind, Units: g.Units})
	}
	return who
}

// side is the side of the wall that somebody stands on; "" for both or none.
func (a access) side() routing.UnitKind {
	if !walled(a.grants) {
		return ""
	}
	for _, g := range a.grants {
		if g.Kind != "" {
			return g.Kind
		}
	}
	return ""
}

// enter makes the browser's session that of an account, under a new token. Of what the session held before, the forms that were kept go on, of their owner alone,
// and what other tabs have asked the provider.
func (s *Site) enter(ctx context.Context, a store.Account) error {
	tries := s.visits.GetString(ctx, heldOIDC)
	kept := slices.DeleteFunc(s.keptForms(ctx), func(k keptForm) bool { return k.Account != a.ID })
	if err := s.visits.Clear(ctx); err != nil {
		return err
	}
	if err := s.visits.RenewToken(ctx); err != nil {
		return err
	}
	s.visits.Put(ctx, heldAccount, a.ID)
	s.visits.Put(ctx, heldEpoch, a.Epoch)
	if tries != "" { // other tabs are at the provider
		s.visits.Put(ctx, heldOIDC, tries)
	}
	if len(kept) > 0 {
		return s.putKept(ctx, kept)
	}
	return nil
}
