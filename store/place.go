package store

import (
	"context"
	"fmt"

	"rivgate/routing"
	"rivgate/store/db"
)

// letterReceipt is the ärendebekräftelse; the other kinds of letter are kinds of event.
const letterReceipt = "receipt"

// putInPlace writes an applied message to its one place, and to the citizen's mailbox what follows from it.
func (t *tx) putInPlace(ctx context.Context, in *incoming) error {
	var err error
	switch in.m.Route.Via {
	case routing.Queue:
		err = t.enterLane(ctx, in)
	case routing.Inbox:
		err = t.enterInbox(ctx, in)
	case routing.Portal:
		err = t.insertLetter(ctx, in, string(in.kind()))
	default:
		return fmt.Errorf("entering a message: via %q is no place", in.m.Route.Via)
	}
	if err != nil {
		return err
	}
	if in.effects.receipt {
		if err := t.insertLetter(ctx, in, letterReceipt); err != nil {
			return err
		}
	}
	if in.effects.answered == "" {
		return nil
	}
	return t.Put(ctx, answerLetter, in.c.ID, string(EventQuestion), in.effects.answered)
}

func (in *incoming) kind() EventKind {
	if in.m.Event == nil {
		return ""
	}
	return in.m.Event.Kind
}

// caseID is our id of the case, or nil.
func (in *incoming) caseID() any {
	if in.c == nil {
		return nil
	}
	return in.c.ID
}

// enterLane puts the message last in its lane, and makes the lane ready when nothing was open in it. The order in a
// lane is the order of entering, which the lane's row keeps: others wait for it.
func (t *tx) enterLane(ctx context.Context, in *incoming) error {
	m, order := in.m, in.m.ID
	if in.c != nil {
		order = in.c.ID
	}
	now, receiver := db.Micros(t.Now), fold(m.Call.Receiver)
	err := t.Put(ctx, openLane, order, receiver, fold(m.Route.Component), m.Route.Address, in.caseID(), now)
	if err != nil {
		return err
	}
	t.Woken = true
	return t.Put(ctx, insertDelivery, m.ID, order, receiver, in.caseID(), m.Key.Contract, m.Call.Receiver,
		m.Route.Component, fold(m.Route.Component), m.Route.Address, db.Micros(m.Received), now)
}

func (t *tx) enterInbox(ctx context.Context, in *incoming) error {
	unit := in.m.Call.Receiver
	if in.m.Event != nil && in.m.Event.Unit != "" {
		unit = in.m.Event.Unit
	}
	return t.Put(ctx, insertInbox, in.m.ID, in.caseID(), fold(unit), db.Micros(t.Now))
}

// insertLetter puts one into the mailbox. Letters of kinds that the citizen does not read are kept all the same: they
// are their messages' place.
func (t *tx) insertLetter(ctx context.Context, in *incoming, kind string) error {
	id := t.newID()
	unit, ref := "", ""
	if in.m.Event != nil {
		unit, ref = in.m.Event.Unit, in.m.Event.MessageID
	}
	if kind == letterReceipt {
		unit = in.c.Handler.Unit
	}
	return t.Put(ctx, insertLetter, id, in.m.ID, in.caseID(), kind, ref, unit, db.Micros(t.Now))
}
