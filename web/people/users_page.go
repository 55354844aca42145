package people

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"rivgate/contracts/identity"
	"rivgate/routing"
	"rivgate/store/accesslog"
	"rivgate/store/accounts"
	"rivgate/web/shell"
)

const (
	usersShown   = 100 // accounts at a time; a search finds the others
	placesListed = 200 // units to choose among; with more of them the unit is typed
)

// grantable are the roles that a local administrator gives, for units that they administer. Those of the gateway are
// given by who runs it.
func grantable() []shell.Role {
	return []shell.Role{shell.RoleReceiver, shell.RoleHandler, shell.RoleAdministrator, shell.RoleReviewer}
}

// realm is what a local administrator administers: units on one side of the wall. The zero realm is nothing.
type realm struct {
	side    routing.UnitKind
	all     bool            // every unit of the side
	regions []string        // those that are held whole
	units   map[string]bool // HSA-ids in lower case
	within  map[string]bool // regions of units
	places  []userPlace     // what roles can be given for
}

// userPlace is something that a role is held for, as a Grant has it and as people know it.
type userPlace struct{ Value, Name string }

// realm is what somebody administers.
func (s *Pages) realm(who shell.Access) realm {
	m := realm{side: who.Side(), units: map[string]bool{}, within: map[string]bool{}}
	if m.side == "" {
		return m
	}
	for _, g := range who.Grants {
		if shell.Rights(g.Role)&shell.Administer == 0 || g.Kind != m.side {
			continue
		}
		for _, unit := range g.Units {
			region, isRegion := strings.CutPrefix(unit, shell.RegionUnits)
			m.all = m.all || unit == shell.AllUnits
			if isRegion && region != "" && !slices.Contains(m.regions, region) {
				m.regions = append(m.regions, region)
			}
		}
	}
	if m.all {
		m.places = append(m.places, userPlace{shell.AllUnits, shell.WordAllUnits})
	}
	for _, region := range m.regions {
		m.places = append(m.places, userPlace{shell.RegionUnits + region, placeName(s.Table(), shell.RegionUnits+region)})
	}
	for _, unit := range s.UnitsOf(who, shell.Administer) {
		m.units[routing.Fold(unit)] = true
		if u, known := s.Table().Unit(unit); known && u.Kind == m.side {
			m.within[u.Region] = true
			m.places = append(m.places, userPlace{u.HSAID, u.Name})
		}
	}
	return m
}

// placeName is what a role is held for, in words.
func placeName(table *routing.Table, unit string) string {
	if region, isRegion := strings.CutPrefix(unit, shell.RegionUnits); isRegion {
		return fmt.Sprintf(wordRegionUnits, region)
	}
	if unit == shell.AllUnits {
		return shell.WordAllUnits
	}
	if u, ok := table.Unit(unit); ok {
		return u.Name
	}
	return unit
}

// holds tells whether everything that a role is held for is administered: then it can be given and taken back.
func (m realm) holds(unit string) bool {
	region, isRegion := strings.CutPrefix(unit, shell.RegionUnits)
	switch {
	case m.all:
		return true
	case unit == shell.AllUnits:
		return false
	case isRegion:
		return slices.Contains(m.regions, region)
	}
	return m.units[routing.Fold(unit)]
}

// reaches tells whether anything that a role is held for is administered: then it is seen.
func (m realm) reaches(unit string) bool {
	region, isRegion := strings.CutPrefix(unit, shell.RegionUnits)
	return m.holds(unit) || unit == shell.AllUnits && len(m.units) > 0 || isRegion && m.within[region]
}

// place finds what was typed or chosen among what roles can be given for: by HSA-id, or by a name that only one has.
func (m realm) place(typed string) (userPlace, bool) {
	var named []userPlace
	for _, p := range m.places {
		if typed != "" && routing.SameHSAID(p.Value, typed) {
			return p, true
		}
		if strings.EqualFold(p.Name, typed) {
			named = append(named, p)
		}
	}
	if len(named) == 1 {
		return named[0], true
	}
	return userPlace{}, false
}

// user is an account as a local administrator sees it: of its roles, those that reach units of theirs.
type user struct {
	accounts.Account
	Roles     []userRole
	Elsewhere bool // there are roles that are not theirs to change
	Local     bool // its password is kept here, and its roles are given here
	Sessions  int
	Self      bool
}

// userRole is a role for one unit, or one group of them.
type userRole struct {
	Role           shell.Role
	Unit, UnitName string
	Mine           bool // can be taken back
}

// Name is the role in Swedish.
func (r userRole) Name() string { return shell.RoleName(r.Role) }

// user is how an account is seen; false for one without a role at any administered unit, which is not seen.
func (s *Pages) user(who shell.Access, m realm, a accounts.Account) (user, bool) {
	u := user{Account: a, Local: a.Source == accounts.Local, Self: a.ID == who.User}
	for _, g := range a.Grants {
		if !slices.Contains(grantable(), shell.Role(g.Role)) || g.Kind != m.side {
			u.Elsewhere = true
			continue
		}
		for _, unit := range g.Units {
			mine := m.holds(unit)
			u.Elsewhere = u.Elsewhere || !mine
			if mine || m.reaches(unit) {
				u.Roles = append(u.Roles, userRole{shell.Role(g.Role), unit, placeName(s.Table(), unit), mine})
			}
		}
	}
	return u, m.side != "" && len(u.Roles) > 0
}

// Whole tells whether all that an account may is for administered units. Only then can its password be reset, which
// would give away the rest too, and only then can it be shut out.
func (u user) Whole() bool { return !u.Elsewhere && len(u.Roles) > 0 }

// Seen is a digest of what was seen of an account, so that a change that somebody else made since is noticed.
func (u user) Seen() string {
	b, err := json.Marshal([]any{u.ID, u.Account.Name, u.Roles, u.Elsewhere, u.Disabled, u.Changes, u.Epoch})
	if err != nil { // texts and numbers
		return ""
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:16])
}

// unit is a unit of theirs where the account has a role, for the access log; "" when its roles are for groups of units.
func (u user) unit() string {
	for _, r := range u.Roles {
		if r.Mine && r.Unit != shell.AllUnits && !strings.HasPrefix(r.Unit, shell.RegionUnits) {
			return r.Unit
		}
	}
	return ""
}

type usersPage struct {
	shell.Page
	Users  []user
	More   bool // than are shown
	Query  string
	Chosen *user
	Places []userPlace
	Typed  bool // the unit is typed: there are too many to list
	Local  bool // accounts with a password are kept here
	Now    time.Time
	Done   string
	// Account and Code are shown once, to who made them.
	Account, Code string

	form *shell.Form
}

// Form is what was typed in one of the forms of the page; empty for the others.
func (p usersPage) Form(name string) *shell.Form {
	if p.form != nil && p.form.Name == name {
		return p.form
	}
	return &shell.Form{Name: name, Values: url.Values{}}
}

// Grantable are the roles to choose among.
func (p usersPage) Grantable() []userPlace {
	var out []userPlace
	for _, r := range grantable() {
		out = append(out, userPlace{string(r), shell.RoleName(r)})
	}
	return out
}

// Choice is a form's fields for a role and what it is held for.
func (p usersPage) Choice(name string) userChoice { return userChoice{p, p.Form(name)} }

type userChoice struct {
	usersPage
	Fields *shell.Form
}

// UsersPage shows the accounts that have a role at units that somebody administers, and one of them with what can be
// changed.
func (s *Pages) UsersPage(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	p := usersPage{Done: userDone(r.URL.Query().Get("done"))}
	return s.showUsers(w, r, who, r.URL.Query().Get("account"), p)
}

func (s *Pages) showUsers(w http.ResponseWriter, r *http.Request, who shell.Access, chosen string, p usersPage) error {
	m := s.realm(who)
	p.Page, p.Places, p.Typed, p.Now = s.Page(who, titleUsers, "users"), m.places, len(m.places) > placesListed, s.Clock()
	p.Local, p.Query = !s.NoLocalAccounts, strings.TrimSpace(r.URL.Query().Get("q"))
	if chosen != "" {
		u, err := s.chosenUser(r, who, m, chosen)
		if err != nil {
			return err
		}
		p.Chosen, p.Title = &u, fmt.Sprintf(titleUser, u.Account.Name)
	} else if err := s.listUsers(r, who, m, &p); err != nil {
		return err
	}
	status := http.StatusOK
	if p.form.Failed() {
		status, p.Title = http.StatusUnprocessableEntity, shell.FailedTitle+p.Title
	}
	return html.Render(w, status, "users", p)
}

// chosenUser is the account that was asked for. One that is not seen is not there, and that it was asked for is on
// record.
func (s *Pages) chosenUser(r *http.Request, who shell.Access, m realm, id string) (user, error) {
	a, err := s.Relay.Store.Account(r.Context(), id)
	if err != nil {
		return user{}, err
	}
	u, seen := s.user(who, m, a)
	if !seen {
		s.Stranger(r, who, accesslog.Row{What: accesslog.Refused, Subject: a.ID, Kind: m.side, Detail: "users: see"})
		return user{}, shell.ErrNotFound
	}
	sessions, err := s.Relay.Store.WebSessions(r.Context(), a.ID)
	u.Sessions = len(sessions)
	return u, err
}

// listUsers fills in the accounts that are seen, by name.
func (s *Pages) listUsers(r *http.Request, who shell.Access, m realm, p *usersPage) error {
	all, err := s.Relay.Store.Accounts(r.Context())
	if err != nil {
		return err
	}
	sought := identity.Fold(p.Query)
	for _, a := range all {
		u, seen := s.user(who, m, a)
		if seen && (strings.Contains(identity.Fold(a.Name), sought) || strings.Contains(a.ID, sought)) {
			p.Users = append(p.Users, u)
		}
	}
	slices.SortStableFunc(p.Users, func(a, b user) int {
		return cmp.Compare(strings.ToLower(a.Account.Name), strings.ToLower(b.Account.Name))
	})
	if p.More = len(p.Users) > usersShown; p.More {
		p.Users = p.Users[:usersShown]
	}
	return nil
}
