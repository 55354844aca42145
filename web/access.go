package web

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"rivgate/store"
)

// access is who asks, and what they may.
type access struct {
	name  string // kept with what they do
	all   bool   // demo and test
	roles []string
	units []string
}

// may tells whether any of the roles is held.
func (a access) may(roles ...string) bool {
	return a.all || slices.ContainsFunc(roles, func(role string) bool { return slices.Contains(a.roles, role) })
}

// everyUnit tells whether no case is hidden because of its unit.
func (a access) everyUnit() bool { return a.all || slices.Contains(a.units, AllUnits) }

// hasUnit tells whether cases of a unit are theirs to see.
func (a access) hasUnit(unit string) bool {
	return a.everyUnit() || slices.ContainsFunc(a.units, func(u string) bool { return strings.EqualFold(u, unit) })
}

// reads tells whether a case may be read: by its unit's people, or by 1177, which has it anyway.
func (a access) reads(c store.Case) bool {
	return a.may(RolePortal) || a.may(RoleRead, RoleHandle) && a.hasUnit(c.Handler.Unit)
}

// handles tells whether a case may be written in.
func (a access) handles(c store.Case) bool { return a.may(RoleHandle) && a.hasUnit(c.Handler.Unit) }

// identify tells who asks. In demo and test every loopback peer may do everything; in production a bearer token says who it is, and pages are
// closed until there is sign-in.
func (s *Site) identify(r *http.Request, e endpoint) (access, error) {
	if e.kind == plain {
		return access{}, nil
	}
	if s.open() {
		if !loopback(r) || !localHost(r.Host) {
			return access{}, errNotLocal
		}
		return access{name: "web", all: true}, nil
	}
	if e.kind == pages {
		return access{}, errNoSignIn
	}
	token, ok := find(s.Tokens, bearer(r.Header.Get("Authorization")))
	if !ok {
		return access{}, errNoToken
	}
	a := access{name: token.Name, roles: token.Roles, units: token.Units}
	if len(e.roles) > 0 && !a.may(e.roles...) {
		return access{}, errRole
	}
	return a, nil
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

// trusted tells whether the peer may ask for /resetcache.
func (s *Site) trusted(r *http.Request) bool {
	return loopback(r) && localHost(r.Host) || s.TrustedLocal != nil && s.TrustedLocal(r)
}
