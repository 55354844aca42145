package wire

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"
)

// Kind says what went wrong with an exchange.
type Kind string

// The kinds of Error.
const (
	KindInvalid  Kind = "invalid"   // the URL, the headers or the lack of a body: nothing was tried
	KindConnect  Kind = "connect"   // no connection, or none in time
	KindTLS      Kind = "tls"       // no TLS: their certificate or ours was refused
	KindReset    Kind = "reset"     // the connection ended before the answer was whole
	KindTimeout  Kind = "timeout"   // no whole answer in time
	KindCanceled Kind = "canceled"  // the caller's context ended
	KindTooLarge Kind = "too-large" // the answer is larger than its reader takes
	KindFailed   Kind = "failed"    // the answer is of no use: not by Do, but by who judges it
	KindBroken   Kind = "broken"    // Request.Stream failed with Cause, and the request was broken off
)

// Error is an exchange without a whole answer. Its text holds nothing of Cause, which is for the caller's eyes.
type Error struct {
	Kind    Kind
	Sent    bool // a byte of the request may have left: whether it was delivered is not known
	Timeout bool // time ran out, in connecting or later
	Phase   Phase
	Host    string        // host:port
	After   time.Duration // the time that there was for the phase
	Cause   error

	retryable bool // it is safe to try once more
}

func (e *Error) Error() string { return fmt.Sprintf("sending message: %s", e.Kind) }

func (e *Error) Unwrap() error { return e.Cause }

// failure sorts the error of an exchange, and says how far it came.
func (e *exchange) failure(err error) *Error {
	e.mu.Lock()
	defer e.mu.Unlock()
	failed := e.classify(err)
	failed.Phase, failed.Host, failed.After = e.phase, e.target.Host, e.limit
	if e.phase == PhaseConnect {
		failed.After = min(e.client.connectTimeout(), e.limit)
	}
	return failed
}

func (e *exchange) classify(err error) *Error {
	got := e.connection != nil
	wrote := got && e.connection.written.Load() > e.before
	var dialed *dialError
	var timed net.Error
	switch cause := e.streamFailed(); {
	case cause != nil:
		return &Error{Kind: KindBroken, Sent: wrote, Cause: cause}
	case errors.Is(e.ctx.Err(), context.Canceled):
		return &Error{Kind: KindCanceled, Sent: got, Cause: err}
	case errors.As(err, &dialed):
		late := errors.As(err, &timed) && timed.Timeout()
		return &Error{
			Kind: dialed.kind, Timeout: late, Cause: err,
			retryable: dialed.kind == KindConnect && e.ctx.Err() == nil && !forbidden(err),
		}
	case e.ctx.Err() != nil:
		return &Error{Kind: KindTimeout, Sent: true, Timeout: true, Cause: err}
	}
	if refusesCertificate(err) {
		return &Error{Kind: KindTLS, Cause: err} // it never got as far as their HTTP
	}
	return &Error{Kind: KindReset, Sent: wrote, Cause: err, retryable: !wrote}
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
	return strings.Contains(text, "certificate") || strings.Contains(text, "handshake failure") ||
		strings.Contains(text, "access denied")
}
