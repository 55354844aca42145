package web

import (
	"context"
	"net"
	"net/http"
	"net/netip"

	"go.uber.org/zap"

	"rivgate/relay"
)

// What monitors and VP's scripts ask for. Where an admin listener is configured it answers all of this, to whoever reaches it but for the resets;
// else the listener of the pages does, to this machine and to trusted proxies that ask on their own behalf.

// adminEndpoints are those of both.
func (s *Site) adminEndpoints() []endpoint {
	const get = http.MethodGet
	return []endpoint{
		{get, "/metrics", admin, served(s.metricsHandler()), 0},
		{get, "/status", admin, s.status, 0},
		{get, "/resetcache", reset, s.resetCache, 0},
		{get, "/resethsacache", reset, s.resetTree, 0},
		{get, "/actuator/health", admin, s.actuatorHealth, 0},
		{get, "/actuator/health/liveness", admin, s.actuatorLiveness, 0},
		{get, "/actuator/health/readiness", admin, s.actuatorReadiness, 0},
	}
}

// AdminHandler is the handler of the admin listener: no sessions, no pages.
func (s *Site) AdminHandler() http.Handler {
	mux := http.NewServeMux()
	endpoints := append(s.adminEndpoints(), endpoint{http.MethodGet, "/healthz", plain, s.healthz, 0}, endpoint{http.MethodGet, "/readyz", plain, s.readyz, 0})
	for _, e := range endpoints {
		mux.HandleFunc(e.method+" "+e.path, func(w http.ResponseWriter, r *http.Request) {
			var err error
			if e.kind == reset {
				err = s.inside(r)
			}
			if err == nil {
				err = e.serve(w, r, access{})
			}
			if err != nil {
				s.fail(w, r, access{}, false, err)
			}
		})
	}
	return s.headers(mux)
}

// RunAdmin serves the admin listener until ctx ends. It returns nil when ctx ended it.
func (s *Site) RunAdmin(ctx context.Context, l net.Listener) error {
	server := &http.Server{
		Handler: s.AdminHandler(), ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout, IdleTimeout: idleTimeout,
		MaxHeaderBytes: headerLimit, ErrorLog: zap.NewStdLog(s.log()),
	}
	return s.serveUntil(ctx, server, l, "the admin listener")
}

// errInside is the refusal of who asks from elsewhere.
var errInside = newProblem(http.StatusForbidden, "not-inside", "Bara inifrån",
	"Fråga från den egna datorn eller från en betrodd proxy, eller låt admin.listen svara på ett nät för övervakning.")

// inside lets through who asks from this machine, and a trusted proxy that carries on nobody else's request.
func (s *Site) inside(r *http.Request) error {
	if fromHere(r) {
		return nil
	}
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil || !s.Relay.Trust.Trusts(peer.Addr().Unmap()) {
		return errInside
	}
	if wasForwarded(r) && len(r.Header.Values("X-Forwarded-For")) == 0 { // nobody knows for whom
		return errInside
	}
	near := func(address netip.Addr) bool { return address.IsLoopback() || s.Relay.Trust.Trusts(address) }
	if _, ok := relay.Along(peer.Addr(), r.Header, near); !ok {
		return errInside
	}
	return nil
}
