package shell

import (
	"sync"
	"time"

	"rivgate/store/accesslog"
)

// What is the same has so many rows of the access log within a time; what comes beyond them is counted, in one more.
const (
	strangersTime = time.Minute
	strangersRows = 10
)

// strangersMost bounds how many different events are remembered at once. Events are told apart by our own words and ids
// of accounts, so nobody can invent new ones. Events above the bound are logged each time.
const strangersMost = 10_000

// strangers remembers what was logged lately of people who are not signed in.
type strangers struct {
	mu   sync.Mutex
	seen map[strange]*again
}

// strange is what makes two events of strangers the same.
type strange struct {
	what            accesslog.Kind
	subject, detail string
}

type again struct {
	since time.Time
	rows  int
	times int // beyond the rows
	timer *time.Timer
}

// first says whether something is to be logged now. What has its rows for the minute is counted instead, and more is
// called with the count when the minute is over.
func (s *strangers) first(a accesslog.Row, now time.Time, more func(times int)) bool {
	key := strange{a.What, a.Subject, a.Detail}
	s.mu.Lock()
	defer s.mu.Unlock()
	if before := s.seen[key]; before != nil && now.Sub(before.since) < strangersTime {
		if before.rows < strangersRows {
			before.rows++
			return true
		}
		before.times++
		return false
	}
	if s.seen == nil {
		s.seen = map[strange]*again{}
	}
	s.end(key, more)
	if len(s.seen) >= strangersMost {
		return true
	}
	s.seen[key] = &again{since: now, rows: 1, timer: time.AfterFunc(strangersTime, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.end(key, more)
	})}
	return true
}

// end forgets something, and has it logged how often it came again.
func (s *strangers) end(key strange, more func(times int)) {
	one := s.seen[key]
	if one == nil {
		return
	}
	one.timer.Stop()
	delete(s.seen, key)
	if one.times > 0 {
		go more(one.times)
	}
}
