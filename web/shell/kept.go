package shell

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	pathpkg "path"
	"slices"
	"strings"
	"time"
)

// KeptForm is what somebody had typed in a form when their session had ended. It is kept in the session in which they
// sign in again, and the form is filled in with it after that.
type KeptForm struct {
	Account string // whose it is: nobody else gets to see it
	Action  string // where the form was sent
	Page    string // where it stood
	Values  url.Values
	Files   bool // files came with it, and are not kept
	Typing  bool // it was not sent: the page's script saved it while it was typed
	At      time.Time
}

const (
	keptMost  = 128 << 10 // bytes of a form's values; a larger one is not kept
	keptTime  = 12 * time.Hour
	keptCount = 8
)

// Value is what stands in a field.
func (k *KeptForm) Value(field string) string { return k.Values.Get(field) }

// KeptForms are those that wait in this session: one for each tab that was sent after it was over.
func (s *Site) KeptForms(ctx context.Context) (all []KeptForm) {
	if json.Unmarshal([]byte(s.Sessions.GetString(ctx, heldKept)), &all) != nil {
		return nil
	}
	return slices.DeleteFunc(all, func(k KeptForm) bool { return s.Clock().Sub(k.At) > keptTime })
}

func (s *Site) putKept(ctx context.Context, all []KeptForm) error {
	if len(all) == 0 {
		s.Sessions.Remove(ctx, heldKept)
		return nil
	}
	b, err := json.Marshal(all)
	if err == nil {
		s.Sessions.Put(ctx, heldKept, string(b))
	}
	return err
}

// keepForm keeps the form of a request whose session has ended, in a new session that belongs to nobody yet, and tells
// whether it did. Nothing is kept when there is no form, when nobody knows whose it is, or when it has a password.
func (s *Gate) keepForm(w http.ResponseWriter, r *http.Request) (bool, error) {
	ctx := r.Context()
	all := s.KeptForms(ctx)
	account, err := s.endedAccount(r, all)
	if r.Method != http.MethodPost || err != nil || account == "" || strings.HasPrefix(r.URL.Path, "/account") {
		return false, err
	}
	f, err := ReadUpload(w, r, "kept")
	if err != nil || len(f.Values.Encode()) > keptMost {
		return false, nil // what cannot be read cannot be kept
	}
	page, err := url.Parse(s.pageOf(r))
	if err != nil {
		return false, nil
	}
	k := KeptForm{
		Account: account, Action: r.URL.Path, Page: page.Path, Values: f.Values, Files: f.dropped || len(f.Files) > 0,
		At: s.Clock(),
	}
	if above, name, found := strings.Cut(k.Action, "/draft/"); found {
		k.Action, k.Typing = above+"/"+name, true
	}
	all = slices.DeleteFunc(all, func(old KeptForm) bool {
		again := old.Typing || old.Values.Encode() == k.Values.Encode() // typed on, or sent twice
		return old.Account != account || old.Action == k.Action && again
	})
	return true, s.putKept(ctx, append(all[max(0, len(all)-keptCount+1):], k))
}

// endedAccount is whose session was over: by what the browser has of it, by who signed out in it, or, where another tab
// was sent before, by what waits.
func (s *Gate) endedAccount(r *http.Request, waiting []KeptForm) (string, error) {
	cookie, err := r.Cookie(s.Sessions.Cookie.Name)
	if err != nil {
		return "", nil
	}
	account, err := s.Relay.Store.EndedWebSession(r.Context(), tokenDigest(cookie.Value))
	if err == nil && account == "" {
		account = s.Sessions.GetString(r.Context(), HeldLeft)
	}
	if err == nil && account == "" && len(waiting) > 0 {
		account = waiting[0].Account
	}
	return account, err
}

// pageOf is the page that somebody wants to come to by a request, with what was chosen there. For a form, and a piece
// of a page, that is the page where it stood: the one that the browser came from, which is itself the answer to a form
// where that was refused, else the one that the address belongs to.
func (s *Gate) pageOf(r *http.Request) string {
	if r.Method == http.MethodGet && r.Header.Get("HX-Request") == "" {
		return r.URL.RequestURI()
	}
	at, err := url.Parse(r.Referer())
	if err != nil || at.Host != r.Host || at.Path == "" {
		above := r.URL.Path
		if r.Method == http.MethodGet { // the piece is no page
			above = pathpkg.Dir(above)
		}
		return s.pageAbove(above)
	}
	page := s.pageAbove(at.Path)
	if page == at.EscapedPath() {
		return at.RequestURI()
	}
	return page
}

// kept is the form that was typed last on this page before the session was over. It is given once. The page fills it in
// and says so: see page.Unsent.
func (s *Gate) kept(r *http.Request, who Access) (*KeptForm, error) {
	if r.Method != http.MethodGet {
		return nil, nil
	}
	all := s.KeptForms(r.Context())
	for i, k := range slices.Backward(all) {
		if k.Account == who.User && k.Page == r.URL.Path {
			return &k, s.putKept(r.Context(), slices.Delete(all, i, i+1))
		}
	}
	return nil, nil
}

// KeepFor keeps a form one page longer: for the page that somebody is redirected to.
func (s *Site) KeepFor(ctx context.Context, k *KeptForm, page string) error {
	if k == nil {
		return nil
	}
	k.Page = page
	return s.putKept(ctx, append(s.KeptForms(ctx), *k))
}

// Verb is the last part of the form's address, for pages whose forms are told apart by it.
func (k *KeptForm) Verb() string { return k.Action[strings.LastIndex(k.Action, "/")+1:] }

// SignInPage is the page on which people sign in.
type SignInPage struct {
	Page
	Form     *Form
	Next     string
	Kept     bool   // what they had typed waits for them
	Was      bool   // signed in before: the session ran out, or was ended
	Provider string // name of the identity provider; "" none
	Local    bool
	Out      bool   // has just signed out
	There    string // where they sign out at the provider; "" nowhere
}

// ShowSignIn writes the page on which people sign in.
func (s *Gate) ShowSignIn(w http.ResponseWriter, status int, p SignInPage) error {
	p.Page = s.Page(Access{}, titleSignIn, "signin")
	p.Local = !s.NoLocalAccounts
	p.Provider = s.SignedInBy
	if p.Form.Failed() {
		p.Title = FailedTitle + p.Title
	}
	return html.Render(w, status, "signin", p)
}

// turnedAway answers a request of nobody: reading goes to the sign-in page and comes back; what was sent with a form is
// kept.
func (s *Gate) turnedAway(w http.ResponseWriter, r *http.Request) error {
	if r.Header.Get("HX-Request") == "true" { // htmx changes a part of a page, which stays as it is
		if r.Method == http.MethodGet {
			w.Header().Set("HX-Redirect", Link("/signin?next={}", s.pageOf(r)))
		}
		return errSignIn
	}
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		http.Redirect(w, r, Link("/signin?next={}", s.pageOf(r)), http.StatusSeeOther)
		return nil
	}
	kept, err := s.keepForm(w, r)
	if err != nil {
		return err
	}
	if r.Header.Get("Accept") == "application/json" { // the page's script saves a draft
		return WriteJSON(w, http.StatusUnauthorized, struct {
			Kept   bool   `json:"kept"`
			SignIn string `json:"signIn"`
		}{kept, Link("/signin?next={}", SafeNext(s.pageOf(r)))})
	}
	return s.ShowSignIn(w, http.StatusUnauthorized, SignInPage{
		Next: SafeNext(s.pageOf(r)), Kept: kept, Was: true, Form: &Form{Name: "signin", Values: url.Values{}},
	})
}
