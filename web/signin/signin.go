package signin

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"rivgate/store"
	"rivgate/store/accesslog"
	"rivgate/store/accounts"
	"rivgate/web/shell"
)

// verifyPassword is PasswordMatches, of which only a few run at a time: each takes memory. Without an account it takes
// as long as with one.
func (s *Pages) verifyPassword(ctx context.Context, hash, password string) (bool, error) {
	select {
	case s.Sessions.Verifying <- struct{}{}:
		defer func() { <-s.Sessions.Verifying }()
	case <-ctx.Done():
		return false, shell.ErrBusy
	}
	known := hash != ""
	if !known {
		hash = nobodysPassword
	}
	if len(password) > shell.PasswordMost {
		password = ""
	}
	return shell.PasswordMatches(hash, password) && known, nil
}

// nobodysPassword has the parameters of HashPassword, so that a wrong name takes as long as a wrong password. Nothing
// is known to match it.
const nobodysPassword = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// signInRate bounds guesses within a quarter of an hour: after five for an account each waits for longer, from one
// address, behind which a whole hospital may sit, there are sixty.
func signInRate() accounts.SignInRate {
	return accounts.SignInRate{
		Within: 15 * time.Minute, Account: 5, First: time.Second, Longest: 15 * time.Second, Address: 60, Browser: 10,
	}
}

// SignInPage asks who it is.
func (s *Pages) SignInPage(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	next := shell.SafeNext(r.URL.Query().Get("next"))
	if who.User != "" {
		http.Redirect(w, r, next, http.StatusSeeOther)
		return nil
	}
	return s.ShowSignIn(w, http.StatusOK, shell.SignInPage{
		Next: next, Form: &shell.Form{Name: "signin", Values: url.Values{}}, Out: r.URL.Query().Has("out"),
	})
}

// SignIn lets somebody in by name and password. Whether the name or the password was wrong, or there were too many
// tries, is not told.
func (s *Pages) SignIn(w http.ResponseWriter, r *http.Request, _ shell.Access) error {
	if s.NoLocalAccounts {
		return shell.ErrNotFound
	}
	f, err := shell.ReadForm(w, r, "signin")
	if err != nil {
		return err
	}
	password := r.PostForm.Get("password") // as it was typed, blanks and all
	f.Values.Del("password")
	p := shell.SignInPage{Form: f, Next: shell.SafeNext(f.Value("next")), Kept: len(s.KeptForms(r.Context())) > 0}
	p.Was = p.Kept
	if f.Value("account") == "" {
		f.Refuse("account", wordUserName)
	}
	if password == "" {
		f.Refuse("password", wordPassword)
	}
	if f.Failed() {
		return s.ShowSignIn(w, http.StatusUnprocessableEntity, p)
	}
	a, err := s.judge(r, f.Value("account"), password)
	if errors.Is(err, errNobody) {
		f.General = wordWrong
		return s.ShowSignIn(w, http.StatusUnprocessableEntity, p)
	}
	if err != nil {
		return err
	}
	if err := s.Enter(r, a, shell.Proof{Way: shell.PasswordWay, At: s.Clock()}); err != nil {
		return err
	}
	if err := s.knowBrowser(w, r, a); err != nil {
		return err
	}
	http.Redirect(w, r, p.Next, http.StatusSeeOther)
	return nil
}

// errNobody is the refusal of a name with a password.
var errNobody = errors.New("name and password let nobody in")

// slowDown waits, and ends early with ctx.
func (s *Pages) slowDown(ctx context.Context, wait time.Duration) error {
	if wait <= 0 {
		return nil
	}
	if s.Pause != nil {
		return s.Pause(ctx, wait)
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// judge finds the account of a name and a password, notes the try before and the outcome after. Guesses make it wait.
// errNobody.
func (s *Pages) judge(r *http.Request, typed, password string) (accounts.Account, error) {
	ctx, id := r.Context(), accounts.ID(typed)
	name, err := s.Digest(ctx, "account", id)
	if err != nil {
		return accounts.Account{}, err
	}
	address, err := s.Digest(ctx, "address", s.peer(r))
	if err != nil {
		return accounts.Account{}, err
	}
	a, err := s.Relay.Store.Account(ctx, id)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return a, err
	}
	try := accounts.SignInTry{Account: name, Address: address}
	if try.Browser, err = s.knownBrowser(r, a); err != nil {
		return accounts.Account{}, err
	}
	may, wait, err := s.Relay.Store.TrySignIn(ctx, try, signInRate())
	if err != nil {
		return accounts.Account{}, err
	}
	if !may {
		s.Stranger(r, shell.Access{}, accesslog.Row{
			What: accesslog.Refused, Detail: accesslog.DetailOf("sign-in", "too many tries"),
		})
		return accounts.Account{}, errNobody
	}
	if err := s.slowDown(ctx, wait); err != nil {
		return accounts.Account{}, err
	}
	ok, err := s.verifyPassword(ctx, a.Password, password)
	if err != nil {
		return a, err
	}
	if !ok || a.Source != accounts.Local || !s.Welcome(a) {
		row := accesslog.Row{What: accesslog.Refused, Detail: "sign-in", Subject: a.ID}
		s.Stranger(r, shell.Access{}, row)
		return a, errNobody
	}
	return a,
		s.Relay.Store.SignedIn(ctx, a.ID, try,
			shell.AccountAccess(a).Row(accesslog.Row{What: accesslog.SignIn, Detail: "password"}))
}

// peer is the address that a request came from, over trusted proxies as on the SOAP listeners.
func (s *Pages) peer(r *http.Request) string {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return s.Relay.Trust.Source(peer.Addr(), r.Header).String()
}

// SignOut ends the session, here and at the provider where that is how it began.
func (s *Pages) SignOut(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	ctx := r.Context()
	provided := s.Sessions.GetBool(ctx, shell.HeldThere)
	if who.User != "" {
		if err := s.Looked(ctx, who, accesslog.Row{What: accesslog.SignOut}); err != nil {
			return err
		}
	}
	if err := s.Sessions.Destroy(ctx); err != nil {
		return err
	}
	if who.User != "" {
		s.Sessions.Put(ctx, shell.HeldLeft, who.User) // in a new session, of nobody
	}
	if provided && s.Provider != nil {
		if there := s.Provider.endSession(ctx); there != "" {
			// No redirect: browsers hold what follows a form to the policy's form-action too. The page has the address as a link
			// beside.
			w.Header().Set("Refresh", "0; url="+there)
			return s.ShowSignIn(w, http.StatusOK, shell.SignInPage{
				Next: "/", Form: &shell.Form{Name: "signin", Values: url.Values{}}, Out: true, There: there,
			})
		}
	}
	http.Redirect(w, r, "/signin?out", http.StatusSeeOther)
	return nil
}
