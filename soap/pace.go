package soap

import (
	"errors"
	"io"
	"net/http"
	"time"
)

// minBytesPerSecond is the bytes a second that a caller must reach in the long run.
const minBytesPerSecond = 4 << 10

// pacedBody is a request's body that may be only so large, and must come at some pace. Only the time that we wait for
// the caller counts, not the time that we take ourselves between two reads.
type pacedBody struct {
	w               http.ResponseWriter
	from            io.Reader // the body itself, without a limit
	body            io.ReadCloser
	control         *http.ResponseController
	timeout         time.Duration
	left            time.Duration // what the caller may still make us wait
	ended           bool
	err             error
	expectsContinue bool  // the caller waits to be told to send it (RFC 9110 section 10.1.1)
	count           int64 // bytes that have come
	contentLength   int64 // bytes that the caller said are coming; -1 if it did not
}

// newPacedBody also bounds what net/http itself reads of a body that nobody wants.
func newPacedBody(w http.ResponseWriter, r *http.Request, limit int64, timeout time.Duration) *pacedBody {
	b := &pacedBody{
		w: w, from: r.Body, control: http.NewResponseController(w), timeout: timeout, left: timeout,
		contentLength: r.ContentLength,
	}
	b.expectsContinue = r.Header.Get("Expect") != ""
	if r.Body == nil || r.Body == http.NoBody {
		b.body, b.ended = http.NoBody, true
		return b
	}
	b.body = http.MaxBytesReader(w, r.Body, limit)
	b.deadline(timeout)
	return b
}

// deadline is left alone once the body has ended: net/http then takes it away, watches the connection, and would take a
// deadline that passes for a caller that is gone.
func (b *pacedBody) deadline(wait time.Duration) {
	if !b.ended {
		_ = b.control.SetReadDeadline(time.Now().Add(wait)) // not to be had on a recorder, which has no slow caller either
	}
}

// Bounds of what is dropped of a body that was answered before it was read.
const (
	// bytes that are waited for before the answer, so that the connection can be used again
	drainBeforeAnswer = 256 << 10
	drainMaxBytes     = 64 << 20         // bytes after the answer
	drainMaxTime      = 30 * time.Second // in all
	drainPause        = 2 * time.Second  // that nothing comes
)

// prepareEarlyAnswer prepares for an answer before the body has been read to its end. If there is little to come, it
// is read first. Else the answer does not wait for it, and tells a caller that reads while it writes to stop (RFC
// 9112 section 9.6).
func (b *pacedBody) prepareEarlyAnswer() {
	if b.ended {
		return
	}
	if b.isInterrupted() {
		b.w.Header().Set("Connection", "close")
		return
	}
	if left := b.contentLength - b.count; b.contentLength >= 0 && left <= drainBeforeAnswer && !b.expectsContinue &&
		b.drop(left+1, min(b.left, drainPause)) {
		b.ended = true
		return
	}
	b.w.Header().Set("Connection", "close")
	_ = b.control.EnableFullDuplex() // not to be had on a recorder
}

// drain reads and drops what still comes after the answer: most stacks write all before they read, and one whose
// connection is reset while it writes never learns why. It gives up on a caller that sends too much, for too long or
// nothing at all, or was too slow before.
func (b *pacedBody) drain() {
	if b.ended || b.isInterrupted() || b.control.Flush() != nil {
		return
	}
	b.ended = b.drop(drainMaxBytes, drainMaxTime)
}

// isInterrupted tells a body that ended before its time, or was too slow.
func (b *pacedBody) isInterrupted() bool {
	var own *Error
	return errors.As(b.err, &own) && own.Kind == Interrupted
}

// drop reads up to so many bytes in so much time, and tells whether the body ended.
func (b *pacedBody) drop(most int64, long time.Duration) (ended bool) {
	room := make([]byte, 32<<10)
	for end := time.Now().Add(long); most > 0 && time.Now().Before(end); {
		b.deadline(min(drainPause, b.timeout))
		n, err := b.from.Read(room)
		if most -= int64(n); err != nil {
			return errors.Is(err, io.EOF)
		}
	}
	return false
}

// Len is how many bytes the caller said are coming; 0 if it did not.
func (b *pacedBody) Len() int { return int(max(0, b.contentLength)) }

// Size is how many bytes have come, once all have, and before that what the caller said.
func (b *pacedBody) Size() int64 {
	if b.ended {
		return b.count
	}
	return max(0, b.contentLength)
}

func (b *pacedBody) Read(p []byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	began := time.Now()
	b.deadline(b.left)
	n, err := b.body.Read(p)
	b.count += int64(n)
	b.left = min(b.timeout, b.left-time.Since(began)+time.Duration(n)*time.Second/minBytesPerSecond)
	switch {
	case errors.Is(err, io.EOF):
		b.ended = true
		b.err = io.EOF
	case err != nil:
		b.err = interrupted(err)
	}
	return n, b.err
}

// pacedWriter gives the caller the same time anew for every piece of the answer.
type pacedWriter struct {
	w       io.Writer
	control *http.ResponseController
	timeout time.Duration
}

func (p *pacedWriter) Write(piece []byte) (int, error) {
	_ = p.control.SetWriteDeadline(time.Now().Add(p.timeout)) // as for the body
	return p.w.Write(piece)
}
