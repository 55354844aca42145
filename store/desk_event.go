package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"rivgate/routing"
	"rivgate/store/db"
)

// DeskEventKind is what somebody did at a desk.
type DeskEventKind string

// The kinds of DeskEvent.
const (
	DeskTaken       DeskEventKind = "taken" // by the one who did it
	DeskAssigned    DeskEventKind = "assigned"
	DeskReleased    DeskEventKind = "released"
	DeskParked      DeskEventKind = "parked"
	DeskResumed     DeskEventKind = "resumed" // by nobody: its day had come
	DeskNote        DeskEventKind = "note"    // free words
	DeskBoard       DeskEventKind = "board"   // what a board did beside messages: see BoardNote
	DeskGiven       DeskEventKind = "given"   // an answer reached the reporter in another way: how
	DeskRegistered  DeskEventKind = "registered"
	DeskProtected   DeskEventKind = "protected"
	DeskUnprotected DeskEventKind = "unprotected"
	DeskStated      DeskEventKind = "authority_stated"
	DeskAuthority   DeskEventKind = "authority"    // checked
	DeskNoAuthority DeskEventKind = "no_authority" // a check was taken back
	DeskWithdrawn   DeskEventKind = "authority_withdrawn"
	DeskUnchecked   DeskEventKind = "unchecked"  // an answer left to who has no checked authority: why
	DeskTakenOver   DeskEventKind = "taken_over" // the case has another reporter
	DeskFiles       DeskEventKind = "files"      // the case takes files
	DeskNoFiles     DeskEventKind = "no_files"
	DeskSent        DeskEventKind = "sent"     // an answer left
	DeskUndone      DeskEventKind = "undone"   // an answer was taken back
	DeskRefused     DeskEventKind = "refused"  // an answer that the line did not take
	DeskHandover    DeskEventKind = "handover" // said to the unit that takes the case, which reads it too
	DeskPlace       DeskEventKind = "place"    // a board set the unit where it happened
	DeskRenamed     DeskEventKind = "renamed"  // the board got another HSA-id: ToUnit; Text is the one before
)

// DeskEvent is one line of a case's time line that is no message.
type DeskEvent struct {
	Unit      string        `json:"-"` // whose desk, in upper case
	Kind      DeskEventKind `json:"-"`
	By        Person        `json:"-"`
	At        time.Time     `json:"-"`
	From      Person        `json:"from,omitzero"` // had the case before
	To        Person        `json:"to,omitzero"`   // has it from now
	Until     *time.Time    `json:"until,omitempty"`
	Text      string        `json:"text,omitempty"`      // note, what a board did, reason, or number
	Why       routing.Fact  `json:"why,omitzero"`        // the line did not take an answer
	Form      string        `json:"form,omitempty"`      // of an answer
	MessageID string        `json:"messageId,omitempty"` // Key.MessageID of an answer
	ToUnit    string        `json:"toUnit,omitempty"`    // of a handover, HSA-id; of a place, the unit
	ToName    string        `json:"toName,omitempty"`    // of that unit
	Ground    string        `json:"ground,omitempty"`    // of a handover
	Right     Right         `json:"right,omitempty"`     // of an authority
	Stays     bool          `json:"stays,omitempty"`     // the reporter before sees what came until the case was taken over
	Files     []File        `json:"files,omitempty"`     // of a note or what a board did, without their bytes
	FilesID   string        `json:"-"`                   // by which they are read: see NoteFile
}

func (t *tx) noteEvent(ctx context.Context, caseID, unit string, e DeskEvent) error {
	doc, err := json.Marshal(e)
	if err != nil {
		return err
	}
	_, err = t.Exec(ctx,
		`INSERT INTO desk_event (case_id, unit, kind, by_id, by_name, at, doc, files) VALUES ($1, $2, $3, $4, $5, $6, `+
			`$7, $8)`,
		caseID, fold(unit), string(e.Kind), e.By.ID, e.By.Name, db.Micros(t.Now), contentText(doc), e.FilesID)
	return err
}

func scanDeskEvent(rows *sql.Rows) (DeskEvent, error) { return scanDeskEventAfter(rows) }

// scanDeskEventAfter is scanDeskEvent where other columns stand before its own.
func scanDeskEventAfter(rows *sql.Rows, before ...any) (e DeskEvent, err error) {
	var at int64
	var doc content
	own := []any{&e.Unit, &e.Kind, &e.By.ID, &e.By.Name, &at, &doc, &e.FilesID}
	if err := rows.Scan(append(before, own...)...); err != nil {
		return e, err
	}
	e.At = db.Moment(at)
	return e, json.Unmarshal(doc, &e)
}

// DeskEvents are what people of the units did at their desks with a case, oldest first: each unit sees its own, so a
// page names the unit for which the reader acts. Nil: all of them, for who may see them all. A parking whose day has
// come is followed by a DeskResumed by nobody.
func (s Unlogged) DeskEvents(ctx context.Context, caseID string, units []string) ([]DeskEvent, error) {
	var c db.Conditions
	c.Add("case_id = $?", caseID)
	if units != nil {
		folded := make([]string, len(units))
		for i, unit := range units {
			folded[i] = fold(unit)
		}
		c.Among("unit", folded)
	}
	events, err := db.Collect(ctx, s.read, scanDeskEvent,
		`SELECT unit, kind, by_id, by_name, at, doc, files FROM desk_event`+c.Where()+` ORDER BY seq`, c.Args...)
	if err != nil {
		return nil, fmt.Errorf("reading a desk's time line: %w", err)
	}
	return resumed(events, s.Now()), nil
}

// resumed adds to a desk's time line the resumptions that nobody ordered: those of parkings that neither were changed
// nor ended before their day.
func resumed(events []DeskEvent, now time.Time) []DeskEvent {
	var all []DeskEvent
	open := map[string]DeskEvent{} // parkings by unit
	due := func(at time.Time) {
		for unit, e := range open {
			if !e.Until.After(at) {
				all = append(all, DeskEvent{Unit: unit, Kind: DeskResumed, At: *e.Until})
				delete(open, unit)
			}
		}
	}
	for _, e := range events {
		due(e.At)
		all = append(all, e)
		switch e.Kind {
		case DeskParked:
			open[e.Unit] = e
		case DeskResumed:
			delete(open, e.Unit)
		}
	}
	due(now)
	slices.SortStableFunc(all, func(a, b DeskEvent) int { return a.At.Compare(b.At) })
	return all
}
