package relay

import (
	"context"
	"encoding/json"
	"errors"

	"rivgate/contracts"
	"rivgate/contracts/identity"
	"rivgate/routing"
	"rivgate/store"
)

// event says what a complaints message means for its case, and judges what only the catalogue can tell:
// RECIPIENT_MISMATCH, REGION_NOT_ACTIVE, and the handler that a case gets. For a message to the handler of a known
// case it puts that case's frozen route into o. With a refusal the event is returned as far as it came.
func (r *Relay) event(ctx context.Context, a arrival, m *contracts.Message, o *outcome) (*store.Event, error) {
	content, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	e := &store.Event{
		MessageID: idText(m.ID),
		Case:      ref(m.CaseID), External: ref(m.ExternalCaseID),
		Sequence: m.Sequence, Sent: m.SentTime.UTC,
		AtPortal: r.atPortal(), Content: content, CaseVersion: a.CaseVersion, FollowCode: a.FollowCode,
	}
	if beyond := m.CheckBounds(r.Now()); beyond != nil { // also where the contract only warns: it could not be kept
		return e, beyond
	}
	if m.Update != nil {
		return e, r.returned(ctx, a, m, e)
	}
	if m.Recipient == nil || m.CaseID == nil { // where the contract only warns
		return e, contracts.FieldMissing("recipient", "Ange mottagaren och ärendets id.")
	}
	return e, r.sent(ctx, m, e, o)
}

// sent fills in what a message to a handler means for its case.
func (r *Relay) sent(ctx context.Context, m *contracts.Message, e *store.Event, o *outcome) error {
	e.Unit = m.Recipient.Unit.HSAID
	if m.Answer != nil {
		e.Kind, e.InReplyTo = store.EventAnswer, idText(m.Answer.InReplyTo)
		e.HasText, e.Attachments = !identity.Blank(m.Answer.Text), len(m.Attachments())
		e.Author = m.Answer.Author.ID
		r.unasked(m, e)
		if err := r.sameReceiver(e.Unit, o); err != nil {
			return err
		}
		if err := r.frozen(ctx, e, o); err != nil {
			return err
		}
		return r.takesUnasked(e, o.Route.Via)
	}
	opening := m.Opening()
	if opening == nil {
		return contracts.FieldMissing("complaint", "Ange ett nytt ärende, ett svar eller ett ärende som lämnas vidare.")
	}
	e.Kind = store.EventComplaint
	if m.Forward != nil {
		e.Kind = store.EventForward
	}
	e.Facts = r.facts(opening, e.Unit)
	if e.Facts.Unnumbered() {
		e.Facts.Attachments = false // until a handler lets them through
	}
	if err := r.sameReceiver(e.Unit, o); err != nil {
		return err
	}
	if err := staysInInbox(e.Facts.ReporterType, o.Route.Via, "recipient/unit/orgUnitHSAId"); err != nil {
		return err
	}
	var err error
	e.Handler, err = r.handler(m.Recipient.Unit, kindOf(m.Recipient.Kind), o.Route)
	return err
}

// sameReceiver: a recipient that differs from the logical address must lead to the same place in the catalogue.
//
// Deviation: every inbox unit has the address rivgate:inbox, and each is a receiver of its own; there the same row
// must decide.
func (r *Relay) sameReceiver(unit string, o *outcome) error {
	if routing.SameHSAID(unit, o.Call.Receiver) {
		return nil
	}
	call := o.Call
	call.Receiver = unit
	direct, err := r.Table().Route(call, r.Now())
	if err != nil || direct.Address != o.Route.Address ||
		(direct.Via == routing.Inbox && direct.Receiver != o.Route.Receiver) {
		return contracts.RecipientMismatch()
	}
	return nil
}

// handler is a unit that gets a case by a route. Its region must have a patient board, where the catalogue knows
// units at all; its kind must be the one that the catalogue knows.
func (r *Relay) handler(unit contracts.OrgUnit, kind routing.UnitKind, route routing.Route) (*store.Handler, error) {
	table := r.Table()
	h := &store.Handler{
		Unit: unit.HSAID, Name: unit.Name, Kind: kind, Via: route.Via, Address: route.Address, Component: route.Component,
		Signature: route.Signature,
	}
	if route.Via == routing.Inbox {
		h.Component = r.Instance.HSAID
	}
	known, found := table.Unit(unit.HSAID)
	if !found {
		return h, nil
	}
	if kind == "" {
		h.Kind = known.Kind
	}
	if known.Kind == routing.Other && kind == routing.CareUnit { // the contract knows two kinds
		h.Kind = routing.Other
	}
	if h.Kind != known.Kind {
		return nil, contracts.WrongKind()
	}
	if active, sure := table.UnitActive(known, r.Now()); sure && !active {
		return nil, contracts.RegionNotActive()
	}
	if known.OtherOutside(route.Via) { // a row for all, or one above it in the tree
		return nil, contracts.RecipientMismatch()
	}
	h.Name, h.Region, h.Provider = known.Name, known.Region, known.Provider
	return h, nil
}

// frozen puts the route that a known case took into o: a later change of the catalogue does not move cases already
// accepted. An answer must be for the unit that has the case; one to the unit that has just passed it on is taken for
// the unit that has it now, because the citizen may have written it before.
func (r *Relay) frozen(ctx context.Context, e *store.Event, o *outcome) error {
	c, err := r.Store.Unlogged().CaseByRef(ctx, e.Case)
	if errors.Is(err, store.ErrNotFound) {
		return contracts.UnknownCase()
	}
	if err != nil {
		return err
	}
	if !c.HandledBy(e.Unit) && !routing.SameHSAID(e.Unit, c.ForwardedFrom) {
		return contracts.RecipientMismatch()
	}
	e.Unit = c.Handler.Unit
	o.Route.Via, o.Route.Address, o.Route.Component = c.Handler.Via, c.Handler.Address, c.Handler.Component
	return nil
}

// returned fills in what an update means for its case.
func (r *Relay) returned(ctx context.Context, a arrival, m *contracts.Message, e *store.Event) error {
	u := m.Update
	e.Kind, e.Unit, e.Status = updateKinds[u.Type], u.HandlingUnit.HSAID, u.Status
	e.HasText, e.Attachments = !identity.Blank(u.Text) || u.StandardReply != nil, len(u.Attachments)
	e.Classification = classification(u.Classification)
	switch {
	case e.Kind == "":
		return contracts.FieldMissing("updateType", "Ange vad meddelandet är.")
	case u.Type == contracts.Forwarded && u.NewRecipient != nil:
		return r.forwarded(ctx, u, e)
	case u.Type == contracts.NewCase && u.NewCase != nil:
		return r.newCase(a, u, e)
	case u.Type == contracts.Forwarded || u.Type == contracts.NewCase:
		return contracts.FieldMissing("newRecipient", "Ange enheten som får ärendet, eller det nya ärendet.")
	}
	return nil
}

var updateKinds = map[string]store.EventKind{
	contracts.PartialReply: store.EventPartialReply, contracts.Question: store.EventQuestion,
	contracts.Close:  store.EventClose,
	contracts.Status: store.EventStatus, contracts.Forwarded: store.EventForwarded, contracts.NewCase: store.EventNewCase,
	contracts.Correction: store.EventCorrection,
}

// forwarded finds the way to the unit that the case is passed on to.
func (r *Relay) forwarded(ctx context.Context, u *contracts.Update, e *store.Event) error {
	if routing.SameHSAID(u.NewRecipient.HSAID, u.HandlingUnit.HSAID) {
		return passedToItself()
	}
	route, err := r.sendRoute(u.NewRecipient.HSAID)
	if err != nil {
		return contracts.NoWayToRecipient()
	}
	if e.Handler, err = r.handler(*u.NewRecipient, "", route); err != nil {
		return contracts.At(err, "newRecipient/orgUnitHSAId")
	}
	now, err := r.Store.Unlogged().CaseByRef(ctx, e.Case)
	if errors.Is(err, store.ErrNotFound) {
		return contracts.UnknownCase()
	}
	if e.Handler.Kind == "" {
		e.Handler.Kind = now.Handler.Kind // a bare TAK knows no kinds: a case is passed on within its kind
	}
	if err := staysInInbox(now.Facts.ReporterType, route.Via, "newRecipient/orgUnitHSAId"); err != nil {
		return err
	}
	e.SameSystem = route.Via == routing.Queue && now.Handler.Via == routing.Queue && now.Handler.Address == route.Address
	e.TakesFiles = r.takesFiles(u.NewRecipient.HSAID)
	return err
}

// passedToItself refuses a case that its unit passes on to itself: it would count as sent on, and nobody would get it.
func passedToItself() *contracts.Error {
	return &contracts.Error{
		Code: contracts.CodeOf(contracts.SubRecipientMismatch), SubCode: contracts.SubRecipientMismatch,
		Path:    "newRecipient/orgUnitHSAId",
		Message: "Ärendet kan inte lämnas till den enhet som redan har det. Ange en annan enhet.",
	}
}

// newCase takes a case that began outside 1177. Its handler is the unit's own system, by the unit's route of the send
// contract; where this gateway stands at 1177, the case gets its id here.
func (r *Relay) newCase(a arrival, u *contracts.Update, e *store.Event) error {
	route, err := r.sendRoute(u.HandlingUnit.HSAID)
	if err != nil {
		return contracts.NotCurrentHandler()
	}
	if e.Handler, err = r.handler(u.HandlingUnit, "", route); err != nil {
		return contracts.At(err, "handlingUnit/orgUnitHSAId")
	}
	err = staysInInbox(u.NewCase.Reporter.PersonID.Type, route.Via, "handlingUnit/orgUnitHSAId")
	if err != nil {
		return err
	}
	if e.Handler.Component != "" && !routing.SameHSAID(e.Handler.Component, a.Sender) {
		return contracts.NotCurrentHandler()
	}
	// a bare TAK knows no kinds, and this message has none: what only a board may say is let through
	if e.Handler.Kind == "" {
		e.Handler.Kind = routing.CareUnit
	} else if misplaced := contracts.CheckPlace(u.NewCase, placeKind(e.Handler.Kind),
		r.Contracts.Return().Request.Local+"/newCase"); misplaced != nil {
		return misplaced
	}
	e.Facts = r.facts(u.NewCase, u.HandlingUnit.HSAID)
	if e.AtPortal && e.Case == (store.Ref{}) {
		e.Case = store.Ref{Root: r.Portal, Extension: r.NewID()}
	}
	return nil
}

// sendRoute is where cases for a unit go today, whoever sends them.
func (r *Relay) sendRoute(unit string) (routing.Route, error) {
	return r.Table().Route(routing.Call{
		Sender: r.Instance.HSAID, Receiver: unit, Contract: r.Contracts.Send().Contract,
		Profile: routing.RIVTABP21,
	}, r.Now())
}

// atPortal tells whether this gateway stands where 1177 is: what is returned to 1177 stays here.
func (r *Relay) atPortal() bool {
	route, err := r.Table().Route(routing.Call{
		Sender: r.Instance.HSAID, Receiver: r.Portal, Contract: r.Contracts.Return().Contract,
		Profile: routing.RIVTABP21,
	}, r.Now())
	return err == nil && route.Via == routing.Portal
}
