package soap

import (
	"encoding/xml"
	"fmt"
)

// Kind says what is wrong with a message that is refused before anybody looked at its contract.
type Kind int

// The kinds of Error. Each says which platform answer it deserves; the VP code itself is chosen by the caller.
const (
	Malformed       Kind = iota // not a proper SOAP 1.1 message, or not in a charset that is taken: Client fault
	NoReceiver                  // no LogicalAddress and no To, or a blank one: Client fault
	VersionMismatch             // a SOAP 1.2 envelope: VersionMismatch fault
	TooLarge                    // above Limits.Message: HTTP 413
	Unsupported                 // Content-Encoding or multipart: HTTP 415
	NotUnderstood               // a header block must be understood, and is not: MustUnderstand fault
	Interrupted                 // the caller's connection broke or was too slow: no answer can reach it
)

// Error is a refusal by the guard or the reader. Reason never holds content of the message: it may name elements of
// the SOAP envelope and positions, never text, and no name that the sender chose.
type Error struct {
	Kind   Kind
	Reason string
	Name   xml.Name // of what is NotUnderstood, as the sender wrote it: not for a log
	Line   int      // 1-based, in the UTF-8 form of the message; 0 when unknown
	Column int      // 1-based, in bytes
	Cause  error
}

func (e *Error) Error() string {
	if e.Line > 0 {
		return fmt.Sprintf("%s (line %d, column %d)", e.Reason, e.Line, e.Column)
	}
	return e.Reason
}

func (e *Error) Unwrap() error { return e.Cause }
