package relay

import (
	"context"
	"slices"
	"strings"

	"rivgate/contracts"
	"rivgate/routing"
	"rivgate/store"
)

// unasked says of an answer that carries a supplement or a withdrawal (version 1.1) what it is.
func (r *Relay) unasked(m *contracts.Message, e *store.Event) {
	switch {
	case m.Withdrawal != nil:
		e.Kind = store.EventWithdrawal
	case m.Supplement != nil:
		e.Kind, e.ClosedSince = store.EventSupplement, r.Now().Add(-r.SupplementAfterClose)
	default:
		return
	}
	e.Author, e.InReplyTo = m.Answer.Author.ID, ""
}

// takesUnasked refuses a supplement or a withdrawal for a unit that does not take it.
func (r *Relay) takesUnasked(e *store.Event, via routing.Via) error {
	if (e.Kind == store.EventSupplement || e.Kind == store.EventWithdrawal) && !r.TakesUnasked(e.Unit, via) {
		return contracts.SupplementNotTaken()
	}
	return nil
}

// TakesUnasked tells whether a unit takes what a reporter writes without having been asked, by the way that its case
// took: the inbox does, another system where the unit's row of the catalogue says so.
func (r *Relay) TakesUnasked(unit string, via routing.Via) bool {
	if via == routing.Inbox {
		return true
	}
	known, _ := r.Table().Unit(unit)
	return known.Supplements
}

// Unasked is what a reporter may write in a case without having been asked.
type Unasked struct {
	Supplement bool // also in a closed case, for a time
	Withdraw   bool
	Elsewhere  bool // neither: the unit's system does not take it
}

// UnaskedIn says what the reporter of a case may write now.
func (r *Relay) UnaskedIn(c store.Case) Unasked {
	closed := c.State == store.Closed
	late := closed && (c.Closed == nil || c.Closed.Before(r.Now().Add(-r.SupplementAfterClose)))
	switch {
	case late:
		return Unasked{}
	case !r.TakesUnasked(c.Handler.Unit, c.Handler.Via):
		return Unasked{Elsewhere: true}
	}
	return Unasked{Supplement: true, Withdraw: !closed && c.Withdrawn == nil}
}

// completeUnasked fills in the answer that a supplement or a withdrawal travels with: it refers to the last message of
// the case, and says what a receiver of version 1.0 is to read.
func (r *Relay) completeUnasked(ctx context.Context, c store.Case, m, before *contracts.Message) error {
	if m.Supplement == nil && m.Withdrawal == nil {
		return nil
	}
	answer := *m.Answer
	if s := m.Supplement; s != nil {
		supplement := *s
		supplement.Author = answer.Author
		m.Supplement, answer.Text = &supplement, s.Text
	} else {
		answer.Text = contracts.WithdrawalText
	}
	if before != nil && before.Answer != nil {
		answer.InReplyTo = before.Answer.InReplyTo
		m.Answer = &answer
		return nil
	}
	line, err := r.Store.Unlogged().TimeLine(ctx, c.ID)
	if err != nil {
		return err
	}
	line = slices.DeleteFunc(line, func(e store.Entry) bool { return !e.Applied() })
	if len(line) == 0 {
		return store.ErrNotFound
	}
	root, extension, _ := strings.Cut(line[len(line)-1].Key.MessageID, "|")
	answer.InReplyTo, m.Answer = contracts.II{Root: root, Extension: extension}, &answer
	return nil
}
