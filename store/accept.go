package store

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"rivgate/contracts/identity"
	"rivgate/store/db"
)

// Accept stores m, applies its Event to its case, and enters it in its one place (delivery, inbox, mailbox, or held
// because of a gap), in one transaction. It returns when that is on disk.
//
// Outcomes: ErrBusy, at once; accepted; Repeat; a *Refusal when the case's state forbids it (nothing stored); any other
// error: nothing is known to be stored, the caller may repeat.
func (s *Store) Accept(ctx context.Context, m *Message) (Accepted, error) {
	ctx, leave, err := s.admit(ctx, m.size())
	if err != nil {
		return Accepted{}, err
	}
	defer leave()
	var accepted Accepted
	err = s.accept(ctx, m, &acceptChange{m: m, accepted: &accepted})
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

// accept commits an accept together with others; a large one keeps none waiting where there are several connections.
func (s *Store) accept(ctx context.Context, m *Message, a *acceptChange) error {
	size := m.size()
	job := &db.Job{Shared: groupJob{a, s}, Size: size}
	if size > chunkSize && !s.Dialect.OneWriter {
		return s.Alone(ctx, job)
	}
	return s.Group(ctx, shard(m), job)
}

// shard is the key of a writer: all messages of a case go to the same one, so that writers seldom wait for each other.
func shard(m *Message) string {
	if m.Event == nil {
		return m.Key.MessageID
	}
	return cmp.Or(m.Event.Case.Extension, m.Event.External.Extension, m.Key.MessageID)
}

// acceptChange is an accept under way, alone or with others of its group.
type acceptChange struct {
	m         *Message
	accepted  *Accepted
	caseMarks []string // of the ids under which its case may be known
}

// ask asks for the key, and for the case by its ids. A new case is not there yet; if it is, the database says so when
// it is entered, and the message goes alone: then this asks.
func (a *acceptChange) ask(q *questions, alone bool) bool {
	m, e := a.m, a.m.Event
	sender := fold(m.Key.Sender)
	marks := []string{keyMark(sender, m.Key.Contract, m.Key.MessageID)}
	byRef, byExternal := e != nil && e.Case.Extension != "", e != nil && e.External.Extension != ""
	if byRef {
		marks = append(marks, refMark(fold(e.Case.Root), e.Case.Extension))
	}
	if byExternal {
		marks = append(marks, externalMark(fold(e.External.Root), e.External.Extension))
	}
	// its name must be its own, and that is known before the end only where it goes alone
	newCase := e != nil && e.Kind == EventNewCase
	if !alone && (m.Body != nil || m.size() > chunkSize || newCase) || !q.claim(marks...) {
		return false
	}
	q.keys = append(q.keys, []any{sender, m.Key.Contract, m.Key.MessageID})
	if a.caseMarks = marks[1:]; e == nil || e.Kind == EventComplaint && !alone {
		return true
	}
	if byRef {
		q.refs.ask(e.Case, sender, e.Sequence)
	}
	if byExternal && (!byRef || newCase) {
		q.externals.ask(e.External, sender, e.Sequence)
	}
	return true
}

// settle stores the message, or finds the first answer to it.
func (a *acceptChange) settle(ctx context.Context, t *tx, q *questions) error {
	m := a.m
	sender := fold(m.Key.Sender)
	if q.taken[keyMark(sender, m.Key.Contract, m.Key.MessageID)] {
		first, found, err := repeat(ctx, t, m.Key)
		if err == nil && !found {
			err = errors.New("reading the first answer: it is not there")
		}
		*a.accepted = first
		return err
	}
	in := newIncoming(m)
	if err := t.PutOne(ctx, insertKey, sender, m.Key.Contract, m.Key.MessageID, m.ID); err != nil {
		return err
	}
	if err := a.apply(ctx, t, q, &in); err != nil {
		return err
	}
	db.CrashPoint("accept")
	*a.accepted = Accepted{Receipt: in.receipt}
	return nil
}

// apply judges the message by its case, changes the case, and stores both.
func (a *acceptChange) apply(ctx context.Context, t *tx, q *questions, in *incoming) error {
	e := a.m.Event
	if e == nil {
		return t.storeMessage(ctx, in)
	}
	f := q.findCase(a.caseMarks)
	if f == nil {
		return t.beginCase(ctx, in)
	}
	if !q.claim(caseMark(f.c.ID)) {
		return db.ErrGoAlone
	}
	if refusal := f.c.finalRefusal(e, a.m.Key.Sender); refusal != nil {
		return refusal
	}
	turn := turnOf(e.Sequence, f)
	if turn == inTurn && f.held && t.Defers() { // what waits is released: a statement after the other
		return db.ErrGoAlone
	}
	if in.c = f.c; turn == early {
		return t.hold(ctx, in)
	}
	in.late = turn == late
	if turn == inTurn {
		if err := t.setLast(ctx, f.c.ID, a.m.Key.Sender, e.Sequence); err != nil {
			return err
		}
	}
	if err := t.applyTo(ctx, f.c, in); err != nil {
		return err
	}
	if err := t.storeMessage(ctx, in); err != nil {
		return err
	}
	if turn != inTurn || !f.held {
		return nil
	}
	return t.release(ctx, f.c, a.m.Key.Sender, e.Sequence)
}

// incoming is a message that is being accepted.
type incoming struct {
	m       *Message
	receipt Receipt
	late    bool
	c       *Case // as the message left it; nil without a case
	effects effects
}

func newIncoming(m *Message) incoming {
	return incoming{
		m: m, receipt: Receipt{MessageID: m.ID, LogID: m.Correlation, Received: m.Received.UTC().Truncate(time.Microsecond)},
	}
}

// storeMessage stores the message and puts it in its place.
func (t *tx) storeMessage(ctx context.Context, in *incoming) error {
	if err := t.insertMessage(ctx, in); err != nil {
		return err
	}
	return t.putInPlace(ctx, in)
}

// namesOneCase refuses a new case whose reporter gave no number and has the identity of another case: such an identity
// names one case alone, and nobody is to be known again by it.
func (t *tx) namesOneCase(ctx context.Context, c *Case) error {
	if !c.Facts.Unnumbered() {
		return nil
	}
	var other string
	taken, err := t.Row(ctx, []any{&other}, `SELECT id FROM cases WHERE reporter_id = $1 AND reporter_id <> '' LIMIT 1`,
		identity.Key(c.Facts.ReporterID))
	if err == nil && taken {
		return &Refusal{UnnumberedTaken}
	}
	return err
}

// beginCase creates the case of a message. Is it there by now, the database says so, and the message asks again, alone.
func (t *tx) beginCase(ctx context.Context, in *incoming) error {
	e := in.m.Event
	c, effects, refusal := begin(e, in.m.Key.Sender, t.Now)
	if refusal != nil {
		return refusal
	}
	if err := t.namesOneCase(ctx, c); err != nil {
		return err
	}
	if err := t.insertCase(ctx, c, e.Kind == EventNewCase, e.FollowCode); err != nil {
		return err
	}
	in.c, in.effects = c, effects
	if err := t.setLast(ctx, c.ID, in.m.Key.Sender, e.Sequence); err != nil {
		return err
	}
	return t.storeMessage(ctx, in)
}

// applyTo applies the event to its locked case and stores the case.
func (t *tx) applyTo(ctx context.Context, c *Case, in *incoming) error {
	before := *c
	effects, refusal := c.apply(in.m.Event, in.m.Key.Sender, t.Now)
	if refusal != nil {
		*c = before
		return refusal
	}
	in.c, in.effects = c, effects
	if effects.reopened {
		c.Due = t.due.after(c, t.Now)
	}
	if err := t.updateCase(ctx, c, &before); err != nil || !effects.unasked {
		return err
	}
	return t.Put(ctx, unpark, c.ID)
}

// insertMessage stores the message for good, with what it is answered.
func (t *tx) insertMessage(ctx context.Context, in *incoming) error {
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
	err = t.Put(ctx, insertMessage, m.ID, fold(m.Key.Sender), m.Key.Contract, m.Key.MessageID, m.Call.Sender,
		m.Call.Receiver, m.Call.Profile, string(m.Route.Via), string(route), m.Correlation, m.SOAPAction, m.ContentType,
		db.Micros(in.receipt.Received), caseID, kind, sequence, in.late, string(receipt), event, content, headers)
	if err != nil {
		return err
	}
	return t.insertBody(ctx, m)
}
