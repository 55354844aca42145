package store

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"rivgate/store/db"
)

// Accept stores m, applies its Event to its case, and enters it in its one place (delivery, inbox, mailbox, or held because of a gap), in one
// transaction. It returns when that is on disk.
//
// Outcomes: ErrBusy, at once; accepted; Repeat; a *Refusal when the case's state forbids it (nothing stored); any other error: nothing is known to be stored,
// the caller may repeat.
func (s *Store) Accept(ctx context.Context, m *Message) (Accepted, error) {
	ctx, leave, err := s.admit(ctx, m.size())
	if err != nil {
		return Accepted{}, err
	}
	defer leave()
	var accepted Accepted
	err = s.inGroup(ctx, m, &jointAccept{m: m, accepted: &accepted}, func(ctx context.Context, t *tx) (err error) {
		accepted, err = t.accept(ctx, m)
		db.CrashPoint("accept")
		return err
	})
	if err != nil {
		var refusal *Refusal
		if errors.As(err, &refusal) || ctx.Err() != nil && errors.Is(err, ctx.Err()) {
			return Accepted{}, err
		}
		return Accepted{}, fmt.Errorf("accepting a message: %w", err)
	}
	db.CrashPoint("accepted")
	return accepted, nil
}

// inGroup commits an accept together with others; a large one keeps none waiting where there are several connections.
func (s *Store) inGroup(ctx context.Context, m *Message, with joint, do change) error {
	if size := m.size(); size <= chunkSize || s.Dialect.OneWriter {
		return s.Group(ctx, shard(m), &db.Job{Do: s.in(do), Joint: grouped{with, s}, Size: size})
	}
	return s.write(ctx, do)
}

// shard keeps the messages of a case with one writer, so that writers seldom wait for each other.
func shard(m *Message) string {
	if m.Event == nil {
		return m.Key.MessageID
	}
	return cmp.Or(m.Event.Case.Extension, m.Event.External.Extension, m.Key.MessageID)
}

const insertKey = `INSERT INTO message_key (sender, contract, key_id, message_id) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`

func (t *tx) accept(ctx context.Context, m *Message) (Accepted, error) {
	fresh, err := t.Exec(ctx, insertKey, fold(m.Key.Sender), m.Key.Contract, m.Key.MessageID, m.ID)
	if err != nil {
		return Accepted{}, err
	}
	if fresh == 0 {
		first, found, err := repeat(ctx, t, m.Key)
		if err == nil && !found {
			err = errors.New("reading the first answer: it is not there")
		}
		return first, err
	}
	e := enter(m)
	if m.Event != nil {
		err = t.acceptEvent(ctx, &e)
	} else {
		err = t.keep(ctx, &e)
	}
	if err != nil {
		return Accepted{}, err
	}
	return Accepted{Receipt: e.receipt}, nil
}

// entering is a message on its way to its place.
type entering struct {
	m       *Message
	receipt Receipt
	late    bool
	c       *Case // as the message left it; nil without a case
	effects effects
}

func enter(m *Message) entering {
	return entering{m: m, receipt: Receipt{MessageID: m.ID, LogID: m.Correlation, Received: m.Received.UTC().Truncate(time.Microsecond)}}
}

// keep stores the message and enters it in its place.
func (t *tx) keep(ctx context.Context, in *entering) error {
	if err := t.insertMessage(ctx, in); err != nil {
		return err
	}
	return t.enter(ctx, in)
}

// acceptEvent judges the message by its case, changes the case, and stores both.
func (t *tx) acceptEvent(ctx context.Context, in *entering) error {
	c, err := t.lockCase(ctx, in.m.Event)
	if err != nil {
		return err
	}
	if c == nil {
		begun, err := t.beginCase(ctx, in)
		if err != nil || begun {
			return err
		}
		if c, err = t.lockCase(ctx, in.m.Event); err != nil { // another one created it just now
			return err
		}
		if c == nil {
			return &Refusal{CaseExists}
		}
	}
	if refusal := c.never(in.m.Event, in.m.Key.Sender); refusal != nil {
		return refusal
	}
	turn, err := t.turn(ctx, c, in.m)
	if err != nil {
		return err
	}
	in.c = c
	if turn == early {
		return t.hold(ctx, in)
	}
	in.late = turn == late
	if err := t.applyTo(ctx, c, in); err != nil {
		return err
	}
	if err := t.keep(ctx, in); err != nil {
		return err
	}
	if turn != inTurn {
		return nil
	}
	return t.release(ctx, c, in.m.Key.Sender, in.m.Event.Sequence)
}

// beginCase creates the case of a message. False: it is there already.
func (t *tx) beginCase(ctx context.Context, in *entering) (bool, error) {
	e := in.m.Event
	c, effects, refusal := begin(e, in.m.Key.Sender, t.Now)
	if refusal != nil {
		return false, refusal
	}
	created, err := t.insertCase(ctx, c, e.Kind == EventNewCase)
	if err != nil {
		return false, err
	}
	if !created && e.Kind != EventForward {
		return false, &Refusal{CaseExists}
	}
	if !created {
		return false, nil
	}
	in.c, in.effects = c, effects
	if err := t.setLast(ctx, c.ID, in.m.Key.Sender, e.Sequence); err != nil {
		return false, err
	}
	return true, t.keep(ctx, in)
}

// applyTo applies the event to its locked case and stores the case.
func (t *tx) applyTo(ctx context.Context, c *Case, in *entering) error {
	before := *c
	effects, refusal := c.apply(in.m.Event, in.m.Key.Sender, t.Now)
	if refusal != nil {
		*c = before
		return refusal
	}
	in.c, in.effects = c, effects
	return t.updateCase(ctx, c, &before)
}

// insertMessage stores the message for good, with what it is answered.
func (t *tx) insertMessage(ctx context.Context, in *entering) error {
	m, kind, sequence, caseID := in.m, "", int64(0), any(nil)
	if m.Event != nil {
		kind, sequence, caseID = string(m.Event.Kind), m.Event.Sequence, in.c.ID
		in.receipt.CaseID, in.receipt.Case, in.receipt.External = in.c.ID, in.c.Ref, in.c.External
	}
	receipt, err := json.Marshal(in.receipt)
	if err != nil {
		return err
	}
	route, err := json.Marshal(m.Route)
	if err != nil {
		return err
	}
	event, content, err := writeEvent(m.Event)
	if err != nil {
		return err
	}
	headers, err := writeHeaders(m.Headers)
	if err != nil {
		return err
	}
	err = t.Put(ctx, `INSERT INTO message (id, sender, contract, key_id, call_sender, receiver, profile, via, route, correlation, soap_action,
		content_type, received, case_id, kind, sequence, late, receipt, event, content, headers)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19,$20,$21)`,
		m.ID, fold(m.Key.Sender), m.Key.Contract, m.Key.MessageID, m.Call.Sender, m.Call.Receiver, m.Call.Profile, string(m.Route.Via), string(route),
		m.Correlation, m.SOAPAction, m.ContentType, db.Micros(in.receipt.Received), caseID, kind, sequence, in.late, string(receipt), event, content, headers)
	if err != nil {
		return err
	}
	return t.insertBody(ctx, m)
}
