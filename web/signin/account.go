package signin

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

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

	Sessions []ownSession
	Others   int  // sessions beside this one
	Ended    bool // some were just ended
	Now      time.Time
}

// ownSession is a session as its owner sees it.
type ownSession struct {
	accounts.Session
	Here bool   // it is the one that this page is shown in
	By   string // how they signed in
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
	if err := s.listSessions(r.Context(), who, &p); err != nil {
		return err
	}
	p.Ended = r.URL.Query().Has("ended")
	for _, g := range who.Grants {
		p.Held = append(p.Held, heldRole{Name: shell.RoleName(g.Role), Kind: sideWord(g.Kind), Units: s.unitNames(g.Units)})
	}
	status := http.StatusOK
	if f.Failed() {
		status, p.Title = http.StatusUnprocessableEntity, shell.FailedTitle+p.Title
	}
	return html.Render(w, status, "account", p)
}

// listSessions fills in who is signed in to the account, the newest first.
func (s *Pages) listSessions(ctx context.Context, who shell.Access, p *accountPage) error {
	all, err := s.Relay.Store.WebSessions(ctx, who.User)
	if err != nil {
		return err
	}
	here := s.SessionID(ctx)
	p.Now = s.Clock()
	for _, one := range all {
		p.Sessions = append(p.Sessions, ownSession{Session: one, Here: one.ID == here, By: wayWord(one.Way)})
		if one.ID != here {
			p.Others++
		}
	}
	return nil
}

// EndSessions signs somebody out elsewhere: in one of their sessions, or in all but this one. One that has ended
// meanwhile has ended.
func (s *Pages) EndSessions(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	f, err := shell.ReadForm(w, r, "sessions")
	if err != nil {
		return err
	}
	here, one := s.SessionID(r.Context()), f.Value("session")
	if one == "" && f.Value("do") != "others" {
		return shell.ErrForm
	}
	row := who.Row(accesslog.Row{What: accesslog.SignOut, Detail: "sessions ended"})
	if _, err := s.Relay.Store.EndSessions(r.Context(), who.User, func(id string) bool {
		return id != here && (one == "" || id == one)
	}, row); err != nil {
		return err
	}
	http.Redirect(w, r, "/account?ended#sessions", http.StatusSeeOther)
	return nil
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
	if err := s.Enter(r, a, shell.Proof{Way: shell.PasswordWay, At: s.Clock()}); err != nil {
		return err
	}
	if next == "/" {
		next = "/account?done"
	}
	http.Redirect(w, r, next, http.StatusSeeOther)
	return nil
}
