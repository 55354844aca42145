package soap

import (
	"bytes"
	"encoding/xml"
	"strings"
)

// NoReceiverHeader is the reason of a message in which nothing looks like the name of a receiver.
const NoReceiverHeader = "neither LogicalAddress nor To in Header"

// CheckReceiver is nil where the message names its receiver. Else it is an *Error of Kind NoReceiver, which says where
// the name stands instead, if it does: stacks put it into Body, or into a namespace of their own.
func (r *Request) CheckReceiver() error {
	if strings.TrimSpace(r.Receiver) != "" {
		return nil
	}
	g := r.guard
	reason := NoReceiverHeader
	switch {
	case g.LogicalAddress != nil || g.To != nil:
		reason = "the receiver's header is blank"
	case g.StrayReceiver:
		reason = "the receiver's header is in another namespace than " + NamespaceRegistry + " for LogicalAddress or " +
			NamespaceAddressing + " for To"
	case r.addressInBody():
		reason = "LogicalAddress stands in Body: it belongs in Header"
	}
	return &Error{Kind: NoReceiver, Reason: reason}
}

// addressInBody tells whether what has been read of Body has an element LogicalAddress.
func (r *Request) addressInBody() bool {
	begun := r.utf8[min(r.guard.BodyStart, int64(len(r.utf8))):]
	if !bytes.Contains(begun, []byte("LogicalAddress")) {
		return false
	}
	d := lenient(begun)
	for {
		token, err := d.RawToken()
		if err != nil {
			return false
		}
		if start, ok := token.(xml.StartElement); ok && start.Name.Local == "LogicalAddress" {
			return true
		}
	}
}
