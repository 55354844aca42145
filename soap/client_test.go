package soap

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"rivgate/soap/guard"
	"rivgate/soap/wire"
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
	c := &Client{Client: wire.Client{RetryAfter: time.Millisecond, Timeout: 10 * time.Second}}
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
	requests, bodies := make(chan *http.Request, 1), make(chan string, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		read, _ := io.ReadAll(r.Body)
		requests <- r
		bodies <- string(read)
		w.Header().Set("X-Skltp-Prt", "7")
		w.WriteHeader(500)
		_, _ = w.Write((&Fault{Code: "Server", String: "nej"}).Envelope())
	}))
	defer server.Close()
	header := http.Header{
		"X-Vp-Sender-Id": {"SE1"}, "Connection": {"close"}, "Accept-Encoding": {"gzip"}, "Expect": {"100-continue"},
	}
	reply, err := quick(t).Do(t.Context(), &Outgoing{
		URL: server.URL + "/a?b", SOAPAction: "urn:a", Header: header, Body: []byte("hej"),
	})
	if err != nil {
		t.Fatal(err)
	}
	got, body := <-requests, <-bodies
	if got.Method != "POST" || got.URL.String() != "/a?b" || body != "hej" || got.ContentLength != 3 ||
		got.Proto != "HTTP/1.1" {
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
	if fault, ok := reply.Fault(); reply.Status != 500 || reply.Header.Get(HeaderProducerTime) != "7" ||
		reply.Kind() != FaultReply || !ok || fault.String != "nej" {
		t.Errorf("got %+v", reply)
	}
	out := &Outgoing{
		URL: server.URL, Header: http.Header{"SOAPAction": {"as it came"}}, Stream: strings.NewReader("stream"), Length: 6,
		ContentType: "text/xml",
	}
	if _, err := quick(t).Do(t.Context(), out); err != nil {
		t.Fatal(err)
	}
	if got, body = <-requests, <-bodies; body != "stream" ||
		got.Header.Get("SOAPAction") != "as it came" || got.ContentLength != 6 {
		t.Errorf("%q, %v", body, got.Header)
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

func TestClientBoundsTheAnswer(t *testing.T) {
	server := httptest.NewServer(
		http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.Copy(w, r.Body) }),
	)
	defer server.Close()
	c := quick(t)
	c.MaxAnswer = 10
	if reply, err := c.Do(t.Context(), &Outgoing{URL: server.URL, Body: make([]byte, 10)}); err != nil ||
		len(reply.Body) != 10 {
		t.Errorf("as long as may be: %v", err)
	}
	_, err := c.Do(t.Context(), &Outgoing{URL: server.URL, Body: make([]byte, 11)})
	if own := sendError(t, err); own.Kind != SendTooLarge || !own.Sent {
		t.Errorf("%#v", own)
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
