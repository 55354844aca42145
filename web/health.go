package web

import (
	"context"
	"net/http"
	"time"
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
	checks, ready := s.readiness(r.Context())
	word, status := "ready", http.StatusOK
	if !ready {
		word, status = "not ready", http.StatusServiceUnavailable
	}
	c := s.catalogue()
	return writeJSON(w, status, map[string]any{
		"status": word, "checks": checks, "catalogueAgeSeconds": c.AgeSeconds, "catalogueFromCache": c.FromCache, "catalogueHeld": c.Held != "",
	})
}

// readiness is what each check says, and whether all are content.
func (s *Site) readiness(ctx context.Context) (checks map[string]string, ready bool) {
	checks, ready = map[string]string{"store": "ok", "catalogue": "ok", "gateway": "ok"}, true
	no := func(check, word string) { checks[check], ready = word, false }
	if s.heartbeat.state(ctx, s.beat) != nil {
		no("store", "unavailable")
	}
	if s.table() == nil {
		no("catalogue", "unavailable")
	}
	if s.stopping() {
		no("gateway", "stopping")
	}
	return checks, ready
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
