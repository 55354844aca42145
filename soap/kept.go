package soap

import (
	"bufio"
	"bytes"
	"errors"
	"net"
	"sync"
	"time"
)

// mostKept is how many idle connections are kept for one address: as many as there may be callers at once.
const mostKept = 1024

// keptConn is a connection that is used for one exchange at a time, and its room.
type keptConn struct {
	address    string
	connection *countedConn
	in         *bufio.Reader
	left       int64 // bytes that may still be read from the connection
	head       bytes.Buffer
	since      time.Time // when it was put away
}

func newKeptConn(address string, connection *countedConn) *keptConn {
	k := &keptConn{address: address, connection: connection}
	k.in = bufio.NewReaderSize(k, 8<<10)
	return k
}

// Read reads from the connection as much as is left to be read.
func (k *keptConn) Read(p []byte) (int, error) {
	if k.left <= 0 {
		return 0, errors.New("reading the answer: its head is too long")
	}
	n, err := k.connection.Read(p[:min(int64(len(p)), k.left)])
	k.left -= int64(n)
	return n, err
}

// keptConns are the connections that no exchange uses, by address. The zero value is ready for use.
type keptConns struct {
	mu    sync.Mutex
	idle  map[string][]*keptConn // the last one put away at the end
	sweep *time.Timer            // closes what has been idle for too long; nil while there is nothing
}

// take is a connection to address on which the producer has said nothing since, not even goodbye; nil if there is none. Who took it puts it
// away or closes it.
func (c *keptConns) take(address string) *keptConn {
	for {
		c.mu.Lock()
		all := c.idle[address]
		if len(all) == 0 {
			c.mu.Unlock()
			return nil
		}
		k := all[len(all)-1]
		c.idle[address] = all[:len(all)-1]
		c.mu.Unlock()
		if time.Since(k.since) < idleConnection && quiet(k.connection.Conn) {
			return k
		}
		_ = k.connection.Close()
	}
}

func (c *keptConns) put(k *keptConn) {
	k.since = time.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.idle[k.address]) >= mostKept {
		_ = k.connection.Close()
		return
	}
	if c.idle == nil {
		c.idle = map[string][]*keptConn{}
	}
	c.idle[k.address] = append(c.idle[k.address], k)
	if c.sweep == nil {
		c.sweep = time.AfterFunc(idleConnection, func() { c.closeBefore(time.Now().Add(-idleConnection)) })
	}
}

// closeBefore closes what was put away before a time, and comes again while anything is left.
func (c *keptConns) closeBefore(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for address, all := range c.idle {
		old := 0
		for old < len(all) && !all[old].since.After(t) {
			_ = all[old].connection.Close()
			old++
		}
		if c.idle[address] = append(all[:0:0], all[old:]...); old == len(all) {
			delete(c.idle, address)
		}
	}
	switch {
	case c.sweep == nil:
	case len(c.idle) == 0:
		c.sweep.Stop()
		c.sweep = nil
	default:
		c.sweep.Reset(idleConnection / 4)
	}
}

// writeNow writes as much of p as the system takes without waiting, which is nothing where it cannot be asked for that, and counts it.
func (c *countedConn) writeNow(p []byte) (taken int) {
	c.written.Add(int64(len(p)))
	for taken < len(p) {
		n := taken
		if taken += send(c.Conn, p[taken:]); taken == n {
			break
		}
	}
	c.written.Add(int64(taken - len(p)))
	return taken
}

// writeAll writes all parts with one call of the system where it can, and counts as Write does.
func (c *countedConn) writeAll(parts net.Buffers) error {
	all := int64(0)
	for _, p := range parts {
		all += int64(len(p))
	}
	c.written.Add(all)
	n, err := parts.WriteTo(c.Conn)
	c.written.Add(n - all)
	return err
}
