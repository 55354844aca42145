package store

import (
	"context"

	"rivgate/store/db"
)

// jointAccept is an accept that goes with others of its group.
type jointAccept struct {
	m        *Message
	accepted *Accepted
	known    string // under which mark its case is known
}

func (a *jointAccept) ask(q *questions) bool {
	m, e := a.m, a.m.Event
	sender := fold(m.Key.Sender)
	marks := []string{keyMark(sender, m.Key.Contract, m.Key.MessageID)}
	if m.Body != nil || m.size() > chunkSize || e != nil && e.Kind == EventNewCase {
		return false
	}
	if e != nil && e.Case.Extension != "" {
		marks = append(marks, refMark(fold(e.Case.Root), e.Case.Extension))
	}
	if e != nil && e.External.Extension != "" {
		marks = append(marks, externalMark(fold(e.External.Root), e.External.Extension))
	}
	if !q.claim(marks...) {
		return false
	}
	q.keys = append(q.keys, []any{sender, m.Key.Contract, m.Key.MessageID})
	switch {
	case e == nil:
	case e.Kind == EventComplaint: // its case is not there yet; if it is, the database says so when it is entered
	case e.Case.Extension != "":
		a.known = marks[1]
		q.refs = append(q.refs, []any{fold(e.Case.Root), e.Case.Extension, sender, e.Sequence})
	case e.External.Extension != "":
		a.known = marks[1]
		q.externals = append(q.externals, []any{fold(e.External.Root), e.External.Extension, sender, e.Sequence})
	}
	return true
}

// insertFreshKey fails where the key is there. How many rows a statement changed is known only after the COMMIT that went in the same message: a key that
// another replica has put there since it was asked for must make the database itself leave that COMMIT out.
const insertFreshKey = `INSERT INTO message_key (sender, contract, key_id, message_id) VALUES ($1, $2, $3, $4)`

func (a *jointAccept) settle(ctx context.Context, t *tx, q *questions) error {
	m := a.m
	sender := fold(m.Key.Sender)
	if q.taken[keyMark(sender, m.Key.Contract, m.Key.MessageID)] {
		return db.ErrApart
	}
	in := enter(m)
	if err := t.PutOne(ctx, insertFreshKey, sender, m.Key.Contract, m.Key.MessageID, m.ID); err != nil {
		return err
	}
	if err := a.place(ctx, t, q, &in); err != nil {
		return err
	}
	db.CrashPoint("accept")
	*a.accepted = Accepted{Receipt: in.receipt}
	return nil
}

// place does what accept and acceptEvent do, with what was asked before.
func (a *jointAccept) place(ctx context.Context, t *tx, q *questions, in *entering) error {
	if a.m.Event == nil {
		return t.keep(ctx, in)
	}
	f := q.known[a.known]
	if f == nil {
		return a.begin(ctx, t, in)
	}
	if !q.claim(caseMark(f.c.ID)) {
		return db.ErrApart
	}
	if refusal := f.c.never(a.m.Event, a.m.Key.Sender); refusal != nil {
		return refusal
	}
	switch f.turn(a.m.Event.Sequence) {
	case early:
		return db.ErrApart
	case late:
		in.late = true
	case inTurn:
		if f.held {
			return db.ErrApart
		}
		if err := t.setLast(ctx, f.c.ID, a.m.Key.Sender, a.m.Event.Sequence); err != nil {
			return err
		}
	case anyTime:
	}
	if err := t.applyTo(ctx, f.c, in); err != nil {
		return err
	}
	return t.keep(ctx, in)
}

// begin creates the case of a message. Is it there, the database says so, and the messages of the group go one by one.
func (a *jointAccept) begin(ctx context.Context, t *tx, in *entering) error {
	e := a.m.Event
	c, effects, refusal := begin(e, a.m.Key.Sender, t.Now)
	if refusal != nil {
		return refusal
	}
	columns, err := t.newCase(c)
	if err != nil {
		return err
	}
	if err := t.PutOne(ctx, insertCase, columns...); err != nil {
		return err
	}
	if err := t.putName(ctx, c); err != nil {
		return err
	}
	if err := t.derive(ctx, c); err != nil {
		return err
	}
	in.c, in.effects = c, effects
	if err := t.setLast(ctx, c.ID, a.m.Key.Sender, e.Sequence); err != nil {
		return err
	}
	return t.keep(ctx, in)
}

// turn is where a message with a number stands: see tx.turn.
func (f *found) turn(number int64) turn {
	return turnOf(number, f.last.Int64, f.last.Valid, f.c.BegunByForward, func() bool { return f.used })
}
