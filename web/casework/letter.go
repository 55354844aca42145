package casework

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"rivgate/contracts"
	"rivgate/contracts/identity"
	"rivgate/store"
	"rivgate/web/shell"
)

// Letter is one message as the citizen sees it.
type Letter struct {
	Event
	Own      bool   // it was written on the citizen's side
	Receipt  bool   // the confirmation of the case
	Question string // "root|extension" of a question that can be answered now
	Form     *shell.Form
}

// Letters are what a person, whose case it is, got and wrote in an opened case, by time: at 1177 and on the open page.
// What the case has not taken in, and what somebody wrote who has no part in it, is not theirs to read: it stands on
// the handler's page alone. files is as in TimeLine.
func (s *Base) Letters(ctx context.Context, c store.Case, person, files string) ([]Letter, error) {
	box, err := s.Relay.Store.Mailbox(ctx, c)
	if err != nil {
		return nil, err
	}
	line, err := s.TimeLine(ctx, c, files)
	if err != nil {
		return nil, err
	}
	var out []Letter
	for _, e := range line {
		own := OwnTitle(e.Kind)
		if own == "" || !e.Applied || e.Stranger {
			continue
		}
		if e.Title = othersTitle(e.Kind); identity.Same(e.Author, person) {
			e.From, e.Title = WordOwn, own
		}
		out = append(out, Letter{Event: e, Own: true})
	}
	for _, l := range box {
		one, err := s.Letter(c, l, files)
		if err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	slices.SortStableFunc(out, func(a, b Letter) int { return a.At.Compare(b.At) })
	return out, nil
}

// Letter is a message of the mailbox as the citizen reads it.
func (s *Base) Letter(c store.Case, l store.Letter, files string) (Letter, error) {
	if l.Kind == "receipt" {
		return Letter{Receipt: true, Event: Event{Title: wordReceipt, At: l.At, From: "1177"}}, nil
	}
	var m contracts.Message
	if err := json.Unmarshal(l.Content, &m); err != nil {
		return Letter{}, fmt.Errorf("reading content of message %s: %w", l.MessageID, err)
	}
	entry := store.Entry{MessageID: l.MessageID, Kind: store.EventKind(l.Kind), At: l.At}
	one := Letter{Event: s.event(c, entry, &m, files)}
	switch entry.Kind {
	case store.EventQuestion:
		one.Title = wordQuestion
		if one.Open && !l.Answered && c.State != store.Closed {
			one.Question = m.ID.Root + "|" + m.ID.Extension
		}
	case store.EventForwarded:
		one.Title = wordHandedOver
	case store.EventNewCase:
		one.Title = wordRegistered
	}
	return one, nil
}
