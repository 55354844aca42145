package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"rivgate/routing"
	"rivgate/store"
)

const inboxPageSize = 50

type inboxPage struct {
	page
	Queues []queue
	State  string
	Query  string
	Unit   string
	Units  []routing.Unit
	Rows   []inboxRow
	Next   string // address of the next page, "" on the last
	// NextName and NextValue say the same for a form, where something is searched for.
	NextName, NextValue string
	Searches            bool // may look for people
	First               bool
	Done                string
	Now                 time.Time
}

// inboxRow is one case of the list. No personal number is in it but as a mask.
type inboxRow struct {
	store.Case
	Reporter string
	About    string // the patient, when that is another
	Masked   string
	Left     int // days
	Late     bool
	Reads    bool // may be opened; else there is no name and no number in the row
}

// inboxPage lists the cases that are handled here; cases of external systems never show.
func (s *Site) inboxPage(w http.ResponseWriter, r *http.Request, who access) error {
	q := r.URL.Query()
	q.Del("q") // a personal number has no place in an address
	return s.showInbox(w, r, who, q)
}

// inboxSearch is inboxPage with a text to look for, which comes in a form.
func (s *Site) inboxSearch(w http.ResponseWriter, r *http.Request, who access) error {
	f, err := readForm(w, r, "search")
	if err != nil {
		return err
	}
	return s.showInbox(w, r, who, f.Values)
}

func (s *Site) showInbox(w http.ResponseWriter, r *http.Request, who access, q url.Values) error {
	p := inboxPage{
		page: s.page(who, "Inkorg", "inbox"), State: q.Get("state"), Query: strings.TrimSpace(q.Get("q")), Unit: q.Get("unit"), Now: s.now(),
		Done: doneWord(q.Get("done")), Searches: who.somewhere(ReadCase),
	}
	f := store.CaseFilter{Via: routing.Inbox, Query: p.Query, Unit: p.Unit}
	see := SeeCase
	if p.Query != "" { // what is found by a name tells the name
		see = ReadCase
	}
	s.narrow(&f, who, see)
	if err := s.listed(r.Context(), who, f); err != nil {
		return err
	}
	counts, err := s.Relay.Store.CaseCounts(r.Context(), f)
	if err != nil {
		return err
	}
	p.Queues = queues(counts, p.State)
	var cases []store.Case
	var next string
	if p.State == string(store.Closed) {
		cases, next, err = s.closedCases(r.Context(), f, q.Get("after"))
		p.First = q.Get("after") == ""
	} else {
		cases, next, err = s.openCases(r.Context(), f, p.State, q.Get("page"))
		p.First = q.Get("page") == "" || q.Get("page") == "1"
	}
	if err != nil {
		return err
	}
	for _, c := range cases {
		p.Rows = append(p.Rows, newInboxRow(c, p.Now, who.may(ReadCase, ownerOf(c))))
	}
	if next != "" {
		p.Next = "/inbox?" + withQuery(q, next)
		p.NextName, p.NextValue, _ = strings.Cut(next, "=")
	}
	p.Units = s.inboxUnits(who)
	return s.render(w, http.StatusOK, "inbox", p)
}

// withQuery is a query with the place where the next page begins, "page=2" or "after=…".
func withQuery(q url.Values, next string) string {
	name, value, _ := strings.Cut(next, "=")
	out := url.Values{}
	for _, keep := range []string{"state", "unit"} {
		if v := q.Get(keep); v != "" {
			out.Set(keep, v)
		}
	}
	out.Set(name, value)
	return out.Encode()
}

// openCases are the open cases of a queue, least time left first. The store lists by time of receipt, so all of them are read: the open cases of an
// inbox are what its people have on their desks.
func (s *Site) openCases(ctx context.Context, f store.CaseFilter, state, page string) (rows []store.Case, next string, err error) {
	states := []store.State{store.Submitted, store.Delivered, store.InProgress, store.AwaitingReporter}
	switch store.State(state) {
	case "":
	case store.Delivered, store.Submitted:
		states = states[:2]
	case store.InProgress, store.AwaitingReporter:
		states = []store.State{store.State(state)}
	default:
		return nil, "", invalid("state", "Välj en av köerna.")
	}
	var all []store.Case
	for _, f.State = range states {
		some, err := s.everyCase(ctx, f)
		if err != nil {
			return nil, "", err
		}
		all = append(all, some...)
	}
	slices.SortStableFunc(all, func(a, b store.Case) int { return a.Due.Compare(b.Due) })
	number, err := strconv.Atoi(page)
	if err != nil || number < 1 {
		number = 1
	}
	from := min((number-1)*inboxPageSize, len(all))
	to := min(from+inboxPageSize, len(all))
	if to < len(all) {
		next = "page=" + strconv.Itoa(number+1)
	}
	return all[from:to], next, nil
}

func (s *Site) everyCase(ctx context.Context, f store.CaseFilter) ([]store.Case, error) {
	f.Limit, f.After = 500, ""
	var all []store.Case
	for {
		some, err := s.Relay.Store.Cases(ctx, f)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
		if len(some) < f.Limit {
			return all, nil
		}
		f.After = some[len(some)-1].ID
	}
}

func (s *Site) closedCases(ctx context.Context, f store.CaseFilter, after string) (rows []store.Case, next string, err error) {
	f.State, f.After, f.Limit = store.Closed, after, inboxPageSize+1
	rows, err = s.Relay.Store.Cases(ctx, f)
	if len(rows) > inboxPageSize {
		rows = rows[:inboxPageSize]
		next = "after=" + rows[len(rows)-1].ID
	}
	return rows, next, err
}

func newInboxRow(c store.Case, now time.Time, reads bool) inboxRow {
	left := daysLeft(c, now)
	if !reads {
		return inboxRow{Case: c, Left: left, Late: left < 0 && c.State != store.Closed}
	}
	row := inboxRow{Case: c, Reads: true, Reporter: c.Facts.ReporterName, Masked: mask(c.Facts.ReporterID), Left: left, Late: left < 0 && c.State != store.Closed}
	if c.Facts.Role != "PATIENT" {
		row.About = c.Facts.PatientName
	}
	if row.Reporter == "" {
		row.Reporter = "Namn saknas"
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

// inboxUnits are the units whose cases come here, and are theirs to see.
func (s *Site) inboxUnits(who access) []routing.Unit {
	var units []routing.Unit
	for _, u := range s.Relay.Receivers("", receiverLimit) {
		if u.Via == routing.Inbox && who.may(SeeCase, s.owner(u.HSAID)) {
			units = append(units, u.Unit)
		}
	}
	return units
}

// receiverLimit bounds lists of units that a person chooses from.
const receiverLimit = 200
