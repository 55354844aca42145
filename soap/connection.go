package soap

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// idleConnection is how long a pooled connection is kept. It is below the keep-alive of common servers, 5 s and more:
// a connection that they close just as we write on it is a message with an unknown outcome.
const idleConnection = 4 * time.Second

func (c *Client) roundTripper() *http.Transport {
	c.once.Do(func() {
		protocols := new(http.Protocols)
		protocols.SetHTTP1(true)
		c.transport = &http.Transport{
			Protocols:              protocols,
			DialContext:            c.dial,
			DialTLSContext:         c.dialTLS,
			DisableCompression:     true,
			MaxIdleConns:           4 * mostKept,
			MaxIdleConnsPerHost:    mostKept,
			IdleConnTimeout:        idleConnection,
			MaxResponseHeaderBytes: longestHead,
			WriteBufferSize:        32 << 10,
			ReadBufferSize:         8 << 10,
		}
	})
	return c.transport
}

func (c *Client) connectTimeout() time.Duration { return or(c.ConnectTimeout, 2*time.Second) }

func (c *Client) dial(ctx context.Context, network, address string) (net.Conn, error) {
	dialer := net.Dialer{Timeout: c.connectTimeout(), ControlContext: NeverLinkLocal}
	connection, err := dialer.DialContext(ctx, network, address)
	if err != nil {
		return nil, &dialError{kind: SendConnect, err: err}
	}
	return &countedConn{Conn: connection}, nil
}

func (c *Client) dialTLS(ctx context.Context, network, address string) (net.Conn, error) {
	plain, err := c.dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	config := c.tlsConfig(address)
	connection := tls.Client(plain.(*countedConn).Conn, config)
	ctx, cancel := context.WithTimeout(ctx, c.connectTimeout())
	defer cancel()
	if err := connection.HandshakeContext(ctx); err != nil {
		_ = plain.Close()
		return nil, &dialError{kind: SendTLS, err: err}
	}
	return &countedConn{Conn: connection}, nil
}

// dialError is that of a connection which never came to be.
type dialError struct {
	kind SendKind
	err  error
}

func (e *dialError) Error() string { return "connecting: " + e.err.Error() }

func (e *dialError) Unwrap() error { return e.err }

// countedConn counts the bytes that have been written on it, inside TLS.
type countedConn struct {
	net.Conn
	written atomic.Int64
}

// Write counts before it writes, for the answer may be there before it has returned, and takes back what did not leave.
func (c *countedConn) Write(p []byte) (int, error) {
	c.written.Add(int64(len(p)))
	n, err := c.Conn.Write(p)
	c.written.Add(int64(n - len(p)))
	return n, err
}

// ending is the error that reading from a TLS connection, which is closed by now, ended in; nil if there was none. Where
// writing failed as well, net/http tells of that only.
func (c *countedConn) ending() error {
	connection, ok := c.Conn.(*tls.Conn)
	if !ok {
		return nil
	}
	_ = connection.SetReadDeadline(time.Now()) // it fails on a closed connection, which is as good
	_, err := connection.Read(make([]byte, 1))
	return err
}

// watch is what one try does with its connection.
type watch struct {
	limit      time.Duration // for the whole exchange
	connecting time.Duration // for the connection, and again for its TLS
	host       string
	mu         sync.Mutex
	phase      Phase
	connection *countedConn
	before     int64 // bytes written on it by earlier requests
}

// came notes how far it came.
func (w *watch) came(phase Phase) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.phase != PhaseRead { // an answer may come before all of the request has been written
		w.phase = phase
	}
}

func (w *watch) gotConn(info httptrace.GotConnInfo) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.phase = PhaseSend
	if c, ok := info.Conn.(*countedConn); ok {
		w.connection, w.before = c, c.written.Load()
	}
}

// failure sorts the error of one try, and says how far it came.
func (w *watch) failure(ctx context.Context, body *outgoingBody, err error) *SendError {
	w.mu.Lock()
	defer w.mu.Unlock()
	failed := w.sorted(ctx, body, err)
	failed.Phase, failed.Host, failed.After = w.phase, w.host, w.limit
	if w.phase == PhaseConnect {
		failed.After = min(w.connecting, w.limit)
	}
	return failed
}

func (w *watch) sorted(ctx context.Context, body *outgoingBody, err error) *SendError {
	got := w.connection != nil
	wrote := got && w.connection.written.Load() > w.before
	var dialed *dialError
	var timed net.Error
	switch cause := body.failure(); {
	case cause != nil:
		return &SendError{Kind: SendBroken, Sent: wrote, Cause: cause}
	case errors.Is(ctx.Err(), context.Canceled):
		return &SendError{Kind: SendCanceled, Sent: got, Cause: err} // net/http may be writing still
	case errors.As(err, &dialed):
		late := errors.As(err, &timed) && timed.Timeout()
		return &SendError{Kind: dialed.kind, Timeout: late, Cause: err, again: dialed.kind == SendConnect && ctx.Err() == nil}
	case ctx.Err() != nil && !got:
		return &SendError{Kind: SendConnect, Timeout: true, Cause: err}
	case ctx.Err() != nil:
		return &SendError{Kind: SendTimeout, Sent: true, Timeout: true, Cause: err}
	case !got:
		return &SendError{Kind: SendInvalid, Cause: err}
	}
	if ending := w.connection.ending(); refusesCertificate(err) || refusesCertificate(ending) {
		return &SendError{Kind: SendTLS, Cause: err, ending: ending} // it never got as far as their HTTP
	}
	return &SendError{Kind: SendReset, Sent: wrote, Cause: err, again: !wrote}
}

// refusesCertificate tells the alerts (RFC 8446 section 6.2) that end a handshake because of our certificate. In
// TLS 1.3 they arrive when we already write, but nothing of that is read then. Their type is not exported, so the text
// has to do.
func refusesCertificate(err error) bool {
	var remote *net.OpError
	if !errors.As(err, &remote) || remote.Op != "remote error" {
		return false
	}
	text := remote.Err.Error()
	return strings.Contains(text, "certificate") || strings.Contains(text, "handshake failure") || strings.Contains(text, "access denied")
}
