package signin

import (
	"crypto/hmac"
	"crypto/rand"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"rivgate/store/accounts"
	"rivgate/web/shell"
)

// A browser in which somebody has signed in gets a mark that says so, for each account. With it they are told from
// strangers who guess at their password elsewhere, who make only each other wait. (OWASP: slow down online guessing
// with device cookies.)
const (
	browserMarks = 8                    // accounts that one browser is known by: colleagues share a computer
	browserLife  = 180 * 24 * time.Hour // of the cookie, from the last sign-in
	markBetween  = "~"
)

func (s *Pages) browserCookie() string {
	if s.Environment == shell.Demo {
		return "known-browser"
	}
	return "__Host-known-browser"
}

// mark is what a browser holds for an account: a nonce, and a keyed digest that binds it to the account and its
// password.
func (s *Pages) mark(r *http.Request, a accounts.Account, nonce string) (string, error) {
	digest, err := s.Digest(r.Context(), "browser", nonce+"\x00"+a.ID+"\x00"+strconv.FormatInt(a.Epoch, 10))
	return nonce + "." + digest, err
}

// knownBrowser is the key of the browser's own tries, when somebody has signed in to the account in it before; ""
// otherwise.
func (s *Pages) knownBrowser(r *http.Request, a accounts.Account) (string, error) {
	held, err := r.Cookie(s.browserCookie())
	if err != nil || a.ID == "" {
		return "", nil
	}
	for _, mark := range browserMarksOf(held.Value) {
		nonce, _, _ := strings.Cut(mark, ".")
		real, err := s.mark(r, a, nonce)
		if err != nil {
			return "", err
		}
		if hmac.Equal([]byte(mark), []byte(real)) {
			return s.Digest(r.Context(), "browser tries", mark)
		}
	}
	return "", nil
}

// knowBrowser gives the browser a mark for an account that has just signed in, beside those for others.
func (s *Pages) knowBrowser(w http.ResponseWriter, r *http.Request, a accounts.Account) error {
	fresh, err := s.mark(r, a, rand.Text())
	if err != nil {
		return err
	}
	marks := []string{fresh}
	if held, err := r.Cookie(s.browserCookie()); err == nil {
		marks = append(marks, browserMarksOf(held.Value)...)
	}
	http.SetCookie(w, &http.Cookie{
		Name: s.browserCookie(), Value: strings.Join(marks[:min(len(marks), browserMarks)], markBetween), Path: "/",
		MaxAge: int(browserLife / time.Second), HttpOnly: true, SameSite: http.SameSiteStrictMode,
		Secure: s.Environment != shell.Demo,
	})
	return nil
}

func browserMarksOf(value string) []string {
	marks := slices.DeleteFunc(strings.Split(value, markBetween), func(mark string) bool { return mark == "" })
	return marks[:min(len(marks), browserMarks)]
}
