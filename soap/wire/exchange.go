package wire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

const (
	maxHead    = 64 << 10 // bytes of an answer before its body
	maxInterim = 5        // answers of 1xx before the answer
	// writtenAtOnce is up to how many bytes of a body are written before the answer is looked for: every system takes as
	// many without the producer reading them. What the system does not take of a longer one is written beside, for a
	// producer may answer before it has read it.
	writtenAtOnce = 32 << 10
)

// exchange is one request and its answer, in the goroutine of whoever wants it:
//
//	connect ──► send ──────────────────────► wait ──► read
//	              │ a long body, or a stream:            ▲
//	              └─ another goroutine writes it, while ─┘ the answer is awaited and read
//
// http.Transport does the same with three goroutines for each call, whose taking turns costs more than all else that is
// done for a call of common size; and it does not say whether a byte was sent.
type exchange struct {
	ctx     context.Context
	cancel  func()
	client  *Client
	request *Request
	target  *url.URL
	limit   time.Duration // for the whole exchange

	mu    sync.Mutex
	phase Phase

	connection   *connection // nil while there is none
	before       int64       // bytes written on it by earlier requests
	stopWatching func() bool // ends the watch over the context; false if the context has ended

	written     chan struct{} // closed when the request has been written, or could not be
	failed      bool          // it could not; read after written is closed
	streamRead  bool          // Stream was read; read after written is closed
	streamError atomic.Pointer[error]
	sent        atomic.Bool // Stream was read to its end

	answer    *http.Response
	readToEnd bool // it was read to its end
	closed    bool
}

// Response is an answer whose body is read from it. It must be closed.
type Response struct {
	Status int
	Header http.Header
	Length int64 // of the body; below 0 if that is not known

	exchange *exchange
}

// begin sends the request, and reads the head of the answer.
func (e *exchange) begin() (*Response, *Error) {
	err := e.connect()
	if err == nil {
		e.write()
		err = e.head()
	}
	if err != nil {
		if e.connection == nil {
			close(e.written)
		} else {
			e.connection.raw.Close()
			<-e.written
		}
		failure := e.failure(err)
		e.release()
		return nil, failure
	}
	e.reached(PhaseRead)
	return &Response{Status: e.answer.StatusCode, Header: e.answer.Header, Length: e.answer.ContentLength, exchange: e},
		nil
}

// connect takes a connection that is idle, or makes one.
func (e *exchange) connect() error {
	to := destination{e.target.Scheme, address(e.target)}
	k := e.client.idle.take(to)
	if k == nil {
		var err error
		if k, err = e.client.dial(e.ctx, to); err != nil {
			return err
		}
	}
	e.connection, e.before = k, k.written.Load()
	e.reached(PhaseSend)
	// The error that this ends reading and writing with comes after the context's own, by which it is sorted.
	e.stopWatching = context.AfterFunc(e.ctx, func() { _ = k.SetDeadline(time.Unix(1, 0)) })
	return nil
}

// write writes the request, or begins to. Where it fails the producer may have answered all the same.
func (e *exchange) write() {
	head := &e.connection.head
	head.Reset()
	head.WriteString("POST " + e.target.RequestURI() + " HTTP/1.1\r\nHost: " + e.target.Host + "\r\n")
	body := e.request.Body
	length := int64(len(body))
	if length == 0 {
		length = e.request.Length
	}
	if length > 0 {
		head.WriteString("Content-Length: ")
		head.Write(strconv.AppendInt(head.AvailableBuffer(), length, 10))
		head.WriteString("\r\n")
	} else {
		head.WriteString("Transfer-Encoding: chunked\r\n")
	}
	_ = e.request.Header.Write(head) // a bytes.Buffer takes everything
	head.WriteString("\r\n")
	if len(body) == 0 {
		go func() { e.finishWriting(e.writeStream(length)) }()
		return
	}
	first := min(len(body), writtenAtOnce)
	err := e.connection.writeAll(net.Buffers{head.Bytes(), body[:first]})
	if err == nil {
		first += e.connection.writeNow(body[first:])
	}
	if err != nil || first == len(body) {
		e.finishWriting(err)
		return
	}
	go func() { e.finishWriting(e.connection.writeAll(net.Buffers{body[first:]})) }()
}

// writeStream writes the head and the stream, of which length bytes are to come; 0: in chunks, until it ends. What
// comes is not held back for more.
func (e *exchange) writeStream(length int64) error {
	frame := &e.connection.head // at first it holds the head
	piece := make([]byte, writtenAtOnce)
	for count := int64(0); !e.sent.Load(); frame.Reset() {
		n, err := e.readStream(piece, length, &count)
		if err != nil {
			e.streamError.Store(&err)
			return err
		}
		end := ""
		if length == 0 && n > 0 {
			fmt.Fprintf(frame, "%x\r\n", n)
			end = "\r\n"
		}
		if length == 0 && e.sent.Load() {
			end += "0\r\n\r\n"
		}
		if err := e.connection.writeAll(net.Buffers{frame.Bytes(), piece[:n], []byte(end)}); err != nil {
			return err
		}
	}
	return nil
}

// readStream reads the next piece of the stream, and notes when it was the last, before that leaves: then the answer
// may come. A stream that is said to have length bytes (0: as many as come) must end after as many.
func (e *exchange) readStream(piece []byte, length int64, count *int64) (int, error) {
	e.streamRead = true
	n, err := e.request.Stream.Read(piece)
	*count += int64(n)
	for err == nil && length > 0 && *count == length { // its last byte leaves only if nothing is wrong with its end
		var more int
		more, err = e.request.Stream.Read(make([]byte, 1))
		*count += int64(more)
	}
	switch {
	case err != nil && err != io.EOF:
		return n, err
	case length > 0 && (*count > length || err == io.EOF && *count < length):
		return n, errors.New("the stream has not the length that it was said to have")
	}
	e.sent.Store(err == io.EOF)
	return n, nil
}

// finishWriting notes that nothing is written any more.
func (e *exchange) finishWriting(err error) {
	switch {
	case err == nil:
		e.reached(PhaseWait)
	case e.streamError.Load() != nil:
		e.failed = true
		_ = e.connection.raw.Close() // whatever it answers, it never gets a whole request
	default:
		e.failed = true
		_ = e.connection.SetReadDeadline(time.Now().Add(time.Second)) // what has been answered is there by then
	}
	close(e.written)
}

// head reads the head of the answer.
func (e *exchange) head() (err error) {
	k := e.connection
	k.left = maxHead
	for range maxInterim + 1 {
		if e.answer, err = http.ReadResponse(k.in, &http.Request{Method: http.MethodPost}); err != nil {
			return err
		}
		if e.answer.StatusCode/100 != 1 || e.answer.StatusCode == http.StatusSwitchingProtocols {
			k.left = math.MaxInt64
			return nil
		}
	}
	return errors.New("reading the answer: there are too many of 1xx")
}

// release keeps the connection for another request if all of this one is done, else closes it, and waits until nothing
// is written.
func (e *exchange) release() {
	if e.closed || e.connection == nil {
		return
	}
	e.closed = true
	k := e.connection
	if inTime := e.stopWatching(); !e.readToEnd || !inTime {
		_ = k.raw.Close()
		<-e.written
		return
	}
	select {
	case <-e.written:
	default:
		_ = k.SetWriteDeadline(time.Unix(1, 0)) // who answers before it has read all gets no more
		<-e.written
		_ = k.SetWriteDeadline(time.Time{})
	}
	if !e.failed && !e.answer.Close && e.answer.StatusCode != http.StatusSwitchingProtocols && k.in.Buffered() == 0 {
		e.client.idle.put(k)
		return
	}
	_ = k.SetWriteDeadline(time.Now().Add(time.Second)) // for the goodbye of TLS
	_ = k.Close()
}

// reached notes how far it came.
func (e *exchange) reached(phase Phase) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.phase != PhaseRead { // an answer may come before all of the request has been written
		e.phase = phase
	}
}

// Read reads the body of the answer. Failure sorts its errors.
func (r *Response) Read(p []byte) (int, error) {
	n, err := r.exchange.answer.Body.Read(p)
	r.exchange.readToEnd = r.exchange.readToEnd || err == io.EOF
	return n, err
}

// Close ends the exchange. What of the answer was not read is dropped.
func (r *Response) Close() error {
	r.exchange.release()
	r.exchange.cancel()
	return nil
}

// Sending tells whether a part of Request.Stream has still to be sent, as far as is known.
func (r *Response) Sending() bool { return r.exchange.request.Stream != nil && !r.exchange.sent.Load() }

// Broken is the error of Request.Stream that broke the request off; nil if none did.
func (r *Response) Broken() error { return r.exchange.streamFailed() }

func (e *exchange) streamFailed() error {
	if err := e.streamError.Load(); err != nil {
		return *err
	}
	return nil
}

// Failure is what an error of reading the answer means for the exchange.
func (r *Response) Failure(err error) *Error { return r.exchange.failure(err) }
