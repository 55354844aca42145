package open

import (
	"sync"
	"time"
)

// How often something may be done within a time, from one address and from all together.
const (
	within     = 10 * time.Minute
	retryAfter = "600" // seconds

	sendsEach   = 5
	sendsAll    = 200
	guessesEach = 10
	guessesAll  = 1000
)

// addressesMost bounds how many addresses are remembered at once. Those beyond share one count.
const addressesMost = 10_000

// limiter counts what was done lately, by address and in all. Its zero value has counted nothing. It remembers nothing
// over a restart, and each replica counts by itself.
type limiter struct {
	mu    sync.Mutex
	all   tally
	crowd tally // of addresses that are not remembered
	by    map[string]*tally
}

// tally is a count since a moment.
type tally struct {
	since time.Time
	n     int
}

// now is the count at a moment: none where its time is over.
func (t *tally) now(now time.Time) int {
	if now.Sub(t.since) >= within || now.Before(t.since) {
		t.since, t.n = now, 0
	}
	return t.n
}

// may tells whether an address may do it once more; it counts nothing.
func (l *limiter) may(address string, now time.Time, each, all int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.of(address, now).now(now) < each && l.all.now(now) < all
}

// count notes that an address did it.
func (l *limiter) count(address string, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	one := l.of(address, now)
	_, _ = one.now(now), l.all.now(now)
	one.n++
	l.all.n++
}

// take is may, and count where it may.
func (l *limiter) take(address string, now time.Time, each, all int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	one := l.of(address, now)
	if one.now(now) >= each || l.all.now(now) >= all {
		return false
	}
	one.n++
	l.all.n++
	return true
}

// of is an address's count. Where too many are remembered, those whose time is over are forgotten first.
func (l *limiter) of(address string, now time.Time) *tally {
	if one := l.by[address]; one != nil {
		return one
	}
	if len(l.by) >= addressesMost {
		for other, one := range l.by {
			if now.Sub(one.since) >= within {
				delete(l.by, other)
			}
		}
	}
	if len(l.by) >= addressesMost {
		return &l.crowd
	}
	if l.by == nil {
		l.by = map[string]*tally{}
	}
	one := &tally{since: now}
	l.by[address] = one
	return one
}
