package soap

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"rivgate/soap/guard"
)

// firstRead is how many bytes of a body are made room for at first, and how many Peek converts at a time.
const firstRead = 8 << 10

// ReadRequest reads one request. A message of up to limits.Whole bytes is read to its end and guarded whole; of a
// longer one only the head is, up to the first element in Body, and the caller goes on with ReadAll or Stream.
//
// A message in parts (multipart/related with application/xop+xml) is taken to its end, each xop:Include in it replaced
// by its part. One that is longer is spooled for that: Close must be called. An error of the spool is none of the
// caller's, and no *Error.
//
// Every error is an *Error: of Kind Unsupported for any other multipart, TooLarge above limits.Message, Interrupted
// where body could not be read, else what the guard found. An *Error from body is returned as it is.
func ReadRequest(body io.Reader, contentType string, limits Limits) (*Request, error) {
	parts, ok := parseMultipart(contentType)
	if !ok {
		return nil, &Error{Kind: Unsupported, Reason: "a multipart message"}
	}
	if parts != nil {
		r, err := readMultipart(body, parts, limits)
		if err == nil {
			r.contentType, r.multipart = contentType, true
		}
		return r, err
	}
	r := newRequest(limits)
	r.contentType = contentType
	a := &earlyGuard{request: r, contentType: contentType}
	ended, err := r.receive(body, r.limits.Whole+1, a.feed)
	if err != nil {
		return nil, err
	}
	if !ended {
		r.unread = body
	}
	if err := a.begin(ended); err != nil {
		return nil, err
	}
	if ended {
		if err := r.finish(); err != nil {
			return nil, err
		}
		return r, nil
	}
	if err := r.guardHead(len(r.received)); err != nil {
		return nil, err
	}
	if !r.guard.HeadRead {
		return nil, &Error{Kind: Malformed, Reason: "the message is too long before its Body"}
	}
	return r, nil
}

// Peek reads only the head of message, which is in memory, up to the first element in Body; the cost does not depend
// on the length of message. ReadAll and Stream guard the rest of it. The errors are those of ReadRequest.
func Peek(message []byte, contentType string, limits Limits) (*Request, error) {
	if parts, ok := parseMultipart(contentType); parts != nil || !ok {
		return ReadRequest(bytes.NewReader(message), contentType, limits)
	}
	r := newRequest(limits)
	if int64(len(message)) > r.limits.Message {
		return nil, tooLarge(r.limits.Message)
	}
	r.received = message
	if err := r.begin(contentType); err != nil {
		return nil, err
	}
	for n := firstRead; !r.guard.HeadRead; n *= 2 {
		if err := r.guardHead(n); err != nil {
			return nil, err
		}
		if n >= len(message) && !r.guard.HeadRead {
			return nil, &Error{Kind: Malformed, Reason: "the message ends before its Body"}
		}
	}
	return r, nil
}

// headBuffers is for guards of Head: it needs one for a moment only.
var headBuffers BufferPool

// ReadHead is the contract of an envelope, which is UTF-8, and the receiver that it names. The errors are those of
// Peek.
func ReadHead(envelope []byte) (contract, receiver string, err error) {
	r, err := Peek(envelope, ContentType, Limits{Message: int64(len(envelope)) + 1, Buffers: &headBuffers})
	if err != nil {
		return "", "", err
	}
	headBuffers.guards.Put(r.guard)
	return r.Contract, r.Receiver, nil
}

// ReadAll reads the rest of the message into memory and guards it. Afterwards the request is Complete. The errors are
// those of ReadRequest; the request is of no use after one, nor may ReadAll follow upon Stream.
func (r *Request) ReadAll() error {
	if r.Complete {
		return nil
	}
	if r.unread != nil {
		ended, err := r.receive(r.unread, r.limits.Message+1, nil)
		if err != nil {
			return err
		}
		if !ended {
			return tooLarge(r.limits.Message)
		}
		r.unread = nil
	}
	return r.finish()
}

// Release puts the buffer of a Complete request back into Limits.Buffers, for another message. Nothing that the request
// handed out may be used after it, nor the request. It does nothing where the buffer may have another user.
func (r *Request) Release() {
	if !r.Complete || !r.pooled || r.spool != nil || r.condensed != nil {
		return
	}
	rooms := r.limits.Buffers
	rooms.put(r.received)
	rooms.guardPool().Put(r.guard)
	*r = Request{}
}

func newRequest(limits Limits) *Request {
	limits = limits.defaulted()
	return &Request{limits: limits, guard: limits.Buffers.guardPool().Get(limits.guarded())}
}

func tooLarge(limit int64) error {
	return &Error{Kind: TooLarge, Reason: fmt.Sprintf("the message is larger than the %d bytes that are taken", limit)}
}

// receive reads from body until limit bytes are received in all; ended says that body ended before. Of a message that
// has a declared length below the limit, come is called for what has come, while more is on its way.
func (r *Request) receive(body io.Reader, limit int64, come func()) (ended bool, err error) {
	r.pooled = true
	g := bodyReader{
		body: body, buffers: r.limits.Buffers, expected: int64(len(r.received)), limit: min(limit, r.limits.Message+1),
	}
	if l, ok := body.(interface{ Len() int }); ok {
		g.expected += int64(l.Len())
		if l.Len() > 0 {
			r.expectedSize = g.expected
		}
	}
	for err == nil && !ended && int64(len(r.received)) < g.limit {
		r.received, ended, err = g.readMore(r.received)
		if come != nil && !ended && 0 < g.expected && g.expected < g.limit {
			come()
		}
	}
	switch {
	case int64(len(r.received)) > r.limits.Message:
		return false, tooLarge(r.limits.Message)
	case err != nil:
		return false, interrupted(err)
	}
	return ended, nil
}

// interrupted is the *Error for an error from the caller's connection.
func interrupted(err error) error {
	var own *Error
	if errors.As(err, &own) {
		return own
	}
	var size *http.MaxBytesError
	if errors.As(err, &size) {
		return tooLarge(size.Limit)
	}
	return &Error{Kind: Interrupted, Reason: "the request could not be read to its end", Cause: err}
}

// begin finds the charset, and makes the start of the UTF-8 form with a declaration that is right.
func (r *Request) begin(contentType string) error {
	charset, mark, err := guard.DetectCharset(r.received, contentType)
	if err != nil {
		return err
	}
	r.bodyCharset = charset
	if r.Charset == "" {
		r.Charset = charset
	}
	r.bomSize, r.converted = mark, mark
	r.declared.text, r.declared.raw = 0, mark
	head := r.received[mark:]
	if charset != guard.UTF8 {
		start := head[:min(len(head), 2*guard.LongestDeclaration)]
		head, _, _ = guard.AppendUTF8(nil, start, charset, false)
	}
	d, ok := guard.FindDeclaration(head)
	if !ok || d.Encoding == "" || strings.EqualFold(d.Encoding, guard.UTF8) {
		r.sharesReceived = charset == guard.UTF8
		return nil
	}
	width := 1
	if strings.HasPrefix(charset, guard.UTF16) {
		width = 2
	}
	r.utf8 = slices.Concat(head[:d.Start], []byte(guard.UTF8))
	r.converted += width * d.End // a declaration of these encodings is ASCII
	r.declared.text, r.declared.raw = len(r.utf8), r.converted
	return nil
}

// convert brings the bytes received so far, up to limit of them, into utf8.
func (r *Request) convert(limit int, last bool) error {
	limit = min(limit, len(r.received))
	if r.sharesReceived {
		r.utf8, r.converted = r.received[r.bomSize:], len(r.received)
		return nil
	}
	if limit < r.converted {
		return nil
	}
	out, n, ok := guard.AppendUTF8(r.utf8, r.received[r.converted:limit], r.bodyCharset, last && limit == len(r.received))
	r.utf8 = out
	r.converted += n
	if !ok {
		return &Error{Kind: Malformed, Reason: "the text is not in the charset that was declared"}
	}
	return nil
}

// guardHead guards on to the first element in Body, in the first limit bytes received.
func (r *Request) guardHead(limit int) error {
	if err := r.convert(limit, false); err != nil {
		return err
	}
	r.guard.StopAtBody = true
	if _, err := r.guard.Feed(r.utf8[r.guard.Offset():], false); err != nil {
		return err
	}
	r.copyHead()
	return nil
}

// finish guards all that is left, which is received by now.
func (r *Request) finish() error {
	if err := r.convert(len(r.received), true); err != nil {
		return err
	}
	r.guard.StopAtBody = false
	if _, err := r.guard.Feed(r.utf8[r.guard.Offset():], true); err != nil {
		return err
	}
	r.copyHead()
	r.Complete = true
	return nil
}

func (r *Request) copyHead() {
	g := r.guard
	r.Profile, r.Receiver, r.Contract, r.Operation = g.Profile, g.Receiver, g.Contract, g.Operation
}
