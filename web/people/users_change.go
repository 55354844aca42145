package people

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"rivgate/routing"
	"rivgate/store"
	"rivgate/store/accesslog"
	"rivgate/store/accounts"
	"rivgate/web/shell"
)

const (
	userNameMost = 100 // characters
	userIDMost   = 64
	userConflict = wordUserConflict
)

// UserChange does what a local administrator orders with an account: POST /users.
func (s *Pages) UserChange(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	f, err := shell.ReadForm(w, r, "order")
	if err != nil {
		return err
	}
	m := s.realm(who)
	switch f.Value("do") {
	case "disable", "enable", "signout": // nobody who shuts somebody out is held up
	default:
		if err := s.Fresh(r, who); err != nil {
			return err
		}
	}
	switch do := f.Value("do"); do {
	case "add":
		f.Name = do
		return s.userAdd(w, r, who, m, f)
	case "invite":
		f.Name = do
		return s.userInvite(w, r, who, m, f)
	case "give":
		f.Name = do
		return s.userOrder(w, r, who, m, f)
	case "take", "password", "disable", "enable", "signout":
		return s.userOrder(w, r, who, m, f)
	}
	return shell.ErrForm
}

// userGrant is the role that was chosen, for what was chosen. What is not theirs to give is refused, and on record.
func (s *Pages) userGrant(r *http.Request, who shell.Access, m realm, f *shell.Form) accounts.Grant {
	role := shell.Role(f.Value("role"))
	if !slices.Contains(grantable(), role) {
		f.Refuse("role", wordRole)
	}
	place, ok := m.place(f.Value("unit"))
	if !ok {
		f.Refuse("unit", wordUnit)
	}
	if f.Value("role") != "" && f.Value("unit") != "" && (f.Error("role") != "" || f.Error("unit") != "") {
		s.Stranger(r, who, accesslog.Row{What: accesslog.Refused, Kind: m.side, Detail: "users: give"})
	}
	return accounts.Grant{Role: string(role), Kind: m.side, Units: []string{place.Value}}
}

// roleRow is the row of the access log for a change of somebody's role.
func (m realm) roleRow(detail, unit string) accesslog.Row {
	row := accesslog.Row{What: accesslog.Change, Kind: m.side, Detail: detail}
	if unit != shell.AllUnits && !strings.HasPrefix(unit, shell.RegionUnits) {
		row.Unit = unit
	}
	return row
}

// given is grants with one more.
func given(grants []accounts.Grant, g accounts.Grant) []accounts.Grant {
	out := slices.Clone(grants)
	for i, held := range out {
		if held.Role != g.Role || held.Kind != g.Kind {
			continue
		}
		for _, unit := range g.Units {
			if !slices.ContainsFunc(held.Units, func(h string) bool { return routing.SameHSAID(h, unit) }) {
				out[i].Units = append(slices.Clone(out[i].Units), unit)
			}
		}
		return out
	}
	return append(out, g)
}

// taken is grants without a role for one of the things that it is held for. Every other stays as it is; a role that is
// left without units goes.
func taken(grants []accounts.Grant, g accounts.Grant) []accounts.Grant {
	var out []accounts.Grant
	for _, held := range grants {
		if held.Role == g.Role && held.Kind == g.Kind {
			had := len(held.Units)
			held.Units = slices.DeleteFunc(slices.Clone(held.Units), func(unit string) bool {
				return slices.ContainsFunc(g.Units, func(gone string) bool { return routing.SameHSAID(gone, unit) })
			})
			if had > 0 && len(held.Units) == 0 {
				continue
			}
		}
		out = append(out, held)
	}
	return out
}

// userAdd adds an account with a code by which its person sets a password. It is shown in the answer and nowhere after.
func (s *Pages) userAdd(w http.ResponseWriter, r *http.Request, who shell.Access, m realm, f *shell.Form) error {
	if s.NoLocalAccounts {
		return shell.ErrNotFound
	}
	a := accounts.Account{Source: accounts.Local, Changes: true, ID: accounts.ID(f.Value("account"))}
	if text := checkAccountID(a.ID); text != "" {
		f.Refuse("account", text)
	}
	a.Name = f.Required("name", wordName, userNameMost)
	g := s.userGrant(r, who, m, f)
	if f.Failed() {
		return s.showUsers(w, r, who, "", usersPage{form: f})
	}
	code, digest := accounts.NewCode()
	a.GiveCode(digest, s.Clock())
	a.Grants = []accounts.Grant{g}
	row := m.roleRow(accesslog.AddDetail("account added", "granted", g.Role, g.Units[0]), g.Units[0])
	err := s.Relay.Store.AddAccount(r.Context(), a, who.Row(row))
	if errors.Is(err, accounts.ErrExists) {
		f.Refuse("account", wordNameTaken)
		return s.showUsers(w, r, who, "", usersPage{form: f})
	}
	if err != nil {
		return err
	}
	return s.showUsers(w, r, who, "", usersPage{Account: a.ID, Code: code})
}

// checkAccountID tells what is wrong with a new user name, in Swedish; "" when nothing is. Names are in logs, so a
// personal number is none.
func checkAccountID(id string) string {
	odd := func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(".-_@", r)
	}
	digits := strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return r
		}
		return -1
	}, id)
	switch {
	case id == "":
		return wordUserName
	case strings.IndexFunc(id, odd) >= 0:
		return wordUserNameCharacters
	case utf8.RuneCountInString(id) > userIDMost:
		return wordUserNameLong
	case len(digits) >= 10:
		return wordUserNamePersonal
	}
	return ""
}

// userInvite gives a role to an account that is not seen yet. Why one cannot have it is not told: it is others' what it
// has.
func (s *Pages) userInvite(w http.ResponseWriter, r *http.Request, who shell.Access, m realm, f *shell.Form) error {
	id := accounts.ID(f.Value("account"))
	if id == "" {
		f.Refuse("account", wordWhichUser)
	}
	if id == who.User && id != "" {
		s.ownRole(r, who, m, f)
		return s.showUsers(w, r, who, "", usersPage{form: f})
	}
	g := s.userGrant(r, who, m, f)
	if f.Failed() {
		return s.showUsers(w, r, who, "", usersPage{form: f})
	}
	_, err := s.Relay.Store.ChangeAccount(r.Context(), id,
		who.Row(m.roleRow(accesslog.DetailOf("granted", g.Role, g.Units[0]), g.Units[0])), func(a *accounts.Account) error {
			if a.Source != accounts.Local {
				return store.ErrNotFound
			}
			a.Grants = given(a.Grants, g)
			return nil
		})
	if errors.Is(err, store.ErrNotFound) || errors.Is(err, accounts.ErrWall) {
		s.Stranger(r, who, accesslog.Row{What: accesslog.Refused, Kind: m.side, Detail: "users: none"})
		f.Refuse("account", wordNoUser)
		return s.showUsers(w, r, who, "", usersPage{form: f})
	}
	if err != nil {
		return err
	}
	return userBack(w, r, id, "give")
}

func userBack(w http.ResponseWriter, r *http.Request, id, done string) error {
	http.Redirect(w, r, shell.Link("/users?account={}&done={}", id, done), http.StatusSeeOther)
	return nil
}

// userOrder changes an account that is seen. What is judged here must still be so in the transaction: else somebody
// else was there in between.
func (s *Pages) userOrder(w http.ResponseWriter, r *http.Request, who shell.Access, m realm, f *shell.Form) error {
	u, err := s.chosenUser(r, who, m, f.Value("account"))
	if err != nil {
		return err
	}
	do := f.Value("do")
	if f.Value("seen") != u.Seen() {
		f.General = userConflict
		return s.showUsers(w, r, who, u.ID, usersPage{form: f})
	}
	row := accesslog.Row{What: accesslog.Change, Unit: u.unit(), Kind: m.side}
	var change func(*accounts.Account)
	code := ""
	switch do {
	case "give", "take":
		row, change = s.userRoleOrder(r, who, m, u, f)
	case "password":
		row.Detail = "code given"
		if s.userWhole(r, who, m, u, f); !f.Failed() {
			made, digest := accounts.NewCode()
			code, change = made, func(a *accounts.Account) { a.GiveCode(digest, s.Clock()); a.Epoch++ }
		}
	case "disable", "enable":
		row.Detail = do + "d"
		s.userWhole(r, who, m, u, f)
		change = func(a *accounts.Account) { a.Disabled = do == "disable" }
	case "signout":
		row.What, row.Detail = accesslog.SignOut, "sessions ended"
		change = func(a *accounts.Account) { a.Epoch++ }
	}
	if f.Failed() {
		return s.showUsers(w, r, who, u.ID, usersPage{form: f})
	}
	return s.userCarryOut(w, r, who, m, u, f, userWork{row, change, code})
}

// userWork is a change of an account that may be made.
type userWork struct {
	row    accesslog.Row
	change func(*accounts.Account)
	code   string // shown once; "" for none
}

func (s *Pages) userCarryOut(w http.ResponseWriter, r *http.Request, who shell.Access, m realm, u user, f *shell.Form,
	work userWork,
) error {
	a, err := s.Relay.Store.ChangeAccount(r.Context(), u.ID, who.Row(work.row), func(a *accounts.Account) error {
		now, seen := s.user(who, m, *a)
		if !seen || now.Seen() != u.Seen() {
			return store.ErrConflict
		}
		work.change(a)
		return nil
	})
	switch {
	case errors.Is(err, store.ErrConflict):
		f.General = userConflict
		return s.showUsers(w, r, who, u.ID, usersPage{form: f})
	case errors.Is(err, accounts.ErrWall):
		f.General = wordNotHere
		return s.showUsers(w, r, who, u.ID, usersPage{form: f})
	case err != nil:
		return err
	case work.code != "":
		return s.showUsers(w, r, who, u.ID, usersPage{Account: u.ID, Code: work.code})
	}
	if _, seen := s.user(who, m, a); !seen {
		return userBack(w, r, "", "gone")
	}
	return userBack(w, r, u.ID, f.Value("do"))
}

// ownRole refuses who would give themselves a role: another administrator of the unit does that, also for who
// administers it.
func (s *Pages) ownRole(r *http.Request, who shell.Access, m realm, f *shell.Form) {
	s.Stranger(r, who, accesslog.Row{What: accesslog.Refused, Subject: who.User, Kind: m.side, Detail: "users: own role"})
	f.General = wordOwnRole
}

// userRoleOrder is a role given or taken back. What is wrong is noted in the form.
func (s *Pages) userRoleOrder(r *http.Request, who shell.Access, m realm, u user,
	f *shell.Form,
) (accesslog.Row, func(*accounts.Account)) {
	if !u.Local {
		f.Name = "order" // such an account's page has no form for roles
		f.General = wordProvidersRoles
		return accesslog.Row{}, nil
	}
	if f.Value("do") == "give" {
		if u.Self {
			f.Name = "order" // one's own page has no form for roles
			s.ownRole(r, who, m, f)
			return accesslog.Row{}, nil
		}
		g := s.userGrant(r, who, m, f)
		return m.roleRow(accesslog.DetailOf("granted", g.Role, g.Units[0]), g.Units[0]), func(a *accounts.Account) {
			a.Grants = given(a.Grants, g)
		}
	}
	role, unit := f.Value("role"), f.Value("unit")
	if !slices.ContainsFunc(u.Roles, func(h userRole) bool { return h.Mine && string(h.Role) == role && h.Unit == unit }) {
		s.Stranger(r, who, accesslog.Row{What: accesslog.Refused, Subject: u.ID, Kind: m.side, Detail: "users: take"})
		f.General = wordNotYoursToTake
	}
	g := accounts.Grant{Role: role, Kind: m.side, Units: []string{unit}}
	if u.Self && role == string(shell.RoleAdministrator) {
		left := shell.AccountAccess(accounts.Account{ID: u.ID, Grants: taken(u.Grants, g)})
		if !left.Somewhere(shell.Administer) {
			f.General = wordOwnLastRole
		}
	}
	return m.roleRow(accesslog.DetailOf("revoked", role, unit), unit),
		func(a *accounts.Account) { a.Grants = taken(a.Grants, g) }
}

// userWhole refuses what may only be done with an account that has no role elsewhere, and that is not one's own.
func (s *Pages) userWhole(r *http.Request, who shell.Access, m realm, u user, f *shell.Form) {
	do := f.Value("do")
	switch {
	case u.Self && do == "password":
		f.General = wordOwnPassword
	case u.Self:
		f.General = wordOwnAccount
	case !u.Whole():
		s.Stranger(r, who, accesslog.Row{
			What: accesslog.Refused, Subject: u.ID, Kind: m.side, Detail: accesslog.DetailOf("users: others", do),
		})
		f.General = wordOthersRoles
	case do == "password" && (!u.Local || s.NoLocalAccounts):
		f.General = wordProvidersPassword
	}
}
