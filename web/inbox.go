package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"rivgate/contracts"
	"rivgate/routing"
	"rivgate/store"
)

const inboxPageSize = 50

type inboxPage struct {
	page
	Queues   []queue
	Queue    store.Queue // "" for all of them, where something is looked for
	Heading  string
	Form     *form // what the list is narrowed by, as it was typed
	Narrowed bool
	Units    []routing.Unit
	People   []store.Person
	Problems []problemChoice
	Areas    []contracts.Code
	Rows     []inboxRow
	Chosen   url.Values // what the list is narrowed by, without what was looked for
	Here     string     // address of the page with that
	Next     string     // where the next page begins; "" on the last
	First    bool
	Searches bool // may look for people
	Done     string
	Now      time.Time
}

// queue is one entry of the side bar, and one box of the start page.
type queue struct {
	Name  string
	Queue store.Queue
	Count string
	Chose bool
	Here  string // address of its list, narrowed as the one that is shown
}

// queueName is a queue in Swedish.
func queueName(q store.Queue) string {
	switch q {
	case store.QueueNew:
		return "Nya"
	case store.QueueMine:
		return "Mina"
	case store.QueueOngoing:
		return "Pågående"
	case store.QueueParked:
		return "Parkerade"
	case store.QueueFinished:
		return "Avslutade"
	}
	return "Alla"
}

// queues are all queues with their counts.
func (s *Site) queues(ctx context.Context, f store.CaseFilter, who access) ([]queue, error) {
	counts, err := s.Relay.Store.QueueCounts(ctx, f, who.user)
	if err != nil {
		return nil, err
	}
	var all []queue
	for _, q := range []store.Queue{store.QueueNew, store.QueueMine, store.QueueOngoing, store.QueueParked, store.QueueFinished} {
		one := queue{Name: queueName(q), Queue: q, Count: strconv.Itoa(counts[q])}
		if q == store.QueueFinished && counts[q] >= f.CountMost() {
			one.Count = strconv.Itoa(f.CountMost()-1) + "+"
		}
		all = append(all, one)
	}
	return all, nil
}

// inboxPage lists the cases that are handled here, by queue; cases of external systems never show.
func (s *Site) inboxPage(w http.ResponseWriter, r *http.Request, who access) error {
	q := r.URL.Query()
	q.Del("q") // a personal number has no place in an address
	return s.showInbox(w, r, who, &form{Name: "search", Values: q})
}

// inboxSearch is inboxPage with a text to look for, which comes in a form.
func (s *Site) inboxSearch(w http.ResponseWriter, r *http.Request, who access) error {
	f, err := readForm(w, r, "search")
	if err != nil {
		return err
	}
	return s.showInbox(w, r, who, f)
}

func (s *Site) showInbox(w http.ResponseWriter, r *http.Request, who access, typed *form) error {
	p := inboxPage{
		page: s.page(who, "Inkorg", "inbox"), Form: typed, Now: s.now(), Done: doneWord(typed.Value("done")), Searches: who.somewhere(ReadCase),
		Problems: s.problems(), Areas: s.codes(contracts.SystemArea), Units: s.inboxUnits(who), First: typed.Value("after") == "",
	}
	f, err := s.inboxFilter(typed, who)
	if err != nil {
		return err
	}
	asked, counted := f, f
	counted.Query, counted.After, counted.Limit = "", "", 0 // a queue is chosen without what was looked for
	if p.Queues, err = s.queues(r.Context(), counted, who); err != nil {
		return err
	}
	if f.Queue == "" && f.Query == "" { // where somebody begins: at their own work, else at what is new
		f.Queue, f.Order = store.QueueNew, store.DueFirst
		if p.Queues[1].Count != "0" {
			f.Queue, f.Assignee = store.QueueMine, who.user
		}
	}
	p.choose(f.Queue, typed)
	if p.Rows, p.Next, err = s.inboxRows(r.Context(), f, who); err != nil {
		return err
	}
	if err := s.listed(r.Context(), who, asked, casesIn(p.Rows)); err != nil {
		return err
	}
	if p.People, err = s.inboxPeople(r.Context(), who); err != nil {
		return err
	}
	p.Chosen = narrowing(typed, f.Queue)
	p.Here = link("/inbox?{}", p.Chosen)
	p.Narrowed = len(narrowing(typed, "")) > 0 || f.Query != ""
	status := http.StatusOK
	if typed.Failed() {
		status, p.Title = http.StatusUnprocessableEntity, "Fel: "+p.Title
	}
	return html.render(w, status, "inbox", p)
}

func (p *inboxPage) choose(q store.Queue, typed *form) {
	p.Queue, p.Heading = q, queueName(q)
	for i := range p.Queues {
		p.Queues[i].Chose, p.Queues[i].Here = p.Queues[i].Queue == q, link("/inbox?{}", narrowing(typed, p.Queues[i].Queue))
	}
}

// narrowing is what a list is narrowed by, for addresses: all but what was looked for.
func narrowing(typed *form, q store.Queue) url.Values {
	out := url.Values{}
	if q != "" {
		out.Set("queue", string(q))
	}
	for _, keep := range []string{"unit", "problem", "area", "from", "until", "assignee"} {
		if v := typed.Value(keep); v != "" {
			out.Set(keep, v)
		}
	}
	return out
}

// inboxFilter is what was typed, kept to what may be seen. What is wrong with a day is noted in the form.
func (s *Site) inboxFilter(typed *form, who access) (store.CaseFilter, error) {
	f := store.CaseFilter{
		Via: routing.Inbox, Query: strings.TrimSpace(typed.Value("q")), Queue: store.Queue(typed.Value("queue")), Unit: typed.Value("unit"),
		Problem: typed.Value("problem"), Area: typed.Value("area"), Assignee: typed.Value("assignee"),
		Since: typed.moment("from"), Until: typed.moment("until"), Order: store.DueFirst, After: typed.Value("after"), Limit: inboxPageSize + 1,
	}
	if !f.Until.IsZero() {
		f.Until = f.Until.AddDate(0, 0, 1) // the day itself too
	}
	switch f.Queue {
	case store.QueueNew, store.QueueOngoing, store.QueueParked:
	case "", store.QueueFinished:
		f.Order = store.NewestFirst
	case store.QueueMine:
		f.Assignee = who.user
	default:
		return f, invalid("queue", "Välj en av köerna.")
	}
	see := SeeCase
	if f.Query != "" { // what is found by a name tells the name
		see = ReadCase
	}
	s.narrow(&f, who, see)
	return f, nil
}

// moment is when a Swedish day of a form begins; zero where there is none, and what is wrong with it is noted.
func (f *form) moment(field string) time.Time {
	text := f.Value(field)
	if text == "" {
		return time.Time{}
	}
	t, err := time.ParseInLocation(time.DateOnly, text, routing.Stockholm())
	if err != nil {
		f.refuse(field, "Ange en dag som 2026-01-31.")
		return time.Time{}
	}
	return t
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

// inboxPeople are those who can have a case that somebody sees.
func (s *Site) inboxPeople(ctx context.Context, who access) ([]store.Person, error) {
	accounts, err := s.Relay.Store.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	units := s.inboxUnits(who)
	var out []store.Person
	for _, a := range accounts {
		other := accountAccess(a)
		if s.welcome(a) && slices.ContainsFunc(units, func(u routing.Unit) bool { return other.may(WriteCase, s.owner(u.HSAID)) }) {
			out = append(out, other.self())
		}
	}
	return out, nil
}

// receiverLimit bounds lists of units that a person chooses from.
const receiverLimit = 200
