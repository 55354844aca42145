package web

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

	"github.com/coreos/go-oidc/v3/oidc"
	"go.uber.org/zap"
	"golang.org/x/oauth2"

	"rivgate/store"
)

// Provider is an identity provider (OpenID Connect) that people sign in at. All exported fields are set before the first call and never changed.
type Provider struct {
	Issuer, ClientID, ClientSecret string
	Name                           string             // as it stands on the button
	PublicURL                      string             // of this site, where the provider sends people back: https://rivgate.example
	Scopes                         []string           // beside openid; default profile
	RolesClaim                     string             // of the ID token: a text or a list of them; default "roles"
	UnitsClaim                     string             // the like: units of those Roles that have none. "" none
	Roles                          map[string][]Grant // what each value of RolesClaim gives. A value that is not here gives nothing
	HTTP                           *http.Client       // default http.DefaultClient

	mu    sync.Mutex
	found *oidc.Provider
}

// oidcTry is what must come back from the provider as it went.
type oidcTry struct {
	State, Nonce, Verifier, Next string
	At                           time.Time
}

// oidcTime is for how long somebody may be at the provider.
const oidcTime = 15 * time.Minute

// Refusals of a sign-in at the provider. Which check failed is for the log.
var (
	errProvider = newProblem(http.StatusBadGateway, "provider", "Inloggningstjänsten svarar inte",
		"Det gick inte att nå inloggningstjänsten. Försök igen om en stund.")
	errNotLetIn = newProblem(http.StatusForbidden, "not-let-in", "Inloggningen godtogs inte",
		"Börja om från inloggningssidan. Hjälper inte det behöver din administratör se i åtkomstloggen.")
	errNoRole = newProblem(http.StatusForbidden, "no-role", "Du har ingen roll här",
		"Inloggningstjänsten känner dig, men ger dig ingen roll i Rivgate. Be din administratör om en.")
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
	ctx, cancel := context.WithTimeout(p.context(context.WithoutCancel(ctx)), checkTimeout)
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
		RedirectURL: strings.TrimSuffix(p.PublicURL, "/") + "/signin/oidc/back", Scopes: append([]string{oidc.ScopeOpenID}, slices.DeleteFunc(slices.Clone(scopes), func(s string) bool { return s == oidc.ScopeOpenID })...),
	}
}

// endSession is where a session at the provider is ended; "" where that is not possible.
func (p *Provider) endSession(ctx context.Context, idToken string) string {
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
	q.Set("id_token_hint", idToken)
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

// oidcGo sends somebody to the provider.
func (s *Site) oidcGo(w http.ResponseWriter, r *http.Request, _ access) error {
	if s.Provider == nil {
		return errNotFound
	}
	found, err := s.Provider.discover(r.Context())
	if err != nil {
		s.log().Error("signing in", zap.Error(err))
		return errProvider
	}
	try := oidcTry{Verifier: oauth2.GenerateVerifier(), Next: safeNext(r.URL.Query().Get("next")), At: s.now()}
	if try.State, err = unguessable(); err != nil {
		return err
	}
	if try.Nonce, err = unguessable(); err != nil {
		return err
	}
	held, err := json.Marshal(try)
	if err != nil {
		return err
	}
	s.visits.Put(r.Context(), heldOIDC, string(held))
	http.Redirect(w, r, s.Provider.config(found).AuthCodeURL(try.State, oidc.Nonce(try.Nonce), oauth2.S256ChallengeOption(try.Verifier)), http.StatusSeeOther)
	return nil
}

// oidcBack lets somebody in whom the provider sends back.
func (s *Site) oidcBack(w http.ResponseWriter, r *http.Request, _ access) error {
	if s.Provider == nil {
		return errNotFound
	}
	ctx, q := r.Context(), r.URL.Query()
	var try oidcTry
	text := s.visits.PopString(ctx, heldOIDC) // once: what comes back again is refused
	if json.Unmarshal([]byte(text), &try) != nil || s.now().Sub(try.At) > oidcTime || subtle.ConstantTimeCompare([]byte(q.Get("state")), []byte(try.State)) != 1 {
		return s.notLetIn(r, "state", nil)
	}
	if q.Get("code") == "" {
		return s.notLetIn(r, "the provider gave no code", nil)
	}
	claims, idToken, err := s.redeem(ctx, q.Get("code"), try)
	if err != nil {
		return s.notLetIn(r, "token", err)
	}
	grants := s.Provider.grants(claims)
	if len(grants) == 0 {
		s.stranger(r, access{}, store.Access{What: store.AccessRefused, Detail: "sign-in at the provider: no role"})
		return errNoRole
	}
	a, err := s.provided(r, claims, grants)
	if err != nil {
		return err
	}
	if err := s.enter(ctx, a); err != nil {
		return err
	}
	s.visits.Put(ctx, heldIDToken, idToken)
	http.Redirect(w, r, try.Next, http.StatusSeeOther)
	return nil
}

// notLetIn notes a sign-in that failed, and why in the program's log.
func (s *Site) notLetIn(r *http.Request, why string, err error) error {
	s.stranger(r, access{}, store.Access{What: store.AccessRefused, Detail: "sign-in at the provider: " + why})
	if err != nil {
		s.log().Warn("sign-in at the identity provider refused", zap.String("why", why), zap.Error(err))
	}
	return errNotLetIn
}

// redeem turns a code into the claims of an ID token that is the provider's, for us, in time, and the answer to this try.
func (s *Site) redeem(ctx context.Context, code string, try oidcTry) (claims map[string]any, idToken string, err error) {
	found, err := s.Provider.discover(ctx)
	if err != nil {
		return nil, "", err
	}
	ctx, cancel := context.WithTimeout(s.Provider.context(ctx), checkTimeout)
	defer cancel()
	token, err := s.Provider.config(found).Exchange(ctx, code, oauth2.VerifierOption(try.Verifier))
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) { // its text may quote the answer's body
		return nil, "", fmt.Errorf("redeeming the code: the provider answers with status %d", refused.Response.StatusCode)
	}
	if err != nil {
		return nil, "", fmt.Errorf("redeeming the code: %w", err)
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return nil, "", errors.New("redeeming the code: there is no ID token in the answer")
	}
	id, err := found.Verifier(&oidc.Config{ClientID: s.Provider.ClientID, Now: s.now}).Verify(ctx, raw)
	if err != nil {
		return nil, "", fmt.Errorf("verifying the ID token: %w", err)
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(try.Nonce)) != 1 {
		return nil, "", errors.New("verifying the ID token: it answers another try")
	}
	if err := id.Claims(&claims); err != nil {
		return nil, "", fmt.Errorf("reading the ID token: %w", err)
	}
	claims["sub"] = id.Subject
	return claims, raw, nil
}

// grants are what the claims give.
func (p *Provider) grants(claims map[string]any) []Grant {
	name := p.RolesClaim
	if name == "" {
		name = "roles"
	}
	var all []Grant
	for _, value := range texts(claims[name]) {
		for _, g := range p.Roles[value] {
			if g.Role.ForUnits() && len(g.Units) == 0 && p.UnitsClaim != "" {
				for _, unit := range texts(claims[p.UnitsClaim]) {
					if unit != AllUnits && !strings.HasPrefix(unit, RegionUnits) { // a token names units, it does not widen
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

// provided keeps what the provider told of somebody as their account, and notes that they signed in.
func (s *Site) provided(r *http.Request, claims map[string]any, grants []Grant) (store.Account, error) {
	subject, _ := claims["sub"].(string)
	if strings.TrimSpace(subject) == "" {
		return store.Account{}, s.notLetIn(r, "no subject", nil)
	}
	fresh := store.Account{ID: "oidc:" + subject, Source: s.Provider.Issuer}
	fresh.Name, _ = claims["name"].(string)
	for _, g := range grants {
		fresh.Grants = append(fresh.Grants, store.Grant{Role: string(g.Role), Kind: g.Kind, Units: g.Units})
	}
	fresh.SignedIn = s.now()
	row := accountAccess(fresh).row(store.Access{What: store.AccessSignIn, Detail: "provider"})
	row.Who = store.AccountID(fresh.ID)
	a, err := s.Relay.Store.ChangeAccount(r.Context(), fresh.ID, row, func(a *store.Account) error {
		if a.Disabled || a.Source != s.Provider.Issuer {
			return errNotLetIn
		}
		a.Name, a.Grants, a.SignedIn = fresh.Name, fresh.Grants, fresh.SignedIn
		return nil
	})
	if errors.Is(err, store.ErrNotFound) {
		if err = s.Relay.Store.AddAccount(r.Context(), fresh, row); err == nil {
			a, err = s.Relay.Store.Account(r.Context(), fresh.ID)
		}
	}
	switch {
	case errors.Is(err, errNotLetIn):
		return a, s.notLetIn(r, "account", nil)
	case errors.Is(err, store.ErrWall):
		return a, s.notLetIn(r, "roles on both sides of the wall", nil)
	}
	return a, err
}
