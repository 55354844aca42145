package casework

import (
	"encoding/json"
	"fmt"

	"rivgate/contracts"
	"rivgate/store"
	"rivgate/web/shell"
)

// Letter is one message as the citizen sees it.
type Letter struct {
	Event
	Own      bool   // the citizen wrote it
	Receipt  bool   // the confirmation of the case
	Question string // "root|extension" of a question that can be answered now
	Form     *shell.Form
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
