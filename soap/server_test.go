package soap

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
)

type handlerFunc func(ctx context.Context, call *Call) (*Answer, error)

func (f handlerFunc) ServeSOAP(ctx context.Context, call *Call) (*Answer, error) { return f(ctx, call) }

var _ Handler = handlerFunc(nil)

// listen runs s on a real socket and returns its address.
func listen(t *testing.T, s *Server) string {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	server.Config = s.HTTP()
	server.Start()
	t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

// echo answers with what it read.
func echo(_ context.Context, call *Call) (*Answer, error) {
	body, err := io.ReadAll(call.Body)
	if err != nil {
		return nil, err
	}
	return &Answer{Body: body}, nil
}

func post(t *testing.T, url string, header http.Header, body io.Reader) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequest(http.MethodPost, url, body)
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range header {
		request.Header[name] = values
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(text)
}

func TestServerHandsOverTheCall(t *testing.T) {
	var got Call
	address := listen(t, &Server{
		NewID: func() string { return "made" },
		Handler: handlerFunc(func(ctx context.Context, call *Call) (*Answer, error) {
			got = *call
			answer, err := echo(ctx, call)
			answer.Header = http.Header{
				"X-Skltp-Prt": {"12"}, "Connection": {"close"}, HeaderCorrelation: {"theirs"}, "Content-Length": {"3"},
			}
			return answer, err
		}),
	})
	response, text := post(t, "http://"+address+"/vp/Send/1/rivtabp21", http.Header{
		"Soapaction": {`"urn:riv:test:Send"`}, "Content-Type": {"text/xml; charset=utf-8"}, HeaderCorrelation: {"id-1"},
	}, strings.NewReader("hej"))
	if got.Path != "/Send/1/rivtabp21" || got.SOAPAction != "urn:riv:test:Send" ||
		got.ContentType != "text/xml; charset=utf-8" ||
		got.Correlation != "id-1" || !got.Peer.Addr().IsLoopback() || got.Peer.Port() == 0 || got.TLS != nil {
		t.Errorf("call: %+v", got)
	}
	if response.StatusCode != 200 || text != "hej" || response.Header.Get("Content-Type") != ContentType ||
		response.Header.Get(HeaderCorrelation) != "id-1" || response.Header.Get(HeaderProducerTime) != "12" ||
		response.Close {
		t.Errorf("answer: %d %q %v", response.StatusCode, text, response.Header)
	}
	for what, id := range map[string]string{
		"none": "", "a blank": "a b", "too long": strings.Repeat("a", 129), "not ASCII": "å",
	} {
		if response, _ := post(t, "http://"+address+"/vp", http.Header{HeaderCorrelation: {id}},
			strings.NewReader("x")); response.Header.Get(HeaderCorrelation) != "made" {
			t.Errorf("correlation id, %s: %q", what, response.Header.Get(HeaderCorrelation))
		}
	}
}

func TestServerRefuses(t *testing.T) {
	describe := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "described "+r.URL.RawQuery)
	})
	with := listen(t, &Server{Handler: handlerFunc(echo), Describe: describe, MaxMessage: 1000})
	without := listen(t, &Server{Handler: handlerFunc(echo), Path: "/other/"})
	for _, c := range []struct {
		what, method, url string
		header            http.Header
		body              io.Reader
		status            int
		text              string
	}{
		{"a path beside the root", "POST", with + "/vpn", nil, nil, 404, ""},
		{"the root path", "POST", with + "/", nil, nil, 404, ""},
		{"any other GET", "GET", with + "/vp/a", nil, nil, 405, "?wsdl"},
		{"PUT", "PUT", with + "/vp/a", nil, strings.NewReader("x"), 405, ""},
		{"HEAD", "HEAD", with + "/vp/a", nil, nil, 405, ""},
		{"HEAD of a contract's file", "HEAD", with + "/vp/a?wsdl", nil, nil, 200, ""},
		{"?wsdl", "GET", with + "/vp/a?wsdl", nil, nil, 200, "described wsdl"},
		{"?WSDL", "GET", with + "/vp/a?WSDL", nil, nil, 200, "described WSDL"},
		{"?xsd=", "GET", with + "/vp/a?xsd=b.xsd", nil, nil, 200, "described xsd=b.xsd"},
		{
			"?wsdl where nothing is described", "GET", without + "/other/a?wsdl", nil, nil, 405,
			"SOAP 1.1 emot över HTTP POST (RIV-TA 2.1 och 2.0), på vilken adress som helst under /other.",
		},
		{"another root with a slash", "POST", without + "/other", nil, strings.NewReader("x"), 200, "x"},
		{
			"compression", "POST", with + "/vp",
			http.Header{"Content-Encoding": {"gzip"}},
			strings.NewReader("x"), 415,
			"SOAP-ENV:Client",
		},
		{
			"no compression, said so", "POST", with + "/vp",
			http.Header{"Content-Encoding": {"identity"}},
			strings.NewReader("x"), 200, "x",
		},
		{
			"a body that says it is too large", "POST", with + "/vp", nil, strings.NewReader(strings.Repeat("x", 1001)), 413,
			"SOAP-ENV:Client",
		},
		{
			"a body that turns out too large", "POST", with + "/vp", nil,
			io.MultiReader(strings.NewReader(strings.Repeat("x", 1001))), 413, "SOAP-ENV:Client",
		},
		{
			"a body as large as may be", "POST", with + "/vp", nil, io.MultiReader(strings.NewReader(strings.Repeat("x", 1000))),
			200, "xxx",
		},
	} {
		t.Run(c.what, func(t *testing.T) {
			request, err := http.NewRequest(c.method, "http://"+c.url, c.body)
			if err != nil {
				t.Fatal(err)
			}
			request.Header = c.header.Clone()
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			text, err := io.ReadAll(response.Body)
			if err != nil || response.StatusCode != c.status || !strings.Contains(string(text), c.text) {
				t.Errorf("%d %q, %v", response.StatusCode, text, err)
			}
			if allow := response.Header.Get("Allow"); (c.status == 405) != (allow == "POST") {
				t.Errorf("Allow: %q", allow)
			}
			if response.Header.Get(HeaderCorrelation) == "" {
				t.Error("no correlation id")
			}
		})
	}
}

func TestServerMakesFaultsOfErrors(t *testing.T) {
	const secret = "19 8901-9802 /home/secret"
	for _, c := range []struct {
		what   string
		fail   func() error
		status int
		code   string
		text   string
	}{
		{"a fault is answered as it is", func() error {
			return fmt.Errorf("deciding: %w", &Fault{Code: "Server", String: "VP007 <x>", Detail: "d"})
		}, 500, "Server", "VP007 <x>"},
		{
			"a bad message is the client's fault", func() error { return &Error{Kind: Malformed, Reason: "a second Body"} }, 500,
			"Client", "SOAP 1.1",
		},
		{
			"SOAP 1.2 is a version mismatch", func() error { return &Error{Kind: VersionMismatch} }, 500, "VersionMismatch",
			"SOAP 1.1",
		},
		{"an unknown error says nothing", func() error { return errors.New(secret) }, 500, "Server", "Internt fel"},
		{"a panic says nothing", func() error { panic(secret) }, 500, "Server", "Internt fel"},
		{"no answer at all says nothing", func() error { return nil }, 500, "Server", "Internt fel"},
	} {
		t.Run(c.what, func(t *testing.T) {
			core, logs := observer.New(zap.DebugLevel)
			address := listen(t, &Server{
				Log: zap.New(core), Handler: handlerFunc(func(context.Context, *Call) (*Answer, error) { return nil, c.fail() }),
			})
			response, text := post(t, "http://"+address+"/vp", nil, strings.NewReader("x"))
			fault, ok := ReadFault([]byte(text))
			if !ok || response.StatusCode != c.status || fault.Code != c.code || !strings.Contains(fault.String, c.text) {
				t.Errorf("%d %s", response.StatusCode, text)
			}
			for _, entry := range logs.All() {
				text += entry.Message + fmt.Sprint(entry.ContextMap())
			}
			if strings.Contains(text, "secret") {
				t.Errorf("tells what happened inside: %s", text)
			}
			if strings.Contains(c.what, "panic") && !strings.Contains(text, "TestServerMakesFaultsOfErrors") {
				t.Errorf("the log does not say where: %s", text)
			}
		})
	}
	t.Run("the caller's own rules are used", func(t *testing.T) {
		s := &Server{
			Handler: handlerFunc(func(context.Context, *Call) (*Answer, error) { return nil, io.EOF }),
			Faulter: func(err error) *Fault {
				return &Fault{Code: "Client", String: "VP015", Detail: fmt.Sprint(errors.Is(err, io.EOF))}
			},
			Status: func(error) int { return 599 },
		}
		response, text := post(t, "http://"+listen(t, s)+"/vp", nil, strings.NewReader("x"))
		if f, ok := ReadFault([]byte(text)); !ok || response.StatusCode != 599 || *f != (Fault{"Client", "VP015", "true"}) {
			t.Errorf("%d %s", response.StatusCode, text)
		}
	})
}

func TestServerStreamsAnswers(t *testing.T) {
	long := strings.Repeat("0123456789", 100_000)
	var broken bool
	address := listen(t, &Server{Handler: handlerFunc(func(context.Context, *Call) (*Answer, error) {
		stream := io.Reader(strings.NewReader(long))
		if broken {
			stream = io.MultiReader(stream, iotest.ErrReader(io.ErrUnexpectedEOF))
		}
		return &Answer{Status: 500, Stream: io.NopCloser(stream)}, nil
	})})
	if response, text := post(t, "http://"+address+"/vp", nil, strings.NewReader("x")); text != long ||
		response.StatusCode != 500 {
		t.Errorf("%d, %d bytes", response.StatusCode, len(text))
	}
	broken = true
	response, err := http.Post("http://"+address+"/vp", "", strings.NewReader("x"))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err == nil {
		t.Error("a broken answer looks like a whole one")
	}
}

// TestServerIsNotHeldBySlowCallers waits for the server to give up; if it does not, the read deadline fails the test.
func TestServerIsNotHeldBySlowCallers(t *testing.T) {
	s := &Server{Handler: handlerFunc(echo), BodyTimeout: 400 * time.Millisecond}
	address := listen(t, s)
	dial := func(t *testing.T, text string) net.Conn {
		t.Helper()
		connection, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { connection.Close() })
		_ = connection.SetDeadline(time.Now().Add(10 * time.Second))
		if _, err := io.WriteString(connection, text); err != nil {
			t.Fatal(err)
		}
		return connection
	}
	const head = "POST /vp HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n"
	t.Run("that stop in the headers", func(t *testing.T) {
		t.Parallel()
		if _, err := io.ReadAll(dial(t, "POST /vp HTTP/1.1\r\nHo")); err != nil {
			t.Error(err)
		}
	})
	t.Run("that stop in the body", func(t *testing.T) {
		t.Parallel()
		response, err := http.ReadResponse(bufio.NewReader(dial(t, head+"x")), nil)
		if err != nil || response.StatusCode != 408 {
			t.Errorf("%+v, %v", response, err)
		}
	})
	t.Run("that send a byte now and then", func(t *testing.T) {
		t.Parallel()
		connection := dial(t, head)
		answered := make(chan error, 1)
		go func() {
			response, err := http.ReadResponse(bufio.NewReader(connection), nil)
			if err == nil && response.StatusCode != 408 {
				err = errors.New(response.Status)
			}
			answered <- err
		}()
		for tick := time.NewTicker(5 * time.Millisecond); ; {
			select {
			case <-tick.C:
				_, _ = connection.Write([]byte("x"))
			case err := <-answered:
				tick.Stop()
				if err != nil {
					t.Error(err)
				}
				return
			}
		}
	})
	t.Run("that send a body to a path which is not there", func(t *testing.T) {
		t.Parallel()
		if _, err := io.ReadAll(dial(t, strings.Replace(head, "/vp", "/x", 1))); err != nil {
			t.Error(err)
		}
	})
}

// What is dropped of a refused message is bounded: who goes on sending, or stops, is cut off, and has the answer
// before.
func TestWhatIsDroppedIsBounded(t *testing.T) {
	address := listen(t, &Server{Handler: handlerFunc(func(context.Context, *Call) (*Answer, error) {
		return nil, &Fault{Code: CodeServer, String: "VP007"}
	})})
	const head = "POST /vp HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
	refused := func(t *testing.T) net.Conn {
		connection, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { connection.Close() })
		_ = connection.SetDeadline(time.Now().Add(40 * time.Second))
		if _, err := io.WriteString(connection, head); err != nil {
			t.Fatal(err)
		}
		response, err := http.ReadResponse(bufio.NewReader(connection), nil)
		if err != nil || response.StatusCode != 500 || !response.Close {
			t.Fatalf("%+v, %v", response, err)
		}
		return connection
	}
	t.Run("in size", func(t *testing.T) {
		connection := refused(t)
		chunk := []byte("10000\r\n" + strings.Repeat("x", 1<<16) + "\r\n")
		sent := 0
		for {
			n, err := connection.Write(chunk)
			if sent += n; err != nil {
				break
			}
		}
		if sent < drainMaxBytes || sent > drainMaxBytes+64<<20 { // what the system holds comes on top
			t.Errorf("%d bytes were taken", sent)
		}
	})
	t.Run("in time", func(t *testing.T) {
		began := time.Now()
		if _, err := io.Copy(io.Discard, refused(t)); err != nil {
			t.Error(err)
		}
		if took := time.Since(began); took > 15*time.Second {
			t.Errorf("the connection was kept for %s", took)
		}
	})
}

// TestServerLeavesSlowHandlersAlone: the time between two reads is not the caller's.
func TestServerLeavesSlowHandlersAlone(t *testing.T) {
	t.Parallel()
	address := listen(t, &Server{
		BodyTimeout: 300 * time.Millisecond,
		Handler: handlerFunc(func(ctx context.Context, call *Call) (*Answer, error) {
			body, err := io.ReadAll(call.Body)
			if err != nil {
				return nil, err
			}
			select {
			case <-ctx.Done():
				return nil, ctx.Err()
			case <-time.After(600 * time.Millisecond): // what is tested is that nothing happens in it
				return &Answer{Body: body}, nil
			}
		}),
	})
	if response, text := post(t, "http://"+address+"/vp", nil, strings.NewReader("x")); response.StatusCode != 200 ||
		text != "x" {
		t.Errorf("%d %q", response.StatusCode, text)
	}
}

func TestServerRun(t *testing.T) {
	start := func(t *testing.T, s *Server) (address string, end func(), result chan error) {
		t.Helper()
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		ctx, end := context.WithCancel(context.Background())
		t.Cleanup(end)
		result = make(chan error, 1)
		go func() { result <- s.Run(ctx, listener) }()
		return listener.Addr().String(), end, result
	}
	t.Run("calls under way are ended before it returns", func(t *testing.T) {
		entered, leave := make(chan bool), make(chan bool)
		s := &Server{Handler: handlerFunc(func(ctx context.Context, call *Call) (*Answer, error) {
			close(entered)
			<-leave
			return echo(ctx, call)
		})}
		address, end, result := start(t, s)
		answered := make(chan string, 1)
		go func() {
			response, err := http.Post("http://"+address+"/vp", "", strings.NewReader("x"))
			if err != nil {
				answered <- err.Error()
				return
			}
			defer response.Body.Close()
			text, _ := io.ReadAll(response.Body)
			answered <- string(text)
		}()
		<-entered
		end()
		close(leave)
		if text := <-answered; text != "x" {
			t.Error(text)
		}
		if err := <-result; err != nil {
			t.Error(err)
		}
	})
	t.Run("calls that do not end are cut off", func(t *testing.T) {
		entered := make(chan bool)
		s := &Server{Shutdown: time.Millisecond, Handler: handlerFunc(func(ctx context.Context, _ *Call) (*Answer, error) {
			close(entered)
			<-ctx.Done()
			return nil, ctx.Err()
		})}
		address, end, result := start(t, s)
		answered := make(chan error, 1)
		go func() {
			response, err := http.Post("http://"+address+"/vp", "", bytes.NewReader([]byte("x")))
			if err == nil {
				response.Body.Close()
			}
			answered <- err
		}()
		<-entered
		end()
		if err := <-result; err == nil {
			t.Error("it says that all calls ended")
		}
		if err := <-answered; err == nil {
			t.Error("the call was answered")
		}
	})
	t.Run("with TLS the call knows the caller's certificate", func(t *testing.T) {
		lender := httptest.NewTLSServer(http.NotFoundHandler())
		defer lender.Close()
		s := &Server{TLS: lender.TLS.Clone(), Handler: handlerFunc(func(_ context.Context, call *Call) (*Answer, error) {
			return &Answer{Body: fmt.Append(nil, call.TLS != nil && len(call.TLS.PeerCertificates) == 1)}, nil
		})}
		s.TLS.ClientAuth = tls.RequireAnyClientCert
		address, end, result := start(t, s)
		c := &Client{}
		c.TLS = func(string) *tls.Config {
			config := lender.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
			config.Certificates = lender.TLS.Certificates
			return config
		}
		reply, err := c.Do(t.Context(), &Outgoing{URL: "https://" + address + "/vp", Body: []byte("x")})
		if err != nil || string(reply.Body) != "true" {
			t.Errorf("%v, %+v", err, reply)
		}
		c.CloseIdle()
		end()
		if err := <-result; err != nil {
			t.Error(err)
		}
	})
	t.Run("a listener that breaks is an error", func(t *testing.T) {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		listener.Close()
		if err := (&Server{Handler: handlerFunc(echo)}).Run(context.Background(), listener); err == nil {
			t.Error("no error")
		}
	})
}
