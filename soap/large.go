package soap

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"

	"rivgate/soap/guard"
)

// A message is one Request, however large it is. What it is asked for decides what it becomes:
//
//	              up to Limits.Whole          longer
//	ReadRequest   all in memory, guarded      its head, guarded; the rest is still to come
//	                      │                      │
//	Whole                 ├─ nothing             ├─ waits for its turn, then:  all bytes ─► spool on disk
//	                      │                      │                             text without large files ─► memory
//	Text, Condensed       ├─ its UTF-8 form      ├─ that text, and what was left out of it
//	ComparableTexts              ├─ its UTF-8 form      ├─ that text, equal files having equal stand-ins
//	Outgoing              └─ Body                └─ Stream: the rest as it comes, or the spool from its start
//
// Who reads, validates, compares, stores or sends a message does not ask which of these it is.

// ReadWhole reads the rest of a message that must be known whole. What is not in memory is condensed, and kept byte
// for byte in a spool for being stored or sent. Close must be called. The errors are those of Condense and of
// Limits.Acquire.
func (r *Request) ReadWhole(how Condensing) error {
	if r.Complete || r.condensed != nil {
		return nil
	}
	if err := r.acquireTurn(); err != nil {
		return err
	}
	if err := r.beginSpool(); err != nil {
		return err
	}
	return r.condense(how)
}

// Condense reads the rest of the message and guards it, as ReadAll does, but does not keep the text of files: memory is
// bounded by Limits.Beside. It does nothing where the message is Complete. The errors are those of ReadAll, those of
// the spool and those of who gets Bytes; the request is of no use after one but for Close.
func (r *Request) Condense(how Condensing) error {
	if r.Complete || r.condensed != nil {
		return nil
	}
	return r.condense(how)
}

// Text is the message as UTF-8, which is all that a schema and rules need: without the text of large files where it is
// condensed. Nil unless it is Complete or condensed.
func (r *Request) Text() []byte {
	if r.condensed != nil {
		return r.condensed.Text
	}
	return r.UTF8()
}

// Condensed is what was left out of Text; nil where nothing was.
func (r *Request) Condensed() *Condensed { return r.condensed }

// ComparableTexts is the text of two messages in a form in which they can be compared: of neither is a large file in
// memory, and equal files have equal stand-ins. r may be in any state, first must have been read to its head or be
// Complete.
func (r *Request) ComparableTexts(first *Request, how Condensing) (text, firstText []byte, err error) {
	if r.Complete && first.Complete && r.condensed == nil {
		return r.UTF8(), first.UTF8(), nil
	}
	if r.condensed == nil {
		if err := r.condense(how); err != nil {
			return nil, nil, err
		}
	}
	how.StandInPrefix = r.condensed.StandInPrefix
	if err := first.condense(how); err != nil {
		return nil, nil, err
	}
	return r.condensed.Text, first.condensed.Text, nil
}

// Outgoing is the message as it is sent on, its receiver named by the header element header: body, or a stream that is
// guarded as it passes, and how many bytes that has; 0 if that is not known. A message goes on with its length where it
// goes on unchanged, for many a producer takes no other.
func (r *Request) Outgoing(header xml.Name) (body []byte, stream io.Reader, length int64, err error) {
	from := r
	if r.condensed != nil && r.spool != nil { // what is sent on is the message itself
		limits := r.limits
		limits.Acquire = nil // it has its turn
		if from, err = ReadRequest(Sized(r.spool.Reader(), r.spool.size), r.contentType, limits); err != nil {
			return nil, nil, 0, err
		}
		r.resent = from
	}
	if from.Complete {
		return from.WithReceiver(header), nil, 0, nil
	}
	if from.KeepsBytes(header) {
		length = from.expectedSize
	}
	return nil, from.StreamWithReceiver(header), length, nil
}

// sizedBody is a body of known size.
type sizedBody struct {
	io.Reader
	size int64
}

func (s sizedBody) Len() int { return int(s.size) }

// Sized is a body that is said to have so many bytes.
func Sized(body io.Reader, size int64) io.Reader { return sizedBody{body, size} }

// Spooled is the message byte for byte as it was received, where it is in a spool: after Whole, or because it came in
// parts; else nil.
func (r *Request) Spooled() *Spool { return r.spool }

// acquireTurn waits until a message that is longer than Limits.Whole may be kept whole.
func (r *Request) acquireTurn() (err error) {
	if r.limits.Acquire != nil && r.releaseTurn == nil {
		r.releaseTurn, err = r.limits.Acquire()
	}
	return err
}

func (r *Request) condense(how Condensing) error {
	var c *guard.Condenser
	if r.Complete {
		g := guard.New(r.limits.guarded())
		c = g.Condense(how, r.limits.Beside, nil)
		if _, err := g.Feed(r.utf8, true); err != nil {
			return err
		}
	} else {
		s := r.stream()
		c = r.guard.Condense(how, r.limits.Beside, r.utf8[:r.guard.Offset()])
		r.received, r.utf8 = nil, nil
		if err := s.drain(c); err != nil {
			return err
		}
	}
	var err error
	r.condensed, err = c.Result()
	return err
}

// drain lets all of a message pass that is condensed.
func (s *stream) drain(c *guard.Condenser) error {
	var failed *spoolError
	for !c.Failed() {
		s.given = s.passed
		switch err := s.advance(); {
		case errors.Is(err, io.EOF):
			return nil
		case errors.As(err, &failed):
			return failed
		case err != nil:
			return err
		}
	}
	return nil
}

// beginSpool spools what is received, and what is still to come. It does nothing where that is so already.
func (r *Request) beginSpool() (err error) {
	if r.spool != nil {
		return nil
	}
	if r.spool, err = NewSpool(r.limits.Folder); err != nil {
		return err
	}
	if _, err = r.spool.Write(r.received); err == nil && r.unread != nil {
		r.unread = &spoolingReader{from: r.unread, to: r.spool}
	}
	return err
}

// Close lets go of Kept and of its turn, and of what the request was read with: nothing but what it has handed out may
// be used after it. A nil Request may be closed.
func (r *Request) Close() error {
	if r == nil {
		return nil
	}
	if r.Complete && r.pooled && r.spool == nil && r.condensed == nil && r.guard != nil {
		r.limits.Buffers.guardPool().Put(r.guard)
		r.guard = nil
	}
	if r.releaseTurn != nil {
		r.releaseTurn()
		r.releaseTurn = nil
	}
	failed := errors.Join(r.resent.Close(), r.spool.Close(), r.parts.Close())
	for _, again := range r.reread {
		failed = errors.Join(failed, again.Close())
	}
	return failed
}

// spoolingReader copies what is read.
type spoolingReader struct {
	from io.Reader
	to   io.Writer
}

func (c *spoolingReader) Read(p []byte) (int, error) {
	n, err := c.from.Read(p)
	if _, failed := c.to.Write(p[:n]); failed != nil {
		return n, &spoolError{failed}
	}
	return n, err
}

// spoolError is a failure of ours, not of the connection that the message comes on.
type spoolError struct{ cause error }

func (e *spoolError) Error() string { return fmt.Sprintf("keeping a message: %v", e.cause) }
func (e *spoolError) Unwrap() error { return e.cause }
