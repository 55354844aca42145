package web

import (
	"encoding/json"
	"net/http"
	"net/url"
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
	At      time.Time
}

const (
	keptMost = 128 << 10 // bytes of a form's values; a larger one is not kept
	keptTime = 12 * time.Hour
)

// Value is what stands in a field.
func (k *keptForm) Value(field string) string { return k.Values.Get(field) }

// keepForm keeps the form of a request whose session ran out, in the session of nobody that begins here, and tells whether it did: not when there is none, or it
// is not known whose it is.
func (s *Site) keepForm(w http.ResponseWriter, r *http.Request) (bool, error) {
	cookie, err := r.Cookie(s.visits.Cookie.Name)
	if r.Method != http.MethodPost || err != nil {
		return false, nil
	}
	account, err := s.Relay.Store.EndedWebSession(r.Context(), tokenDigest(cookie.Value))
	if err != nil || account == "" {
		return false, err
	}
	f, err := readForm(w, r, "kept")
	if err != nil || len(f.Values.Encode()) > keptMost {
		return false, nil // what cannot be read cannot be kept
	}
	k := keptForm{Account: account, Action: r.URL.Path, Page: pageOf(r), Values: f.Values, At: s.now()}
	k.Files = r.MultipartForm != nil && len(r.MultipartForm.File) > 0
	b, err := json.Marshal(k)
	if err != nil {
		return false, err
	}
	s.visits.Put(r.Context(), heldKept, string(b))
	return true, nil
}

// pageOf is the page that a form stood on: where the browser came from, or the address that the form was sent to.
func pageOf(r *http.Request) string {
	if at, err := url.Parse(r.Referer()); err == nil && at.Host == r.Host && at.Path != "" {
		return at.Path
	}
	return r.URL.Path
}

// kept is the form that was typed on this page before the session was over. It is given once. The page fills it in and says so: see page.Unsent.
func (s *Site) kept(r *http.Request, who access) *keptForm {
	text := s.visits.GetString(r.Context(), heldKept)
	if text == "" || r.Method != http.MethodGet {
		return nil
	}
	var k keptForm
	if json.Unmarshal([]byte(text), &k) != nil || k.Account != who.user || s.now().Sub(k.At) > keptTime {
		s.visits.Remove(r.Context(), heldKept)
		return nil
	}
	if k.Page != r.URL.Path {
		return nil
	}
	s.visits.Remove(r.Context(), heldKept)
	return &k
}

// verb is the last part of the form's address, for pages whose forms are told apart by it.
func (k *keptForm) verb() string { return k.Action[strings.LastIndex(k.Action, "/")+1:] }
