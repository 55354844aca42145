package casework

import (
	"math"
	"time"

	"rivgate/contracts"
	"rivgate/routing"
	"rivgate/store"
	"rivgate/web/shell"
)

// InboxRow is one case of the list. No personal number is in it but as a mask.
type InboxRow struct {
	store.Case
	Desk     store.Desk
	Reporter string
	Role     string // of the reporter, when the patient is another
	About    string // the patient then
	Child    bool   // the patient is under 18
	Wish     string // how the reporter wants to be answered
	Masked   string
	Lacking  bool // the reporter gave no number
	Left     int  // days
	Days     int  // that the answer may take
	Late     bool
	Back     bool // its parking is over
	Reads    bool // may be opened; else there is no name and no number in the row
	Takes    bool // may be taken by who looks
	Assigns  bool // may be assigned, though not opened
	Opinion  store.OpinionMark
	Unsent   int // answers that could not be sent
}

// NewInboxRow is a case as a row of a list.
func NewInboxRow(c store.Case, now time.Time, reads bool) InboxRow {
	c = shell.Shielded(c, false)
	row := InboxRow{Case: c, Left: DaysLeft(c, now), Days: DaysInAll(c)}
	row.Late = row.Left < 0 && c.State != store.Closed
	if !reads {
		return row
	}
	row.Lacking = c.Facts.Unnumbered()
	row.Reads, row.Reporter, row.Masked, row.Child = true, reporterName(c), ReporterOf(c).Masked(), c.Minor()
	row.Wish = wishWord(c.Facts.ReplyWanted, c.Facts.ReplyChannel)
	if c.Facts.Role != contracts.RolePatient {
		row.Role, row.About = c.Facts.Role, c.Facts.PatientName
	}
	return row
}

// Marks are what has happened in the case that its handler should look at.
func (r InboxRow) Marks() []string { return CaseMarks(r.Case, r.Unsent) }

// CaseMarks are what has happened in an open case that its handler should look at, as the list and the case's head say
// it; unsent is of a closed one too. Each is there until somebody has dealt with it: one does not hide another.
func CaseMarks(c store.Case, unsent int) (marks []string) {
	if unsent > 0 {
		marks = append(marks, markUnsent)
	}
	if c.State == store.Closed {
		return marks
	}
	seen := time.Time{} // what the reporter wrote until then has a mark of its own
	if c.Reopened != nil {
		marks, seen = append(marks, markReopened), *c.Reopened
	}
	if c.Withdrawn != nil { // after it was opened again: that ends a withdrawal before
		mark := markTakenBack
		if c.WroteAgain != nil {
			mark = markWroteAgain
		}
		marks, seen = append(marks, mark), *c.Withdrawn
	}
	if c.Unanswered != nil && c.Unanswered.After(seen) {
		marks = append(marks, markNew)
	}
	return marks
}

// DaysLeft is how many Swedish days are left until the case is due; below zero it is late.
func DaysLeft(c store.Case, now time.Time) int {
	midnight := func(t time.Time) time.Time {
		y, m, d := t.In(routing.Stockholm()).Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	}
	return int(midnight(c.Due).Sub(midnight(now)) / (24 * time.Hour))
}

// DaysInAll is how many days the answer may take.
func DaysInAll(c store.Case) int { return int(math.Round(c.Due.Sub(c.Received).Hours() / 24)) }
