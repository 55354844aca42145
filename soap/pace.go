package soap

import (
	"errors"
	"io"
	"net/http"
	"time"
)

// leastPace is the bytes a second that a caller must reach in the long run.
const leastPace = 4 << 10

// pacedBody is a request's body that may be only so large, and must come at some pace. Only the time that we wait for
// the caller counts, not the time that we take ourselves between two reads.
type pacedBody struct {
	body    io.ReadCloser
	control *http.ResponseController
	timeout time.Duration
	left    time.Duration // what the caller may still make us wait
	ended   bool
	err     error
	told    int64 // bytes that the caller said are coming; -1 if it did not
}

// newPacedBody also bounds what net/http itself reads of a body that nobody wants.
func newPacedBody(w http.ResponseWriter, r *http.Request, limit int64, timeout time.Duration) *pacedBody {
	b := &pacedBody{control: http.NewResponseController(w), timeout: timeout, left: timeout, told: r.ContentLength}
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

// leave is for when the handler is done: what is left of the body has that long to come, and then the connection ends.
func (b *pacedBody) leave() { b.deadline(min(b.left, time.Second)) }

// Len is how many bytes the caller said are coming; 0 if it did not.
func (b *pacedBody) Len() int { return int(max(0, b.told)) }

func (b *pacedBody) Read(p []byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	began := time.Now()
	b.deadline(b.left)
	n, err := b.body.Read(p)
	b.left = min(b.timeout, b.left-time.Since(began)+time.Duration(n)*time.Second/leastPace)
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
