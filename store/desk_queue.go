package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"rivgate/store/db"
)

// Queue is one of the lists in which people work.
type Queue string

// The queues. Each open case is in one of New, Ongoing and Parked at any moment; Mine are those of New and Ongoing that
// one person has.
//
//	New      (Nya)        open, not begun: submitted or delivered, nobody's, and never parked
//	Mine     (Mina)       open, CaseFilter.Assignee's, not parked now
//	Ongoing  (Pågående)   open, begun or somebody's, not parked now: parkings whose day has come are here again
//	Parked   (Parkerade)  open, parked until a day to come
//	Finished (Avslutade)  closed
//
// Open means every state but closed. A case is begun when it is in progress, waits for the reporter, or comes back from
// a parking.
const (
	QueueNew      Queue = "new"
	QueueMine     Queue = "mine"
	QueueOngoing  Queue = "ongoing"
	QueueParked   Queue = "parked"
	QueueFinished Queue = "finished"
)

// How many closed cases are counted: to show "10 000+" for more, or "1 000+" while something is looked for.
const (
	closedMost = 10_000
	foundMost  = 1_000
)

// CountMost is the highest number that is counted for closed cases: one more than is to be shown.
func (f CaseFilter) CountMost() int {
	if f.Query != "" || f.Problem != "" {
		return foundMost + 1
	}
	return closedMost + 1
}

// Order of a list of cases.
type Order string

// The orders. Each has its own cursors.
const (
	NewestFirst Order = "" // received last
	// least time left, so late first: of open cases. Closed ones are not listed, or, where only they are asked for,
	// NewestFirst
	DueFirst Order = "due"
)

// holds tells whether case c is in a queue at a moment; that it is open is said already where the queue is of open
// ones.
func (q Queue) holds(c *db.Conditions, user string, now time.Time) string {
	at := db.Micros(now)
	switch q {
	case QueueNew:
		return "c.state IN ('submitted', 'delivered') AND c.assignee = '' AND c.parked_until = 0"
	case QueueMine:
		return c.Bind("c.assignee = $? AND c.assignee <> '' AND c.parked_until <= $?", user, at)
	case QueueOngoing:
		return c.Bind(
			"(c.state NOT IN ('submitted', 'delivered') OR c.assignee <> '' OR c.parked_until <> 0) AND c.parked_until <= $?",
			at,
		)
	case QueueParked:
		return c.Bind("c.parked_until > $?", at)
	case QueueFinished:
		return "c.state = 'closed'"
	}
	return "FALSE"
}

// QueueCounts counts the cases of f in each queue, Mine for user. f.Queue, f.State, f.Assignee and f.Order do not
// count. Open queues are exact, Finished is at most f.CountMost.
func (s *Store) QueueCounts(ctx context.Context, f CaseFilter, user string) (map[Queue]int, error) {
	f.Assignee, f.Queue, f.State, f.Order = "", "", "", DueFirst // of open ones
	w, err := s.measuredQuery(ctx, f)
	if err != nil {
		return nil, fmt.Errorf("counting queues: %w", err)
	}
	open := []Queue{QueueNew, QueueMine, QueueOngoing, QueueParked}
	counts, columns, into := make([]int, len(open)), make([]string, len(open)), make([]any, len(open))
	for i, q := range open {
		columns[i], into[i] = "count(CASE WHEN "+q.holds(&w.Conditions, user, s.Now())+" THEN 1 END)", &counts[i]
	}
	from := w.ready()
	query := "SELECT " + strings.Join(columns, ", ") + " FROM " + from + w.Where()
	if err := s.read.QueryRowContext(ctx, query, w.Args...).Scan(into...); err != nil {
		return nil, fmt.Errorf("counting queues: %w", err)
	}
	f.Queue, f.Order = QueueFinished, NewestFirst
	closed, err := s.caseQuery(ctx, f)
	if err != nil {
		return nil, fmt.Errorf("counting queues: %w", err)
	}
	closed.sets = w.sets // as they were counted for the open ones
	finished, err := s.countSought(ctx, closed)
	if err != nil {
		return nil, err
	}
	all := map[Queue]int{QueueFinished: finished}
	for i, q := range open {
		all[q] = counts[i]
	}
	return all, nil
}
