package signin

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/coreos/go-oidc/v3/oidc"
	"go.uber.org/zap"
	"golang.org/x/oauth2"

	"rivgate/store"
	"rivgate/store/accesslog"
	"rivgate/store/accounts"
	"rivgate/web/shell"
)

// Provider is an identity provider (OpenID Connect) that people sign in at. All exported fields are set before the
// first call and never changed.
type Provider struct {
	Issuer, ClientID, ClientSecret string
	Name                           string // as it stands on the button
	// of this site, where the provider sends people back: https://rivgate.example
	PublicURL  string
	Scopes     []string // beside openid; default profile
	RolesClaim string   // of the ID token: a text or a list of them; default "roles"
	UnitsClaim string   // of the ID token too: units of those Roles that have none. "" none
	// what each value of RolesClaim gives. A value that is not here gives nothing
	Roles map[string][]shell.Grant
	// Levels are the levels of sign-in that let somebody in (acr of the ID token), the one that is liked best first. The
	// provider is asked for them, and a token that states none of them is refused. Empty: any sign-in does.
	Levels []string
	HTTP   *http.Client // default http.DefaultClient

	mu    sync.Mutex
	found *oidc.Provider
}

// oidcTry is what must come back from the provider as it went. Each tab has its own.
type oidcTry struct {
	State, Nonce, Verifier, Next string
	At                           time.Time
	Again                        bool // somebody who is signed in shows again who they are
	Used                         bool // it came back: the code is not redeemed again, and where it led is known
}

// oidcTries is how many of them a browser may have at a time; the oldest makes room.
const oidcTries = 20

// tries are those of this browser that are not too old.
func (s *Pages) tries(ctx context.Context) (all []oidcTry) {
	if json.Unmarshal([]byte(s.Sessions.GetString(ctx, shell.HeldOIDC)), &all) != nil {
		return nil
	}
	return slices.DeleteFunc(all, func(t oidcTry) bool { return s.Clock().Sub(t.At) > oidcTime })
}

func (s *Pages) putTries(ctx context.Context, all []oidcTry) error {
	held, err := json.Marshal(all[max(0, len(all)-oidcTries):])
	if err == nil {
		s.Sessions.Put(ctx, shell.HeldOIDC, string(held))
	}
	return err
}

// useTry finds what a state answers, and uses it up.
func (s *Pages) useTry(ctx context.Context, state string) (try oidcTry, known bool, err error) {
	all := s.tries(ctx)
	for i := range all {
		if subtle.ConstantTimeCompare([]byte(state), []byte(all[i].State)) == 1 {
			try, known, all[i].Used = all[i], true, true
			all[i].Nonce, all[i].Verifier = "", ""
		}
	}
	if !known {
		return try, false, nil
	}
	return try, true, s.putTries(ctx, all)
}

// oidcTime is for how long somebody may be at the provider.
const oidcTime = 15 * time.Minute

// Refusals of a sign-in at the provider. Which check failed is for the log.
var (
	errProvider = shell.NewProblem(http.StatusBadGateway, "provider", titleProviderAway,
		wordProviderAway)
	errNotLetIn = shell.NewProblem(http.StatusForbidden, "not-let-in", titleNotLetIn,
		wordNotLetIn)
	errNotAgain = shell.NewProblem(http.StatusForbidden, "sign-in-kept", titleNotAgain, wordNotAgain)
	errNoRole   = shell.NewProblem(http.StatusForbidden, "no-role", titleNoRole,
		wordNoRole)
)

func (p *Provider) context(ctx context.Context) context.Context {
	if p.HTTP != nil {
		return oidc.ClientContext(ctx, p.HTTP)
	}
	return ctx
}

// discover reads the provider's description, once it can be read.
func (p *Provider) discover(ctx context.Context) (*oidc.Provider, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found != nil {
		return p.found, nil
	}
	// What is found reads keys later on: with the client, without this request's end.
	ctx, cancel := context.WithTimeout(p.context(context.WithoutCancel(ctx)), shell.CheckTimeout)
	defer cancel()
	found, err := oidc.NewProvider(ctx, p.Issuer)
	if err != nil {
		return nil, fmt.Errorf("reading the identity provider's description: %w", err)
	}
	p.found = found
	return found, nil
}

func (p *Provider) config(found *oidc.Provider) *oauth2.Config {
	scopes := p.Scopes
	if len(scopes) == 0 {
		scopes = []string{"profile"}
	}
	return &oauth2.Config{
		ClientID: p.ClientID, ClientSecret: p.ClientSecret, Endpoint: found.Endpoint(),
		RedirectURL: strings.TrimSuffix(p.PublicURL, "/") + "/signin/oidc/back",
		Scopes: append([]string{oidc.ScopeOpenID},
			slices.DeleteFunc(slices.Clone(scopes), func(s string) bool { return s == oidc.ScopeOpenID })...),
	}
}

// endSession is where a session at the provider is ended; "" where that is not possible.
// No ID token is kept to show there: the client's id says who asks (OpenID Connect RP-Initiated Logout 1.0, 2).
func (p *Provider) endSession(ctx context.Context) string {
	found, err := p.discover(ctx)
	if err != nil {
		return ""
	}
	var described struct {
		EndSession string `json:"end_session_endpoint"`
	}
	if found.Claims(&described) != nil || described.EndSession == "" {
		return ""
	}
	to, err := url.Parse(described.EndSession)
	if err != nil {
		return ""
	}
	q := to.Query()
	q.Set("client_id", p.ClientID)
	q.Set("post_logout_redirect_uri", strings.TrimSuffix(p.PublicURL, "/")+"/signin?out")
	to.RawQuery = q.Encode()
	return to.String()
}

func unguessable() (string, error) {
	b := make([]byte, 32)
	if _, err := rand.Read(b); err != nil {
		return "", fmt.Errorf("making a secret: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(b), nil
}

// OIDCGo sends somebody to the provider.
func (s *Pages) OIDCGo(w http.ResponseWriter, r *http.Request, _ shell.Access) error {
	if s.Provider == nil {
		return shell.ErrNotFound
	}
	found, err := s.Provider.discover(r.Context())
	if err != nil {
		s.Logger().Error("signing in", zap.Error(err))
		return errProvider
	}
	try := oidcTry{Verifier: oauth2.GenerateVerifier(), Next: shell.SafeNext(r.URL.Query().Get("next")), At: s.Clock()}
	if try.Again = r.URL.Query().Has("again"); try.Again {
		try.Next = shell.AgainPath
	}
	if try.State, err = unguessable(); err != nil {
		return err
	}
	if try.Nonce, err = unguessable(); err != nil {
		return err
	}
	if err := s.putTries(r.Context(), append(s.tries(r.Context()), try)); err != nil {
		return err
	}
	asked := []oauth2.AuthCodeOption{oidc.Nonce(try.Nonce), oauth2.S256ChallengeOption(try.Verifier)}
	if len(s.Provider.Levels) > 0 {
		asked = append(asked, oauth2.SetAuthURLParam("acr_values", strings.Join(s.Provider.Levels, " ")))
	}
	if try.Again { // both: some providers know one of them only. What came of it, auth_time says.
		asked = append(asked, oauth2.SetAuthURLParam("prompt", "login"), oauth2.SetAuthURLParam("max_age", "0"))
	}
	http.Redirect(w, r, s.Provider.config(found).AuthCodeURL(try.State, asked...), http.StatusSeeOther)
	return nil
}

// OIDCBack lets somebody in whom the provider sends back.
func (s *Pages) OIDCBack(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	if s.Provider == nil {
		return shell.ErrNotFound
	}
	ctx, q := r.Context(), r.URL.Query()
	try, known, err := s.useTry(ctx, q.Get("state"))
	switch {
	case err != nil:
		return err
	case try.Used && who.User != "": // the back button
		http.Redirect(w, r, try.Next, http.StatusSeeOther)
		return nil
	case !known || try.Used: // once: what comes back again lets nobody in
		return s.notLetIn(r, "expired", nil)
	}
	if err := s.Provider.ownAnswer(ctx, q["iss"]); err != nil {
		return s.notLetIn(r, "issuer", err)
	}
	if q.Get("code") == "" {
		return s.notLetIn(r, "no code", nil)
	}
	claims, err := s.redeem(ctx, q.Get("code"), try)
	if errors.Is(err, errLevel) {
		return errors.Join(s.Provider.levelNeeded(), s.notLetIn(r, "level", err))
	}
	if err != nil {
		return s.notLetIn(r, "token", err)
	}
	proved, err := provedAt(claims, s.Clock())
	if err == nil && try.Again && proved.Before(try.At.Add(-issuedAhead)) {
		err = errKept
	}
	if err != nil {
		return errors.Join(errNotAgain, s.notLetIn(r, "not again", err))
	}
	a, err := s.provided(r, claims)
	if err != nil {
		return err
	}
	if err := s.Enter(r, a, shell.Proof{Way: shell.ProviderWay, At: proved}); err != nil {
		return err
	}
	s.Sessions.Put(ctx, shell.HeldThere, true)
	http.Redirect(w, r, try.Next, http.StatusSeeOther)
	return nil
}

// errKept is the refusal of an earlier sign-in that the provider kept, where another one was asked for.
var errKept = errors.New("verifying the ID token: they did not sign in again (auth_time)")

// provedAt is when somebody last showed the provider who they are (auth_time); zero where it does not say, and an error
// where it says a time that has not come.
func provedAt(claims map[string]any, now time.Time) (time.Time, error) {
	seconds, ok := claims["auth_time"].(float64)
	if !ok {
		return time.Time{}, nil
	}
	at := time.Unix(int64(seconds), 0)
	if at.After(now.Add(issuedAhead)) {
		return time.Time{}, errors.New("verifying the ID token: they signed in in the future (auth_time)")
	}
	if at.After(now) {
		at = now
	}
	return at, nil
}

// notLetIn notes a sign-in that failed, and why in the program's log.
func (s *Pages) notLetIn(r *http.Request, why string, err error) error {
	s.Stranger(r, shell.Access{}, accesslog.Row{
		What: accesslog.Refused, Detail: accesslog.DetailOf("sign-in at the provider", why),
	})
	if err != nil {
		s.Logger().Warn("sign-in at the identity provider refused", zap.String("why", why), zap.Error(err))
	}
	return errNotLetIn
}

// ownAnswer refuses an answer that another provider sent (RFC 9207): iss is the provider, and is there where the
// provider says that it always is.
func (p *Provider) ownAnswer(ctx context.Context, iss []string) error {
	found, err := p.discover(ctx)
	if err != nil {
		return err
	}
	var described struct {
		Always bool `json:"authorization_response_iss_parameter_supported"`
	}
	if err := found.Claims(&described); err != nil {
		return fmt.Errorf("reading the identity provider's description: %w", err)
	}
	switch {
	case len(iss) == 0 && described.Always:
		return errors.New("the answer does not say which provider it comes from")
	case len(iss) > 1, len(iss) == 1 && iss[0] != p.Issuer:
		return errors.New("the answer comes from another provider")
	}
	return nil
}

// redeem turns a code into the claims of an ID token that is the provider's, for us, in time, and the answer to this
// try.
func (s *Pages) redeem(ctx context.Context, code string, try oidcTry) (claims map[string]any, err error) {
	found, err := s.Provider.discover(ctx)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(s.Provider.context(ctx), shell.CheckTimeout)
	defer cancel()
	token, err := s.Provider.config(found).Exchange(ctx, code, oauth2.VerifierOption(try.Verifier))
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) { // its text may quote the answer's body
		return nil, fmt.Errorf("redeeming the code: the provider answers with status %d", refused.Response.StatusCode)
	}
	if err != nil {
		return nil, fmt.Errorf("redeeming the code: %w", err)
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return nil, errors.New("redeeming the code: there is no ID token in the answer")
	}
	id, err := found.Verifier(&oidc.Config{ClientID: s.Provider.ClientID, Now: s.Clock}).Verify(ctx, raw)
	if err != nil {
		return nil, fmt.Errorf("verifying the ID token: %w", err)
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(try.Nonce)) != 1 {
		return nil, errors.New("verifying the ID token: it answers another try")
	}
	if err := id.Claims(&claims); err != nil {
		return nil, fmt.Errorf("reading the ID token: %w", err)
	}
	claims["sub"] = id.Subject
	return claims, s.Provider.checkClaims(id, claims, s.Clock())
}

// issuedAhead is how far the provider's clock may be ahead of ours.
const issuedAhead = time.Minute

// checkClaims are the checks of OpenID Connect Core 1.0, 3.1.3.7, that the library leaves to its caller.
func (p *Provider) checkClaims(id *oidc.IDToken, claims map[string]any, now time.Time) error {
	party, has := claims["azp"]
	switch {
	case has && party != p.ClientID:
		return errors.New("verifying the ID token: it was issued to another party (azp)")
	case !has && len(id.Audience) > 1:
		return errors.New("verifying the ID token: it is for several parties and does not say for which (azp)")
	case id.IssuedAt.IsZero() || id.IssuedAt.Unix() <= 0:
		return errors.New("verifying the ID token: it does not say when it was issued (iat)")
	case id.IssuedAt.After(now.Add(issuedAhead)):
		return errors.New("verifying the ID token: it was issued in the future (iat)")
	}
	return p.checkLevel(claims)
}

// errLevel is the refusal of a sign-in at a level that is not one of Levels.
var errLevel = errors.New("verifying the ID token: it does not state a level of sign-in that is asked for (acr)")

// checkLevel judges how somebody signed in. What the provider was asked for is a wish to it (OpenID Connect Core 1.0,
// 3.1.2.1, acr_values): only what the token states counts, letter for letter. errLevel.
func (p *Provider) checkLevel(claims map[string]any) error {
	if len(p.Levels) == 0 {
		return nil
	}
	stated, _ := claims["acr"].(string)
	if !slices.Contains(p.Levels, stated) {
		return errLevel
	}
	return nil
}

// levelNeeded is what somebody reads who signed in at too low a level.
func (p *Provider) levelNeeded() error {
	return shell.NewProblem(http.StatusForbidden, "sign-in-level", titleLevel,
		fmt.Sprintf(wordLevel, strings.Join(p.Levels, wordLevelOr)))
}

// grants are what the claims give.
func (p *Provider) grants(claims map[string]any) []shell.Grant {
	name := p.RolesClaim
	if name == "" {
		name = "roles"
	}
	var all []shell.Grant
	for _, value := range texts(claims[name]) {
		for _, g := range p.Roles[value] {
			if g.Role.ForUnits() && len(g.Units) == 0 && p.UnitsClaim != "" {
				for _, unit := range texts(claims[p.UnitsClaim]) {
					// a token names units, it does not widen
					if unit != shell.AllUnits && !strings.HasPrefix(unit, shell.RegionUnits) {
						g.Units = append(slices.Clone(g.Units), unit)
					}
				}
			}
			all = append(all, g)
		}
	}
	return all
}

// texts is a claim that is a text or a list of texts.
func texts(claim any) []string {
	switch v := claim.(type) {
	case string:
		return []string{v}
	case []any:
		var all []string
		for _, one := range v {
			if text, ok := one.(string); ok {
				all = append(all, text)
			}
		}
		return all
	}
	return nil
}

// subjectMost is the length of a subject (OpenID Connect Core 1.0, 2).
const subjectMost = 255

// provided keeps what the provider says of somebody as their account, and logs that they signed in. Where it refuses
// them, or gives them no role, the account has none from then on, and its sessions end; with fewer roles its sessions
// have fewer.
func (s *Pages) provided(r *http.Request, claims map[string]any) (accounts.Account, error) {
	subject, _ := claims["sub"].(string)
	if strings.TrimSpace(subject) == "" || len(subject) > subjectMost || strings.ContainsFunc(subject, unicode.IsControl) {
		return accounts.Account{}, s.notLetIn(r, "no subject", nil)
	}
	fresh := accounts.Account{ID: accounts.ProviderPrefix + subject, Source: s.Provider.Issuer, SignedIn: s.Clock()}
	fresh.Name, _ = claims["name"].(string)
	for _, g := range s.Provider.grants(claims) {
		fresh.Grants = append(fresh.Grants, accounts.Grant{Role: string(g.Role), Kind: g.Kind, Units: g.Units})
	}
	a, err := s.keepProvided(r.Context(), fresh)
	switch {
	case errors.Is(err, errNotLetIn):
		return a, s.notLetIn(r, "account", nil)
	case errors.Is(err, accounts.ErrWall):
		return a, errors.Join(s.endProvided(r, fresh, "both sides"), errNotLetIn)
	case errors.Is(err, errNoRole):
		return a, errors.Join(s.endProvided(r, fresh, "no role"), errNoRole)
	}
	return a, err
}

// keepProvided changes or adds the account. errNoRole and store.ErrWall where the roles let nobody in, errNotLetIn
// where the account is shut out or another provider's.
func (s *Pages) keepProvided(ctx context.Context, fresh accounts.Account) (accounts.Account, error) {
	if len(fresh.Grants) == 0 {
		return accounts.Account{}, errNoRole
	}
	row := shell.AccountAccess(fresh).Row(accesslog.Row{What: accesslog.SignIn, Detail: "provider"})
	a, err := s.Relay.Store.ChangeAccount(ctx, fresh.ID, row, func(a *accounts.Account) error {
		if a.Disabled || a.Source != fresh.Source {
			return errNotLetIn
		}
		a.Name, a.Grants, a.SignedIn = fresh.Name, fresh.Grants, fresh.SignedIn
		return nil
	})
	if errors.Is(err, store.ErrNotFound) {
		if err = s.Relay.Store.AddAccount(ctx, fresh, row); err == nil {
			a, err = s.Relay.Store.Account(ctx, fresh.ID)
		}
	}
	return a, err
}

// endProvided takes every role from an account that the provider no longer lets in, and ends its sessions. The refusal
// is in the access log, whether there is such an account or not.
func (s *Pages) endProvided(r *http.Request, fresh accounts.Account, why string) error {
	row := accesslog.Row{
		What: accesslog.Refused, Subject: fresh.ID, Detail: accesslog.DetailOf("sign-in at the provider", why),
	}
	_, err := s.Relay.Store.ChangeAccount(r.Context(), fresh.ID, row, func(a *accounts.Account) error {
		if a.Source != fresh.Source {
			return store.ErrNotFound
		}
		a.Grants = nil
		a.Epoch++
		return nil
	})
	if errors.Is(err, store.ErrNotFound) {
		row.Subject = ""
		s.Stranger(r, shell.Access{}, row)
		return nil
	}
	return err
}
