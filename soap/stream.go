package soap

import (
	"bytes"
	"io"
	"slices"

	"rivgate/soap/guard"
)

// streamChunk is how many bytes of a message a stream reads at a time.
const streamChunk = 32 << 10

// Stream is the message from its start as UTF-8, guarded as it passes: what Read hands out has passed, and the first
// offence is an *Error from Read. Whoever sends it on must break off then, so that the message never arrives whole.
//
// The memory used is bounded by Limits.Whole. A request that is not Complete can be streamed once.
func (r *Request) Stream() io.Reader {
	if r.Complete {
		return bytes.NewReader(r.utf8)
	}
	return r.stream()
}

// stream is the rest of a message of which only the head is read, from its start.
func (r *Request) stream() *stream {
	r.guard.StopAtBody = false
	return &stream{
		request: r, text: r.utf8, passed: int(r.guard.Offset()), count: int64(len(r.received)), ended: r.unread == nil,
		raw: r.received[r.converted:],
	}
}

// stream hands out text[given:passed], and guards text[passed:].
type stream struct {
	request *Request
	text    []byte // as UTF-8; at first what the request holds, then a buffer of its own
	own     bool
	given   int
	passed  int
	raw     []byte // received, not converted yet
	piece   []byte // room for raw
	count   int64  // bytes received in all
	ended   bool   // no more will be received
	err     error
}

func (s *stream) Read(p []byte) (int, error) {
	for {
		if s.given < s.passed {
			n := copy(p, s.text[s.given:s.passed])
			s.given += n
			return n, nil
		}
		if s.err != nil || len(p) == 0 {
			return 0, s.err
		}
		s.err = s.advance()
	}
}

// advance lets more text pass, reading on where none is left. It returns io.EOF after the last.
func (s *stream) advance() error {
	last := s.ended && len(s.raw) == 0
	n, err := s.request.guard.Feed(s.text[s.passed:], last)
	s.passed += n
	switch {
	case err != nil:
		return err
	case last:
		return io.EOF
	case n > 0:
		return nil
	}
	return s.fill()
}

// fill appends to the text that could not pass yet as much again, or a chunk if that is more: so a long tag that comes
// in many small pieces is not looked at once for each.
func (s *stream) fill() error {
	tail := s.text[s.passed:]
	if s.own {
		s.text = s.text[:copy(s.text, tail)]
	} else {
		s.text, s.own = append(make([]byte, 0, len(tail)+2*streamChunk), tail...), true
	}
	s.given, s.passed = 0, 0
	for want := max(1, 2*len(tail)); len(s.text) < want && (!s.ended || len(s.raw) > 0); {
		if err := s.receive(); err != nil {
			return err
		}
	}
	return nil
}

// receive reads one piece and converts it.
func (s *stream) receive() error {
	if len(s.raw) > streamChunk || s.ended {
		return s.convert(s.raw[:min(len(s.raw), streamChunk)], s.ended && len(s.raw) <= streamChunk)
	}
	if s.request.bodyCharset == guard.UTF8 && len(s.raw) == 0 {
		s.text = slices.Grow(s.text, streamChunk)
		n, err := s.read(s.text[len(s.text):][:streamChunk])
		s.text = s.text[:len(s.text)+n]
		return err
	}
	if s.piece == nil {
		s.piece = make([]byte, streamChunk+4)
	}
	if len(s.raw) > len(s.piece)/2 {
		return s.convert(s.raw, false)
	}
	kept := copy(s.piece, s.raw)
	n, err := s.read(s.piece[kept:])
	s.raw = s.piece[:kept+n]
	if err != nil {
		return err
	}
	return s.convert(s.raw, s.ended)
}

func (s *stream) read(p []byte) (int, error) {
	n, err := s.request.unread.Read(p)
	if s.count += int64(n); s.count > s.request.limits.Message {
		return n, tooLarge(s.request.limits.Message)
	}
	if s.ended = err == io.EOF; err != nil && !s.ended {
		return n, interrupted(err)
	}
	return n, nil
}

func (s *stream) convert(piece []byte, last bool) error {
	out, n, ok := guard.AppendUTF8(s.text, piece, s.request.bodyCharset, last)
	s.text, s.raw = out, s.raw[n:]
	if !ok {
		return &Error{Kind: Malformed, Reason: "the text is not in the charset that was declared"}
	}
	return nil
}
