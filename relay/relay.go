// Package relay carries: it is the line that every message takes, from a wire, a person or a file, and the worker that
// delivers what was queued.
//
// It knows every stage and decides nothing that belongs to one: soap reads, routing decides, contracts judges, store
// remembers. It does not know pages, commands or configuration files.
package relay

import (
	"context"
	"time"

	"go.uber.org/zap"

	"rivgate/contracts"
	"rivgate/routing"
	"rivgate/soap"
	"rivgate/store"
)

// Instance is the identity of this gateway.
type Instance struct {
	ID    string // for x-vp-instance-id and the routing history
	Name  string // inside fault strings
	HSAID string // the gateway's own HSA-id: sender of the replies that people write here
}

// Relay is the gateway. All fields are set before the first call and never changed.
type Relay struct {
	Instance  Instance
	Portal    string                // logical address of 1177's service
	Table     func() *routing.Table // the catalogue of the moment; nil while there is none
	Contracts *contracts.Registry
	Store     *store.Store
	Sender    *Sender
	Trust     Trust
	Limits    soap.Limits
	Now       func() time.Time
	NewID     func() string // UUIDs; version 7 in production, counted in recordings
	Log       *zap.Logger
}

var _ soap.Handler = (*Relay)(nil)

// ServeSOAP takes one call down the line.
func (r *Relay) ServeSOAP(ctx context.Context, call *soap.Call) (*soap.Answer, error) {
	panic("unbuilt")
}
