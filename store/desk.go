package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"rivgate/routing"
	"rivgate/store/db"
)

// ErrDiaryTaken means that the unit has another case with this registration number.
var ErrDiaryTaken = errors.New("the registration number is taken")

// ErrDiaryForm means that a registration number cannot be one: FaultOf says why.
var ErrDiaryForm = errors.New("the registration number is not one")

// Person is who did something, as it was then.
type Person struct {
	ID   string `json:"id"`   // of the user
	Name string `json:"name"` // as it is shown
}

// Stamp is by whom and when.
type Stamp struct {
	By Person    `json:"by"`
	At time.Time `json:"at"`
}

// Parking is a case that is laid aside until a day. When that has come, the case is back among the ongoing ones, marked
// by this.
type Parking struct {
	Stamp
	Until  time.Time `json:"until"`
	Reason string    `json:"reason"`
}

// Back tells whether the day to go on with a case has come.
func (p *Parking) Back(now time.Time) bool { return p != nil && !p.Until.After(now) }

// Desk is what people of the unit that has a case do with it beside messages. What another unit did before does not
// show.
type Desk struct {
	CaseID    string   `json:"-"`
	Unit      string   `json:"-"`                  // HSA-id of the handler, in upper case
	Version   int64    `json:"-"`                  // 0: nobody did anything yet
	Diary     string   `json:"-"`                  // registration number (diarienummer), unique in the unit
	Protected bool     `json:"-"`                  // identity (skyddad identitet): follows the case from unit to unit
	Assignee  Person   `json:"assignee"`           // zero: nobody
	Assigned  *Stamp   `json:"assigned,omitempty"` // by whom
	Parked    *Parking `json:"parked,omitempty"`   // nil: not parked
}

// Act is who changes what, based on what they saw.
type Act struct {
	CaseID  string // ours
	Unit    string // HSA-id of the unit for which the person acts; unless it has the case: ErrConflict
	By      Person
	Version int64 // Desk.Version that the person saw; another by now: ErrConflict
}

// Minor tells whether the patient was under 18 when the case was received. Of a patient whose birth date is not known
// it says no.
func (c *Case) Minor() bool {
	age, err := strconv.Atoi(c.ageOn(c.Received))
	return err == nil && age < 18
}

// dueDays is Options.DueDays and DueDaysMinor.
type dueDays struct{ all, minor int }

// of is when a case is to be answered.
func (d dueDays) of(c *Case) time.Time { return d.after(c, c.Received) }

// after is when a case is to be answered for which the time begins at a moment.
func (d dueDays) after(c *Case, begin time.Time) time.Time {
	days := d.all
	if c.Minor() {
		days = d.minor
	}
	if days <= 0 {
		days = answerDays
	}
	return swedishDaysAfter(begin, days)
}

// swedishDaysAfter is the same time of the Swedish clock so many days of the calendar later, whatever the clocks did
// between.
func swedishDaysAfter(at time.Time, days int) time.Time {
	return at.In(routing.Stockholm()).AddDate(0, 0, days).UTC()
}

// deskQuery reads the desk of the unit that has the case now. What of it has been taken away since, with the case, the
// case's row tells.
const deskQuery = `SELECT c.id, c.unit, c.assignee, c.parked_until, c.protected, COALESCE(d.version, 0), COALESCE(d.diary, ''), COALESCE(d.doc, '{}')
	FROM cases c LEFT JOIN desk d ON d.case_id = c.id AND d.unit = c.unit WHERE `

func scanDesk(rows *sql.Rows) (Desk, error) {
	var d, row Desk
	var until int64
	var doc content
	if err := rows.Scan(&row.CaseID, &row.Unit, &row.Assignee.ID, &until, &row.Protected, &row.Version, &row.Diary,
		&doc); err != nil {
		return d, err
	}
	if err := json.Unmarshal(doc, &d); err != nil {
		return d, fmt.Errorf("reading a desk: %w", err)
	}
	d.CaseID, d.Unit, d.Protected, d.Version, d.Diary = row.CaseID, row.Unit, row.Protected, row.Version, row.Diary
	if d.Assignee.ID != row.Assignee.ID {
		d.Assignee, d.Assigned = Person{}, nil
	}
	if d.Parked != nil && db.Micros(d.Parked.Until) != until {
		d.Parked = nil
	}
	return d, nil
}

// Desk is the desk of a case at the unit that has it, by our id of the case. ErrNotFound.
func (s *Store) Desk(ctx context.Context, caseID string) (Desk, error) {
	return oneDesk(ctx, s.read, caseID)
}

func oneDesk(ctx context.Context, q db.Querier, caseID string) (Desk, error) {
	desks, err := db.Collect(ctx, q, scanDesk, deskQuery+`c.id = $1`, caseID)
	if err != nil {
		return Desk{}, fmt.Errorf("reading a desk: %w", err)
	}
	if len(desks) == 0 {
		return Desk{}, ErrNotFound
	}
	return desks[0], nil
}

// Desks are the desks of several cases, by their ids: for the rows of a list.
func (s *Store) Desks(ctx context.Context, caseIDs []string) (map[string]Desk, error) {
	found := make(map[string]Desk, len(caseIDs))
	for ids := range slices.Chunk(caseIDs, db.ListMax) {
		var c db.Conditions
		c.Among("c.id", ids)
		desks, err := db.Collect(ctx, s.read, scanDesk, deskQuery+c.Parts[0], c.Args...)
		if err != nil {
			return nil, fmt.Errorf("reading desks: %w", err)
		}
		for _, d := range desks {
			found[d.CaseID] = d
		}
	}
	return found, nil
}

// atDesk changes the desk of a case in one transaction, with a line for its time line. do changes d, or refuses.
func (s *Store) atDesk(ctx context.Context, a Act, what string,
	do func(t *tx, c *Case, d *Desk) (DeskEvent, error),
) (Desk, error) {
	var d Desk
	err := s.write(ctx, func(ctx context.Context, t *tx) error {
		c, err := t.handled(ctx, a.CaseID, a.Unit)
		if err != nil {
			return err
		}
		if d, err = oneDesk(ctx, t, c.ID); err != nil {
			return err
		}
		if d.Version != a.Version {
			return ErrConflict
		}
		number := d.Diary
		event, err := do(t, c, &d)
		if err != nil {
			return err
		}
		d.Version++
		if err := t.saveDesk(ctx, &d); err != nil {
			return err
		}
		if d.Diary != number {
			if err := t.putNumbers(ctx, c); err != nil {
				return err
			}
		}
		event.By = a.By
		return t.noteEvent(ctx, c.ID, d.Unit, event)
	})
	return d, deskError(what, err)
}

// handled locks a case that a unit has. ErrNotFound, ErrConflict.
func (t *tx) handled(ctx context.Context, caseID, unit string) (*Case, error) {
	c, err := t.lockCaseID(ctx, caseID)
	if err != nil {
		return nil, err
	}
	if c == nil {
		return nil, ErrNotFound
	}
	if fold(unit) != fold(c.Handler.Unit) {
		return nil, ErrConflict
	}
	return c, nil
}

func (t *tx) saveDesk(ctx context.Context, d *Desk) error {
	doc, err := json.Marshal(d)
	if err != nil {
		return err
	}
	if d.Diary != "" {
		var other string
		taken, err := t.Row(ctx, []any{&other},
			`SELECT case_id FROM desk WHERE unit = $1 AND diary = $2 AND diary <> '' AND case_id <> $3`, d.Unit, d.Diary,
			d.CaseID)
		if err != nil {
			return err
		}
		if taken {
			return ErrDiaryTaken
		}
	}
	_, err = t.Exec(ctx, `INSERT INTO desk (case_id, unit, version, diary, doc) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (case_id, unit) DO UPDATE SET version = excluded.version, diary = excluded.diary, doc = excluded.doc`,
		d.CaseID, d.Unit, d.Version, d.Diary, contentText(doc))
	if err != nil {
		return err
	}
	until := int64(0)
	if d.Parked != nil {
		until = db.Micros(d.Parked.Until)
	}
	_, err = t.Exec(ctx, `UPDATE cases SET assignee = $2, parked_until = $3, protected = $4 WHERE id = $1`, d.CaseID,
		d.Assignee.ID, until, d.Protected)
	return err
}

// deskError keeps what callers branch on, and wraps the rest.
func deskError(what string, err error) error {
	var refusal *Refusal
	if err == nil || errors.As(err, &refusal) {
		return err
	}
	if db.Violates(err, "desk_diary") {
		return ErrDiaryTaken
	}
	for _, known := range []error{
		ErrNotFound, ErrConflict, ErrDiaryTaken, ErrDiaryForm, ErrStaged, ErrLeft, ErrTooLarge, ErrSameReporter, ErrReason,
		ErrRecalled, ErrNoFiles, ErrNoSeries, context.Canceled, context.DeadlineExceeded,
	} {
		if errors.Is(err, known) {
			return err
		}
	}
	return fmt.Errorf("%s: %w", what, err)
}
