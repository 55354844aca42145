package soap

import (
	"context"
	"errors"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/http/httpguts"
)

const (
	longestHead = 64 << 10 // bytes of an answer before its body
	mostInterim = 5        // answers of 1xx before the answer
	// writtenAtOnce is up to how many bytes of a body are written before the answer is looked for: every system takes as many
	// without the producer reading them. What the system does not take of a longer one is written beside, for a producer may answer
	// before it has read it.
	writtenAtOnce = 32 << 10
)

// exchange is one request over plain HTTP whose body is in memory, and its answer, in the goroutine of whoever wants it.
// http.Transport does the same with three goroutines, whose taking turns costs more than all else that is done for a call of
// common size. What it reads an answer with is used here too; TLS and streams are left to it.
type exchange struct {
	client  *Client
	kept    *keptConn
	stop    func() bool   // ends the watch over the context; false if the context has ended
	written chan struct{} // closed when the request has been written, or could not be
	failed  bool          // it could not; read after written is closed
	answer  *http.Response
	body    io.ReadCloser // of the answer
	whole   bool          // it was read to its end
	closed  bool
}

// direct tells whether a request is for an exchange. What http.Transport would refuse is left to it to refuse.
func direct(request *http.Request, out *Outgoing) bool {
	if request.URL.Scheme != "http" || out.Body == nil || strings.ContainsFunc(request.Host, notInHost) {
		return false
	}
	for name, values := range request.Header {
		if !httpguts.ValidHeaderFieldName(name) {
			return false
		}
		for _, value := range values {
			if !httpguts.ValidHeaderFieldValue(value) {
				return false
			}
		}
	}
	return true
}

// notInHost tells what is neither in a plain name nor in an address.
func notInHost(r rune) bool {
	switch {
	case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', strings.ContainsRune(".-_:[]", r):
		return false
	}
	return true
}

func hostPort(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = "80"
	}
	return net.JoinHostPort(u.Hostname(), port)
}

// exchange tries once, as send does.
func (c *Client) exchange(ctx context.Context, w *watch, request *http.Request, body *outgoingBody) (*Reply, *SendError) {
	address := hostPort(request.URL)
	kept := c.kept.take(address)
	if kept == nil {
		connection, err := c.roundTripper().DialContext(ctx, "tcp", address)
		if err != nil {
			return nil, w.failure(ctx, body, err)
		}
		kept = newKeptConn(address, connection.(*countedConn))
	}
	w.gotConn(httptrace.GotConnInfo{Conn: kept.connection})
	e := &exchange{client: c, kept: kept}
	// The error that this ends reading and writing with comes after the context's own, by which it is sorted.
	e.stop = context.AfterFunc(ctx, func() { _ = kept.connection.SetDeadline(time.Unix(1, 0)) })
	e.write(w, request, body.out.Body)
	if err := e.read(request); err != nil {
		_ = e.Close()
		return nil, w.failure(ctx, body, err)
	}
	e.answer.Body = e
	reply, failure := c.answer(ctx, w, e.answer, body)
	if failure == nil {
		reply.BodyFree = reply.Rest == nil // then this is closed, and so nothing is written any more
	}
	return reply, failure
}

// write writes the request, or begins to. Where it fails the producer may have answered all the same.
func (e *exchange) write(w *watch, request *http.Request, body []byte) {
	head := &e.kept.head
	head.Reset()
	head.WriteString("POST " + request.URL.RequestURI() + " HTTP/1.1\r\nHost: " + request.Host + "\r\nContent-Length: ")
	head.Write(strconv.AppendInt(head.AvailableBuffer(), int64(len(body)), 10))
	head.WriteString("\r\n")
	_ = request.Header.Write(head) // a bytes.Buffer takes everything
	head.WriteString("\r\n")
	e.written = make(chan struct{})
	first := min(len(body), writtenAtOnce)
	err := e.kept.connection.writeAll(net.Buffers{head.Bytes(), body[:first]})
	if err == nil {
		first += e.kept.connection.writeNow(body[first:])
	}
	if err != nil || first == len(body) {
		e.wrote(w, err)
		return
	}
	go func() { e.wrote(w, e.kept.connection.writeAll(net.Buffers{body[first:]})) }()
}

// wrote notes that nothing is written any more.
func (e *exchange) wrote(w *watch, err error) {
	if err == nil {
		w.came(PhaseWait)
	} else {
		e.failed = true
		_ = e.kept.connection.SetReadDeadline(time.Now().Add(time.Second)) // what has been answered is there by then
	}
	close(e.written)
}

// read reads the head of the answer.
func (e *exchange) read(request *http.Request) (err error) {
	e.kept.left = longestHead
	for range mostInterim + 1 {
		if e.answer, err = http.ReadResponse(e.kept.in, request); err != nil {
			return err
		}
		if e.answer.StatusCode/100 != 1 || e.answer.StatusCode == http.StatusSwitchingProtocols {
			e.kept.left = math.MaxInt64
			e.body = e.answer.Body
			return nil
		}
	}
	return errors.New("reading the answer: there are too many of 1xx")
}

// Read reads the body of the answer.
func (e *exchange) Read(p []byte) (int, error) {
	n, err := e.body.Read(p)
	e.whole = e.whole || err == io.EOF
	return n, err
}

// Close keeps the connection for another request if all of this one is done, else closes it.
func (e *exchange) Close() error {
	if e.closed {
		return nil
	}
	e.closed = true
	written := false
	select {
	case <-e.written:
		written = !e.failed
	default:
	}
	inTime := e.stop()
	if written && inTime && e.whole && !e.answer.Close && e.answer.StatusCode != http.StatusSwitchingProtocols && e.kept.in.Buffered() == 0 {
		e.client.kept.put(e.kept)
		return nil
	}
	err := e.kept.connection.Close()
	<-e.written
	return err
}
