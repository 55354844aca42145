package wire

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/iotest"
	"time"
)

// Outgoing is a request.
type Outgoing = Request

// reply is an answer that was read to its end.
type reply struct {
	Status int
	Body   []byte
}

// reader is a client whose answers are read to their end.
type reader struct{ Client }

func (c *reader) Do(ctx context.Context, out *Request) (*reply, error) {
	response, err := c.Client.Do(ctx, out)
	if err != nil {
		return nil, err
	}
	defer response.Close()
	body, err := io.ReadAll(response)
	if cause := response.Broken(); cause != nil {
		err = cause
	}
	if err != nil {
		return nil, response.Failure(err)
	}
	return &reply{response.Status, body}, nil
}

func sendError(t *testing.T, err error) *Error {
	t.Helper()
	var own *Error
	if !errors.As(err, &own) {
		t.Fatalf("got %v", err)
	}
	return own
}

// quick is a client that does not wait before its new try.
func quick(t *testing.T) *reader {
	t.Helper()
	c := &reader{Client{RetryAfter: time.Millisecond, Timeout: 10 * time.Second}}
	t.Cleanup(c.CloseIdle)
	return c
}

// producer is a TCP server that hands every connection to serve, one after the other, and counts them.
type producer struct {
	URL         string
	connections atomic.Int32
}

func newProducer(t *testing.T, serve func(n int, connection net.Conn)) *producer {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &producer{URL: "http://" + listener.Addr().String() + "/"}
	done := make(chan bool)
	go func() {
		defer close(done)
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			_ = connection.SetDeadline(time.Now().Add(10 * time.Second))
			serve(int(p.connections.Add(1)), connection)
			connection.Close()
		}
	}()
	t.Cleanup(func() { listener.Close(); <-done })
	return p
}

// readHead reads on connection until the end of the request's headers.
func readHead(connection net.Conn) string {
	var head []byte
	one := make([]byte, 1)
	for !bytes.HasSuffix(head, []byte("\r\n\r\n")) {
		if _, err := io.ReadFull(connection, one); err != nil {
			return string(head)
		}
		head = append(head, one[0])
	}
	return string(head)
}

func echoServer(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(
		http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.Copy(w, r.Body) }),
	)
	t.Cleanup(server.Close)
	return server.URL
}

type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestClientTriesOnceMoreOnlyIfNothingWasSent(t *testing.T) {
	t.Run("refused: twice, and not sent", func(t *testing.T) {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		address := listener.Addr().String()
		listener.Close()
		began := time.Now()
		c := &reader{Client{RetryAfter: 30 * time.Millisecond}}
		_, err = c.Do(t.Context(), &Outgoing{URL: "http://" + address, Body: []byte("x")})
		if own := sendError(t, err); own.Kind != KindConnect || own.Sent || own.Timeout ||
			time.Since(began) < 30*time.Millisecond {
			t.Errorf("%#v after %s", own, time.Since(began))
		}
	})
	t.Run("refused at first, then taken", func(t *testing.T) {
		c, dials := dialing(t, func(n int32, real net.Conn) (net.Conn, error) {
			if n == 1 {
				real.Close()
				return nil, syscall.ECONNREFUSED
			}
			return real, nil
		})
		reply, err := c.Do(t.Context(), &Outgoing{URL: echoServer(t), Stream: strings.NewReader("hej")})
		if err != nil || string(reply.Body) != "hej" || dials.Load() != 2 {
			t.Errorf("%v, %+v, %d dials", err, reply, dials.Load())
		}
	})
	t.Run("a pooled connection that takes no byte: a new one is made", func(t *testing.T) {
		var stale atomic.Bool
		c, dials := dialing(t, func(n int32, real net.Conn) (net.Conn, error) {
			if n == 1 {
				return &staleConn{Conn: real, stale: &stale}, nil
			}
			return real, nil
		})
		out := &Outgoing{URL: echoServer(t), Body: []byte("hej")}
		for range 2 {
			if reply, err := c.Do(t.Context(), out); err != nil || string(reply.Body) != "hej" {
				t.Errorf("%v, %+v", err, reply)
			}
			stale.Store(true)
		}
		if dials.Load() != 2 {
			t.Errorf("%d dials", dials.Load())
		}
	})
	t.Run("reset after the request: once, and sent", func(t *testing.T) {
		p := newProducer(t, func(_ int, connection net.Conn) {
			readHead(connection)
			_ = connection.(*net.TCPConn).SetLinger(0)
		})
		_, err := quick(t).Do(t.Context(), &Outgoing{URL: p.URL, Body: []byte("x")})
		if own := sendError(t, err); own.Kind != KindReset || !own.Sent || own.Timeout || p.connections.Load() != 1 {
			t.Errorf("%#v, %d connections", own, p.connections.Load())
		}
	})
	t.Run("closed in the middle of the answer: once, and sent", func(t *testing.T) {
		p := newProducer(t, func(_ int, connection net.Conn) {
			readHead(connection)
			_, _ = io.WriteString(connection, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<a>")
		})
		_, err := quick(t).Do(t.Context(), &Outgoing{URL: p.URL, Body: []byte("x")})
		if own := sendError(t, err); own.Kind != KindReset || !own.Sent || p.connections.Load() != 1 {
			t.Errorf("%#v, %d connections", own, p.connections.Load())
		}
	})
	t.Run("a pooled connection that ends upon the second request: once, and sent", func(t *testing.T) {
		p := newProducer(t, func(_ int, connection net.Conn) {
			readHead(connection)
			_, _ = io.ReadFull(connection, make([]byte, 1))
			_, _ = io.WriteString(connection, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
			readHead(connection)
		})
		c := quick(t)
		if _, err := c.Do(t.Context(), &Outgoing{URL: p.URL, Body: []byte("x")}); err != nil {
			t.Fatal(err)
		}
		_, err := c.Do(t.Context(), &Outgoing{URL: p.URL, Body: []byte("x"), Header: http.Header{"Idempotency-Key": {"a"}}})
		if own := sendError(t, err); own.Kind != KindReset || !own.Sent || p.connections.Load() != 1 {
			t.Errorf("%#v, %d connections", own, p.connections.Load())
		}
	})
	t.Run("a pooled connection that was closed meanwhile: a new one is made", func(t *testing.T) {
		closed := make(chan bool, 2)
		p := newProducer(t, func(_ int, connection net.Conn) {
			readHead(connection)
			_, _ = io.ReadFull(connection, make([]byte, 1))
			_, _ = io.WriteString(connection, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
			connection.Close()
			closed <- true
		})
		c := quick(t)
		out := &Outgoing{URL: p.URL, Body: []byte("x")}
		if _, err := c.Do(t.Context(), out); err != nil {
			t.Fatal(err)
		}
		<-closed
		_, err := c.Do(t.Context(), out)
		switch n := p.connections.Load(); {
		case err == nil && n == 2:
		case err != nil && n == 1 && sendError(t, err).Sent: // the close was still on its way when we wrote
		default:
			t.Errorf("%#v, %d connections", err, n)
		}
	})
}

// dialing is a client whose new connections go through change, which gets their number.
func dialing(t *testing.T, change func(n int32, real net.Conn) (net.Conn, error)) (*reader, *atomic.Int32) {
	t.Helper()
	c, dials := quick(t), new(atomic.Int32)
	c.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		real, err := (&net.Dialer{}).DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return change(dials.Add(1), real)
	}
	return c, dials
}

// staleConn takes no more bytes once it is stale.
type staleConn struct {
	net.Conn
	stale *atomic.Bool
}

func (c *staleConn) Write(p []byte) (int, error) {
	if c.stale.Load() {
		return 0, syscall.EPIPE
	}
	return c.Conn.Write(p)
}

// SyscallConn lets the client see that the other end is quiet.
func (c *staleConn) SyscallConn() (syscall.RawConn, error) {
	return c.Conn.(syscall.Conn).SyscallConn()
}

// TestFailureBeforeTheFirstByte is a stale connection: there was one, nothing was written.
func TestFailureBeforeTheFirstByte(t *testing.T) {
	near, far := net.Pipe()
	far.Close()
	e := &exchange{
		ctx: t.Context(), client: &Client{}, request: &Request{}, target: &url.URL{}, before: 77,
		connection: newConnection(destination{}, near),
	}
	e.connection.written.Store(77) // by an earlier request
	_, err := e.connection.Write([]byte("POST"))
	if failure := e.failure(err); failure.Sent || !failure.retryable || failure.Kind != KindReset {
		t.Errorf("nothing written: %+v", failure)
	}
	e.connection.written.Add(1)
	if failure := e.failure(err); !failure.Sent || failure.retryable {
		t.Errorf("a byte written: %+v", failure)
	}
}

func TestClientTimesOut(t *testing.T) {
	t.Parallel()
	release := make(chan bool)
	p := newProducer(t, func(_ int, connection net.Conn) { readHead(connection); <-release })
	defer close(release)
	_, err := quick(t).Do(t.Context(), &Outgoing{URL: p.URL, Body: []byte("x"), Timeout: 300 * time.Millisecond})
	if own := sendError(t, err); own.Kind != KindTimeout || !own.Sent || !own.Timeout || p.connections.Load() != 1 {
		t.Errorf("%#v", own)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = quick(t).Do(ctx, &Outgoing{URL: p.URL, Body: []byte("x")})
	if own := sendError(t, err); own.Kind != KindCanceled || own.Sent || own.Timeout {
		t.Errorf("%#v", own)
	}
	// A listener that accepts but never speaks TLS.
	c := quick(t)
	c.ConnectTimeout = 300 * time.Millisecond
	_, err = c.Do(t.Context(), &Outgoing{URL: strings.Replace(p.URL, "http:", "https:", 1), Body: []byte("x")})
	if own := sendError(t, err); own.Kind != KindTLS || own.Sent || !own.Timeout {
		t.Errorf("%#v", own)
	}
}

func TestClientBreaksOffWithItsStream(t *testing.T) {
	whole := make(chan error, 1)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, err := io.Copy(io.Discard, r.Body)
		whole <- err
	}))
	defer server.Close()
	offence := errors.New("a second root element")
	stream := io.MultiReader(strings.NewReader(strings.Repeat("x", 100_000)), iotest.ErrReader(offence))
	_, err := quick(t).Do(t.Context(), &Outgoing{URL: server.URL, Stream: stream})
	if own := sendError(t, err); own.Kind != KindBroken || !errors.Is(err, offence) {
		t.Errorf("%#v", own)
	}
	if err := <-whole; err == nil {
		t.Error("the producer got a whole request")
	}
}

// TestClientLeavesTheStreamAlone: a producer that answers early must not leave anybody reading the caller's body.
func TestClientLeavesTheStreamAlone(t *testing.T) {
	p := newProducer(t, func(_ int, connection net.Conn) {
		readHead(connection)
		_, _ = io.WriteString(connection, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
		_, _ = io.Copy(io.Discard, connection)
	})
	var returned, late atomic.Bool
	stream := readerFunc(func(p []byte) (int, error) {
		late.Store(late.Load() || returned.Load())
		return len(p), nil
	})
	reply, err := quick(t).Do(t.Context(), &Outgoing{URL: p.URL, Stream: stream})
	returned.Store(true)
	if err != nil || string(reply.Body) != "ok" {
		t.Errorf("%v, %+v", err, reply)
	}
	if late.Load() {
		t.Error("the stream was read after the end")
	}
}

func TestClientTellsWhatCannotBeSent(t *testing.T) {
	for what, out := range map[string]*Outgoing{
		"no URL":           {Body: []byte("x")},
		"another scheme":   {URL: "ftp://localhost/", Body: []byte("x")},
		"a broken URL":     {URL: "http://a b/", Body: []byte("x")},
		"no body":          {URL: "http://127.0.0.1:1/"},
		"a broken header":  {URL: "http://127.0.0.1:1/", Header: http.Header{"A": {"b\nc"}}, Body: []byte("x")},
		"an inbox address": {URL: "rivgate:inbox", Body: []byte("x")},
	} {
		_, err := quick(t).Do(t.Context(), out)
		if own := sendError(t, err); own.Kind != KindInvalid || own.Sent || strings.Contains(err.Error(), "127") {
			t.Errorf("%s: %#v", what, own)
		}
	}
}

func TestClientTLS(t *testing.T) {
	server := httptest.NewUnstartedServer(
		http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok") }),
	)
	server.TLS = &tls.Config{ClientAuth: tls.RequestClientCert}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	trusted := x509.NewCertPool()
	trusted.AddCert(server.Certificate())
	out := &Outgoing{URL: server.URL, Body: []byte("x")}
	t.Run("a trusted server is talked to", func(t *testing.T) {
		c := quick(t)
		c.TLS = func(string) *tls.Config { return &tls.Config{RootCAs: trusted} }
		if reply, err := c.Do(t.Context(), out); err != nil || string(reply.Body) != "ok" {
			t.Errorf("%v, %+v", err, reply)
		}
	})
	t.Run("an unknown authority is refused before anything is sent", func(t *testing.T) {
		_, err := quick(t).Do(t.Context(), out)
		if own := sendError(t, err); own.Kind != KindTLS || own.Sent || own.Timeout {
			t.Errorf("%#v", own)
		}
	})
	t.Run("another name than the certificate's is refused", func(t *testing.T) {
		c := quick(t)
		c.TLS = func(string) *tls.Config { return &tls.Config{RootCAs: trusted, ServerName: "other.test"} }
		_, err := c.Do(t.Context(), out)
		if own := sendError(t, err); own.Kind != KindTLS || own.Sent {
			t.Errorf("%#v", own)
		}
	})
	t.Run("a server that wants our certificate has not got the message", func(t *testing.T) {
		config := server.TLS.Clone()
		config.ClientAuth = tls.RequireAnyClientCert
		strict := newProducer(t, func(_ int, connection net.Conn) {
			if tls.Server(connection, config).Handshake() == nil {
				t.Error("the handshake went well")
			}
			_, _ = io.Copy(io.Discard, connection)
		})
		c := quick(t)
		c.TLS = func(string) *tls.Config { return &tls.Config{RootCAs: trusted} }
		strictURL := strings.Replace(strict.URL, "http:", "https:", 1)
		_, err := c.Do(t.Context(), &Outgoing{URL: strictURL, Body: []byte("x")})
		if own := sendError(t, err); own.Kind != KindTLS || own.Sent {
			t.Errorf("%#v: %v", own, own.Cause)
		}
	})
}

func TestClientKeepsConnections(t *testing.T) {
	var opened atomic.Int32
	server := httptest.NewUnstartedServer(
		http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.Copy(w, r.Body) }),
	)
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	c := quick(t)
	for range 5 {
		if _, err := c.Do(t.Context(), &Outgoing{URL: server.URL, Body: []byte("x")}); err != nil {
			t.Fatal(err)
		}
	}
	if opened.Load() != 1 {
		t.Errorf("%d connections for five messages", opened.Load())
	}
}

// Over TLS, and with streams, a connection is used again as over a plain one.
func TestConnectionsAreUsedAgainWhateverIsSent(t *testing.T) {
	for _, secure := range []bool{false, true} {
		var opened atomic.Int32
		server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			_, _ = w.Write(body)
		}))
		server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
			if state == http.StateNew {
				opened.Add(1)
			}
		}
		if secure {
			server.StartTLS()
		} else {
			server.Start()
		}
		defer server.Close()
		c := quick(t)
		c.TLS = func(string) *tls.Config {
			roots := x509.NewCertPool()
			roots.AddCert(server.Certificate())
			return &tls.Config{RootCAs: roots}
		}
		long := strings.Repeat("0123456789abcdef", 1<<16)
		for n, out := range []*Request{
			{Body: []byte("short")},
			{Body: []byte(long)},
			{Stream: strings.NewReader(long)},
			{Stream: strings.NewReader(long), Length: int64(len(long))},
			{Stream: iotest.OneByteReader(strings.NewReader("slow"))},
			{Stream: iotest.DataErrReader(strings.NewReader("known")), Length: 5},
			{Body: []byte("short")},
		} {
			out.URL = server.URL
			want := []string{"short", long, long, long, "slow", "known", "short"}[n]
			if got, err := c.Do(t.Context(), out); err != nil || string(got.Body) != want {
				t.Fatalf("request %d: %v", n, err)
			}
		}
		if opened.Load() != 1 {
			t.Errorf("%d connections, TLS: %v", opened.Load(), secure)
		}
	}
}

// A stream whose length is known may fail at its very end, or have another one: the producer never gets a whole request
// then.
func TestAStreamOfKnownLengthIsNotWholeBeforeItsEnd(t *testing.T) {
	for what, stream := range map[string]io.Reader{
		"an offence at its end": io.MultiReader(strings.NewReader("12345"), iotest.ErrReader(errors.New("an offence"))),
		"too short":             strings.NewReader("1234"),
		"too long":              strings.NewReader("123456"),
	} {
		whole := make(chan error, 1)
		server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			_, err := io.ReadAll(r.Body)
			whole <- err
		}))
		_, err := quick(t).Do(t.Context(), &Request{URL: server.URL, Stream: stream, Length: 5})
		server.Close()
		if own := sendError(t, err); own.Kind != KindBroken {
			t.Errorf("%s: %#v", what, own)
		}
		select {
		case err := <-whole:
			if err == nil {
				t.Errorf("%s: the producer got a whole request", what)
			}
		default: // it got nothing at all
		}
	}
}
