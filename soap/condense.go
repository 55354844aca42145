package soap

import (
	"errors"
	"fmt"
	"io"

	"rivgate/soap/guard"
)

// Condensed is the message as Condense left it; nil where it did not run.
func (r *Request) Condensed() *Condensed { return r.condensed }

// Condense reads the rest of the message and guards it, as ReadAll does, but does not keep the text of files: memory is bounded by Limits.Beside.
// Afterwards Condensed has it, and Close must be called. The errors are those of ReadAll, those of the spool and those of who gets Bytes; the request
// is of no use after one but for Close.
func (r *Request) Condense(o Condensing) error {
	var c *guard.Condenser
	if r.Complete {
		g := guard.New(r.limits.guarded())
		c = g.Condense(o, r.limits.Beside, nil)
		if _, err := g.Feed(r.utf8, true); err != nil {
			return err
		}
	} else {
		s := r.stream()
		c = r.guard.Condense(o, r.limits.Beside, r.utf8[:r.guard.Offset()])
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
	var failed *copyError
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

// BeginSpool spools what is received, and what is still to come. It does nothing where that is so already.
func (r *Request) BeginSpool() (err error) {
	if r.spool != nil {
		return nil
	}
	if r.spool, err = NewSpool(r.limits.Folder); err != nil {
		return err
	}
	if _, err = r.spool.Write(r.received); err == nil && r.rest != nil {
		r.rest = &copying{from: r.rest, to: r.spool}
	}
	return err
}

// Spool is the message byte for byte as it was received, where it was spooled: after BeginSpool, or because it came in parts; else nil.
func (r *Request) Spool() *Spool { return r.spool }

// Close lets go of Spool, and of what the request was read with: nothing but what it has handed out may be used after it. A nil Request may be closed.
func (r *Request) Close() error {
	if r == nil {
		return nil
	}
	if r.Complete && r.own && r.spool == nil && r.condensed == nil && r.guard != nil {
		r.limits.Rooms.guardPool().Put(r.guard)
		r.guard = nil
	}
	return errors.Join(r.spool.Close(), r.parts.Close())
}

// copying copies what is read.
type copying struct {
	from io.Reader
	to   io.Writer
}

func (c *copying) Read(p []byte) (int, error) {
	n, err := c.from.Read(p)
	if _, failed := c.to.Write(p[:n]); failed != nil {
		return n, &copyError{failed}
	}
	return n, err
}

// copyError is a failure of ours, not of the connection that the message comes on.
type copyError struct{ cause error }

func (e *copyError) Error() string { return fmt.Sprintf("keeping a message: %v", e.cause) }
func (e *copyError) Unwrap() error { return e.cause }
