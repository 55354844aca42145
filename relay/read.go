package relay

import (
	"cmp"
	"context"
	"errors"
	"strings"

	"go.uber.org/zap"

	"rivgate/contracts"
	"rivgate/routing"
	"rivgate/soap"
	"rivgate/store"
)

// read guards and reads a message of up to 1 MiB whole, and the head of a larger one.
func (r *Relay) read(a arrival) (*soap.Request, error) {
	limits := r.Limits
	if a.AlreadyAccepted {
		limits = r.acceptedLimits()
	}
	limits.Buffers, limits.Acquire = &r.buffers, a.Acquire
	req, err := soap.ReadRequest(a.Body, a.ContentType, limits)
	if err == nil &&
		(r.Contracts.Durable(req.Contract) || r.isOwnService(routing.Call{Receiver: req.Receiver, Contract: req.Contract})) {
		err = req.ProcessHeaders(r.Signatures.judges()) // the gateway is the recipient
	}
	return req, readRefusal(err)
}

// readRefusal gives what the guard refused its code: the one place where a *soap.Error becomes a *routing.Error.
func readRefusal(err error) error {
	var bad *soap.Error
	if !errors.As(err, &bad) {
		return err
	}
	if bad.Kind == soap.NoReceiver && bad.Reason == soap.NoReceiverHeader {
		return routing.NoReceiver("").Because(bad)
	}
	if bad.Kind == soap.NoReceiver {
		return routing.NoReceiver("Reason: " + bad.Error()).Because(bad)
	}
	if bad.Kind == soap.NotUnderstood {
		return routing.NotSOAP(
			bad.Reason + ": " + routing.Shorten(bad.Name.Local) + " of " + routing.Shorten(bad.Name.Space),
		).Because(bad)
	}
	return routing.NotSOAP(bad.Error()).Because(bad)
}

// validate judges the message by its contract and makes it ready for being accepted. For a call that is forwarded it
// returns nil when the schema is content. The error is *contracts.Error; a contract that only warns lets through what
// can be read.
func (r *Relay) validate(ctx context.Context, a arrival, req *soap.Request, o *outcome) (*store.Message, error) {
	c := o.Contract
	if c == nil || !c.Complaints {
		if err := r.validateForeign(a, req, c); err != nil || o.Route.Via == routing.Forward {
			return nil, err
		}
		if err := r.readWhole(req); err != nil {
			return nil, err
		}
		return r.message(a, req, o, r.NewID(), nil), nil
	}
	if err := r.readWhole(req); err != nil {
		return nil, err
	}
	said, err := c.ReadKnowing(req, r.noCare)
	if err = r.tolerate(c, a, said != nil, err); err != nil {
		return nil, err
	}
	event, err := r.event(ctx, a, said, o)
	if event == nil {
		return nil, err
	}
	m := r.message(a, req, o, event.MessageID, event)
	var refused *contracts.Error
	if errors.As(err, &refused) {
		// What was accepted once gets its first answer again, also where today's catalogue would refuse it.
		if _, found, looking := r.Store.Repeat(ctx, m.Key); found || looking != nil {
			err = looking
		}
	}
	return m, err
}

// validateForeign validates a contract that is not ours against its schema, where it is known and wanted.
func (r *Relay) validateForeign(a arrival, req *soap.Request, c *contracts.Contract) error {
	if meant := r.Contracts.SimilarTo(req.Contract); c == nil && meant != nil &&
		(meant.Durable || meant.Validation == contracts.Enforce) {
		return routing.NotSOAP(
			"the namespace of Body's first element differs from the contract's in letter case: it must be " + meant.Contract,
		)
	}
	if c == nil || c.Validation == contracts.Off {
		return nil
	}
	if err := r.readWhole(req); err != nil {
		return err
	}
	err := r.tolerate(c, a, true, c.ValidateRequest(req))
	var refused *contracts.Error
	if errors.As(err, &refused) {
		// A contract that is not ours has no response in which we could refuse: the platform does.
		return routing.NotSOAP(refused.Path + " does not follow the contract's schema").Because(refused)
	}
	return err
}

// tolerate lets pass what a contract in mode Warn refuses, and says so in the log.
func (r *Relay) tolerate(c *contracts.Contract, a arrival, readable bool, err error) error {
	var refused *contracts.Error
	if c.Validation != contracts.Warn || !readable || !errors.As(err, &refused) {
		return err
	}
	r.Log.Warn("let through what the contract refuses", zap.String("labels.servicecontract_namespace", c.Contract),
		zap.String("labels.errorCode", refused.SubCode), zap.String("path", refused.Path),
		zap.String("trace.id", a.Correlation))
	return nil
}

// decide takes the catalogue's way. Where the catalogue has none any more, a message about a case that was accepted
// before goes that case's way, if its sender may still make the call: an end of a route does not strand cases under
// way.
func (r *Relay) decide(ctx context.Context, a arrival, req *soap.Request, o *outcome) (routing.Route, error) {
	table := r.Table()
	if err := req.CheckReceiver(); err != nil && table != nil {
		return routing.Route{}, readRefusal(err)
	}
	route, err := table.Decide(o.Call, r.Now())
	var refused *routing.Error
	if !errors.As(err, &refused) || refused.Code != routing.VP004 || o.Contract == nil || !o.Contract.Send() ||
		!table.Permits(o.Call, r.Now()) {
		return route, err
	}
	c, failed := r.acceptedCase(ctx, a, req, o)
	switch {
	case errors.Is(failed, store.ErrNotFound):
		return route, err
	case failed != nil:
		return route, failed
	}
	return routing.Route{
		Via: c.Handler.Via, Address: c.Handler.Address, Component: c.Handler.Component, Profile: routing.RIVTABP21,
		Receiver: o.Call.Receiver, Trace: refused.Trace,
	}, nil
}

// acceptedCase is the case that a message of the send contract is about, where it was accepted before and the message
// is part of it: an answer, or a repeat. store.ErrNotFound where it is none. A database that is away is an error of
// its own: nobody knows then.
func (r *Relay) acceptedCase(ctx context.Context, a arrival, req *soap.Request, o *outcome) (c store.Case, err error) {
	if err := req.ProcessHeaders(r.Signatures.judges()); err != nil {
		return c, readRefusal(err)
	}
	if err := r.readWhole(req); err != nil {
		return c, err
	}
	m, reading := o.Contract.Map(req)
	if reading != nil || m.CaseID == nil {
		return c, store.ErrNotFound
	}
	if c, err = r.Store.Unlogged().CaseByRef(ctx, ref(m.CaseID)); err != nil || m.Answer != nil {
		return c, err
	}
	key := store.Key{Sender: routing.Fold(a.Sender), Contract: o.Call.Contract, MessageID: idText(m.ID)}
	if _, found, err := r.Store.Repeat(ctx, key); err != nil || !found {
		return c, cmp.Or(err, store.ErrNotFound)
	}
	return c, nil
}

// message is what the store is to accept.
func (r *Relay) message(a arrival, req *soap.Request, o *outcome, id string, event *store.Event) *store.Message {
	m := &store.Message{
		ID:          r.NewID(),
		Key:         store.Key{Sender: routing.Fold(a.Sender), Contract: o.Call.Contract, MessageID: id},
		Call:        o.Call,
		Route:       o.Route,
		Correlation: a.Correlation,
		SOAPAction:  strings.ToValidUTF8(a.SOAPAction, "?"), // a header may hold any byte, a database's text may not
		ContentType: strings.ToValidUTF8(req.ContentType(), "?"),
		Headers:     headersToStore(a.Header),
		Envelope:    req.Envelope(),
		Received:    r.Now().UTC(),
		Event:       event,
	}
	if spool := req.Spooled(); spool != nil {
		m.Body = spool
	}
	return m
}

// accept stores the message, or finds that it was stored before: then the first message's route and receipt count. A
// refusal by the state of the case becomes the contract's.
func (r *Relay) accept(ctx context.Context, m *store.Message, req *soap.Request, o *outcome) (err error) {
	if o.Accepted, err = r.Store.Accept(ctx, m); err != nil {
		return atElement(contractRefusal(err), m.Event)
	}
	if m.Event == nil {
		return nil
	}
	o.Kind = m.Event.Kind
	if o.Accepted.Repeat {
		return r.repeat(ctx, m, req, o)
	}
	if o.Kind == store.EventForwarded {
		r.forwardCases(ctx, nil, r.largeForwardWaiting.wake) // the worker sends what cannot be sent now
	}
	return nil
}

// countRefused returns err. Where it refuses a complaints message for good, the message's sequence number is noted
// first: the sender's counter goes on, and the next one is in order. Where that cannot be noted the sender shall try
// again. Our own messages are numbered by what was accepted.
func (r *Relay) countRefused(ctx context.Context, a arrival, j *judgement, err error) error {
	refused := j.refused(err)
	if refused == nil || refused.Code == contracts.TechnicalError || routing.SameHSAID(a.Sender, r.Instance.HSAID) {
		return err
	}
	m, reading := j.Contract.Map(j.request)
	if reading != nil {
		return err // nobody can tell its number
	}
	if noting := r.Store.CountRefused(ctx, ref(m.CaseID), ref(m.ExternalCaseID), a.Sender, m.Sequence); noting != nil {
		return noting
	}
	return err
}

// repeat compares a message with the first of its key: same content gets the first answer, other content is refused.
func (r *Relay) repeat(ctx context.Context, m *store.Message, req *soap.Request, o *outcome) error {
	first, err := r.Store.Unlogged().Outline(ctx, o.Accepted.MessageID)
	if err != nil {
		return err
	}
	o.Route = first.Route
	same, err := r.sameContent(ctx, o.Contract, req, o.Accepted.MessageID)
	if err == nil && !same {
		err = contracts.DuplicateContentMismatch()
	}
	return err
}

// atElement names the element of the message that a refusal by the case's state is about, where it is another than
// usual.
func atElement(err error, e *store.Event) error {
	var refused *contracts.Error
	switch {
	case e == nil || !errors.As(err, &refused):
		return err
	case e.Kind == store.EventForward && refused.SubCode == contracts.SubNotCurrentHandler:
		return contracts.At(err, "recipient/unit/orgUnitHSAId")
	case e.Kind == store.EventSupplement && refused.SubCode == contracts.SubCaseClosed:
		return contracts.SupplementTooLate()
	case e.Kind == store.EventNewCase && refused.SubCode == contracts.SubDuplicateContentMismatch:
		return contracts.At(err, "externalCaseId")
	}
	return err
}

// contractRefusal gives what the state of a case refuses its sub code: the one place where a *store.Refusal becomes a
// *contracts.Error.
func contractRefusal(err error) error {
	var refused *store.Refusal
	if !errors.As(err, &refused) {
		return err
	}
	switch refused.Reason {
	case store.UnknownCase:
		return contracts.UnknownCase()
	case store.CaseExists:
		return contracts.CaseExists()
	case store.UnnumberedTaken:
		return contracts.UnnumberedTaken()
	case store.CaseClosed:
		return contracts.CaseClosed()
	case store.NotCurrentHandler:
		return contracts.NotCurrentHandler()
	case store.NoOpenQuestion:
		return contracts.NoOpenQuestion()
	case store.NotReporter:
		return contracts.AuthorNotAllowed()
	case store.AttachmentNotAllowed:
		return contracts.AttachmentNotAllowed()
	case store.ReplyMissing:
		return contracts.TextMissing("text",
			"Anmälaren ville ha svar och har inte fått något delsvar: avslutet behöver en text.")
	case store.PlaceNotAllowed:
		return contracts.IncidentUnitNotAllowed()
	case store.NotClassified:
		return contracts.ClassificationMissing("classification", "Ange minst ett huvudproblem och verksamhetsområde.")
	case store.Conflict:
		return ErrConflict
	}
	return err
}
