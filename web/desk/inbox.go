package desk

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"rivgate/contracts"
	"rivgate/routing"
	"rivgate/store"
	"rivgate/web/casework"
	"rivgate/web/shell"
)

const inboxPageSize = 50

// requestsMost is how many requests for opinions the inbox shows above its list.
const requestsMost = 20

type inboxPage struct {
	shell.Page
	Queues   []queue
	Queue    store.Queue // "" for all of them, where something is looked for
	Heading  string
	Form     *shell.Form // what the list is narrowed by, as it was typed
	Narrowed bool
	Units    []routing.Unit
	People   []store.Person
	Problems []casework.ProblemChoice
	Areas    []contracts.Code
	Rows     []casework.InboxRow
	Chosen   url.Values // what the list is narrowed by, without what was looked for
	Here     string     // address of the page with that
	Next     string     // where the next page begins; "" on the last
	First    bool
	Requests []casework.OpinionRow // of patient boards, for an opinion
	Searches bool                  // may look for people
	Left     []string              // where the cases are that were looked for and were handed over, in words
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

// queues are all queues with their counts.
func (s *Lists) queues(ctx context.Context, f store.CaseFilter, who shell.Access) ([]queue, error) {
	counts, err := s.Relay.Store.QueueCounts(ctx, f, who.User)
	if err != nil {
		return nil, err
	}
	var all []queue
	for _, q := range []store.Queue{
		store.QueueNew, store.QueueMine, store.QueueOngoing, store.QueueParked, store.QueueFinished,
	} {
		one := queue{Name: queueName(q), Queue: q, Count: strconv.Itoa(counts[q])}
		if q == store.QueueFinished && counts[q] >= f.CountMost() {
			one.Count = strconv.Itoa(f.CountMost()-1) + "+"
		}
		all = append(all, one)
	}
	return all, nil
}

// InboxPage lists the cases that are handled here, by queue; cases of external systems never show.
func (s *Lists) InboxPage(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	q := r.URL.Query()
	q.Del("q") // a personal number has no place in an address
	return s.showInbox(w, r, who, &shell.Form{Name: "search", Values: q})
}

// InboxSearch is InboxPage with a text to look for, which comes in a form.
func (s *Lists) InboxSearch(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	f, err := shell.ReadForm(w, r, "search")
	if err != nil {
		return err
	}
	return s.showInbox(w, r, who, f)
}

func (s *Lists) showInbox(w http.ResponseWriter, r *http.Request, who shell.Access, typed *shell.Form) error {
	p := inboxPage{
		Page: s.Page(who, titleInbox, "inbox"), Form: typed, Now: s.Clock(), Done: doneWord(typed.Value("done")),
		Searches: who.Somewhere(shell.ReadCase),
		Problems: s.Problems(), Areas: s.Codes(contracts.SystemArea), Units: s.InboxUnits(who),
		First: typed.Value("after") == "",
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
	if f.Queue == "" && f.Query == "" && !f.Unsent { // where somebody begins: at their own work, else at what is new
		f.Queue, f.Order = store.QueueNew, store.DueFirst
		if p.Queues[1].Count != "0" {
			f.Queue, f.Assignee = store.QueueMine, who.User
		}
	}
	p.choose(f.Queue, typed)
	if p.Rows, p.Next, err = s.inboxRows(r.Context(), f, asked, who); err != nil {
		return err
	}
	if len(p.Rows) == 0 && p.First {
		if p.Left, err = s.handedOver(r.Context(), f.Query, who); err != nil {
			return err
		}
	}
	if p.Requests, err = s.OpinionRows(r.Context(), who, "", true, requestsMost); err != nil {
		return err
	}
	if p.People, err = s.inboxPeople(r.Context(), who); err != nil {
		return err
	}
	p.Chosen = narrowing(typed, f.Queue)
	p.Here = shell.Link("/inbox?{}", p.Chosen)
	p.Narrowed = len(narrowing(typed, "")) > 0 || f.Query != ""
	status := http.StatusOK
	if typed.Failed() {
		status, p.Title = http.StatusUnprocessableEntity, shell.FailedTitle+p.Title
	}
	return html.Render(w, status, "inbox", p)
}

func (p *inboxPage) choose(q store.Queue, typed *shell.Form) {
	p.Queue, p.Heading = q, queueName(q)
	for i := range p.Queues {
		p.Queues[i].Chose, p.Queues[i].Here = p.Queues[i].Queue == q,
			shell.Link("/inbox?{}", narrowing(typed, p.Queues[i].Queue))
	}
}

// narrowing is what a list is narrowed by, for addresses: all but what was looked for.
func narrowing(typed *shell.Form, q store.Queue) url.Values {
	out := url.Values{}
	if q != "" {
		out.Set("queue", string(q))
	}
	for _, keep := range []string{"unit", "problem", "area", "from", "until", "assignee", "number", "answer"} {
		if v := typed.Value(keep); v != "" {
			out.Set(keep, v)
		}
	}
	return out
}

// inboxFilter is what was typed, kept to what may be seen. What is wrong with a day is noted in the form.
func (s *Lists) inboxFilter(typed *shell.Form, who shell.Access) (store.CaseFilter, error) {
	f := store.CaseFilter{
		Via: routing.Inbox, Query: strings.TrimSpace(typed.Value("q")), Queue: store.Queue(typed.Value("queue")),
		Unit:    typed.Value("unit"),
		Problem: typed.Value("problem"), Area: typed.Value("area"), Assignee: typed.Value("assignee"),
		Since: typed.Moment("from"), Until: typed.Moment("until"), Order: store.DueFirst, After: typed.Value("after"),
		Limit: inboxPageSize + 1, Unnumbered: typed.Value("number") == "none",
		Unsent: typed.Value("answer") == "unsent",
	}
	if !f.Until.IsZero() {
		f.Until = f.Until.AddDate(0, 0, 1) // the day itself too
	}
	switch f.Queue {
	case store.QueueNew, store.QueueOngoing, store.QueueParked:
	case "", store.QueueFinished:
		f.Order = store.NewestFirst
	case store.QueueMine:
		f.Assignee = who.User
	default:
		return f, shell.Invalid("queue", wordChooseQueue)
	}
	see := shell.SeeCase
	if f.Query != "" { // what is found by a name tells the name
		see = shell.ReadCase
	}
	s.Narrow(&f, who, see)
	return f, nil
}

// inboxPeople are those who can have a case that somebody sees.
func (s *Lists) inboxPeople(ctx context.Context, who shell.Access) ([]store.Person, error) {
	accounts, err := s.Relay.Store.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	units := s.InboxUnits(who)
	var out []store.Person
	for _, a := range accounts {
		other := shell.AccountAccess(a)
		if s.Welcome(a) &&
			slices.ContainsFunc(units, func(u routing.Unit) bool { return other.May(shell.WriteCase, s.Owner(u.HSAID)) }) {
			out = append(out, other.Self())
		}
	}
	return out, nil
}

// handedOver says where cases are that a unit of theirs handed over, by their whole number: what the unit wrote on its
// papers leads on, as a link to the case does.
func (s *Lists) handedOver(ctx context.Context, number string, who shell.Access) (left []string, err error) {
	if number == "" {
		return nil, nil
	}
	ids, err := s.Relay.Store.Registered(ctx, number)
	if err != nil {
		return nil, err
	}
	for _, id := range append(ids, number) {
		c, err := s.Relay.Store.Head(ctx, id)
		if err == nil && s.HandedOver(c, who) {
			left = append(left, fmt.Sprintf(wordHandedOverTo, casework.HandlerName(c.Handler)))
		} else if err != nil && !errors.Is(err, store.ErrNotFound) {
			return nil, err
		}
	}
	return left, nil
}

// inboxRows is one page of the list, and where the next begins.
func (s *Lists) inboxRows(ctx context.Context, f, asked store.CaseFilter, who shell.Access) (
	rows []casework.InboxRow, next string, err error,
) {
	cases, next, err := s.ListCases(ctx, who, f, asked, inboxPageSize)
	if err != nil {
		return nil, "", err
	}
	ids := make([]string, len(cases))
	for i, c := range cases {
		ids[i] = c.ID
	}
	desks, err := s.Relay.Store.Desks(ctx, ids)
	if err != nil {
		return nil, "", err
	}
	marks, err := s.OpinionMarks(ctx, cases)
	if err != nil {
		return nil, "", err
	}
	unsent, err := s.Relay.Store.Unsent(ctx, ids)
	if err != nil {
		return nil, "", err
	}
	now := s.Clock()
	for _, c := range cases {
		row := casework.NewInboxRow(c, now, who.May(shell.ReadCase, shell.OwnerOf(c)))
		row.Desk, row.Opinion, row.Unsent = desks[c.ID], marks[c.ID], unsent[c.ID]
		row.Back = row.Desk.Parked.Back(now) && c.State != store.Closed
		row.Takes = c.State != store.Closed && who.Person && row.Desk.Assignee.ID != who.User &&
			who.May(shell.WriteCase, shell.OwnerOf(c))
		row.Assigns = !row.Reads && who.May(shell.AssignCase, shell.OwnerOf(c))
		rows = append(rows, row)
	}
	return rows, next, nil
}
