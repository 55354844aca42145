package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"rivgate/contracts/identity"
	"rivgate/routing"
	"rivgate/store/accesslog"
	"rivgate/store/db"
)

// UnitNumber is a registration number that a unit gave a case.
type UnitNumber struct {
	Unit   string // HSA-id, in upper case
	Number string
}

// Numbers are the registration numbers that a case has or had, at whatever unit, each once: those that were replaced,
// too, for they stand on papers and are not given again.
func (s *Store) Numbers(ctx context.Context, caseID string) ([]UnitNumber, error) {
	all, err := numbersOf(ctx, s.read, caseID)
	if err != nil {
		return nil, fmt.Errorf("reading registration numbers: %w", err)
	}
	return all, nil
}

func numbersOf(ctx context.Context, q db.Querier, caseID string) ([]UnitNumber, error) {
	all, err := db.Collect(ctx, q, func(rows *sql.Rows) (n UnitNumber, err error) {
		return n, rows.Scan(&n.Unit, &n.Number)
	}, `SELECT unit, diary FROM desk WHERE case_id = $1 AND diary <> '' ORDER BY unit`, caseID)
	if err != nil {
		return nil, err
	}
	before, err := db.Collect(ctx, q, scanDeskEvent, `SELECT unit, kind, by_id, by_name, at, doc, files FROM desk_event
		WHERE case_id = $1 AND kind = $2 ORDER BY seq`, caseID, string(DeskRegistered))
	for _, e := range before {
		if one := (UnitNumber{e.Unit, e.Text}); e.Text != "" && !slices.Contains(all, one) {
			all = append(all, one)
		}
	}
	return all, err
}

// Registered are our ids of the cases that have a registration number now at some unit, whoever has them.
func (s *Store) Registered(ctx context.Context, number string) ([]string, error) {
	ids, err := db.Collect(ctx, s.read, db.Text, `SELECT case_id FROM desk WHERE diary = $1 AND diary <> ''
		ORDER BY case_id LIMIT $2`, strings.TrimSpace(number), db.ListDefault)
	if err != nil {
		return nil, fmt.Errorf("finding a registration number: %w", err)
	}
	return ids, nil
}

// putNumbers enters the registration numbers of a case, as Numbers has them, where it is looked for.
func (t *tx) putNumbers(ctx context.Context, c *Case) error {
	all, err := numbersOf(ctx, t, c.ID)
	if err != nil {
		return err
	}
	var numbers []string
	for _, one := range all {
		numbers = append(numbers, one.Number)
	}
	var words []string
	for _, word := range strings.Fields(identity.Fold(strings.Join(numbers, " "))) {
		words = append(words, token(ofWord, word))
	}
	text := ""
	if len(words) > 0 {
		text = strings.Join(words, " ") + " "
	}
	_, err = t.Exec(ctx, `UPDATE case_search SET words = CAST($2 AS TEXT) || CAST($3 AS TEXT), numbers = $3
		WHERE case_id = $1`, c.ID, c.tokens(), text)
	return err
}

// Unnumbered is a case without a registration number at the unit that has it: nothing of whom it is about.
type Unnumbered struct {
	CaseID   string    `json:"id"`
	Ref      string    `json:"case"` // extension of 1177's id
	Unit     string    `json:"unit"` // in upper case
	State    State     `json:"state"`
	Received time.Time `json:"received"`
	Changed  time.Time `json:"changed"` // of a closed case: when it was closed, or changed since
}

// withoutNumber are cases c of an inbox that have no registration number where they are.
const withoutNumber = `c.via = 'inbox' AND NOT EXISTS (SELECT 1 FROM desk d
	WHERE d.case_id = c.id AND d.unit = c.unit AND d.diary <> '')`

// Unnumbered are the cases in the inboxes of some units that have no registration number, those received first, first.
// Nil are all units. With open, only those that are not closed. most: default and bound as of lists; above that,
// UnnumberedMost.
func (s *Store) Unnumbered(ctx context.Context, units []string, open bool, most int) ([]Unnumbered, error) {
	var c db.Conditions
	c.Parts = append(c.Parts, withoutNumber)
	if units != nil {
		folded := make([]string, 0, len(units))
		for _, unit := range units {
			folded = append(folded, fold(unit))
		}
		c.Among("c.unit", folded)
	}
	if open {
		c.Parts = append(c.Parts, "c.state <> 'closed'")
	}
	if most <= 0 {
		most = db.ListDefault
	}
	query := `SELECT c.id, c.ref_extension, c.unit, c.state, c.received, c.changed FROM cases c` + c.Where() +
		c.Bind(` ORDER BY c.received, c.id LIMIT $?`, min(most, UnnumberedMost))
	all, err := db.Collect(ctx, s.read, func(rows *sql.Rows) (u Unnumbered, err error) {
		var received, changed int64
		err = rows.Scan(&u.CaseID, &u.Ref, &u.Unit, &u.State, &received, &changed)
		u.Received, u.Changed = db.Moment(received), db.Moment(changed)
		return u, err
	}, query, c.Args...)
	if err != nil {
		return nil, fmt.Errorf("listing cases without a registration number: %w", err)
	}
	return all, nil
}

// UnnumberedMost is how many cases Unnumbered lists, and RegisterAll takes, at once.
const UnnumberedMost = 5000

// Numbered is a registration number that the diary gave a case.
type Numbered struct {
	Line   int    `json:"line"` // where it stands in its file, from 1
	Case   string `json:"case"` // 1177's id of the case, or ours
	Number string `json:"number"`
}

// NumberFault says what is wrong with a Numbered.
type NumberFault string

// The faults.
const (
	NumberNoCase  NumberFault = "no-case"  // there is none by this id that may be registered
	NumberMissing NumberFault = "missing"  // the number is empty
	NumberLong    NumberFault = "too-long" // above NumberMost, or not one line
	NumberPerson  NumberFault = "person"   // a personal number stands in it: it goes into names of files and lists
	NumberOther   NumberFault = "other"    // the case has another number
	NumberTaken   NumberFault = "taken"    // another case of the unit has it
	NumberTwice   NumberFault = "twice"    // the case stands in the file twice
	NumberDouble  NumberFault = "double"   // the file gives the number to another case of the unit
)

// FaultOf is what is wrong with a registration number, whoever gives it: by hand, in a file, through the API or by a
// series; "" nothing. It knows no other case.
func FaultOf(number string) NumberFault {
	switch {
	case identity.Blank(number):
		return NumberMissing
	case utf8.RuneCountInString(number) > NumberMost || strings.ContainsAny(number, "\r\n\x00") ||
		!utf8.ValidString(number):
		return NumberLong
	case identity.HoldsNumber(number):
		return NumberPerson
	}
	return ""
}

// NumberProblem is a line that cannot be registered.
type NumberProblem struct {
	Line  int         `json:"line"`
	Fault NumberFault `json:"fault"`
	Case  string      `json:"case"`            // as it stands there
	Has   string      `json:"has,omitempty"`   // the number that the case has
	Other int         `json:"other,omitempty"` // the line that a case, or a number, stands on too
}

// NumberReport is what became of a file of numbers.
type NumberReport struct {
	Registered int             `json:"registered"` // or would be
	Unchanged  int             `json:"unchanged"`  // had the number already
	Problems   []NumberProblem `json:"problems"`
}

// errDry ends a transaction that was to change nothing.
var errDry = errors.New("dry run")

// RegisterAll gives many cases the numbers that the diary has given them, in one transaction: all of them, or, where
// the report has problems or with dry, none. May tells whether somebody may register a case; one that they may not does
// not exist. Row is the row of the access log that is written for each. ErrTooLarge above UnnumberedMost.
func (s *Store) RegisterAll(ctx context.Context, all []Numbered, may func(Case) bool, by Person, row accesslog.Row,
	dry bool,
) (
	NumberReport, error,
) {
	if len(all) > UnnumberedMost {
		return NumberReport{}, ErrTooLarge
	}
	var report NumberReport
	err := s.write(ctx, func(ctx context.Context, t *tx) error {
		r := registering{tx: t, may: may, by: by, seen: map[string]int{}, given: map[UnitNumber]int{}}
		for _, one := range inCaseOrder(all) {
			if err := r.register(ctx, one); err != nil {
				return err
			}
		}
		report = r.report
		if dry || len(report.Problems) > 0 {
			return errDry
		}
		for _, c := range r.changed {
			row.Case, row.Unit, row.Kind = c.ID, c.Handler.Unit, c.Handler.Kind
			if err := accesslog.Write(ctx, t.Tx, row); err != nil {
				return err
			}
		}
		return nil
	})
	if errors.Is(err, errDry) {
		err = nil
	}
	slices.SortFunc(report.Problems, func(a, b NumberProblem) int { return a.Line - b.Line })
	return report, deskError("registering cases", err)
}

// inCaseOrder is the order in which cases are locked: two files at once then wait for each other and never both.
func inCaseOrder(all []Numbered) []Numbered {
	sorted := slices.Clone(all)
	slices.SortStableFunc(sorted, func(a, b Numbered) int { return strings.Compare(a.Case, b.Case) })
	return sorted
}

// registering is a file of numbers under way.
type registering struct {
	*tx
	may     func(Case) bool
	by      Person
	seen    map[string]int     // the line of each case, by its id
	given   map[UnitNumber]int // the line of each number
	changed []*Case
	report  NumberReport
}

func (r *registering) refuse(one Numbered, p NumberProblem) error {
	p.Line, p.Case = one.Line, one.Case
	r.report.Problems = append(r.report.Problems, p)
	return nil
}

func (r *registering) register(ctx context.Context, one Numbered) error {
	number := identity.Trim(one.Number)
	if fault := FaultOf(number); fault != "" {
		return r.refuse(one, NumberProblem{Fault: fault})
	}
	c, err := oneCase(ctx, r, caseByID, one.Case)
	if err == nil && c != nil {
		c, err = r.lockCaseID(ctx, c.ID)
	}
	if err != nil {
		return err
	}
	if c == nil || c.Handler.Via != routing.Inbox || !r.may(*c) {
		return r.refuse(one, NumberProblem{Fault: NumberNoCase})
	}
	if line, twice := r.seen[c.ID]; twice {
		return r.refuse(one, NumberProblem{Fault: NumberTwice, Other: line})
	}
	r.seen[c.ID] = one.Line
	d, err := oneDesk(ctx, r, c.ID)
	switch {
	case err != nil:
		return err
	case d.Diary == number:
		r.given[UnitNumber{d.Unit, number}] = one.Line
		r.report.Unchanged++
		return nil
	case d.Diary != "":
		return r.refuse(one, NumberProblem{Fault: NumberOther, Has: d.Diary})
	}
	d.Diary = number
	d.Version++
	key := UnitNumber{d.Unit, number}
	if err := r.saveDesk(ctx, &d); errors.Is(err, ErrDiaryTaken) {
		if line, inFile := r.given[key]; inFile {
			return r.refuse(one, NumberProblem{Fault: NumberDouble, Other: line})
		}
		return r.refuse(one, NumberProblem{Fault: NumberTaken})
	} else if err != nil {
		return err
	}
	r.given[key] = one.Line
	r.report.Registered++
	r.changed = append(r.changed, c)
	if err := r.putNumbers(ctx, c); err != nil {
		return err
	}
	return r.noteEvent(ctx, c.ID, d.Unit, DeskEvent{Kind: DeskRegistered, By: r.by, Text: number})
}
