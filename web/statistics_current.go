package web

import (
	"context"
	"net/http"
	"sync"
	"time"

	"go.uber.org/zap"
)

const (
	statisticsEvery = time.Minute           // how often statistics are brought up to date while nobody asks
	pagePatience    = 20 * time.Millisecond // how long a page waits for them: it is to begin within 50
	filePatience    = 5 * time.Second       // how long a file does, and an answer of the API
)

// errUncounted is for who asks before all cases have been counted since the start.
var errUncounted = newProblem(http.StatusServiceUnavailable, "uncounted", "Ärendena räknas", "Statistiken är inte klar än. Försök igen om en stund.")

// counting keeps statistics current beside the requests: to look for what has changed takes longer the more cases there are, and to count a million cases for the
// first time takes minutes. Where nobody keeps, because the site is served by Handler alone, whoever asks gathers first and waits.
type counting struct {
	mu       sync.Mutex
	asked    chan struct{} // one who asks wakes the keeper; nil: there is none
	ended    chan struct{} // closed when the gathering under way, or the next one, has ended
	began    int           // gatherings
	finished int
	current  int           // the last one that succeeded
	err      error         // of the last one
	as       time.Time     // the last one that succeeded began then: what is counted is as of that moment
	rested   time.Time     // when the last one ended, by the machine's clock
	took     time.Duration // the last one
	done, of int           // months of the one under way
}

// countedAs is how current what is gathered is.
type countedAs struct {
	At       time.Time // zero: not all cases have been counted since the start
	Current  bool      // nothing that was there when it was asked is left out
	Done, Of int       // months, of the count under way
}

// keep gathers when somebody asks, and now and then, until ctx ends.
func (c *counting) keep(ctx context.Context, s *Site) {
	c.mu.Lock()
	c.asked, c.ended = make(chan struct{}, 1), make(chan struct{})
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.asked = nil
	}()
	tick := time.NewTicker(statisticsEvery)
	defer tick.Stop()
	for {
		c.gather(ctx, s)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-c.asked:
		}
	}
}

func (c *counting) gather(ctx context.Context, s *Site) {
	at, began := s.now(), time.Now()
	c.mu.Lock()
	c.began++
	c.mu.Unlock()
	err := s.Relay.Store.GatherStatistics(ctx, func(done, of int) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.done, c.of = done, of
	})
	if err != nil && ctx.Err() == nil {
		s.log().Error("gathering statistics", zap.Error(err))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.finished, c.err, c.done, c.of, c.rested, c.took = c.began, err, 0, 0, time.Now(), time.Since(began)
	if err == nil {
		c.current, c.as = c.began, at
	}
	close(c.ended)
	c.ended = make(chan struct{})
}

// ask asks for statistics that have everything in them that is there now, waits for them as long as the patience lasts, and tells how current they are.
func (c *counting) ask(ctx context.Context, s *Site, patience time.Duration) (countedAs, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.asked == nil {
		if err := s.Relay.Store.GatherStatistics(ctx, nil); err != nil {
			return countedAs{}, err
		}
		return countedAs{At: s.now(), Current: true}, nil
	}
	want := c.began + 1 // one that is under way may have passed by what is there
	enough := time.NewTimer(patience)
	defer enough.Stop()
	for c.finished < want && !c.rests(patience) {
		ended := c.ended
		select {
		case c.asked <- struct{}{}:
		default: // it will run anyway
		}
		c.mu.Unlock()
		late := false
		select {
		case <-ended:
		case <-enough.C:
			late = true
		case <-ctx.Done():
			late = true
		}
		c.mu.Lock()
		if late {
			break
		}
	}
	if c.err != nil && c.finished >= want && c.as.IsZero() {
		return countedAs{}, c.err
	}
	return countedAs{At: c.as, Current: c.current >= want, Done: c.done, Of: c.of}, ctx.Err()
}

// rests tells whether gathering takes longer than somebody waits, and was done a little while ago: it would take the whole machine if it ran all the time.
func (c *counting) rests(patience time.Duration) bool {
	const share = 10 // it runs one tenth of the time at most
	return !c.as.IsZero() && c.took > patience && time.Since(c.rested) < share*c.took
}
