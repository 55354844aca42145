package wire

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"sync/atomic"
	"time"
)

// connection is a connection that is used for one exchange at a time, and the room for its heads. It counts the bytes
// that have been written on it, inside TLS.
type connection struct {
	net.Conn          // with TLS if there is any
	raw      net.Conn // below it; the same where there is none
	written  atomic.Int64

	to    destination
	in    *bufio.Reader
	left  int64 // bytes that may still be read
	head  bytes.Buffer
	since time.Time // when it was put away
}

// destination is where a connection leads to.
type destination struct{ scheme, address string }

func newConnection(to destination, raw net.Conn) *connection {
	k := &connection{Conn: raw, raw: raw, to: to}
	k.in = bufio.NewReaderSize(k, 8<<10)
	return k
}

// dial makes a new connection. Its errors are of *dialError.
func (c *Client) dial(ctx context.Context, to destination) (*connection, error) {
	raw, err := c.Connect(ctx, to.address)
	if err != nil {
		return nil, &dialError{kind: KindConnect, err: err}
	}
	k := newConnection(to, raw)
	if to.scheme != "https" {
		return k, nil
	}
	secure := tls.Client(raw, c.tlsConfig(to.address))
	ctx, cancel := context.WithTimeout(ctx, c.connectTimeout())
	defer cancel()
	if err := secure.HandshakeContext(ctx); err != nil {
		_ = raw.Close()
		return nil, &dialError{kind: KindTLS, err: err}
	}
	k.Conn = secure
	return k, nil
}

// dialError is that of a connection which never came to be.
type dialError struct {
	kind Kind
	err  error
}

func (e *dialError) Error() string { return "connecting: " + e.err.Error() }

func (e *dialError) Unwrap() error { return e.err }

// Read reads as much as is left to be read.
func (k *connection) Read(p []byte) (int, error) {
	if k.left <= 0 {
		return 0, errors.New("reading the answer: its head is too long")
	}
	n, err := k.Conn.Read(p[:min(int64(len(p)), k.left)])
	k.left -= int64(n)
	return n, err
}

// Write counts before it writes, for the answer may be there before it has returned, and takes back what did not leave.
func (k *connection) Write(p []byte) (int, error) {
	k.written.Add(int64(len(p)))
	n, err := k.Conn.Write(p)
	k.written.Add(int64(n - len(p)))
	return n, err
}

// writeNow writes as much of p as the system takes without waiting, which is nothing where it cannot be asked for that,
// and counts it.
func (k *connection) writeNow(p []byte) (taken int) {
	k.written.Add(int64(len(p)))
	for taken < len(p) {
		n := taken
		if taken += send(k.Conn, p[taken:]); taken == n {
			break
		}
	}
	k.written.Add(int64(taken - len(p)))
	return taken
}

// writeAll writes all parts with one call of the system where it can, or in one piece into TLS, and counts as Write
// does.
func (k *connection) writeAll(parts net.Buffers) error {
	if k.Conn != k.raw {
		_, err := k.Write(bytes.Join(parts, nil))
		return err
	}
	all := int64(0)
	for _, p := range parts {
		all += int64(len(p))
	}
	k.written.Add(all)
	n, err := parts.WriteTo(k.Conn)
	k.written.Add(n - all)
	return err
}

// isQuiet tells whether the other end has neither closed the connection nor said anything on it unasked.
func (k *connection) isQuiet() bool {
	if !quiet(k.raw) {
		return false
	}
	secure, ok := k.Conn.(*tls.Conn)
	if !ok {
		return true
	}
	// Nothing is at the system, but TLS may have read ahead. With a time that has passed it looks there alone.
	if secure.SetReadDeadline(time.Unix(1, 0)) != nil {
		return false
	}
	var one [1]byte
	n, err := secure.Read(one[:])
	var late net.Error
	return n == 0 && errors.As(err, &late) && late.Timeout() && secure.SetReadDeadline(time.Time{}) == nil
}
