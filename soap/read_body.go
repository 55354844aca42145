package soap

import (
	"io"

	"rivgate/soap/guard"
)

// bodyReader reads a body into memory.
type bodyReader struct {
	body     io.Reader
	buffers  *BufferPool
	expected int64 // length that the sender declared; 0 if it did not
	limit    int64 // bytes to read in all
}

// readMore appends to what as much as comes at once; ended says that there is no more. The buffer grows to the
// declared length, but never to many times what has come: the declaration may be a lie.
func (g *bodyReader) readMore(what []byte) (all []byte, ended bool, err error) {
	const believed, times = 128 << 10, 8
	have := int64(len(what))
	if have == g.expected && have == int64(cap(what)) && have > 0 {
		return g.readEnd(what)
	}
	if have == int64(cap(what)) {
		room := max(firstRead, have)
		if missing := min(g.expected, g.limit) - have; missing > 0 {
			room = max(min(room, missing), min(missing, max(believed, times*have)))
		}
		what = g.buffers.grow(what, int(room))
	}
	n, err := g.body.Read(what[have:min(int64(cap(what)), g.limit)])
	what = what[:have+int64(n)]
	if err == io.EOF {
		return what, true, nil
	}
	return what, false, err
}

// readEnd finds the end of a body whose declared length has come, without growing the buffer.
func (g *bodyReader) readEnd(what []byte) (all []byte, ended bool, err error) {
	var one [1]byte
	n, err := g.body.Read(one[:])
	if n > 0 {
		what = append(g.buffers.grow(what, firstRead), one[0])
	}
	if err == io.EOF {
		return what, true, nil
	}
	return what, false, err
}

// readAll reads all, up to the limit; ended says that the body ended before.
func (g *bodyReader) readAll() (all []byte, ended bool, err error) {
	for err == nil && !ended && int64(len(all)) < g.limit {
		all, ended, err = g.readMore(all)
	}
	return all, ended, err
}

// earlyGuard guards a message while it is still coming. It reports what it found when all has come, as if it had
// begun only then.
type earlyGuard struct {
	request     *Request
	contentType string
	begun       bool
	err         error
}

const (
	earlyGuardFrom = 2*guard.LongestDeclaration + 4 // bytes by which the charset is known as surely as by all
	earlyGuardStep = 16 << 10                       // bytes that are worth looking at
)

// feed guards what has come.
func (a *earlyGuard) feed() {
	r := a.request
	if a.err != nil || len(r.received) < earlyGuardFrom {
		return
	}
	if !a.begun {
		a.begun = true
		if a.err = r.begin(a.contentType); a.err != nil {
			return
		}
	}
	if r.sharesReceived && int64(len(r.received)-r.bomSize)-r.guard.Offset() >= earlyGuardStep {
		r.utf8, r.converted = r.received[r.bomSize:], len(r.received)
		_, a.err = r.guard.Feed(r.utf8[r.guard.Offset():], false)
	}
}

// begin returns what was found, or makes the request ready for being guarded from its start, as one is that did not end
// at its declared length.
func (a *earlyGuard) begin(ended bool) error {
	r := a.request
	if a.begun && ended {
		return a.err
	}
	if a.begun {
		r.guard.Reset(r.limits.guarded())
		r.utf8 = nil
	}
	return r.begin(a.contentType)
}
