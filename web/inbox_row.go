package web

import (
	"context"
	"math"
	"time"

	"rivgate/contracts"
	"rivgate/routing"
	"rivgate/store"
)

// inboxRow is one case of the list. No personal number is in it but as a mask.
type inboxRow struct {
	store.Case
	Desk     store.Desk
	Reporter string
	Role     string // of the reporter, when the patient is another
	About    string // the patient then
	Child    bool   // the patient is under 18
	Masked   string
	Left     int // days
	Days     int // that the answer may take
	Late     bool
	Back     bool // its parking is over
	Reads    bool // may be opened; else there is no name and no number in the row
	Takes    bool // may be taken by who looks
	Assigns  bool // may be assigned, though not opened
}

// inboxRows is one page of the list, and where the next begins.
func (s *Site) inboxRows(ctx context.Context, f store.CaseFilter, who access) (rows []inboxRow, next string, err error) {
	cases, err := s.Relay.Store.Cases(ctx, f)
	if err != nil {
		return nil, "", err
	}
	if len(cases) > inboxPageSize {
		cases = cases[:inboxPageSize]
		next = f.Cursor(cases[inboxPageSize-1])
	}
	ids := make([]string, len(cases))
	for i, c := range cases {
		ids[i] = c.ID
	}
	desks, err := s.Relay.Store.Desks(ctx, ids)
	if err != nil {
		return nil, "", err
	}
	now := s.now()
	for _, c := range cases {
		row := newInboxRow(c, now, who.may(ReadCase, ownerOf(c)))
		row.Desk = desks[c.ID]
		row.Back = row.Desk.Parked.Back(now) && c.State != store.Closed
		row.Takes = c.State != store.Closed && who.person && row.Desk.Assignee.ID != who.user && who.may(WriteCase, ownerOf(c))
		row.Assigns = !row.Reads && who.may(AssignCase, ownerOf(c))
		rows = append(rows, row)
	}
	return rows, next, nil
}

// casesIn are the cases of a page, for the access log.
func casesIn(rows []inboxRow) []store.Case {
	out := make([]store.Case, len(rows))
	for i, row := range rows {
		out[i] = row.Case
	}
	return out
}

func newInboxRow(c store.Case, now time.Time, reads bool) inboxRow {
	c = shielded(c, false)
	row := inboxRow{Case: c, Left: daysLeft(c, now), Days: daysInAll(c)}
	row.Late = row.Left < 0 && c.State != store.Closed
	if !reads {
		return row
	}
	row.Reads, row.Reporter, row.Masked, row.Child = true, reporterName(c), reporterOf(c).Masked(), c.Minor()
	if c.Facts.Role != contracts.RolePatient {
		row.Role, row.About = c.Facts.Role, c.Facts.PatientName
	}
	return row
}

// daysLeft is how many Swedish days are left until the case is due; below zero it is late.
func daysLeft(c store.Case, now time.Time) int {
	midnight := func(t time.Time) time.Time {
		y, m, d := t.In(routing.Stockholm()).Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	}
	return int(midnight(c.Due).Sub(midnight(now)) / (24 * time.Hour))
}

// daysInAll is how many days the answer may take.
func daysInAll(c store.Case) int { return int(math.Round(c.Due.Sub(c.Received).Hours() / 24)) }
