package store

import (
	"io"
	"time"

	"rivgate/routing"
)

// Key identifies a message for idempotency. Its uniqueness is a constraint of the database.
type Key struct {
	Sender    string // HSA-id of the sending system, in upper case
	Contract  string // responder namespace
	MessageID string // "root|extension" of the message id; for contracts without one, an id of ours
}

// Message is one message on its way through the line, ready to be accepted. It never changes after that.
type Message struct {
	ID          string // ours, a UUID version 7
	Key         Key
	Call        routing.Call
	Route       routing.Route // frozen at accept
	Correlation string        // of the call that brought it
	SOAPAction  string
	ContentType string              // as received; with the BOM of Envelope it tells the charset
	Headers     map[string][]string // of the call, that go on to the receiver; nil: none, or none were kept
	Envelope    []byte              // byte for byte as received
	Body        Body                // the same, where it is too large for memory: then Envelope is nil
	Received    time.Time           // UTC
	Event       *Event              // what it means for its case; nil for durable contracts that are not complaints
}

// Body is an envelope that is not in memory. It is read by one goroutine at a time, perhaps more than once, and must
// stay until Accept has returned; if it is gone before, nothing is stored.
type Body interface {
	io.ReaderAt
	Size() int64
}

// size is how many bytes the envelope has.
func (m *Message) size() int {
	if m.Body != nil {
		return int(m.Body.Size())
	}
	return len(m.Envelope)
}

// Receipt is what an accepted message is answered with. It is stored with the message, so that a repeat gets the same
// answer.
type Receipt struct {
	MessageID  string // Message.ID
	LogID      string // Message.Correlation
	Received   time.Time
	CaseID     string // ours; "" without a case
	Case       Ref    // 1177's id of the case
	External   Ref    // the handling system's id, where it is known
	OutOfOrder bool   // a gap in the sequence numbers: stored, not yet applied
}

// Accepted is the outcome of Accept.
type Accepted struct {
	Receipt
	Repeat bool // the key was there before: Receipt is the first answer, nothing was changed
	// the first message's envelope; only with Repeat, for comparing the content; nil where it is kept in pieces:
	// OpenEnvelope reads it
	Envelope []byte
}
