package signin

import (
	"errors"
	"net/http"
	"net/url"

	"rivgate/store/accounts"
	"rivgate/web/shell"
)

// againPage is the page on which somebody signs in again, and then goes on with what they were about to do.
type againPage struct {
	shell.Page
	Account  string
	Fresh    bool // they have signed in again
	Waits    *shell.Waiting
	Local    bool   // with a password that is kept here
	Provider string // name of the identity provider; "" none
	Form     *shell.Form
}

// AgainPage asks somebody to sign in again, or lets them go on with what waits for it.
func (s *Pages) AgainPage(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	return s.showAgain(w, r, who, &shell.Form{Name: "again", Values: url.Values{}})
}

func (s *Pages) showAgain(w http.ResponseWriter, r *http.Request, who shell.Access, f *shell.Form) error {
	ctx := r.Context()
	waits := s.Waits(ctx, who)
	if waits == nil {
		return shell.Elsewhere("/account")
	}
	a, err := s.Relay.Store.Account(ctx, who.User)
	if err != nil {
		return err
	}
	p := againPage{
		Page: s.Page(who, shell.TitleAgain, "account"), Account: a.ID, Fresh: s.IsFresh(ctx, who), Waits: waits, Form: f,
		Local: a.Source == accounts.Local && !s.NoLocalAccounts,
	}
	if s.Provider != nil && a.Source == s.Provider.Issuer {
		p.Provider = s.Provider.Name
	}
	status := http.StatusOK
	if f.Failed() {
		status, p.Title = http.StatusUnprocessableEntity, shell.FailedTitle+p.Title
	}
	return html.Render(w, status, "again", p)
}

// Again judges the password of somebody who is signed in already.
func (s *Pages) Again(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	if s.NoLocalAccounts {
		return shell.ErrNotFound
	}
	f, err := shell.ReadFields(w, r, "again")
	if err != nil {
		return err
	}
	password := r.PostForm.Get("password")
	f.Values = url.Values{}
	if password == "" {
		f.Refuse("password", wordPassword)
		return s.showAgain(w, r, who, f)
	}
	a, err := s.judge(r, who.User, password)
	if errors.Is(err, errNobody) {
		f.Refuse("password", wordNotYourPassword)
		return s.showAgain(w, r, who, f)
	}
	if err != nil {
		return err
	}
	if err := s.Enter(r, a, shell.Proof{Way: shell.PasswordWay, At: s.Clock()}); err != nil {
		return err
	}
	http.Redirect(w, r, shell.AgainPath, http.StatusSeeOther)
	return nil
}
