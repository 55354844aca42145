// Package operate shows how the gateway is and lets its operators act: the monitor, deliveries and orders about them,
// faults, recordings of exchanges, and what monitors ask for (health, status, metrics). It shows no content of a case.
package operate

import (
	"context"
	"embed"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"rivgate/web/shell"
)

//go:embed *.html
var files embed.FS

var html = shell.NewTemplates(files, nil)

// Health answers how the gateway is. All exported fields are set before the first call and never changed.
type Health struct {
	*shell.Site
	// ResetCatalogue reads the catalogue from its source again. Nil: /resetcache says that it was not successful.
	ResetCatalogue func(context.Context) error
	// ResetTree does the same for the HSA files, and /resethsacache.
	ResetTree func(context.Context) error
	// Registry is where others count: /metrics shows it beside what the store and the catalogue say. Nil: none.
	Registry prometheus.Gatherer
	// Certificates tells when the configured certificates end, for /status. Nil: none.
	Certificates func() []CertificateStatus
	Version      string
	Started      time.Time // for uptime
	Endpoints    []string  // the SOAP addresses, for /status

	heartbeat heartbeat
}

// Pages are the operators' pages.
type Pages struct{ Health }
