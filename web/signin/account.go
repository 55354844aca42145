package signin

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"rivgate/store/accesslog"
	"rivgate/store/accounts"
	"rivgate/web/shell"
)

type accountPage struct {
	shell.Page
	Account accounts.Account
	Held    []heldRole
	Local   bool
	Must    bool
	Form    *shell.Form
	Next    string
	Done    bool
}

// heldRole is a role as its holder sees it.
type heldRole struct {
	Name, Kind string
	Units      []string
}

// AccountPage shows who is signed in and what they may, and lets them change their password.
func (s *Pages) AccountPage(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	return s.showAccount(w, r, who, &shell.Form{Name: "password", Values: url.Values{}},
		shell.SafeNext(r.URL.Query().Get("next")))
}

func (s *Pages) showAccount(w http.ResponseWriter, r *http.Request, who shell.Access, f *shell.Form,
	next string,
) error {
	a, err := s.Relay.Store.Account(r.Context(), who.User)
	if err != nil {
		return err
	}
	p := accountPage{
		Page: s.Page(who, titleAccount, "account"), Account: a, Local: a.Source == accounts.Local, Must: who.MustChange,
		Form: f, Next: next,
		Done: r.URL.Query().Has("done"),
	}
	for _, g := range who.Grants {
		p.Held = append(p.Held, heldRole{Name: shell.RoleName(g.Role), Kind: sideWord(g.Kind), Units: s.unitNames(g.Units)})
	}
	status := http.StatusOK
	if f.Failed() {
		status, p.Title = http.StatusUnprocessableEntity, shell.FailedTitle+p.Title
	}
	return html.Render(w, status, "account", p)
}

// unitNames are units as people know them.
func (s *Pages) unitNames(units []string) []string {
	names := make([]string, 0, len(units))
	for _, unit := range units {
		name := unit
		if u, ok := s.Table().Unit(unit); ok {
			name = u.Name + " (" + u.HSAID + ")"
		}
		if unit == shell.AllUnits {
			name = strings.ToLower(shell.WordAllUnits)
		}
		names = append(names, name)
	}
	return names
}

// ChangePassword gives an account of ours another password. Its other sessions are over then.
func (s *Pages) ChangePassword(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	f, err := shell.ReadForm(w, r, "password")
	if err != nil {
		return err
	}
	next := shell.SafeNext(f.Value("next"))
	present, fresh := r.PostForm.Get("present"), r.PostForm.Get("fresh")
	f.Values = url.Values{}
	if text := shell.CheckPassword(who.User, fresh); text != "" {
		f.Refuse("fresh", text)
	}
	if fresh != r.PostForm.Get("again") {
		f.Refuse("again", wordSamePassword)
	}
	if fresh == present {
		f.Refuse("fresh", wordOtherPassword)
	}
	if f.Failed() {
		return s.showAccount(w, r, who, f, next)
	}
	_, err = s.judge(r, who.User, present)
	if errors.Is(err, errNobody) {
		f.Refuse("present", wordNotYourPassword)
		return s.showAccount(w, r, who, f, next)
	}
	if err != nil {
		return err
	}
	hash, err := shell.HashPassword(fresh)
	if err != nil {
		return err
	}
	a, err := s.Relay.Store.ChangeAccount(r.Context(), who.User, who.Row(accesslog.Row{Detail: "password"}),
		func(a *accounts.Account) error {
			a.Password, a.Changes = hash, false
			return nil
		})
	if err != nil {
		return err
	}
	if err := s.Enter(r.Context(), a); err != nil {
		return err
	}
	if next == "/" {
		next = "/account?done"
	}
	http.Redirect(w, r, next, http.StatusSeeOther)
	return nil
}
