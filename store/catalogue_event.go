package store

import (
	"encoding/json"
	"fmt"
	"strings"

	"rivgate/routing/catalogue"
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
}

// what is the part of an event that the database holds as JSON; "" for none.
func (e *CatalogueEvent) what() (string, error) {
	stored := storedWhat{Answer: e.Answer, Taken: e.TakenOver}
	for _, c := range e.Rows[:min(len(e.Rows), recordedMost)] {
		stored.Changes = append(stored.Changes, storedChange{c.Before, c.After})
	}
	if len(stored.Changes) == 0 && stored.Answer == "" && len(stored.Taken) == 0 {
		return "", nil
	}
	doc, err := json.Marshal(stored)
	return string(doc), err
}

// readWhat reads what what wrote.
func (e *CatalogueEvent) readWhat(doc string) error {
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
	e.TakenOver = stored.Taken
	for _, x := range e.TakenOver {
		fmt.Fprintf(&text, "%s takes over %d cases of %s\n", x.To, x.Cases, x.From)
	}
	for _, c := range stored.Changes {
		change := catalogue.ChangeOf(c.Before, c.After)
		e.Rows = append(e.Rows, change)
		text.WriteString(change.Text + "\n")
	}
	if more := e.Changes - len(e.Rows); len(e.Rows) > 0 && more > 0 {
		fmt.Fprintf(&text, "and %d more\n", more)
	}
	e.What += text.String()
	return nil
}
