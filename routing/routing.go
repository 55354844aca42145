// Package routing decides who may call whom and where a call goes: route (vägval) first, then permission
// (anropsbehörighet). The platform's error codes, VP001 to VP015, live here.
//
// It is pure: no I/O, no context, no clock, no database and no XML. A Table is built once and never changes.
package routing

// The RIV-TA basic profiles a route can have.
const (
	RIVTABP20 = "RIVTABP20"
	RIVTABP21 = "RIVTABP21"
)

// Addresses of routes that stay in the house.
const (
	AddressInbox  = "rivgate:inbox"  // a person handles it in the web pages
	AddressPortal = "rivgate:portal" // the case and the citizen's mailbox change
)

// Call is what a message asks for.
type Call struct {
	Sender   string // HSA-id of the calling system (tjänstekonsument)
	Receiver string // logical address (logisk adressat), spelling and blanks as received
	Contract string // responder namespace of the service contract (tjänstekontrakt)
	Profile  string // the caller's basic profile, RIVTABP20 or RIVTABP21
}

// Via says which way an accepted or forwarded call leaves the line.
type Via string

// The four ways.
const (
	Forward Via = "forward" // sent on now, the producer's answer goes back, nothing is stored
	Queue   Via = "queue"   // stored, receipt now, the worker delivers
	Inbox   Via = "inbox"   // stored, receipt now, a person handles it
	Portal  Via = "portal"  // stored, receipt now, the case and the mailbox change
)

// Route is the decision on one Call.
type Route struct {
	Via     Via    `json:"via"`
	Address string `json:"address"` // URL of the producer, or AddressInbox, AddressPortal
	Profile string `json:"profile"` // the producer's basic profile
	// HSA-id of the system behind the route (tjänstekomponent); "" where the catalogue knows none
	Component string `json:"component,omitempty"`
	// what is asked of message signatures; frozen with the route
	Signature Signature `json:"signature,omitempty"`
	Receiver  string    `json:"receiver"` // logical address of the row that decided, "*" for the default
	Trace     Trace     `json:"trace"`
}

// Trace tells how a decision came about, in the form that VP logs: "SE…-1,(parent),SE…-2".
type Trace struct {
	Route      string `json:"route"`                // routerVagvalTrace
	Permission string `json:"permission,omitempty"` // routerBehorighetTrace
}
