package web

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"rivgate/store"
)

// access is who asks, and what they may. Its zero value may nothing.
type access struct {
	user   string // id of the account or token, kept in the access log
	name   string // as it is shown; kept with what they do
	grants []Grant

	person     bool // signed in, not a system
	mustChange bool // the password, before anything else
	kept       *keptForm
}

// may tells whether any of the actions is allowed with what an owner has; the zero Owner for what is the gateway's.
func (a access) may(action Action, owner Owner) bool { return May(a.grants, action, owner) }

// somewhere tells whether any of the actions is allowed with anything at all: whether a page or a menu entry is theirs. The page then asks may.
// Whoever is signed in may see their own account, without any role too.
func (a access) somewhere(action Action) bool {
	if a.person && action&SignedIn != 0 {
		return true
	}
	if !walled(a.grants) {
		action &^= owned
	}
	return slices.ContainsFunc(a.grants, func(g Grant) bool { return rights(g.Role)&action != 0 && (!g.Role.ForUnits() || len(g.Units) > 0) })
}

// everyUnit tells whether an action is allowed with every unit's, of any kind.
func (a access) everyUnit(action Action) bool {
	return slices.ContainsFunc(a.grants, func(g Grant) bool {
		return rights(g.Role)&action != 0 && g.Kind == "" && !slices.Contains(People(), g.Role) && slices.Contains(g.Units, AllUnits)
	})
}

// roles are the roles that are held, for the access log.
func (a access) roles() string {
	var all []string
	for _, g := range a.grants {
		if !slices.Contains(all, string(g.Role)) {
			all = append(all, string(g.Role))
		}
	}
	return strings.Join(all, ", ")
}

// narrow keeps a list of cases to those with which an action is allowed.
func (s *Site) narrow(f *store.CaseFilter, who access, action Action) {
	if who.everyUnit(action) {
		return
	}
	if who.wholeSide(f, action) {
		return
	}
	f.Units = s.unitsOf(who, action)
}

// wholeSide keeps a list to one side of the wall where somebody's rights reach all of it: a catalogue may have more units there than a query can name. It tells whether it did.
func (a access) wholeSide(f *store.CaseFilter, action Action) bool {
	if !walled(a.grants) {
		return false
	}
	for _, g := range a.grants {
		if rights(g.Role)&action == 0 || g.Kind == "" || f.Kind != "" && f.Kind != g.Kind {
			continue
		}
		if slices.Contains(g.Units, AllUnits) {
			f.Kind = g.Kind
			return true
		}
	}
	return false
}

// unitsOf are the units with whose cases an action is allowed, as the filter of a list; empty and not nil for none. Units that have left the catalogue are
// there when they are granted by name, or when an old case of theirs is in the store.
func (s *Site) unitsOf(who access, action Action) []string {
	units := []string{}
	for _, u := range s.table().Units() {
		if who.may(action, Owner{Unit: u.HSAID, Kind: u.Kind, Region: u.Region}) {
			units = append(units, u.HSAID)
		}
	}
	return append(units, s.unlisted(who, action)...)
}

// unlisted are the units of somebody that have left the catalogue, as granted by name.
func (s *Site) unlisted(who access, action Action) (units []string) {
	if !walled(who.grants) {
		return nil
	}
	for _, g := range who.grants {
		if rights(g.Role)&action == 0 || g.Kind == "" && slices.Contains(People(), g.Role) {
			continue
		}
		for _, unit := range g.Units {
			if _, known := s.table().Unit(unit); !known && unit != AllUnits && !strings.HasPrefix(unit, RegionUnits) {
				units = append(units, unit)
			}
		}
	}
	return units
}

// local is who asks from this machine in demo and test: every system at once.
func local() access {
	all := access{user: "local", name: "web"}
	for _, role := range []Role{RoleRead, RoleHandle, RoleOperate, RoleCatalogue, RolePortal} {
		all.grants = append(all.grants, Grant{Role: role, Units: []string{AllUnits}})
	}
	return all
}

// identify tells who asks, and refuses who may not have what they ask for anywhere. People have a session; systems a bearer token; and in demo and test whoever
// calls the API from this machine may do everything.
func (s *Site) identify(r *http.Request, e endpoint) (access, error) {
	here := fromHere(r)
	switch {
	case e.kind == plain:
		return access{}, nil
	case e.kind == admin || e.kind == reset:
		return access{}, s.inside(r)
	case s.Environment == Demo && !here, e.kind == citizen && s.open() && !here:
		return access{}, errNotLocal
	case e.kind == citizen && !s.open():
		return access{}, errNotFound
	}
	if e.kind == api {
		return s.identifyCaller(r, e, here)
	}
	who, err := s.visitor(r.Context())
	if err != nil || e.kind == door {
		return who, err
	}
	if e.kind == citizen {
		who.grants = append(slices.Clone(who.grants), Grant{Role: RolePortal})
		return who, nil
	}
	if who.user == "" {
		return who, errSignIn
	}
	if who.mustChange && !strings.HasPrefix(e.path, "/account") {
		return who, &elsewhere{link("/account?next={}", safeNext(s.pageOf(r)))}
	}
	if err := s.reach(r, who, e); err != nil {
		return who, err
	}
	who.kept, err = s.kept(r, who)
	return who, err
}

// identifyCaller tells who calls the API.
func (s *Site) identifyCaller(r *http.Request, e endpoint, here bool) (access, error) {
	if s.open() && here && r.Header.Get("Authorization") == "" {
		return local(), nil
	}
	presented := bearer(r.Header.Get("Authorization"))
	if token, ok := find(s.Tokens, presented); ok {
		return token.access(), s.reach(r, token.access(), e)
	}
	who, err := s.visitor(r.Context())
	if err != nil {
		return who, err
	}
	if who.user == "" || presented != "" || who.mustChange {
		return access{}, errNoToken
	}
	return who, s.reach(r, who, e)
}

// reach refuses who may not do what an endpoint is for with anybody's things, and notes it.
func (s *Site) reach(r *http.Request, who access, e endpoint) error {
	if who.somewhere(e.needs) {
		return nil
	}
	s.stranger(r, who, store.Access{What: store.AccessRefused, Detail: e.method + " " + e.path})
	if e.kind == pages {
		return errNotFound // what a role may not do is not there
	}
	return errRole
}

// owner is whose a unit's things are, by the catalogue. A unit that is not there has no kind, so no person's role reaches it.
func (s *Site) owner(unit string) Owner {
	if u, ok := s.table().Unit(unit); ok {
		return Owner{Unit: u.HSAID, Kind: u.Kind, Region: u.Region}
	}
	return Owner{Unit: unit}
}

// fromHere tells whether a request comes from this machine: the peer is, the browser says so, and nobody forwarded it. A proxy
// on this machine is a peer on loopback too, and whom it forwards for may be anybody.
func fromHere(r *http.Request) bool { return loopback(r) && localHost(r.Host) && !wasForwarded(r) }

// wasForwarded tells whether a proxy says that it passed a request on.
func wasForwarded(r *http.Request) bool {
	for _, name := range []string{
		"Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Port", "X-Real-Ip",
	} {
		if len(r.Header.Values(name)) > 0 {
			return true
		}
	}
	return false
}

// loopback tells whether the peer is this machine.
func loopback(r *http.Request) bool {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && at.Addr().Unmap().IsLoopback()
}

// localHost tells whether the browser itself believes that it talks to this machine: a foreign name that was made to
// point at 127.0.0.1 does not get in (DNS rebinding).
func localHost(host string) bool {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = strings.Trim(host, "[]")
	}
	if at, err := netip.ParseAddr(name); err == nil {
		return at.Unmap().IsLoopback()
	}
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	return name == "localhost" || strings.HasSuffix(name, ".localhost")
}
