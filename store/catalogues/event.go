package catalogues

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"rivgate/routing"
	"rivgate/routing/catalogue"
	"rivgate/store/db"
)

// recordedMost is how many changes an event holds.
const recordedMost = 100

// storedChange is a row of an event as the database holds it: before, after or both.
type storedChange struct {
	Before *catalogue.Row `json:"before,omitempty"`
	After  *catalogue.Row `json:"after,omitempty"`
}

// storedWhat is what an event was about.
type storedWhat struct {
	Changes []storedChange `json:"changes,omitempty"`
	Answer  string         `json:"answer,omitempty"`
	Taken   []TakenOver    `json:"takenOver,omitempty"`

	Off []routing.TurnedOff `json:"turnedOff,omitempty"`
}

// what is the part of an event that the database holds as JSON; "" for none.
func (e *Event) what() (string, error) {
	stored := storedWhat{Answer: e.Answer, Taken: e.TakenOver, Off: e.TurnedOff}
	for _, c := range e.Rows[:min(len(e.Rows), recordedMost)] {
		stored.Changes = append(stored.Changes, storedChange{c.Before, c.After})
	}
	if len(stored.Changes) == 0 && stored.Answer == "" && len(stored.Taken) == 0 && len(stored.Off) == 0 {
		return "", nil
	}
	doc, err := json.Marshal(stored)
	return string(doc), err
}

// readWhat reads what what wrote.
func (e *Event) readWhat(doc string) error {
	if doc == "" {
		return nil
	}
	var stored storedWhat
	if err := json.Unmarshal([]byte(doc), &stored); err != nil {
		return fmt.Errorf("reading an event of the catalogue: %w", err)
	}
	if e.Answer = stored.Answer; e.Answer != "" {
		e.What = "answer " + e.Answer
	}
	var text strings.Builder
	e.TakenOver, e.TurnedOff = stored.Taken, stored.Off
	for _, u := range e.TurnedOff {
		fmt.Fprintf(&text, "%s from %s: %s\n", u.Unit, u.Day, u.Why.Words(routing.TurnedOffWords()))
	}
	for _, x := range e.TakenOver {
		fmt.Fprintf(&text, "%s takes over %d cases of %s\n", x.To, x.Cases, x.From)
	}
	for _, c := range stored.Changes {
		change := catalogue.ChangeOf(c.Before, c.After)
		e.Rows = append(e.Rows, change)
		text.WriteString(change.Text + "\n")
	}
	if more := e.Changes - len(e.Rows) - len(e.TurnedOff); len(e.Rows)+len(e.TurnedOff) > 0 && more > 0 {
		fmt.Fprintf(&text, "and %d more\n", more)
	}
	e.What += text.String()
	return nil
}

// TurnsOff is the verb of an event of a catalogue of elsewhere that turned units off.
const TurnsOff = "turns-off"

// notedOnce is for how long the same event of a source is one event: each replica reads the source by itself.
const notedOnce = time.Hour

// NoteTurnedOff keeps that the catalogue of a source, which nobody publishes here, has turned units off for citizens.
// What another replica has noted already is not noted again.
func (s *Shelf) NoteTurnedOff(ctx context.Context, source string, off []routing.TurnedOff) error {
	e := Event{
		Verb: TurnsOff, By: source, Changes: len(off), TurnedOff: off[:min(len(off), recordedMost)],
	}
	what, err := e.what()
	if err != nil {
		return fmt.Errorf("noting that units are turned off: %w", err)
	}
	err = s.db.Write(ctx, func(ctx context.Context, t *db.Tx) error {
		l, err := lockDraft(ctx, t, -1)
		if err != nil {
			return err
		}
		var one int
		noted, err := t.Row(ctx, []any{&one},
			`SELECT 1 FROM catalogue_event WHERE verb = $1 AND by_whom = $2 AND changes = $3 AND what = $4 AND at > $5 LIMIT 1`,
			e.Verb, e.By, e.Changes, what, db.Micros(t.Now.Add(-notedOnce)))
		if err != nil || noted {
			return err
		}
		e.Revision = l.revision
		return recordEvent(ctx, t, e)
	})
	if err != nil {
		return fmt.Errorf("noting that units are turned off: %w", err)
	}
	return nil
}
