// Package relay carries: it is the line that every message takes, from a wire, a person or a file, and the worker that
// delivers what was queued.
//
// It knows every stage and decides nothing that belongs to one: soap reads, routing decides, contracts judges, store
// remembers. It does not know pages, commands or configuration files.
package relay

import (
	"context"
	"sync"
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
	Metrics   *Metrics  // nil: nothing is counted
	Refusals  *Refusals // nil: refused calls are not kept
	Version   string    // of the program, for PingForConfiguration

	// Large is how many messages above 1 MiB that must be known whole are taken at once, each in a spool on disk; the others wait on their
	// connections. Default 4.
	Large int

	fields sync.Pool // of *[]zap.Field
	points pointLogs
	rooms  soap.Rooms

	certificates certificates
	spellings    spellings
	large        gate
	passBell     bell // a case with large files is to be passed on
}

var _ soap.Handler = (*Relay)(nil)

// ServeSOAP takes one call down the line and writes the outcome to its outlet: the platform's refusals come back as
// *soap.Fault, the contract's as a result in its own response element, everything else as the answer.
func (r *Relay) ServeSOAP(ctx context.Context, call *soap.Call) (*soap.Answer, error) {
	started := r.Now()
	var o outcome
	body := r.large.body(ctx, r.Large, call.Body)
	defer body.leave()
	call.Body = body
	a, err := r.sender(call)
	if err == nil {
		o, err = r.line(ctx, a)
	}
	if body.busy {
		err = store.ErrBusy
	}
	answer, fault := r.outlet(o, a, err)
	r.respOut(o, a, answer, err, r.Now().Sub(started))
	return answer, fault
}

// outcome is how far one message came down the line, and what came of it.
type outcome struct {
	Call     routing.Call
	Route    routing.Route
	Contract *contracts.Contract // nil where the contract is not known
	Kind     store.EventKind     // of a complaints message
	Accepted store.Accepted      // a message that was accepted, or a repeat of one
	Answer   *soap.Answer        // the producer's, our own service's, or the receipt

	ProducerFault bool // the producer's answer is a fault
}

// line is the way of every message, from a wire, a person or a file.
//
// Errors: *routing.Error (the platform refuses), *contracts.Error (the contract refuses); anything else is our own failure. After an
// error nothing was accepted.
func (r *Relay) line(ctx context.Context, a arrival) (o outcome, err error) {
	req, err := r.read(a)              // VP015
	defer func() { _ = req.Close() }() // nil or not: an unreadable one may have been spooled
	if err != nil {
		return o, err
	}
	if err = r.approve(a); err != nil { // VP013
		return o, err
	}
	o.Call = routing.Call{Sender: a.Sender, Receiver: req.Receiver, Contract: req.Contract, Profile: req.Profile}
	o.Contract = r.Contracts.Contract(req.Contract)
	r.reqIn(o, a)
	if r.ours(o.Call) {
		o.Answer, err = r.serveOwn(req, o.Contract)
		return o, err
	}
	if o.Route, err = r.decide(ctx, a, req, &o); err != nil { // VP008, VP003, VP004 VP006 VP010, VP007, VP005
		return o, err
	}
	if o.Route.Via != routing.Forward { // what is kept has no header of ours in it, also where its contract is not durable
		if err = unreadable(req.Obey()); err != nil {
			return o, err
		}
	}
	m, err := r.validate(ctx, a, req, &o) // a result with ERROR; what is wrong late in a large message is VP015
	if err != nil {
		return o, r.refused(ctx, a, req, &o, err)
	}
	if o.Route.Via == routing.Forward {
		o.Answer, err = r.forward(ctx, a, req, &o) // VP009
		return o, err
	}
	if err = r.accept(ctx, m, req, &o); err != nil { // persisted before promised
		return o, r.refused(ctx, a, req, &o, err)
	}
	o.Answer, err = r.answer(o)
	return o, err
}
