package soap

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Client sends SOAP messages over HTTP/1.1 and keeps connections open between them. It follows no redirect, uses no
// proxy and asks for no compression. The zero value is ready for use; a Client is shared and must not be copied.
type Client struct {
	// TLS is asked at every new connection to an address, as host:port, so that keys and authorities can change; nil, or a nil result, means
	// the system's authorities and no client certificate. What it returns is not changed. As long as that is the same for an address, a
	// session with it is resumed by its next connection; another one begins anew.
	TLS            func(address string) *tls.Config
	ConnectTimeout time.Duration // for the connection, and again for its TLS; default 2 s
	Timeout        time.Duration // for a whole exchange, unless Outgoing says otherwise; default 29 s
	RetryAfter     time.Duration // before the one new try when nothing was sent; default 200 ms
	MaxAnswer      int64         // bytes of an answer's body; default 15 MiB
	Folder         string        // for the parts of an answer that are too large for memory; default the system's for temporary files

	once      sync.Once
	transport *http.Transport
	kept      keptConns
	sessions  tlsSessions
	rooms     Rooms
}

// Outgoing is one message to send. Its body is Body, or else Stream.
type Outgoing struct {
	URL         string
	SOAPAction  string      // without quotes; not used if Header has a SOAPAction, which is sent as it is, or not at all if it has no value
	ContentType string      // default "text/xml;charset=UTF-8"
	Header      http.Header // added; hop-by-hop headers, Accept-Encoding and Expect are left out
	Body        []byte
	Stream      io.Reader     // if it fails the request is broken off, and never whole. It is not read after Do has returned
	Length      int64         // bytes of Stream if known; 0 means not
	Timeout     time.Duration // default Client.Timeout
	Hold        int64         // bytes of the answer to wait for; the caller reads what is longer from Reply.Rest and closes it. 0 means all
	Most        int64         // bytes of the answer that are wanted: what is longer is not read, and Reply.Cut says so. 0 means all
}

// Do sends out and reads the answer, whatever its status: all of it, or as much as Outgoing.Hold says. Every error is a *SendError.
//
// A request that cannot have reached anybody, because no connection was made or a pooled one was found closed before a
// byte was written, is sent once more. After the first byte nothing is ever sent again: it may have been a delivery.
func (c *Client) Do(ctx context.Context, out *Outgoing) (*Reply, error) {
	request, err := newOutgoing(out)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeout(out))
	body := &outgoingBody{out: out}
	ended := func() {
		body.stop()
		cancel()
	}
	reply, err := c.tries(ctx, request, body)
	if err == nil && reply.Rest != nil {
		reply.Rest.(*rest).ended = ended
		return reply, nil
	}
	ended()
	return reply, err
}

func (c *Client) timeout(out *Outgoing) time.Duration {
	return or(out.Timeout, or(c.Timeout, 29*time.Second))
}

// tries sends once, or twice if it is certain that nothing was sent the first time.
func (c *Client) tries(ctx context.Context, request *http.Request, body *outgoingBody) (*Reply, error) {
	for try := 1; ; try++ {
		reply, failure := c.send(ctx, request, body)
		if failure == nil {
			return reply, nil
		}
		if try == 2 || !failure.again || body.touched {
			return nil, failure
		}
		wait := time.NewTimer(or(c.RetryAfter, 200*time.Millisecond))
		select {
		case <-wait.C:
		case <-ctx.Done():
			wait.Stop()
			return nil, failure
		}
	}
}

// CloseIdle closes the pooled connections that are not in use, as when keys have changed.
func (c *Client) CloseIdle() {
	c.roundTripper().CloseIdleConnections()
	c.kept.closeBefore(time.Now())
}

// newOutgoing makes the request but for its body.
func newOutgoing(out *Outgoing) (*http.Request, error) {
	target, err := url.Parse(out.URL)
	if err != nil || target.Host == "" || target.Scheme != "http" && target.Scheme != "https" {
		return nil, &SendError{Kind: SendInvalid, Cause: err}
	}
	if len(out.Body) == 0 && out.Stream == nil {
		return nil, &SendError{Kind: SendInvalid, Cause: errors.New("there is no message")}
	}
	header := make(http.Header, len(out.Header)+3)
	for name, values := range out.Header {
		switch name = http.CanonicalHeaderKey(name); {
		case hopByHop(name), name == "Accept-Encoding", name == "Expect", name == "Host":
		default:
			header[name] = values
		}
	}
	header.Set("Content-Type", "text/xml;charset=UTF-8")
	if out.ContentType != "" {
		header.Set("Content-Type", out.ContentType)
	}
	if _, ok := header["Soapaction"]; !ok {
		header.Set("SOAPAction", `"`+strings.ReplaceAll(out.SOAPAction, `"`, "%22")+`"`)
	}
	if _, ok := header["User-Agent"]; !ok {
		header.Set("User-Agent", "Rivgate")
	}
	return &http.Request{
		Method: http.MethodPost, URL: target, Host: target.Host, Header: header,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}, nil
}

// outgoingBody is the body of a request, and its own reader where it is a stream. The request gets no GetBody, without
// which net/http does not send it twice by itself.
type outgoingBody struct {
	out     *Outgoing
	mu      sync.Mutex // net/http may go on reading after it has answered
	touched bool
	stopped bool
	whole   atomic.Bool // read to its end
	err     error
}

func (b *outgoingBody) Read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.stopped {
		return 0, io.ErrClosedPipe
	}
	b.touched = true
	n, err := b.out.Stream.Read(p)
	if err == io.EOF {
		b.whole.Store(true)
	} else if err != nil {
		b.err = err
	}
	return n, err
}

// stop waits for the end of a Read that is under way, and lets no other follow.
func (b *outgoingBody) stop() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.stopped = true
}

func (b *outgoingBody) failure() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.err
}

// rewind gives the body for a new try, and its length; -1 if that is not known. Bytes go to net/http without ado, for
// it writes what is in memory together with the headers.
func (b *outgoingBody) rewind() (io.ReadCloser, int64) {
	if b.out.Body != nil {
		return io.NopCloser(bytes.NewReader(b.out.Body)), int64(len(b.out.Body))
	}
	return io.NopCloser(b), or(b.out.Length, -1)
}

// send tries once.
func (c *Client) send(ctx context.Context, request *http.Request, body *outgoingBody) (*Reply, *SendError) {
	w := &watch{limit: c.timeout(body.out), connecting: c.connectTimeout(), host: request.URL.Host, phase: PhaseConnect}
	if direct(request, body.out) {
		return c.exchange(ctx, w, request, body)
	}
	request = request.WithContext(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: w.gotConn, WroteRequest: func(httptrace.WroteRequestInfo) { w.came(PhaseWait) },
	}))
	request.Body, request.ContentLength = body.rewind()
	response, err := c.roundTripper().RoundTrip(request)
	if err != nil {
		return nil, w.failure(ctx, body, err)
	}
	return c.answer(ctx, w, response, body)
}

// SendKind says what went wrong with sending.
type SendKind string

// The kinds of SendError.
const (
	SendInvalid  SendKind = "invalid"   // the URL, the headers or the lack of a body: nothing was tried
	SendConnect  SendKind = "connect"   // no connection, or none in time
	SendTLS      SendKind = "tls"       // no TLS: their certificate or ours was refused
	SendReset    SendKind = "reset"     // the connection ended before the answer was whole
	SendTimeout  SendKind = "timeout"   // no whole answer in time
	SendCanceled SendKind = "canceled"  // the caller's context ended
	SendTooLarge SendKind = "too-large" // the answer is above Client.MaxAnswer
	SendFailed   SendKind = "failed"    // an answer that is no envelope, or whose status does not fit: not by Do, but by who judges the Reply
	SendBroken   SendKind = "broken"    // Outgoing.Stream failed with Cause, and the request was broken off
)

// SendError is an exchange without a whole answer. Its text holds nothing of Cause, which is for the caller's eyes.
type SendError struct {
	Kind    SendKind
	Sent    bool // a byte of the request may have left: whether it was delivered is not known
	Timeout bool // time ran out, in connecting or later
	Phase   Phase
	Host    string        // host:port
	After   time.Duration // the time that there was for the phase
	Cause   error

	again  bool  // it is safe to try once more
	ending error // what reading from TLS ended in, where Cause is that of writing
}

func (e *SendError) Error() string { return fmt.Sprintf("sending message: %s", e.Kind) }

func (e *SendError) Unwrap() error { return e.Cause }
