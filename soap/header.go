package soap

import (
	"bytes"
	"encoding/xml"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"rivgate/soap/guard"
)

// actorNext is the actor of whoever gets the message first (SOAP 1.1 section 4.2.2).
const actorNext = "http://schemas.xmlsoap.org/soap/actor/next"

// anonymous is the address of who waits for the answer on the connection (WS-Addressing 1.0, section 2.1).
const anonymous = NamespaceAddressing + "/anonymous"

// block is one child of Header (SOAP 1.1 section 4.2).
type block struct {
	guard.Span
	name           xml.Name
	actor          string
	mustUnderstand bool   // mustUnderstand
	credential     bool   // there is something of WS-Security or SAML in it
	address        []byte // of an endpoint of WS-Addressing; nil where there is none
	reading        bool   // it is being read
}

// isForRecipient tells a block that is addressed to the recipient of the message.
func (b *block) isForRecipient() bool { return b.actor == "" || b.actor == actorNext }

// isSecurity tells a WS-Security header.
func (b *block) isSecurity() bool { return b.name == securityName }

var securityName = xml.Name{Space: guard.NamespaceSecurity, Local: "Security"}

// security is the WS-Security header for the recipient that a message came with, and was taken out.
type security struct {
	mustUnderstand bool
	head           []byte // of the message as it came, up to the first element in Body; nil where there was none
}

// isUnderstood tells a block that the gateway understands. Answers go back on the connection and nowhere else.
func (b *block) isUnderstood() bool {
	endpoint := b.name.Local == "ReplyTo" || b.name.Local == "FaultTo"
	return b.name.Space == NamespaceAddressing &&
		(!endpoint || b.address == nil || string(bytes.TrimSpace(b.address)) == anonymous)
}

// ProcessHeaders does with the message's header blocks what its recipient must (SOAP 1.1 sections 4.2.2 and 4.2.3):
// one that is addressed to it, must be understood and is not known is an *Error of Kind NotUnderstood. Afterwards the
// blocks that were addressed to the recipient are not there any more, but for the one that names the receiver, nor is
// any credential of the caller, whomever it was for: Envelope, UTF8 and ContentType are those of a message that came
// without them. It is not for a message that is only passed on. After another error the request is of no use.
//
// judges says that whoever calls judges a WS-Security header by itself: it verifies Original, or refuses by
// RefuseSecurity what must be understood.
func (r *Request) ProcessHeaders(judges bool) error { return r.processHeaders(judges, false) }

// ProcessSecurity does the same with the WS-Security header for the recipient alone: of a message that is passed on,
// and whose signature is judged or made here.
func (r *Request) ProcessSecurity() error { return r.processHeaders(true, true) }

// RefuseSecurity is a *Error of Kind NotUnderstood where the message came with a WS-Security header for the recipient
// that must be understood.
func (r *Request) RefuseSecurity() error {
	if !r.security.mustUnderstand {
		return nil
	}
	return notUnderstood(securityName)
}

func notUnderstood(name xml.Name) error {
	return &Error{Kind: NotUnderstood, Name: name, Reason: "a header block with mustUnderstand is not understood here"}
}

func (r *Request) processHeaders(judges, securityOnly bool) error {
	g := r.guard
	if r.condensed != nil || g.OtherHeaders == 0 && (g.LogicalAddress == nil || g.To == nil) {
		return nil
	}
	receiver := g.LogicalAddress
	if receiver == nil {
		receiver = g.To
	}
	var cuts []guard.Span
	signed := false
	for _, b := range r.blocks() {
		if receiver != nil && b.Begin == receiver.StartTag.Begin {
			continue
		}
		mine := judges && b.isForRecipient() && b.isSecurity()
		switch {
		case mine:
			signed = true
			r.security.mustUnderstand = r.security.mustUnderstand || b.mustUnderstand
		case securityOnly:
			continue
		case b.isForRecipient() && b.mustUnderstand && !b.isUnderstood():
			return notUnderstood(b.name)
		}
		if b.isForRecipient() || b.credential {
			cuts = append(cuts, b.Span)
		}
	}
	if len(cuts) == 0 {
		return nil
	}
	if signed {
		r.security.head = bytes.Clone(r.utf8[:g.BodyStart])
	}
	return r.removeSpans(cuts)
}

// blocks are the children of Header, in their order.
func (r *Request) blocks() (all []block) {
	d := lenient(r.utf8[:r.guard.BodyStart])
	for depth := 0; ; {
		begin := d.InputOffset()
		token, err := d.Token()
		if err != nil {
			return all // it has passed the guard, and ends where Body begins
		}
		switch t := token.(type) {
		case xml.StartElement:
			if depth++; depth == guard.DepthChild {
				all = append(all, newBlock(begin, t))
			}
			if depth >= guard.DepthChild {
				all[len(all)-1].startElement(t)
			}
		case xml.EndElement:
			if depth >= guard.DepthChild {
				all[len(all)-1].endElement(t, d.InputOffset())
			}
			depth--
		case xml.CharData:
			if depth >= guard.DepthChild && all[len(all)-1].reading {
				all[len(all)-1].address = append(all[len(all)-1].address, t...)
			}
		}
	}
}

func newBlock(begin int64, start xml.StartElement) block {
	b := block{Span: guard.Span{Begin: begin}, name: start.Name}
	for _, a := range start.Attr {
		if a.Name.Space != NamespaceEnvelope {
			continue
		}
		switch value := strings.TrimSpace(a.Value); a.Name.Local {
		case "actor":
			b.actor = value
		case "mustUnderstand":
			b.mustUnderstand = value == "1" || value == "true" // the latter is SOAP 1.2's, and some stacks write it
		}
	}
	return b
}

var endpointAddress = xml.Name{Space: NamespaceAddressing, Local: "Address"}

// startElement notes an element of the block, itself included.
func (b *block) startElement(t xml.StartElement) {
	b.credential = b.credential || isSecurityNamespace(t.Name.Space)
	if t.Name == endpointAddress {
		b.reading, b.address = true, append(b.address, ' ')
	}
}

// endElement notes the end of one; that of the block itself comes last.
func (b *block) endElement(t xml.EndElement, at int64) {
	b.reading = b.reading && t.Name != endpointAddress
	b.End = at
}

// isSecurityNamespace tells the namespaces of WS-Security, of its drafts, and of SAML.
func isSecurityNamespace(space string) bool {
	return strings.HasPrefix(space, "http://docs.oasis-open.org/wss/") ||
		strings.HasPrefix(space, "urn:oasis:names:tc:SAML:") ||
		strings.HasPrefix(space, "http://schemas.xmlsoap.org/ws/") && strings.HasSuffix(space, "/secext")
}

// removeSpans takes pieces of the UTF-8 form out of the message, in the charset that it came in, and reads it again.
// What came in parts is one envelope from then on.
func (r *Request) removeSpans(cuts []guard.Span) error {
	source, place := r.received, r.receivedOffset
	if r.multipart {
		if r.Complete {
			source, place = r.utf8, func(at int64) int { return int(at) }
		}
		if err := r.spool.Close(); err != nil {
			return err
		}
		r.spool, r.multipart, r.contentType = nil, false, ContentType
	}
	left := make([]byte, 0, len(source))
	at := 0
	for _, c := range cuts {
		left = append(left, source[at:place(c.Begin)]...)
		at = place(c.End)
	}
	r.received, r.expectedSize = append(left, source[at:]...), 0
	r.utf8 = nil
	stray := r.guard.StrayReceiver
	defer func() { r.guard.StrayReceiver = stray }()
	r.guard.Reset(r.limits.guarded())
	if err := r.begin(r.contentType); err != nil {
		return err
	}
	if r.Complete {
		return r.finish()
	}
	return r.guardHead(len(r.received))
}

// receivedOffset is where in the bytes received something is that is at a place of the UTF-8 form, behind its XML
// declaration.
func (r *Request) receivedOffset(at int64) int {
	text := r.utf8[r.declared.text:at]
	switch r.bodyCharset {
	case guard.UTF8:
		return r.declared.raw + len(text)
	case guard.UTF16LE, guard.UTF16BE:
		units := 0
		for _, c := range string(text) {
			units += utf16.RuneLen(c)
		}
		return r.declared.raw + 2*units
	}
	return r.declared.raw + utf8.RuneCount(text)
}
