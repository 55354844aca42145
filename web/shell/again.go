package shell

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"
)

// Some things are not done in a session that somebody may have left open: taking a case out of the gateway, giving
// rights, sending deliveries elsewhere. Whoever did not sign in within the last minutes does so again. What they had
// sent waits meanwhile in their session:
//
//	POST /users ── Fresh: no ──► kept ──► GET /account/again ── password, or the provider ──► "go on" ── POST /users

// againAfter is how old a sign-in may be for that, where the configuration does not say.
const againAfter = 15 * time.Minute

// errAgain is the answer to who signed in too long ago.
var errAgain = NewProblem(http.StatusForbidden, "sign-in-again", TitleAgain, textAgain)

// AgainPath is the page on which somebody signs in again.
const AgainPath = "/account/again"

// Waiting is what somebody was about to do when they were asked to sign in again.
type Waiting struct {
	Account string // whose it is: nobody else goes on with it
	Method  string
	Action  string     // path and query
	Page    string     // where it was begun
	Values  url.Values // of a form
	At      time.Time
}

// IsFresh tells whether who signed in within the last minutes, as far as that was proved. Systems have no session.
func (s *Site) IsFresh(ctx context.Context, who Access) bool {
	if !who.Person {
		return true
	}
	proved := time.UnixMicro(s.Sessions.GetInt64(ctx, heldProved))
	return s.Clock().Sub(proved) < cmp.Or(s.SignInAgain, againAfter)
}

// Fresh lets somebody go on who signed in within the last minutes. Its error, for everybody else, makes the gate keep
// what they sent and ask them to sign in again.
func (s *Site) Fresh(r *http.Request, who Access) error {
	if !s.IsFresh(r.Context(), who) {
		return errAgain
	}
	if waits := s.Waits(r.Context(), who); waits != nil && waits.Method == r.Method && waits.Action == r.URL.RequestURI() {
		s.Sessions.Remove(r.Context(), heldAgain) // it goes on now
	}
	return nil
}

// Waits is what waits for somebody to sign in again; nil for nothing.
func (s *Site) Waits(ctx context.Context, who Access) *Waiting {
	var waits Waiting
	if json.Unmarshal([]byte(s.Sessions.GetString(ctx, heldAgain)), &waits) != nil || waits.Account != who.User ||
		s.Clock().Sub(waits.At) > keptTime {
		return nil
	}
	return &waits
}

// askAgain keeps what a request was about to do, and leads to the page on which somebody signs in again.
func (s *Gate) askAgain(w http.ResponseWriter, r *http.Request, who Access) error {
	waits := Waiting{
		Account: who.User, Method: r.Method, Action: r.URL.RequestURI(), Page: SafeNext(s.pageOf(r)), At: s.Clock(),
	}
	if r.Method == http.MethodPost {
		read := ReadFields
		if r.PostForm != nil { // whoever asked for a fresh sign-in has read it
			read = func(http.ResponseWriter, *http.Request, string) (*Form, error) { return newForm("again", r.PostForm) }
		}
		f, err := read(w, r, "again")
		if err != nil {
			return err
		}
		if waits.Values = f.Values; len(waits.Values.Encode()) > keptMost {
			return ErrTooLarge
		}
	} else if at, err := url.Parse(r.Referer()); err == nil && at.Host == r.Host {
		waits.Page = SafeNext(at.RequestURI())
	}
	held, err := json.Marshal(waits)
	if err != nil {
		return err
	}
	s.Sessions.Put(r.Context(), heldAgain, string(held))
	http.Redirect(w, r, AgainPath, http.StatusSeeOther)
	return nil
}
