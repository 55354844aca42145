package wire

import (
	"sync"
	"time"
)

const (
	// maxIdle is how many idle connections are kept for one address: as many as there may be callers at once.
	maxIdle = 1024
	// maxIdleTime is how long an idle connection is kept. It is below the keep-alive of common servers, 5 s and more:
	// a connection that they close just as we write on it is a message with an unknown outcome.
	maxIdleTime = 4 * time.Second
)

// idleConnections are the connections that no exchange uses, by destination. The zero value is ready for use.
type idleConnections struct {
	mu    sync.Mutex
	idle  map[destination][]*connection // the last one put away at the end
	sweep *time.Timer                   // closes what has been idle for too long; nil while there is nothing
}

// take is a connection to a destination on which the producer has said nothing since, not even goodbye; nil if there is
// none. Who took it puts it away or closes it.
func (c *idleConnections) take(to destination) *connection {
	for {
		c.mu.Lock()
		all := c.idle[to]
		if len(all) == 0 {
			c.mu.Unlock()
			return nil
		}
		k := all[len(all)-1]
		c.idle[to] = all[:len(all)-1]
		c.mu.Unlock()
		if time.Since(k.since) < maxIdleTime && k.isQuiet() {
			return k
		}
		_ = k.Close()
	}
}

func (c *idleConnections) put(k *connection) {
	k.since = time.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.idle[k.to]) >= maxIdle {
		_ = k.Close()
		return
	}
	if c.idle == nil {
		c.idle = map[destination][]*connection{}
	}
	c.idle[k.to] = append(c.idle[k.to], k)
	if c.sweep == nil {
		c.sweep = time.AfterFunc(maxIdleTime, func() { c.closeBefore(time.Now().Add(-maxIdleTime)) })
	}
}

// closeBefore closes what was put away before a time, and comes again while anything is left.
func (c *idleConnections) closeBefore(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for to, all := range c.idle {
		old := 0
		for old < len(all) && !all[old].since.After(t) {
			_ = all[old].Close()
			old++
		}
		if c.idle[to] = append(all[:0:0], all[old:]...); old == len(all) {
			delete(c.idle, to)
		}
	}
	switch {
	case c.sweep == nil:
	case len(c.idle) == 0:
		c.sweep.Stop()
		c.sweep = nil
	default:
		c.sweep.Reset(maxIdleTime / 4)
	}
}
