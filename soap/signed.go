package soap

import (
	"bytes"
	"encoding/xml"
	"io"
)

// A signature needs a message twice: once for its digest, once for whoever reads or gets it. What is in memory is read
// again there; what is larger is spooled first.

// Keep makes sure that the message can be read as often as it is asked for. What is not in memory is spooled, without
// being guarded: whoever reads it guards it. Close must be called. The errors are those of ReadAll and of the spool.
func (r *Request) Keep() error {
	if r.Complete || r.spool != nil || r.condensed != nil {
		return nil
	}
	if err := r.acquireTurn(); err != nil {
		return err
	}
	if err := r.beginSpool(); err != nil || r.unread == nil {
		return err
	}
	begun := int64(len(r.received))
	if _, err := io.Copy(io.Discard, io.LimitReader(r.unread, r.limits.Message-begun+1)); err != nil {
		return keepingError(err)
	}
	if r.spool.size > r.limits.Message {
		return tooLarge(r.limits.Message)
	}
	r.unread = io.NewSectionReader(r.spool, begun, r.spool.size-begun)
	r.expectedSize = r.spool.size
	return nil
}

// keepingError tells a failure of the spool from one of the caller's connection.
func keepingError(err error) error {
	if failed, ok := err.(*spoolError); ok { //nolint:errorlint // spoolingReader gives it as it is
		return failed
	}
	return interrupted(err)
}

// Original is the message as UTF-8 without byte order mark, as it came: before ProcessHeaders took out what was for the
// recipient. head goes up to the first element in Body, rest gives all behind it as often as it is called, guarded as
// it passes. Keep must have been called; both are of use until Close.
func (r *Request) Original() (head []byte, rest func() (io.Reader, error), err error) {
	if r.security.head != nil {
		return r.security.head, r.rest, nil
	}
	from, err := r.again()
	if err != nil {
		return nil, nil, err
	}
	return from.utf8[:from.guard.BodyStart], r.rest, nil
}

// Sendable is the message as Outgoing gives it, as UTF-8 without byte order mark, in the two pieces that Original has.
// length is how many bytes rest has; 0 where that is not known.
func (r *Request) Sendable(header xml.Name) (head []byte, rest func() (io.Reader, error), length int64, err error) {
	if err := r.Keep(); err != nil {
		return nil, nil, 0, err
	}
	from, err := r.again()
	if err != nil {
		return nil, nil, 0, err
	}
	edited, at := from.editedHead(header)
	begin := from.guard.BodyStart
	head = append(bytes.Clone(bytes.TrimPrefix(edited, []byte(utf8Mark))), from.utf8[at:begin]...)
	switch {
	case from.Complete:
		length = int64(len(from.utf8)) - begin
	case from.sharesReceived && !from.multipart:
		length = r.spool.size - int64(from.receivedOffset(begin))
	}
	return head, r.rest, length, nil
}

// rest is the message from the first element in Body on.
func (r *Request) rest() (io.Reader, error) {
	from, err := r.again()
	if err != nil {
		return nil, err
	}
	if from.Complete {
		return bytes.NewReader(from.utf8[from.guard.BodyStart:]), nil
	}
	s := from.stream()
	s.given = int(from.guard.BodyStart)
	return s, nil
}

// again is the message read to its head once more; r itself where all of it is in memory.
func (r *Request) again() (*Request, error) {
	if r.Complete {
		return r, nil
	}
	limits := r.limits
	limits.Acquire = nil // it has its turn
	from, err := ReadRequest(Sized(r.spool.Reader(), r.spool.size), r.contentType, limits)
	if err != nil {
		return nil, err
	}
	r.reread = append(r.reread, from)
	return from, nil
}
