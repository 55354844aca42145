package web

import (
	"context"
	"net"
	"net/http"

	"go.uber.org/zap"

	"rivgate/web/shell"
)

// What monitors and VP's scripts ask for. Where an admin listener is configured it answers all of this, to whoever
// reaches it but for the resets; else the listener of the pages does, to this machine and to trusted proxies that ask
// on their own behalf.

// adminEndpoints are those of both.
func (s *Site) adminEndpoints() []endpoint {
	const get = http.MethodGet
	return []endpoint{
		{get, "/metrics", shell.Admin, served(s.Operate.MetricsHandler()), 0},
		{get, "/status", shell.Admin, s.Operate.ServeStatus, 0},
		{get, "/resetcache", shell.Reset, s.Operate.ServeResetCache, 0},
		{get, "/resethsacache", shell.Reset, s.Operate.ServeResetTree, 0},
		{get, "/actuator/health", shell.Admin, s.Operate.ActuatorHealth, 0},
		{get, "/actuator/health/liveness", shell.Admin, s.Operate.ActuatorLiveness, 0},
		{get, "/actuator/health/readiness", shell.Admin, s.Operate.ActuatorReadiness, 0},
	}
}

// AdminHandler is the handler of the admin listener: no sessions, no pages.
func (s *Site) AdminHandler() http.Handler {
	s.wire()
	mux := http.NewServeMux()
	endpoints := append(s.adminEndpoints(), endpoint{http.MethodGet, "/healthz", shell.Plain, s.Operate.Healthz, 0},
		endpoint{http.MethodGet, "/readyz", shell.Plain, s.Operate.Readyz, 0})
	for _, e := range endpoints {
		mux.HandleFunc(e.Method+" "+e.Path, func(w http.ResponseWriter, r *http.Request) {
			var err error
			if e.Kind == shell.Reset {
				err = s.Inside(r)
			}
			if err == nil {
				err = e.Serve(w, r, shell.Access{})
			}
			if err != nil {
				s.Fail(w, r, shell.Access{}, false, err)
			}
		})
	}
	return s.Headers(mux)
}

// RunAdmin serves the admin listener until ctx ends. It returns nil when ctx ended it.
func (s *Site) RunAdmin(ctx context.Context, l net.Listener) error {
	server := &http.Server{
		Handler: s.AdminHandler(), ReadHeaderTimeout: shell.HeaderTimeout, ReadTimeout: shell.ReadTimeout,
		WriteTimeout: shell.WriteTimeout, IdleTimeout: shell.IdleTimeout,
		MaxHeaderBytes: shell.HeaderLimit, ErrorLog: zap.NewStdLog(s.Logger()),
	}
	return s.serveUntil(ctx, server, l, "the admin listener")
}
