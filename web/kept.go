package web

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

// keptForm is what somebody had typed when their session was over: it waits in the session in which they sign in, and is filled in again when they have.
type keptForm struct {
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
func (k *keptForm) Value(field string) string { return k.Values.Get(field) }

// keptForms are those that wait in this session: one for each tab that was sent after it was over.
func (s *Site) keptForms(ctx context.Context) (all []keptForm) {
	if json.Unmarshal([]byte(s.visits.GetString(ctx, heldKept)), &all) != nil {
		return nil
	}
	return slices.DeleteFunc(all, func(k keptForm) bool { return s.now().Sub(k.At) > keptTime })
}

func (s *Site) putKept(ctx context.Context, all []keptForm) error {
	if len(all) == 0 {
		s.visits.Remove(ctx, heldKept)
		return nil
	}
	b, err := json.Marshal(all)
	if err == nil {
		s.visits.Put(ctx, heldKept, string(b))
	}
	return err
}

// keepForm keeps the form of a request whose session is over, in the session of nobody that begins here, and tells whether it did: not when there is none, or it
// is not known whose it is. What has a password in it is not kept.
func (s *Site) keepForm(w http.ResponseWriter, r *http.Request) (bool, error) {
	ctx := r.Context()
	all := s.keptForms(ctx)
	account, err := s.endedAccount(r, all)
	if r.Method != http.MethodPost || err != nil || account == "" || strings.HasPrefix(r.URL.Path, "/account") {
		return false, err
	}
	f, err := readUpload(w, r, "kept")
	if err != nil || len(f.Values.Encode()) > keptMost {
		return false, nil // what cannot be read cannot be kept
	}
	page, err := url.Parse(s.pageOf(r))
	if err != nil {
		return false, nil
	}
	k := keptForm{Account: account, Action: r.URL.Path, Page: page.Path, Values: f.Values, Files: f.dropped || len(f.files) > 0, At: s.now()}
	if above, name, found := strings.Cut(k.Action, "/draft/"); found {
		k.Action, k.Typing = above+"/"+name, true
	}
	all = slices.DeleteFunc(all, func(old keptForm) bool {
		again := old.Typing || old.Values.Encode() == k.Values.Encode() // typed on, or sent twice
		return old.Account != account || old.Action == k.Action && again
	})
	return true, s.putKept(ctx, append(all[max(0, len(all)-keptCount+1):], k))
}

// endedAccount is whose session was over: by what the browser has of it, by who signed out in it, or, where another tab
// was sent before, by what waits.
func (s *Site) endedAccount(r *http.Request, waiting []keptForm) (string, error) {
	cookie, err := r.Cookie(s.visits.Cookie.Name)
	if err != nil {
		return "", nil
	}
	account, err := s.Relay.Store.EndedWebSession(r.Context(), tokenDigest(cookie.Value))
	if err == nil && account == "" {
		account = s.visits.GetString(r.Context(), heldLeft)
	}
	if err == nil && account == "" && len(waiting) > 0 {
		account = waiting[0].Account
	}
	return account, err
}

// pageOf is the page that somebody wants to come to by a request, with what was chosen there. For a form, and a piece of a page, that is the page where it
// stood: the one that the browser came from, which is itself the answer to a form where that was refused, else the one that the address belongs to.
func (s *Site) pageOf(r *http.Request) string {
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

// kept is the form that was typed last on this page before the session was over. It is given once. The page fills it in and says so: see page.Unsent.
func (s *Site) kept(r *http.Request, who access) (*keptForm, error) {
	if r.Method != http.MethodGet {
		return nil, nil
	}
	all := s.keptForms(r.Context())
	for i, k := range slices.Backward(all) {
		if k.Account == who.user && k.Page == r.URL.Path {
			return &k, s.putKept(r.Context(), slices.Delete(all, i, i+1))
		}
	}
	return nil, nil
}

// keepFor keeps a form on for the page that somebody is led to.
func (s *Site) keepFor(ctx context.Context, k *keptForm, page string) error {
	if k == nil {
		return nil
	}
	k.Page = page
	return s.putKept(ctx, append(s.keptForms(ctx), *k))
}

// verb is the last part of the form's address, for pages whose forms are told apart by it.
func (k *keptForm) verb() string { return k.Action[strings.LastIndex(k.Action, "/")+1:] }
