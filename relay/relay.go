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
	"rivgate/relay/outgoing"
	"rivgate/routing"
	"rivgate/soap"
	"rivgate/soap/signature"
	"rivgate/store"
)

// Relay is the gateway. All fields are set before the first call and never changed.
type Relay struct {
	Instance  outgoing.Instance
	Portal    string                // logical address of 1177's service
	Table     func() *routing.Table // the catalogue of the moment; nil while there is none
	Contracts *contracts.Registry
	Store     *store.Store
	Sender    *outgoing.Sender
	Trust     Trust
	Limits    soap.Limits
	// SupplementAfterClose is for how long after its close a case takes a supplement, which opens it again.
	SupplementAfterClose time.Duration
	Now                  func() time.Time
	NewID                func() string // UUIDs; version 7 in production, counted in recordings
	Log                  *zap.Logger
	Metrics              *Metrics  // nil: nothing is counted
	Refusals             *Refusals // nil: refused calls are not kept
	Version              string    // of the program, for PingForConfiguration

	// Large is how many messages above 1 MiB that must be known whole are taken at once, each in a spool on disk; the
	// others wait on their connections. Default 4.
	Large int

	Signatures Signatures // of messages, where their routes ask for them

	fields  sync.Pool // of *[]zap.Field
	points  pointLogs
	buffers soap.BufferPool

	finder              finder
	certificates        certificates
	letterCases         loggedLetterCases
	large               semaphore
	largeForwardWaiting wakeup // a case with large files is to be passed on
}

var _ soap.Handler = (*Relay)(nil)

// ServeSOAP takes one call down the line and writes the outcome to its outlet: the platform's refusals come back as
// *soap.Fault, the contract's as a result in its own response element, everything else as the answer.
func (r *Relay) ServeSOAP(ctx context.Context, call *soap.Call) (*soap.Answer, error) {
	started := r.Now()
	var o outcome
	a, err := r.sender(call)
	a.Acquire = func() (func(), error) { return r.large.acquire(ctx, r.Large) }
	if err == nil {
		o, err = r.line(ctx, a)
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

// line is the way of every message, from a wire, a person or a file: it is judged, and what nobody refuses is
// committed. Who only wants to know what would become of a message calls judge.
//
//	sender ─► read ─► decide ─► validate │ accept ─► answer
//	          └────────── judge ────────┘ └──── commit ────┘
//
// Errors: *routing.Error (the platform refuses), *contracts.Error (the contract refuses); anything else is our own
// failure. After an error nothing was accepted.
func (r *Relay) line(ctx context.Context, a arrival) (outcome, error) {
	j, err := r.judge(ctx, a)
	defer j.close()
	if err == nil {
		err = r.commit(ctx, a, &j)
	}
	return j.outcome, r.countRefused(ctx, a, &j, err)
}

// judgement is what is known of a message before anything of it is stored or sent.
type judgement struct {
	outcome
	request *soap.Request
	own     bool              // for a service of the gateway itself
	message *store.Message    // to accept; nil for a call that is forwarded
	signed  *signature.Signed // by its sender; nil where its route asks for no signature
}

// close gives back what the request holds, also that of a message that could not be read: it may be in a spool.
func (j *judgement) close() { _ = j.request.Close() }

// judge is the first half of the line: it reads, decides and validates a message, and stores and sends nothing. The
// judgement is to be closed, also after an error.
func (r *Relay) judge(ctx context.Context, a arrival) (j judgement, err error) {
	if j.request, err = r.read(a); err != nil { // VP015
		return j, err
	}
	if err = r.checkOriginalConsumer(a); err != nil { // VP013
		return j, err
	}
	j.Call = routing.Call{
		Sender: a.Sender, Receiver: j.request.Receiver, Contract: j.request.Contract, Profile: j.request.Profile,
	}
	j.Contract = r.Contracts.Contract(j.Call.Contract)
	if !a.DryRun {
		r.reqIn(j.outcome, a)
	}
	if j.own = r.isOwnService(j.Call); j.own {
		return j, readRefusal(j.request.RefuseSecurity())
	}
	// VP008, VP003, VP004 VP006 VP010, VP007, VP005
	if j.Route, err = r.decide(ctx, a, j.request, &j.outcome); err != nil {
		return j, err
	}
	// what is stored has no header of ours in it, also where its contract is not durable
	if j.Route.Via != routing.Forward {
		if err = readRefusal(j.request.ProcessHeaders(r.Signatures.judges())); err != nil {
			return j, err
		}
	}
	if j.signed, err = r.verify(a, j.request, &j.outcome); err != nil { // VP015 as a fault of WS-Security
		return j, err
	}
	// a result with ERROR; what is wrong late in a large message is VP015
	j.message, err = r.validate(ctx, a, j.request, &j.outcome)
	return j, err
}

// commit is the second half of the line: it accepts what was judged, and answers. What is forwarded is answered by
// its producer.
func (r *Relay) commit(ctx context.Context, a arrival, j *judgement) (err error) {
	if j.own {
		j.Answer, err = r.serveOwn(j.request, j.Contract)
		return err
	}
	if err = r.notBefore(ctx, j); err != nil { // a signed call that came before
		return err
	}
	if j.Route.Via == routing.Forward {
		j.Answer, err = r.forward(ctx, a, j.request, &j.outcome) // VP009
		return r.forgetUnsent(ctx, j, err)
	}
	if err = r.accept(ctx, j.message, j.request, &j.outcome); err != nil { // persisted before promised
		return r.forgetUnsent(ctx, j, err)
	}
	j.Answer, err = r.answer(j.outcome)
	return err
}
