// Package wire is an HTTP/1.1 client for one kind of call: a POST with an answer, over plain connections or TLS. It
// knows whether a byte of a request was sent, and how far an exchange came. It does not know SOAP, nor what an answer
// is worth.
package wire

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/http/httpguts"
	"golang.org/x/net/idna"

	"rivgate/routing/reach"
)

// Client sends requests and keeps connections open between them. It follows no redirect, uses no proxy and asks for no
// compression. The zero value is ready for use; a Client is shared and must not be copied.
type Client struct {
	// TLS is asked at every new connection to an address, as host:port, so that keys and authorities can change; nil, or a
	// nil result, means the system's authorities and no client certificate. What it returns is not changed. As long as
	// that is the same for an address, a session with it is resumed by its next connection; another one begins anew.
	TLS            func(address string) *tls.Config
	ConnectTimeout time.Duration // for the connection, and again for its TLS; default 2 s
	Timeout        time.Duration // for a whole exchange, unless Request says otherwise; default 29 s
	RetryAfter     time.Duration // before the one new try when nothing was sent; default 200 ms

	// Reach is what may be called. Its zero value keeps from what is never called alone.
	Reach reach.Rule
	// Dial makes a connection, and answers for where it leads. Nil: as the system does, and as Reach allows.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)

	idle     idleConnections
	sessions tlsSessions
}

// Request is one request to send: a POST. Its body is Body, or else Stream.
type Request struct {
	URL     string
	Header  http.Header // as it is sent, but for Host and Content-Length or Transfer-Encoding, which are added
	Body    []byte
	Stream  io.Reader     // if it fails the request is broken off, and never whole
	Length  int64         // bytes of Stream if known; 0 means not
	Timeout time.Duration // default Client.Timeout
}

// Do sends a request and gives back the head of its answer, whatever its status. Every error is an *Error. Who gets an
// answer reads it and must close it; after that, or after an error, nobody reads Body or Stream any more.
//
// A request that cannot have reached anybody, because no connection was made or a pooled one was found closed before a
// byte was written, is sent once more. After the first byte nothing is ever sent again: it may have been a delivery.
func (c *Client) Do(ctx context.Context, r *Request) (*Response, error) {
	target, err := r.target()
	if err != nil {
		return nil, &Error{Kind: KindInvalid, Cause: err}
	}
	limit := cmp.Or(max(r.Timeout, 0), max(c.Timeout, 0), 29*time.Second)
	ctx, cancel := context.WithTimeout(ctx, limit)
	for try := 1; ; try++ {
		e := &exchange{
			ctx: ctx, cancel: cancel, client: c, request: r, target: target, limit: limit, phase: PhaseConnect,
			written: make(chan struct{}),
		}
		response, failure := e.begin()
		if failure == nil {
			return response, nil
		}
		if try == 2 || !failure.retryable || e.streamRead || !pause(ctx, cmp.Or(max(c.RetryAfter, 0), 200*time.Millisecond)) {
			cancel()
			return nil, failure
		}
	}
}

// pause tells whether the time has passed before the context ended.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// CloseIdle closes the connections that are not in use, as when keys have changed.
func (c *Client) CloseIdle() { c.idle.closeBefore(time.Now()) }

func (c *Client) connectTimeout() time.Duration {
	return cmp.Or(max(c.ConnectTimeout, 0), 2*time.Second)
}

// target is the URL of a request that can be sent.
func (r *Request) target() (*url.URL, error) {
	target, err := url.Parse(r.URL)
	switch {
	case err != nil:
		return nil, err
	case target.Hostname() == "" || target.Scheme != "http" && target.Scheme != "https":
		return nil, errors.New("the address is not one of HTTP")
	case len(r.Body) == 0 && r.Stream == nil:
		return nil, errors.New("there is no message")
	}
	for name, values := range r.Header {
		if !httpguts.ValidHeaderFieldName(name) {
			return nil, errors.New("the name of a header is not a proper one")
		}
		for _, value := range values {
			if !httpguts.ValidHeaderFieldValue(value) {
				return nil, errors.New("the value of a header is not a proper one")
			}
		}
	}
	if !httpguts.ValidHostHeader(target.Host) || strings.ContainsFunc(target.Host, notASCII) {
		host, err := idna.Lookup.ToASCII(target.Hostname())
		if err != nil {
			return nil, err
		}
		if target.Host = host; target.Port() != "" {
			target.Host = net.JoinHostPort(host, target.Port())
		}
	}
	return target, nil
}

func notASCII(r rune) bool { return r >= 0x80 }

// address is where a connection for a URL is made to.
func address(u *url.URL) string {
	port := u.Port()
	switch {
	case port != "":
	case u.Scheme == "https":
		port = "443"
	default:
		port = "80"
	}
	return net.JoinHostPort(u.Hostname(), port)
}
