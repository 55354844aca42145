package operate

import (
	"context"
	"net/http"

	"rivgate/web/shell"
)

// Healthz says that the process is alive, nothing more.
func (s *Health) Healthz(w http.ResponseWriter, _ *http.Request, _ shell.Access) error {
	return shell.WriteJSON(w, http.StatusOK, map[string]string{"status": "ok"})
}

// Readyz says whether calls can be taken: the store can be written to, there is a catalogue, and the process is not
// about to end. It asks nobody: what the store last said is kept by heartbeat.run, which also logs each change.
func (s *Health) Readyz(w http.ResponseWriter, r *http.Request, _ shell.Access) error {
	checks, ready := s.readiness(r.Context())
	word, status := "ready", http.StatusOK
	if !ready {
		word, status = "not ready", http.StatusServiceUnavailable
	}
	c := s.catalogue()
	return shell.WriteJSON(w, status, map[string]any{
		"status": word, "checks": checks, "catalogueAgeSeconds": c.AgeSeconds, "catalogueFromCache": c.FromCache,
		"catalogueHeld": c.Held != "",
	})
}

// readiness is what each check says, and whether all are content.
func (s *Health) readiness(ctx context.Context) (checks map[string]string, ready bool) {
	checks, ready = map[string]string{"store": "ok", "catalogue": "ok", "gateway": "ok"}, true
	no := func(check, word string) { checks[check], ready = word, false }
	if s.heartbeat.state(ctx, s.beat) != nil {
		no("store", "unavailable")
	}
	if s.Table() == nil {
		no("catalogue", "unavailable")
	}
	if s.IsStopping() {
		no("gateway", "stopping")
	}
	return checks, ready
}

// catalogue is what is known of the catalogue in use.
func (s *Health) catalogue() shell.CatalogueStatus {
	var c shell.CatalogueStatus
	if s.CatalogueInUse != nil {
		c = s.CatalogueInUse()
		if !c.Loaded.IsZero() {
			c.AgeSeconds = int64(s.Clock().Sub(c.Loaded).Seconds())
		}
		return c
	}
	c.Routes, c.Permissions = s.Table().Size()
	return c
}
