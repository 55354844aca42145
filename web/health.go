package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"go.uber.org/zap"
)

// checkTimeout bounds every check of a monitor.
const checkTimeout = 5 * time.Second

// healthz says that the process is alive, nothing more.
func (s *Site) healthz(w http.ResponseWriter, _ *http.Request, _ access) error {
	return writeJSON(w, http.StatusOK, map[string]string{"status": "ok"})
}

// readyz says whether calls can be taken: the store can be written to, there is a catalogue, and the process is not about to end. It asks nobody:
// what the store last said is kept by heartbeat.run, which also logs each change.
func (s *Site) readyz(w http.ResponseWriter, r *http.Request, _ access) error {
	checks := map[string]string{"store": "ok", "catalogue": "ok", "gateway": "ok"}
	status := http.StatusOK
	no := func(check, word string) { checks[check], status = word, http.StatusServiceUnavailable }
	if s.heartbeat.state(r.Context(), s.beat) != nil {
		no("store", "unavailable")
	}
	if s.table() == nil {
		no("catalogue", "unavailable")
	}
	if s.stopping() {
		no("gateway", "stopping")
	}
	word := map[bool]string{true: "ready", false: "not ready"}[status == http.StatusOK]
	c := s.catalogue()
	return writeJSON(w, status, map[string]any{
		"status": word, "checks": checks, "catalogueAgeSeconds": c.AgeSeconds, "catalogueFromCache": c.FromCache, "catalogueHeld": c.Held != "",
	})
}

// catalogue is what is known of the catalogue in use.
func (s *Site) catalogue() CatalogueStatus {
	var c CatalogueStatus
	if s.Catalogue != nil {
		c = s.Catalogue()
		if !c.Loaded.IsZero() {
			c.AgeSeconds = int64(s.now().Sub(c.Loaded).Seconds())
		}
		return c
	}
	c.Routes, c.Permissions = s.table().Size()
	return c
}

// status is VP's status page, by its names, with what we know beside it.
func (s *Site) status(w http.ResponseWriter, _ *http.Request, _ access) error {
	c := s.catalogue()
	state := "stopped"
	if s.table() != nil {
		state = "started"
	}
	reset := "never"
	if !c.Loaded.IsZero() {
		reset = fmt.Sprintf("%s: %d permissions, %d virtualizations", iso(c.Loaded), c.Permissions, c.Routes)
		if c.FromCache {
			reset += ", from the saved copy"
		}
	}
	var certificates []CertificateStatus
	if s.Certificates != nil {
		certificates = s.Certificates()
	}
	return writeJSON(w, http.StatusOK, map[string]any{
		"Name": "Rivgate " + s.Relay.Instance.Name, "Version": s.Version, "ServiceStatus": state, "Uptime": uptime(s.now().Sub(s.Started)),
		"TakCacheInitialized": s.table() != nil, "TakCacheResetInfo": reset, "HsaCacheInitialized": s.table() != nil,
		"Endpoints": orEmpty(s.Endpoints), "Catalogue": c, "Certificates": orEmpty(certificates),
	})
}

// uptime is "3 days 04:05:06".
func uptime(d time.Duration) string {
	d = d.Truncate(time.Second)
	days := int(d / (24 * time.Hour))
	d %= 24 * time.Hour
	return fmt.Sprintf("%d days %02d:%02d:%02d", days, int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60)
}

// QuietReset is a reset of the catalogue that failed and is answered 200 all the same, as VP always does: for scripts that look at nothing else.
type QuietReset struct{ Cause error }

func (e *QuietReset) Error() string { return e.Cause.Error() }

func (e *QuietReset) Unwrap() error { return e.Cause }

// resetCache reads the catalogue again, in the words of VP. The work goes on when the caller hangs up: half a reset is none. One that fails is 503, but for
// a QuietReset.
func (s *Site) resetCache(w http.ResponseWriter, r *http.Request, _ access) error {
	if !s.trusted(r) {
		return newProblem(http.StatusForbidden, "not-local", "Bara inifrån", "Katalogen läses om bara från den egna datorn eller en betrodd proxy.")
	}
	routes, permissions, ok, status := 0, 0, false, http.StatusServiceUnavailable
	if s.ResetCatalogue != nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), writeTimeout-headerTimeout)
		defer cancel()
		var err error
		if routes, permissions, err = s.ResetCatalogue(ctx); err != nil {
			s.log().Error("resetting catalogue", zap.Error(err))
		}
		ok = err == nil
		if ok || errors.As(err, new(*QuietReset)) {
			status = http.StatusOK
		}
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, "<br>Initialize TAK cache resources...\n<br>Init TAK cache loaded number of permissions: %d\n"+
		"<br>Init TAK cache loaded number of virtualizations: %d\n<br>Init done, was successful: %t\n", permissions, routes, ok)
	return nil
}
