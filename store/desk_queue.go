package store

import (
	"context"
	"time"
)

// Queue is one of the lists in which people work.
type Queue string

// The queues. Each open case is in one of New, Ongoing and Parked at any moment; Mine are those of New and Ongoing that one person has.
//
//	New      (Nya)        open, not begun: submitted or delivered, nobody's, and never parked
//	Mine     (Mina)       open, CaseFilter.Assignee's, not parked now
//	Ongoing  (Pågående)   open, begun or somebody's, not parked now: parkings whose day has come are here again
//	Parked   (Parkerade)  open, parked until a day to come
//	Finished (Avslutade)  closed
//
// Open means every state but closed. A case is begun when it is in progress, waits for the reporter, or comes back from a parking.
const (
	QueueNew      Queue = "new"
	QueueMine     Queue = "mine"
	QueueOngoing  Queue = "ongoing"
	QueueParked   Queue = "parked"
	QueueFinished Queue = "finished"
)

// QueueMost is the highest number that QueueCounts gives for closed cases: one more than is counted, to be shown as "10 000+".
const QueueMost = 10_001

// Order of a list of cases.
type Order string

// The orders. Each has its own cursors.
const (
	NewestFirst Order = ""    // received last
	DueFirst    Order = "due" // least time left, so late first: of open cases. Closed ones are not listed, or, where only they are asked for, NewestFirst
)

// in narrows to a queue at a moment.
func (q Queue) in(c *conditions, user string, now time.Time) {
	at := micros(now)
	if q != QueueFinished {
		c.add("c.state <> 'closed'")
	}
	switch q {
	case QueueNew:
		c.add("c.state IN ('submitted', 'delivered') AND c.assignee = '' AND c.parked_until = 0")
	case QueueMine:
		c.add("c.assignee = $? AND c.assignee <> '' AND c.parked_until <= $?", user, at)
	case QueueOngoing:
		c.add("(c.state NOT IN ('submitted', 'delivered') OR c.assignee <> '' OR c.parked_until <> 0) AND c.parked_until <= $?", at)
	case QueueParked:
		c.add("c.parked_until > $?", at)
	case QueueFinished:
		c.add("c.state = 'closed'")
	default:
		c.add("FALSE")
	}
}

// QueueCounts counts the cases of f in each queue, Mine for user. f.Queue and f.Assignee do not count. Open queues are exact, Finished is at most QueueMost.
func (s *Store) QueueCounts(ctx context.Context, f CaseFilter, user string) (map[Queue]int, error) {
	counts := map[Queue]int{}
	for _, f.Queue = range []Queue{QueueNew, QueueMine, QueueOngoing, QueueParked, QueueFinished} {
		f.Assignee = ""
		if f.Queue == QueueMine {
			f.Assignee = user
		}
		n, err := s.countCases(ctx, f)
		if err != nil {
			return nil, err
		}
		counts[f.Queue] = n
	}
	return counts, nil
}
