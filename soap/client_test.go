package soap

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/iotest"
	"time"

	"rivgate/soap/guard"
)

func sendError(t *testing.T, err error) *SendError {
	t.Helper()
	var own *SendError
	if !errors.As(err, &own) {
		t.Fatalf("got %v", err)
	}
	return own
}

// quick is a client that does not wait before its new try.
func quick(t *testing.T) *Client {
	t.Helper()
	c := &Client{RetryAfter: time.Millisecond, Timeout: 10 * time.Second}
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

func TestClientSends(t *testing.T) {
	var got *http.Request
	var body []byte
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
		w.Header().Set("X-Skltp-Prt", "7")
		w.WriteHeader(500)
		_, _ = w.Write((&Fault{Code: "Server", String: "nej"}).Envelope())
	}))
	defer server.Close()
	header := http.Header{"X-Vp-Sender-Id": {"SE1"}, "Connection": {"close"}, "Accept-Encoding": {"gzip"}, "Expect": {"100-continue"}}
	reply, err := quick(t).Do(t.Context(), &Outgoing{URL: server.URL + "/a?b", SOAPAction: "urn:a", Header: header, Body: []byte("hej")})
	if err != nil {
		t.Fatal(err)
	}
	if got.Method != "POST" || got.URL.String() != "/a?b" || string(body) != "hej" || got.ContentLength != 3 || got.Proto != "HTTP/1.1" {
		t.Errorf("sent %s %s, %q", got.Method, got.URL, body)
	}
	for name, want := range map[string]string{
		"Soapaction": `"urn:a"`, "X-Vp-Sender-Id": "SE1", "Content-Type": "text/xml;charset=UTF-8",
		"Connection": "", "Accept-Encoding": "", "Expect": "", "User-Agent": "Rivgate",
	} {
		if got.Header.Get(name) != want {
			t.Errorf("%s: %q, want %q", name, got.Header.Get(name), want)
		}
	}
	if fault, ok := reply.Fault(); reply.Status != 500 || reply.Header.Get(HeaderProducerTime) != "7" || reply.Kind() != FaultReply || !ok || fault.String != "nej" {
		t.Errorf("got %+v", reply)
	}
	out := &Outgoing{URL: server.URL, Header: http.Header{"SOAPAction": {"as it came"}}, Stream: strings.NewReader("stream"), Length: 6, ContentType: "text/xml"}
	if _, err := quick(t).Do(t.Context(), out); err != nil || string(body) != "stream" || got.Header.Get("SOAPAction") != "as it came" || got.ContentLength != 6 {
		t.Errorf("%v, %q, %v", err, body, got.Header)
	}
}

func TestClientFollowsNoRedirect(t *testing.T) {
	var calls atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
	}))
	defer server.Close()
	reply, err := quick(t).Do(t.Context(), &Outgoing{URL: server.URL, Body: []byte("x")})
	if err != nil || reply.Status != 307 || calls.Load() != 1 {
		t.Errorf("%v, %+v, %d calls", err, reply, calls.Load())
	}
}

func TestClientTriesOnceMoreOnlyIfNothingWasSent(t *testing.T) {
	t.Run("refused: twice, and not sent", func(t *testing.T) {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		address := listener.Addr().String()
		listener.Close()
		began := time.Now()
		c := &Client{RetryAfter: 30 * time.Millisecond}
		_, err = c.Do(t.Context(), &Outgoing{URL: "http://" + address, Body: []byte("x")})
		if own := sendError(t, err); own.Kind != SendConnect || own.Sent || own.Timeout || time.Since(began) < 30*time.Millisecond {
			t.Errorf("%#v after %s", own, time.Since(began))
		}
	})
	t.Run("refused at first, then taken", func(t *testing.T) {
		c, dials := dialing(t, func(n int32, real net.Conn) (net.Conn, error) {
			if n == 1 {
				real.Close()
				return nil, &dialError{kind: SendConnect, err: syscall.ECONNREFUSED}
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
				return &countedConn{Conn: &staleConn{Conn: real, stale: &stale}}, nil
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
		if own := sendError(t, err); own.Kind != SendReset || !own.Sent || own.Timeout || p.connections.Load() != 1 {
			t.Errorf("%#v, %d connections", own, p.connections.Load())
		}
	})
	t.Run("closed in the middle of the answer: once, and sent", func(t *testing.T) {
		p := newProducer(t, func(_ int, connection net.Conn) {
			readHead(connection)
			_, _ = io.WriteString(connection, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<a>")
		})
		_, err := quick(t).Do(t.Context(), &Outgoing{URL: p.URL, Body: []byte("x")})
		if own := sendError(t, err); own.Kind != SendReset || !own.Sent || p.connections.Load() != 1 {
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
		if own := sendError(t, err); own.Kind != SendReset || !own.Sent || p.connections.Load() != 1 {
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
func dialing(t *testing.T, change func(n int32, real net.Conn) (net.Conn, error)) (*Client, *atomic.Int32) {
	t.Helper()
	c, dials := quick(t), new(atomic.Int32)
	transport := c.roundTripper()
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		real, err := c.dial(ctx, network, address)
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
	return c.Conn.(*countedConn).Conn.(syscall.Conn).SyscallConn()
}

func echoServer(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.Copy(w, r.Body) }))
	t.Cleanup(server.Close)
	return server.URL
}

// TestFailureBeforeTheFirstByte is the stale connection as the transport shows it: there was one, nothing was written.
func TestFailureBeforeTheFirstByte(t *testing.T) {
	near, far := net.Pipe()
	far.Close()
	connection := &countedConn{Conn: near}
	connection.written.Store(77) // by an earlier request
	w := &watch{connection: connection, before: 77}
	_, err := connection.Write([]byte("POST"))
	if failure := w.failure(t.Context(), &outgoingBody{}, err); failure.Sent || !failure.again || failure.Kind != SendReset {
		t.Errorf("nothing written: %+v", failure)
	}
	connection.written.Add(1)
	if failure := w.failure(t.Context(), &outgoingBody{}, err); !failure.Sent || failure.again {
		t.Errorf("a byte written: %+v", failure)
	}
}

func TestClientTimesOut(t *testing.T) {
	t.Parallel()
	release := make(chan bool)
	p := newProducer(t, func(_ int, connection net.Conn) { readHead(connection); <-release })
	defer close(release)
	_, err := quick(t).Do(t.Context(), &Outgoing{URL: p.URL, Body: []byte("x"), Timeout: 300 * time.Millisecond})
	if own := sendError(t, err); own.Kind != SendTimeout || !own.Sent || !own.Timeout || p.connections.Load() != 1 {
		t.Errorf("%#v", own)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = quick(t).Do(ctx, &Outgoing{URL: p.URL, Body: []byte("x")})
	if own := sendError(t, err); own.Kind != SendCanceled || own.Sent || own.Timeout {
		t.Errorf("%#v", own)
	}
	// A listener that accepts but never speaks TLS.
	c := quick(t)
	c.ConnectTimeout = 300 * time.Millisecond
	_, err = c.Do(t.Context(), &Outgoing{URL: strings.Replace(p.URL, "http:", "https:", 1), Body: []byte("x")})
	if own := sendError(t, err); own.Kind != SendTLS || own.Sent || !own.Timeout {
		t.Errorf("%#v", own)
	}
}

func TestClientBoundsTheAnswer(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.Copy(w, r.Body) }))
	defer server.Close()
	c := quick(t)
	c.MaxAnswer = 10
	if reply, err := c.Do(t.Context(), &Outgoing{URL: server.URL, Body: make([]byte, 10)}); err != nil || len(reply.Body) != 10 {
		t.Errorf("as long as may be: %v", err)
	}
	_, err := c.Do(t.Context(), &Outgoing{URL: server.URL, Body: make([]byte, 11)})
	if own := sendError(t, err); own.Kind != SendTooLarge || !own.Sent {
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
	offence := &Error{Kind: Malformed, Reason: "a second root element"}
	stream := io.MultiReader(strings.NewReader(strings.Repeat("x", 100_000)), iotest.ErrReader(offence))
	_, err := quick(t).Do(t.Context(), &Outgoing{URL: server.URL, Stream: stream})
	if own := sendError(t, err); own.Kind != SendBroken || !errors.Is(err, offence) {
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
		return endless{}.Read(p)
	})
	reply, err := quick(t).Do(t.Context(), &Outgoing{URL: p.URL, Stream: stream})
	returned.Store(true)
	if err != nil || string(reply.Body) != "ok" {
		t.Errorf("%v, %+v", err, reply)
	}
	body := &outgoingBody{out: &Outgoing{Stream: stream}}
	body.stop()
	if n, err := body.Read(make([]byte, 1)); n != 0 || err == nil || late.Load() {
		t.Error("the stream was read after the end")
	}
}

type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestClientTellsWhatCannotBeSent(t *testing.T) {
	for what, out := range map[string]*Outgoing{
		"no URL":           {Body: []byte("x")},
		"another scheme":   {URL: "ftp://localhost/", Body: []byte("x")},
		"a broken URL":     {URL: "http://a b/", Body: []byte("x")},
		"no body":          {URL: "http://127.0.0.1:1/"},
		"a broken header":  {URL: "http://127.0.0.1:1/", Header: http.Header{"A": {"b\nc"}}, Body: []byte("x")},
		"a broken action":  {URL: "http://127.0.0.1:1/", SOAPAction: "a\r\nb: c", Body: []byte("x")},
		"an inbox address": {URL: "rivgate:inbox", Body: []byte("x")},
	} {
		_, err := quick(t).Do(t.Context(), out)
		if own := sendError(t, err); own.Kind != SendInvalid || own.Sent || strings.Contains(err.Error(), "127") {
			t.Errorf("%s: %#v", what, own)
		}
	}
}

func TestClientTLS(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok") }))
	server.TLS = &tls.Config{ClientAuth: tls.RequestClientCert}
	server.Config.ErrorLog = (&Server{}).HTTP().ErrorLog
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
		if own := sendError(t, err); own.Kind != SendTLS || own.Sent || own.Timeout {
			t.Errorf("%#v", own)
		}
	})
	t.Run("another name than the certificate's is refused", func(t *testing.T) {
		c := quick(t)
		c.TLS = func(string) *tls.Config { return &tls.Config{RootCAs: trusted, ServerName: "other.test"} }
		_, err := c.Do(t.Context(), out)
		if own := sendError(t, err); own.Kind != SendTLS || own.Sent {
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
		if own := sendError(t, err); own.Kind != SendTLS || own.Sent {
			t.Errorf("%#v: %v", own, own.Cause)
		}
	})
}

func TestClientKeepsConnections(t *testing.T) {
	var opened atomic.Int32
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.Copy(w, r.Body) }))
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

func TestReplyKind(t *testing.T) {
	fault := string((&Fault{Code: "Client", String: "x"}).Envelope())
	for _, c := range []struct {
		what, body, contentType string
		want                    ReplyKind
	}{
		{"nothing", "", "", Empty},
		{"blanks", " \r\n", "", Empty},
		{"a response", testRequest, "text/xml", Response},
		{"a response with an empty Body", testOpening + "<s:Body/></s:Envelope>", "", Response},
		{"a fault", fault, "text/xml", FaultReply},
		{"a fault in UTF-16", string(encoded(fault, guard.UTF16LE, true)), "text/xml", FaultReply},
		{"a fault after a mark", "\xEF\xBB\xBF" + fault, "", FaultReply},
		{"a Fault that is not SOAP's", strings.ReplaceAll(testRequest, "p:Send", "p:Fault"), "", Response},
		{"SOAP 1.2", strings.Replace(testRequest, NamespaceEnvelope, NamespaceEnvelope12, 1), "", NotSOAP},
		{"a page", "<html><body>502</body></html>", "text/html", NotSOAP},
		{"a page that is no XML", "<!doctype html><p>502<br>", "text/html; charset=windows-1252", NotSOAP},
		{"JSON", `{"error":1}`, "application/json", NotSOAP},
		{"an Envelope without Body", testOpening + "</s:Envelope>", "", NotSOAP},
		{"half a response", testOpening + "<s:Body>", "", NotSOAP},
	} {
		r := &Reply{Header: http.Header{"Content-Type": {c.contentType}}, Body: []byte(c.body)}
		if got := r.Kind(); got != c.want {
			t.Errorf("%s: %d, want %d", c.what, got, c.want)
		}
		if _, ok := r.Fault(); ok != (c.want == FaultReply) {
			t.Errorf("%s: fault %v", c.what, ok)
		}
	}
}
