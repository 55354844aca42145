// Package web shows: the pages in which people handle cases and follow deliveries, the JSON API with the same verbs, and
// what monitors ask for.
//
// It calls the verbs of relay and store and shows what comes back. It does not know SOAP, SQL, configuration files or
// where the catalogue comes from, and it judges no message: that is the line's.
package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"rivgate/relay"
	"rivgate/routing"
	"rivgate/routing/catalogue"
)

// The environments of a Site.
const (
	Demo       = "demo"
	Test       = "test"
	Production = "production"
)

// Site is the web listener. All fields are set before the first call and never changed.
type Site struct {
	Relay       *relay.Relay
	Later       *relay.Later // lets answers leave a few seconds later. Nil: they leave at once, by Relay.Reply
	Environment string       // Demo, Test or Production; anything else is treated as Production
	Tokens      []Token      // systems that may use the API

	// Provider is where people sign in. Nil: nowhere but here.
	Provider *Provider
	// NoLocalAccounts closes signing in with a password that is kept here.
	NoLocalAccounts bool
	SessionLife     time.Duration // from sign-in; default 8 hours
	// Pause waits before a password is looked at that many guesses came before, and ends early with ctx. Nil: by the clock.
	Pause func(ctx context.Context, wait time.Duration) error

	// AdminApart: what monitors ask for stands on a listener of its own, see RunAdmin; of it only /healthz and /readyz stand here too.
	AdminApart bool

	// Scanner judges files before they are given out, and those that are uploaded. Nil: none does.
	Scanner *Clamd

	// Stopping tells that the process is about to end: /readyz says no, and each answer closes its connection. Nil: never.
	Stopping func() bool
	// Shutdown is how long requests may go on after Run's context has ended; default 10 s.
	Shutdown time.Duration
	// Catalogue is what is known of the catalogue in use. Nil: only what Relay.Table tells.
	Catalogue func() CatalogueStatus
	// Rules are those that the catalogue kept in the store is checked by.
	Rules routing.Rules
	// PlanCatalogue reads a file (a catalogue in any form, or a beställning) as what it would change in rows. Nil: none can be imported.
	PlanCatalogue func(file io.Reader, rows []catalogue.Row) (edits []catalogue.Edit, report []string, err error)
	// ResetCatalogue reads the catalogue from its source again. Nil: /resetcache says that it was not successful.
	ResetCatalogue func(context.Context) error
	// ResetTree does the same for the HSA files, and /resethsacache.
	ResetTree func(context.Context) error
	// Registry is where others count: /metrics shows it beside what the store and the catalogue say. Nil: none.
	Registry prometheus.Gatherer
	// Certificates tells when the configured certificates end, for /status. Nil: none.
	Certificates func() []CertificateStatus

	// SmallCounts is the threshold of statistics: counts from 1 to below it are hidden, and with them what would give them away. 1 hides nothing;
	// 2 is taken for 3. Default 5.
	SmallCounts int

	Version   string
	Started   time.Time        // for uptime
	Endpoints []string         // the SOAP addresses, for /status
	Now       func() time.Time // default time.Now
	Log       *zap.Logger      // default: none

	secrets   keys
	scans     scans
	strangers strangers      // rows of the access log that anybody can cause
	visits    *visits        // made by Handler
	mux       *http.ServeMux // the like
	ways      keptWays       // worked out from the table in use
	states    keptCatalogue

	heartbeat heartbeat
	tables    tableCache
}

// CatalogueStatus is what operators want to know of the catalogue in use.
type CatalogueStatus struct {
	Loaded      time.Time `json:"loaded,omitzero"`     // when it was read; zero: there is none
	Source      string    `json:"source,omitempty"`    // kind or address, no secrets
	FromCache   bool      `json:"fromCache"`           // the source could not be read: this is the saved copy
	Routes      int       `json:"routes"`              //
	Permissions int       `json:"permissions"`         //
	LastError   string    `json:"lastError,omitempty"` // of the last refresh, in words for an operator
	AgeSeconds  int64     `json:"ageSeconds"`          // since it was read
	Held        string    `json:"held,omitempty"`      // digest of an answer that shrank and waits for a person's word
	LastErrorAt time.Time `json:"lastErrorAt,omitzero"`

	Tree TreeStatus `json:"tree"`
}

// TreeStatus is what operators want to know of the HSA tree in use.
type TreeStatus struct {
	Read   time.Time `json:"read,omitzero"` // when it was last read; zero: never
	OK     bool      `json:"ok"`            // whether that went well
	Before int       `json:"before"`        // units before it
	Now    int       `json:"now"`           // units in use
}

// CertificateStatus is one configured certificate, ours or an authority's.
type CertificateStatus struct {
	Use      string    `json:"use"` // the key of the configuration, "soap.tls.client_ca"
	Subject  string    `json:"subject,omitempty"`
	Serial   string    `json:"serial,omitempty"` // in hexadecimal
	NotAfter time.Time `json:"notAfter,omitzero"`
	Problem  string    `json:"problem,omitempty"` // in words for an operator
}

// How long a connection may take. Uploads of attachments over slow lines set the larger ones.
const (
	headerTimeout = 10 * time.Second
	readTimeout   = 2 * time.Minute
	writeTimeout  = 2 * time.Minute
	idleTimeout   = 2 * time.Minute
	headerLimit   = 64 << 10 // bytes
)

// Run serves on l until ctx ends, lets the requests under way finish for at most s.Shutdown, and returns. The listener is closed then. It
// returns nil when ctx ended it.
func (s *Site) Run(ctx context.Context, l net.Listener) error {
	server := &http.Server{
		Handler: s.Handler(), ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout,
		IdleTimeout: idleTimeout, MaxHeaderBytes: headerLimit, ErrorLog: zap.NewStdLog(s.log()),
	}
	keeping, stop := context.WithCancel(ctx)
	var keeper sync.WaitGroup
	keeper.Go(func() { s.heartbeat.run(keeping, s.beat, s.log()) })
	defer keeper.Wait()
	defer stop()
	return s.serveUntil(ctx, server, l, "web pages")
}

// serveUntil serves until ctx ends, and lets the requests under way finish for at most s.Shutdown.
func (s *Site) serveUntil(ctx context.Context, server *http.Server, l net.Listener, what string) error {
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serving %s: %w", what, err)
	case <-ctx.Done():
	}
	limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), cmp.Or(s.Shutdown, 10*time.Second))
	defer cancel()
	err := server.Shutdown(limit)
	if errors.Is(err, context.DeadlineExceeded) {
		err = server.Close()
	}
	<-ended
	if err != nil {
		return fmt.Errorf("stopping %s: %w", what, err)
	}
	return nil
}

func (s *Site) now() time.Time {
	if s.Now == nil {
		return time.Now()
	}
	return s.Now()
}

func (s *Site) log() *zap.Logger {
	if s.Log == nil {
		return zap.NewNop()
	}
	return s.Log
}

func (s *Site) stopping() bool { return s.Stopping != nil && s.Stopping() }

// open tells whether loopback peers may use the API, and the citizen's pages, without signing in.
func (s *Site) open() bool { return s.Environment == Demo || s.Environment == Test }
