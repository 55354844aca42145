package shell

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"

	"rivgate/routing"
	"rivgate/store"
	"rivgate/store/accounts"
)

// What a session holds.
const (
	heldAccount = "account"
	heldEpoch   = "epoch"
	heldKept    = "kept"     // KeptForms as JSON
	HeldLeft    = "left"     // the account that signed out in this browser: what its other tabs send waits for it
	HeldOIDC    = "oidc"     // oidcTries as JSON
	heldCitizen = "citizen"  // identity of who looks into their mailbox
	HeldThere   = "provider" // true: signed in at the provider, and so signed out there too
	heldProved  = "proved"   // when they last showed who they are, in microseconds; 0: the provider does not say
	heldAgain   = "again"    // Waiting as JSON
	heldWay     = "way"      // of signing in: PasswordWay or ProviderWay
	heldOrigin  = "origin"   // the network that they signed in from
	heldBrowser = "browser"  // the kind of browser that they signed in with
)

// The ways of signing in, as the access log names them too.
const (
	PasswordWay = "password"
	ProviderWay = "provider"
)

// Proof is how somebody showed who they are.
type Proof struct {
	Way string    // PasswordWay or ProviderWay
	At  time.Time // zero: the provider does not say when
}

// sessionIdle is how long a session goes on without use where the configuration does not say.
const sessionIdle = 30 * time.Minute

// sessionHours is for how long a session lasts where the configuration does not say.
const sessionHours = 8

// Sessions is what the listener remembers of who is there.
type Sessions struct {
	*scs.SessionManager
	Verifying chan struct{} // passwords under way
}

// NewSessions makes what the listener needs for sessions.
func (s *Gate) NewSessions() *Sessions {
	life := s.SessionLife
	if life <= 0 {
		life = sessionHours * time.Hour
	}
	s.scans.forgetAll()
	m := scs.New()
	if s.SessionIdle <= 0 {
		s.SessionIdle = sessionIdle
	}
	m.Store, m.Lifetime = sessionStore{s.Relay.Store, life, s.SessionIdle}, life
	m.Cookie = scs.SessionCookie{
		Name: "rivgate", Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: s.Environment != Demo,
	}
	if m.Cookie.Secure {
		m.Cookie.Name = "__Host-rivgate"
	}
	m.ErrorFunc = func(w http.ResponseWriter, r *http.Request, err error) { s.Fail(w, r, Access{}, !IsAPI(r), err) }
	return &Sessions{SessionManager: m, Verifying: make(chan struct{}, 4)}
}

// sessionStore is the store as scs wants it. Of what a browser has, the database knows a digest alone.
type sessionStore struct {
	db         *store.Store
	life, idle time.Duration
}

var _ scs.CtxStore = sessionStore{}

func tokenDigest(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// FindCtx finds what a session holds.
func (s sessionStore) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	return s.db.WebSession(ctx, tokenDigest(token))
}

// CommitCtx keeps what a session holds. Its end is the store's to know, by the store's clock.
func (s sessionStore) CommitCtx(ctx context.Context, token string, data []byte, _ time.Time) error {
	_, held, err := scs.GobCodec{}.Decode(data)
	if err != nil {
		return err
	}
	text := func(key string) string { v, _ := held[key].(string); return v }
	return s.db.PutWebSession(ctx, accounts.Held{
		Token: tokenDigest(token), Account: text(heldAccount), Data: data, Lifetime: s.life, Idle: s.idle,
		Way: text(heldWay), Origin: text(heldOrigin), Browser: text(heldBrowser),
	})
}

// DeleteCtx ends a session.
func (s sessionStore) DeleteCtx(ctx context.Context, token string) error {
	return s.db.EndWebSession(ctx, tokenDigest(token))
}

// Find is FindCtx for callers without a context; scs asks for it and does not use it.
func (s sessionStore) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

// Commit is CommitCtx for callers without a context, as Find is FindCtx.
func (s sessionStore) Commit(token string, data []byte, end time.Time) error {
	return s.CommitCtx(context.Background(), token, data, end)
}

// Delete is DeleteCtx for callers without a context.
func (s sessionStore) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }

// used notes that somebody is there, so that their session goes on. What an open page asks for by itself is no sign of
// that.
func (s *Gate) used(r *http.Request, who Access, e Endpoint) error {
	if !who.Person || e.Kind == Live {
		return nil
	}
	token := s.Sessions.Token(r.Context())
	if token == "" {
		return nil
	}
	return s.Relay.Store.UseWebSession(r.Context(), tokenDigest(token), s.SessionIdle)
}

// visitor is who is signed in; the zero access for nobody. An account that was disabled, changed its password
// elsewhere, or was made for the demo and is met elsewhere, is nobody.
func (s *Gate) visitor(ctx context.Context) (Access, error) {
	id := s.Sessions.GetString(ctx, heldAccount)
	if id == "" {
		return Access{}, nil
	}
	a, err := s.Relay.Store.Account(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return Access{}, nil
	}
	if err != nil {
		return Access{}, err
	}
	if !s.Welcome(a) || s.Sessions.GetInt64(ctx, heldEpoch) != a.Epoch {
		return Access{}, nil
	}
	return AccountAccess(a), nil
}

// Welcome tells whether an account can be used here at all.
func (s *Site) Welcome(a accounts.Account) bool {
	return !a.Disabled && (!a.Demo || s.Environment == Demo)
}

// KnownAccounts are what the accounts may that can be signed in to. Roles that the sign-in service gives are known of
// who has signed in by it alone.
func (s *Site) KnownAccounts(ctx context.Context) (all []Access, err error) {
	accounts, err := s.Relay.Store.Accounts(ctx)
	for _, a := range accounts {
		if s.Welcome(a) {
			who := AccountAccess(a)
			who.MustChange = false // they will have, by then
			all = append(all, who)
		}
	}
	return all, err
}

// AccountAccess is what somebody may who is signed in to an account.
func AccountAccess(a accounts.Account) Access {
	who := Access{User: a.ID, Name: a.Name, Person: true, MustChange: a.Changes && a.Source == accounts.Local}
	if who.Name == "" {
		who.Name = a.ID
	}
	for _, g := range a.Grants {
		who.Grants = append(who.Grants, Grant{Role: Role(g.Role), Kind: g.Kind, Units: g.Units})
	}
	return who
}

// Side is the side of the wall that somebody stands on; "" for both or none.
func (a Access) Side() routing.UnitKind {
	if !Walled(a.Grants) {
		return ""
	}
	for _, g := range a.Grants {
		if g.Kind != "" {
			return g.Kind
		}
	}
	return ""
}

// SessionID tells the session of a request from others of its account.
func (s *Site) SessionID(ctx context.Context) string {
	return accounts.SessionID(tokenDigest(s.Sessions.Token(ctx)))
}

// origin is the network that a request came from, over trusted proxies: enough to see that it is one's own, and not an
// address that tells one computer from another.
func (s *Gate) origin(r *http.Request) string {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return ""
	}
	from := s.Relay.Trust.Source(peer.Addr(), r.Header)
	bits := 48
	if from = from.Unmap(); from.Is4() {
		bits = 24
	}
	network, err := from.WithZone("").Prefix(bits)
	if err != nil {
		return ""
	}
	return network.String()
}

// browserName is a browser by its maker's name for it and the system that it runs on; "" for one that is not known.
// What comes first here counts: browsers say that they are others too.
func browserName(agent string) string {
	first := func(names ...[2]string) string {
		for _, name := range names {
			if strings.Contains(agent, name[0]) {
				return name[1]
			}
		}
		return ""
	}
	browser := first([2]string{"Edg/", "Edge"}, [2]string{"Firefox/", "Firefox"}, [2]string{"Chrome/", "Chrome"},
		[2]string{"Safari/", "Safari"})
	system := first([2]string{"Windows", "Windows"}, [2]string{"Android", "Android"}, [2]string{"iPhone", "iPhone"},
		[2]string{"iPad", "iPad"}, [2]string{"Mac OS X", "macOS"}, [2]string{"Linux", "Linux"})
	if browser == "" || system == "" {
		return browser
	}
	return browser + ", " + system
}

// Citizen is the identity of who looks into their mailbox in this browser; "" nobody has said who they are.
func (s *Site) Citizen(ctx context.Context) string { return s.Sessions.GetString(ctx, heldCitizen) }

// BeCitizen makes this browser somebody's mailbox: 1177's sign-in, where 1177 is tried.
func (s *Site) BeCitizen(ctx context.Context, person string) {
	s.Sessions.Put(ctx, heldCitizen, person)
}

// Enter makes the browser's session that of an account, under a new token. Of what the session held before, the forms
// that were kept go on, of their owner alone, what waits for their signing in again, and what other tabs have asked the
// provider.
func (s *Gate) Enter(r *http.Request, a accounts.Account, proof Proof) error {
	ctx := r.Context()
	waits, again := s.Waits(ctx, Access{User: a.ID}), s.Sessions.GetString(ctx, heldAgain)
	tries := s.Sessions.GetString(ctx, HeldOIDC)
	citizen := s.Citizen(ctx)
	kept := slices.DeleteFunc(s.KeptForms(ctx), func(k KeptForm) bool { return k.Account != a.ID })
	if err := s.Sessions.Clear(ctx); err != nil {
		return err
	}
	if err := s.Sessions.RenewToken(ctx); err != nil {
		return err
	}
	s.Sessions.Put(ctx, heldAccount, a.ID)
	s.Sessions.Put(ctx, heldEpoch, a.Epoch)
	s.Sessions.Put(ctx, heldWay, proof.Way)
	if !proof.At.IsZero() {
		s.Sessions.Put(ctx, heldProved, proof.At.UnixMicro())
	}
	if waits != nil {
		s.Sessions.Put(ctx, heldAgain, again)
	}
	s.Sessions.Put(ctx, heldOrigin, s.origin(r))
	s.Sessions.Put(ctx, heldBrowser, browserName(r.UserAgent()))
	if citizen != "" { // it is another person's, of the stand-in for 1177
		s.BeCitizen(ctx, citizen)
	}
	if tries != "" { // other tabs are at the provider
		s.Sessions.Put(ctx, HeldOIDC, tries)
	}
	if len(kept) > 0 {
		return s.putKept(ctx, kept)
	}
	return nil
}
