// Package shell is what all rooms of the web listener stand on: who it is and what they may, sign-in and sessions as
// far as every request meets them, pages, forms, lists, links, errors, and the access log.
//
// It does not know what any page is about.
package shell

import (
	"embed"
	"net/http"
	"time"

	"go.uber.org/zap"

	"rivgate/relay"
	"rivgate/relay/duties"
	"rivgate/routing"
)

//go:embed *.html static
var files embed.FS

// html are the pages that no room owns.
var html = NewTemplates(files, nil)

// Site is what every room knows of the gateway that it shows. All exported fields are set before the first call and
// never changed.
type Site struct {
	Relay       *relay.Relay
	Later       *relay.ReplyOutbox // lets answers leave a few seconds later. Nil: they leave at once, by Relay.Reply
	Environment string             // Demo, Test or Production; anything else is treated as Production
	// NoLocalAccounts closes signing in with a password that is kept here.
	NoLocalAccounts bool
	// AdminApart: the endpoints for monitors are on a listener of their own. Only /healthz and /readyz are here too.
	AdminApart bool
	// OpenForm lets anybody report without signing in, and follow the case by a code.
	OpenForm bool
	// SignInAgain is how old a sign-in may be for what is not done in a session that was left open; default 15 minutes.
	SignInAgain time.Duration
	// Scanner judges files before they are given out, and those that are uploaded. Nil: none does.
	Scanner *Clamd
	// Stopping tells that the process is about to end: /readyz says no, and each answer closes its connection. Nil: never.
	Stopping func() bool
	// CatalogueInUse is what is known of the catalogue in use. Nil: only what Relay.Table tells.
	CatalogueInUse func() CatalogueStatus

	// Duties is what a second person is needed for. Nil: for nothing.
	Duties *duties.Desk

	Now func() time.Time // default time.Now
	Log *zap.Logger      // default: none

	Sessions *Sessions      // made by NewSessions
	Mux      *http.ServeMux // of the pages; the web listener sets it

	secrets   keys
	scans     scans
	strangers strangers // rows of the access log that anybody can cause
	ways      keptWays  // worked out from the table in use
}

// Gate asks who calls before an endpoint is served. All exported fields are set before the first call and never
// changed.
type Gate struct {
	Site
	Tokens      []Token       // systems that may use the API
	SessionLife time.Duration // from sign-in; default 8 hours
	SessionIdle time.Duration // without use; default 30 minutes
	// SignedInBy is the name of the provider where people sign in, as the web listener sets it; "" nowhere but here.
	SignedInBy string
}

// The environments of a Site.
const (
	Demo       = "demo"
	Test       = "test"
	Production = "production"
)

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
	// regions whose units citizens cannot choose today, for want of a patient board that can be reached
	Inactive []routing.InactiveRegion `json:"inactiveRegions,omitempty"`

	Tree TreeStatus `json:"tree"`
}

// TreeStatus is what operators want to know of the HSA tree in use.
type TreeStatus struct {
	Read   time.Time `json:"read,omitzero"` // when it was last read; zero: never
	OK     bool      `json:"ok"`            // whether that went well
	Before int       `json:"before"`        // units before it
	Now    int       `json:"now"`           // units in use
}

// How long a connection may take. Uploads of attachments over slow lines set the larger ones.
const (
	HeaderTimeout = 10 * time.Second
	ReadTimeout   = 2 * time.Minute
	WriteTimeout  = 2 * time.Minute
	IdleTimeout   = 2 * time.Minute
	HeaderLimit   = 64 << 10 // bytes
)

// Clock is the time now.
func (s *Site) Clock() time.Time {
	if s.Now == nil {
		return time.Now()
	}
	return s.Now()
}

// Logger is the log; one that writes nothing where there is none.
func (s *Site) Logger() *zap.Logger {
	if s.Log == nil {
		return zap.NewNop()
	}
	return s.Log
}

// IsStopping tells whether the process is about to end.
func (s *Site) IsStopping() bool { return s.Stopping != nil && s.Stopping() }

// Open tells whether loopback peers may use the API, and the citizen's pages, without signing in.
func (s *Site) Open() bool { return s.Environment == Demo || s.Environment == Test }

// SecondPerson carries out what may need a second person.
func (s *Site) SecondPerson() *duties.Desk {
	if s.Duties != nil {
		return s.Duties
	}
	return &duties.Desk{Store: s.Relay.Store}
}
