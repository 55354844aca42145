package signin

import (
	"errors"
	"net/http"
	"net/url"

	"rivgate/store"
	"rivgate/store/accesslog"
	"rivgate/store/accounts"
	"rivgate/web/shell"
)

// codePage asks for a code and a new password.
type codePage struct {
	shell.Page
	Form *shell.Form
}

// CodePage asks who got a code from an administrator for it, and for a password of their own. It uses nothing up: what
// follows links in letters, as scanners of mail do, changes nothing, and no address holds a code.
func (s *Pages) CodePage(w http.ResponseWriter, _ *http.Request, _ shell.Access) error {
	return s.showCode(w, &shell.Form{Name: "code", Values: url.Values{}})
}

func (s *Pages) showCode(w http.ResponseWriter, f *shell.Form) error {
	if s.NoLocalAccounts {
		return shell.ErrNotFound
	}
	p := codePage{Page: s.Page(shell.Access{}, titleCode, ""), Form: f}
	status := http.StatusOK
	if f.Failed() {
		status, p.Title = http.StatusUnprocessableEntity, shell.FailedTitle+p.Title
	}
	return html.Render(w, status, "code", p)
}

// UseCode sets a password by a code, once, and lets its person in. What is wrong with a code is not told.
func (s *Pages) UseCode(w http.ResponseWriter, r *http.Request, _ shell.Access) error {
	f, err := shell.ReadForm(w, r, "code")
	if err != nil {
		return err
	}
	if s.NoLocalAccounts {
		return shell.ErrNotFound
	}
	digest, fresh := accounts.CodeDigest(f.Value("code")), r.PostForm.Get("fresh")
	again := r.PostForm.Get("again")
	f.Values.Del("fresh")
	f.Values.Del("again")
	a, err := s.Relay.Store.ByCode(r.Context(), digest)
	switch {
	case errors.Is(err, store.ErrNotFound) || err == nil && !s.Welcome(a):
		return s.refuseCode(w, r, f)
	case err != nil:
		return err
	}
	if text := shell.CheckPassword(a.ID, fresh); text != "" {
		f.Refuse("fresh", text)
	}
	if fresh != again {
		f.Refuse("again", wordSamePassword)
	}
	if f.Failed() {
		return s.showCode(w, f)
	}
	hash, err := shell.HashPassword(fresh)
	if err != nil {
		return err
	}
	a, err = s.Relay.Store.UseCode(r.Context(), digest, hash,
		shell.AccountAccess(a).Row(accesslog.Row{Detail: "password by code"}))
	if errors.Is(err, store.ErrNotFound) {
		return s.refuseCode(w, r, f)
	}
	if err != nil {
		return err
	}
	if err := s.Looked(r.Context(), shell.AccountAccess(a), accesslog.Row{
		What: accesslog.SignIn, Detail: "password by code",
	}); err != nil {
		return err
	}
	if err := s.Enter(r, a, shell.Proof{Way: shell.PasswordWay, At: s.Clock()}); err != nil {
		return err
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
	return nil
}

func (s *Pages) refuseCode(w http.ResponseWriter, r *http.Request, f *shell.Form) error {
	s.Stranger(r, shell.Access{}, accesslog.Row{What: accesslog.Refused, Detail: "password by code"})
	f.Values.Del("code")
	f.Refuse("code", wordCode)
	return s.showCode(w, f)
}
