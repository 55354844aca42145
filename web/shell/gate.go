package shell

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"rivgate/relay"
	"rivgate/store/accesslog"
)

// local is a caller from this machine in demo and test: it may do what every kind of system may.
func local() Access {
	all := Access{User: accesslog.SystemID(""), Name: "web"}
	for _, role := range []Role{RoleRead, RoleHandle, RoleOperate, RoleCatalogue, RolePortal} {
		all.Grants = append(all.Grants, Grant{Role: role, Units: []string{AllUnits}})
	}
	return all
}

// identify tells who asks, and refuses whoever may not use the endpoint for any unit. People have a session and systems
// a bearer token. In demo and test a caller of the API from this machine may do everything.
func (s *Gate) identify(r *http.Request, e Endpoint) (Access, error) {
	here := FromHere(r)
	switch {
	case e.Kind == Plain:
		return Access{}, nil
	case e.Kind == Admin || e.Kind == Reset:
		return Access{}, s.Inside(r)
	case s.Environment == Demo && !here, e.Kind == Citizen && s.Open() && !here:
		return Access{}, errNotLocal
	case e.Kind == Citizen && !s.Open(), e.Kind == Public && !s.OpenForm:
		return Access{}, ErrNotFound
	case e.Kind == Public:
		return Access{}, nil
	}
	if e.Kind == API {
		return s.identifyCaller(r, e, here)
	}
	who, err := s.visitor(r.Context())
	if err != nil || e.Kind == Door {
		return who, err
	}
	if e.Kind == Citizen {
		who.Grants = append(slices.Clone(who.Grants), Grant{Role: RolePortal})
		return who, nil
	}
	if who.User == "" {
		return who, errSignIn
	}
	if who.MustChange && !strings.HasPrefix(e.Path, "/account") {
		return who, &elsewhere{Link("/account?next={}", SafeNext(s.pageOf(r)))}
	}
	if err := s.reach(r, who, e); err != nil {
		return who, err
	}
	who.Kept, err = s.kept(r, who)
	return who, err
}

// identifyCaller tells who calls the API.
func (s *Gate) identifyCaller(r *http.Request, e Endpoint, here bool) (Access, error) {
	if s.Open() && here && r.Header.Get("Authorization") == "" {
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
	if who.User == "" || presented != "" || who.MustChange {
		return Access{}, errNoToken
	}
	return who, s.reach(r, who, e)
}

// reach refuses a person or system that may not use an endpoint for any unit, and notes that in the access log.
func (s *Gate) reach(r *http.Request, who Access, e Endpoint) error {
	if who.Somewhere(e.Needs) {
		return nil
	}
	s.Stranger(r, who, accesslog.Row{What: accesslog.Refused, Detail: e.Method + " " + e.Path})
	if e.Kind == Pages || e.Kind == Live {
		return ErrNotFound // what a role may not do is not there
	}
	return ErrRole
}

// FromHere tells whether a request was made on this machine: the peer is on loopback, the browser's Host header says so
// too, and no proxy forwarded it. A proxy on this machine is on loopback as well, but may forward requests of anybody.
func FromHere(r *http.Request) bool { return loopback(r) && localHost(r.Host) && !wasForwarded(r) }

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

// localHost tells whether the browser asked for this machine by its own name. It keeps out a foreign name that was made
// to point at 127.0.0.1 (DNS rebinding).
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

// Inside lets through requests from this machine, and those that a trusted proxy makes itself, without forwarding.
func (s *Gate) Inside(r *http.Request) error {
	if FromHere(r) {
		return nil
	}
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil || !s.Relay.Trust.Trusts(peer.Addr().Unmap()) {
		return ErrInside
	}
	if wasForwarded(r) && len(r.Header.Values("X-Forwarded-For")) == 0 { // nobody knows for whom
		return ErrInside
	}
	near := func(address netip.Addr) bool { return address.IsLoopback() || s.Relay.Trust.Trusts(address) }
	if _, ok := relay.CheckAddresses(peer.Addr(), r.Header, near); !ok {
		return ErrInside
	}
	return nil
}

// ordered notes a change of the gateway before it is made: which endpoint, and the verb and the id in its address.
func (s *Gate) ordered(r *http.Request, who Access, e Endpoint) error {
	if e.Needs&orders == 0 || e.Needs&owned != 0 || e.Method == http.MethodGet {
		return nil
	}
	row := accesslog.Row{What: accesslog.Change, Detail: e.Method + " " + e.Path}
	var values []string
	for _, name := range []string{"verb", "id", "number"} {
		if value := r.PathValue(name); plainWord(value) {
			values = append(values, value)
		}
	}
	if len(values) > 0 {
		row.Subject = accesslog.DetailOf(values[0], values[1:]...)
	}
	return s.Looked(r.Context(), who, row)
}

// Kind of an endpoint: who gets in, and how errors look.
type Kind int

// The kinds of endpoints.
const (
	Pages   Kind = iota // for people who are signed in
	Live                // what an open page asks for by itself, every few seconds; for them too
	Door                // for people whoever they are: signing in and out
	Citizen             // the citizen's stand-in, for trying the whole way: in demo and test, from this machine
	Public              // for anybody, where the configuration opens it: no session, no cookie, not in search engines
	API                 // JSON, with roles
	Plain               // monitors and files without content: nobody is asked who they are
	Admin               // for monitors on the inside
	Reset               // for monitors on the inside too; it reads again what is in use
)

// Endpoint is one line of the table of everything that this listener answers.
type Endpoint struct {
	Method, Path string
	Kind         Kind
	Serve        func(http.ResponseWriter, *http.Request, Access) error
	// any of them, with somebody's things at least; the handler asks may for the thing itself. Nothing for plain
	Needs Action
}

// Guarded asks who calls before an endpoint is served, and writes its error.
func (s *Gate) Guarded(e Endpoint) http.Handler {
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if e.Kind == Public {
			w.Header().Set("X-Robots-Tag", "noindex, nofollow")
		}
		who, err := s.identify(r, e)
		if err == nil {
			err = s.used(r, who, e)
		}
		if err == nil {
			if err = s.ordered(r, who, e); err == nil {
				err = e.Serve(w, r, who)
			}
		} else if errors.Is(err, errSignIn) {
			err = s.turnedAway(w, r)
		}
		if errors.Is(err, errAgain) && e.Kind == Pages {
			err = s.askAgain(w, r, who)
		}
		var other *elsewhere
		switch {
		case errors.As(err, &other):
			http.Redirect(w, r, other.address, http.StatusSeeOther)
		case err != nil:
			s.Fail(w, r, who, e.Kind < API, err)
		}
	})
	if e.Kind == Public || e.Kind >= Plain {
		return h
	}
	return s.Sessions.LoadAndSave(h)
}

// Headers are on every answer. Scripts are our own files, and there is no other on any page; nothing comes from
// elsewhere.
func (s *Gate) Headers(next http.Handler) http.Handler {
	const policy = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; " +
		"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		if s.overTLS(r) {
			h.Set("Strict-Transport-Security", transportSecurity)
		}
		if s.IsStopping() {
			h.Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
}

// transportSecurity has browsers ask for this host over TLS alone for a year (HSTS, RFC 6797). It is about this host
// and no other of its domain.
const transportSecurity = "max-age=31536000"

// overTLS tells whether the browser asked over TLS: of this listener, or of a trusted proxy that says so.
func (s *Gate) overTLS(r *http.Request) bool {
	if r.TLS != nil {
		return true
	}
	said := r.Header.Values("X-Forwarded-Proto")
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && len(said) == 1 && strings.EqualFold(said[0], "https") &&
		s.Relay.Trust.Trusts(peer.Addr().Unmap())
}

// Unknown answers a request that has no endpoint. It asks the mux for its answer to learn whether that is 404 or 405,
// and writes a page of ours instead.
func (s *Gate) Unknown(w http.ResponseWriter, r *http.Request, h http.Handler) {
	probe := &discard{header: http.Header{}}
	h.ServeHTTP(probe, r)
	switch {
	case probe.status == http.StatusMethodNotAllowed:
		w.Header().Set("Allow", probe.header.Get("Allow"))
		s.WrongMethod(w, r, Access{})
	case probe.status >= 300 && probe.status < 400: // a path that is written untidily
		http.Redirect(w, r, probe.header.Get("Location"), probe.status)
	default:
		s.Fail(w, r, Access{}, !IsAPI(r), ErrNotFound)
	}
}

// IsAPI tells whether a request is for the JSON API.
func IsAPI(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/api/") }

// discard keeps the status and the headers of an answer and drops its body.
type discard struct {
	header http.Header
	status int
}

func (d *discard) Header() http.Header { return d.header }

func (d *discard) WriteHeader(status int) { d.status = status }

func (d *discard) Write(b []byte) (int, error) { return len(b), nil }

// elsewhere is the answer to who has to go to another page first.
type elsewhere struct{ address string }

// Elsewhere is the answer to who has to go to another page first.
func Elsewhere(address string) error { return &elsewhere{address} }

func (e *elsewhere) Error() string { return "elsewhere" }
