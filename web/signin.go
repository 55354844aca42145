package web

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"rivgate/store"
)

// signInRate bounds guesses within a quarter of an hour: after five for an account each waits for longer, from one address,
// behind which a whole hospital may sit, there are sixty.
func signInRate() store.SignInRate {
	return store.SignInRate{
		Within: 15 * time.Minute, Account: 5, First: time.Second, Longest: 15 * time.Second, Address: 60, Browser: 10,
	}
}

// elsewhere is the answer to who has to go to another page first.
type elsewhere struct{ address string }

func (e *elsewhere) Error() string { return "elsewhere" }

// errSignIn is the answer to who has to sign in first.
var errSignIn = newProblem(http.StatusUnauthorized, "sign-in", "Logga in", "Logga in för att fortsätta.")

type signInPage struct {
	page
	Form     *form
	Next     string
	Kept     bool   // what they had typed waits for them
	Was      bool   // signed in before: the session ran out, or was ended
	Provider string // name of the identity provider; "" none
	Local    bool
	Out      bool   // has just signed out
	There    string // where they sign out at the provider; "" nowhere
}

// safeNext is an address on this site; "/" for any other.
func safeNext(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\r\n\t") ||
		strings.HasPrefix(u.Path, "/signin") || strings.HasPrefix(u.Path, "/signout") || strings.HasPrefix(u.Path, "//") {
		return "/"
	}
	return next
}

// signInPage asks who it is.
func (s *Site) signInPage(w http.ResponseWriter, r *http.Request, who access) error {
	next := safeNext(r.URL.Query().Get("next"))
	if who.user != "" {
		http.Redirect(w, r, next, http.StatusSeeOther)
		return nil
	}
	return s.showSignIn(w, http.StatusOK, signInPage{Next: next, Form: &form{Name: "signin", Values: url.Values{}}, Out: r.URL.Query().Has("out")})
}

func (s *Site) showSignIn(w http.ResponseWriter, status int, p signInPage) error {
	p.page = s.page(access{}, "Logga in", "signin")
	p.Local = !s.NoLocalAccounts
	if s.Provider != nil {
		p.Provider = s.Provider.Name
	}
	if p.Form.Failed() {
		p.Title = "Fel: " + p.Title
	}
	return html.render(w, status, "signin", p)
}

// turnedAway answers a request of nobody: reading goes to the sign-in page and comes back; what was sent with a form is kept.
func (s *Site) turnedAway(w http.ResponseWriter, r *http.Request) error {
	if r.Header.Get("HX-Request") == "true" { // htmx changes a part of a page, which stays as it is
		if r.Method == http.MethodGet {
			w.Header().Set("HX-Redirect", link("/signin?next={}", s.pageOf(r)))
		}
		return errSignIn
	}
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		http.Redirect(w, r, link("/signin?next={}", s.pageOf(r)), http.StatusSeeOther)
		return nil
	}
	kept, err := s.keepForm(w, r)
	if err != nil {
		return err
	}
	if r.Header.Get("Accept") == "application/json" { // the page's script saves a draft
		return writeJSON(w, http.StatusUnauthorized, struct {
			Kept   bool   `json:"kept"`
			SignIn string `json:"signIn"`
		}{kept, link("/signin?next={}", safeNext(s.pageOf(r)))})
	}
	return s.showSignIn(w, http.StatusUnauthorized, signInPage{Next: safeNext(s.pageOf(r)), Kept: kept, Was: true, Form: &form{Name: "signin", Values: url.Values{}}})
}

// signIn lets somebody in by name and password. Whether the name or the password was wrong, or there were too many tries, is not told.
func (s *Site) signIn(w http.ResponseWriter, r *http.Request, _ access) error {
	if s.NoLocalAccounts {
		return errNotFound
	}
	f, err := readForm(w, r, "signin")
	if err != nil {
		return err
	}
	password := r.PostForm.Get("password") // as it was typed, blanks and all
	f.Values.Del("password")
	p := signInPage{Form: f, Next: safeNext(f.Value("next")), Kept: len(s.keptForms(r.Context())) > 0}
	p.Was = p.Kept
	if f.Value("account") == "" {
		f.refuse("account", "Skriv ditt användarnamn.")
	}
	if password == "" {
		f.refuse("password", "Skriv ditt lösenord.")
	}
	if f.Failed() {
		return s.showSignIn(w, http.StatusUnprocessableEntity, p)
	}
	a, err := s.judge(r, f.Value("account"), password)
	if errors.Is(err, errNobody) {
		f.General = "Användarnamnet eller lösenordet är fel, eller så har det provats för många gånger. Försök igen om en stund."
		return s.showSignIn(w, http.StatusUnprocessableEntity, p)
	}
	if err != nil {
		return err
	}
	if err := s.enter(r.Context(), a); err != nil {
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
func (s *Site) slowDown(ctx context.Context, wait time.Duration) error {
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

// judge finds the account of a name and a password, notes the try before and the outcome after. Guesses make it wait. errNobody.
func (s *Site) judge(r *http.Request, typed, password string) (store.Account, error) {
	ctx, id := r.Context(), store.AccountID(typed)
	name, err := s.digest(ctx, "account", id)
	if err != nil {
		return store.Account{}, err
	}
	address, err := s.digest(ctx, "address", s.peer(r))
	if err != nil {
		return store.Account{}, err
	}
	a, err := s.Relay.Store.Account(ctx, id)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return a, err
	}
	try := store.SignInTry{Account: name, Address: address}
	if try.Browser, err = s.knownBrowser(r, a); err != nil {
		return store.Account{}, err
	}
	may, wait, err := s.Relay.Store.TrySignIn(ctx, try, signInRate())
	if err != nil {
		return store.Account{}, err
	}
	if !may {
		s.stranger(r, access{}, store.Access{What: store.AccessRefused, Detail: "sign-in: too many tries"})
		return store.Account{}, errNobody
	}
	if err := s.slowDown(ctx, wait); err != nil {
		return store.Account{}, err
	}
	ok, err := s.verifyPassword(ctx, a.Password, password)
	if err != nil {
		return a, err
	}
	if !ok || a.Source != store.LocalAccounts || !s.welcome(a) {
		row := store.Access{What: store.AccessRefused, Detail: "sign-in", Subject: a.ID}
		s.stranger(r, access{}, row)
		return a, errNobody
	}
	return a, s.Relay.Store.SignedIn(ctx, a.ID, try, accountAccess(a).row(store.Access{What: store.AccessSignIn, Detail: "password"}))
}

// peer is the address that a request came from, over trusted proxies as on the SOAP listeners.
func (s *Site) peer(r *http.Request) string {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return s.Relay.Trust.Source(peer.Addr(), r.Header).String()
}

// signOut ends the session, here and at the provider where that is how it began.
func (s *Site) signOut(w http.ResponseWriter, r *http.Request, who access) error {
	ctx := r.Context()
	provided := s.visits.GetBool(ctx, heldThere)
	if who.user != "" {
		if err := s.looked(ctx, who, store.Access{What: store.AccessSignOut}); err != nil {
			return err
		}
	}
	if err := s.visits.Destroy(ctx); err != nil {
		return err
	}
	if who.user != "" {
		s.visits.Put(ctx, heldLeft, who.user) // in a new session, of nobody
	}
	if provided && s.Provider != nil {
		if there := s.Provider.endSession(ctx); there != "" {
			// No redirect: browsers hold what follows a form to the policy's form-action too. The page has the address as a link beside.
			w.Header().Set("Refresh", "0; url="+there)
			return s.showSignIn(w, http.StatusOK, signInPage{Next: "/", Form: &form{Name: "signin", Values: url.Values{}}, Out: true, There: there})
		}
	}
	http.Redirect(w, r, "/signin?out", http.StatusSeeOther)
	return nil
}
