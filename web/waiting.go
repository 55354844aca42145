package web

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"rivgate/web/shell"
)

// Waiting answers for a Site whose store could not be opened yet: alive, not ready, with the metrics of the process, on
// the pages' listener for this machine alone. Everything else is 503.
func Waiting(counted prometheus.Gatherer, admin bool) http.Handler {
	up := prometheus.NewGauge(prometheus.GaugeOpts{Name: "rivgate_store_up", Help: "1 when the store can be written to."})
	own := prometheus.NewRegistry()
	own.MustRegister(up) // cannot collide: the registry is empty
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		_ = shell.WriteJSON(w, http.StatusOK, map[string]string{"status": "ok"})
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		_ = shell.WriteJSON(w, http.StatusServiceUnavailable, map[string]any{
			"status": "not ready", "checks": map[string]string{"store": "unavailable"},
		})
	})
	metrics := promhttp.HandlerFor(prometheus.Gatherers{own, counted}, promhttp.HandlerOpts{})
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, r *http.Request) {
		if !admin && !shell.FromHere(r) {
			http.Error(w, shell.ErrInside.Detail, http.StatusForbidden)
			return
		}
		metrics.ServeHTTP(w, r)
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "10")
		http.Error(w, textWaiting, http.StatusServiceUnavailable)
	})
	return mux
}
