package guard

import (
	"slices"
	"unicode/utf8"
)

// DepthChild is the depth of the children of Header and Body. Above it SOAP 1.1 allows elements only.
const DepthChild = 3

// NamespaceRegistry2 is the newer namespace of LogicalAddress, which the registry contracts of version 2 use.
const NamespaceRegistry2 = "urn:riv:infrastructure:itintegration:registry:2"

// Envelope is what the guard knows of the SOAP message so far.
type Envelope struct {
	header, body bool // seen
	closed       bool // the root has ended
	HeadRead     bool // the first child of Body has begun: all below but BodyEnd is known

	LogicalAddress, To *ReceiverHeader // nil while not seen
	capturing          *ReceiverHeader // that of them which is open
	OtherHeaders       int             // children of Header that name no receiver
	StrayReceiver      bool            // one of them is called as if it did, in another namespace
	Receiver, Profile  string          // the text of LogicalAddress and RIVTABP21, or else of To and RIVTABP20

	// The first child of Body: its namespace, its local name, and where it stands, from its < to behind its >.
	Contract, Operation string
	BodyStart, BodyEnd  int64
}

// ReceiverHeader is the text of a header that names a receiver.
type ReceiverHeader struct {
	text           []byte
	carriageReturn bool // the last literal character was one
	StartTag       Span
	EndTag         Span  // the same as StartTag for an empty element
	NameEnd        int64 // where the name in the start tag ends
}

// Span is a piece of the message in its UTF-8 form.
type Span struct{ Begin, End int64 }

// capture adds literal text, with line ends as XML reads them.
func (g *Guard) capture(text []byte) {
	c := g.capturing
	for _, b := range text {
		if b != '\n' || !c.carriageReturn {
			if b == '\r' {
				c.text = append(c.text, '\n')
			} else {
				c.text = append(c.text, b)
			}
		}
		c.carriageReturn = b == '\r'
	}
}

func (g *Guard) captureRune(r rune) {
	g.capturing.text = utf8.AppendRune(g.capturing.text, r)
	g.capturing.carriageReturn = false
}

// enter judges the element that begins at i and is already on the stack.
func (g *Guard) enter(i int, space, local []byte) error {
	switch depth := len(g.frames); {
	case depth == 1:
		return g.enterEnvelope(i, space, local)
	case depth == 2:
		return g.enterSection(i, space, local)
	case depth == DepthChild && g.body:
		return g.enterBody(i, space, local)
	case depth == DepthChild:
		return g.enterHeader(i, space, local)
	case g.capturing != nil:
		return g.refuse(i, "an element inside the receiver's header")
	}
	return nil
}

func (g *Guard) enterEnvelope(i int, space, local []byte) error {
	switch {
	case string(local) != "Envelope":
		return g.refuse(i, "the root element is not a SOAP Envelope")
	case string(space) == NamespaceEnvelope12:
		return g.refuseAs(VersionMismatch, i, "a SOAP 1.2 envelope")
	case string(space) != NamespaceEnvelope:
		return g.refuse(i, "the Envelope is not in the namespace of SOAP 1.1")
	}
	return nil
}

func (g *Guard) enterSection(i int, space, local []byte) error {
	own := string(space) == NamespaceEnvelope
	switch {
	case own && string(local) == "Header":
		if g.body {
			return g.refuse(i, "a Header after Body")
		}
		if g.header {
			return g.refuse(i, "a second Header")
		}
		g.header = true
	case own && string(local) == "Body":
		if g.body {
			return g.refuse(i, "a second Body")
		}
		g.body = true
	default:
		return g.refuse(i, "an element in Envelope that is neither Header nor Body")
	}
	return nil
}

// enterHeader looks for the two headers that name a receiver. All others pass: what their mustUnderstand asks of us is
// for Obey to see.
func (g *Guard) enterHeader(i int, space, local []byte) error {
	var slot **ReceiverHeader
	switch {
	case !namesReceiver(space, local):
	case string(local) == "To":
		slot = &g.To
	default:
		slot = &g.LogicalAddress
	}
	if slot == nil {
		g.OtherHeaders++
		g.StrayReceiver = g.StrayReceiver || string(local) == "LogicalAddress" || string(local) == "To"
		return nil
	}
	if *slot != nil {
		return g.refuse(i, "the receiver's header stands twice")
	}
	*slot = &ReceiverHeader{}
	g.capturing = *slot
	return nil
}

// receiverInBody says why stacks do that, too: they take the first part of the WSDL's message for the body, or all of
// its parts.
const receiverInBody = " stands in Body, where the contract's element belongs: the sender's stack put a part of the " +
	"WSDL's " +
	"message there that the binding has in soap:header; it must send that part in Header, and only the part " +
	"\"parameters\" in Body"

// namesReceiver tells the elements that name a receiver.
func namesReceiver(space, local []byte) bool {
	switch string(local) {
	case "LogicalAddress":
		return string(space) == NamespaceRegistry || string(space) == NamespaceRegistry2
	case "To":
		return string(space) == NamespaceAddressing
	}
	return false
}

// encoded tells an element beside the first one in Body that SOAP's encoding (SOAP 1.1 section 5) put there: others
// refer to it by its id.
func (g *Guard) encoded(local []byte) bool {
	return string(local) == "multiRef" ||
		slices.ContainsFunc(g.attributes, func(a attribute) bool { return string(a.name.raw(g.p)) == "id" })
}

func (g *Guard) enterBody(i int, space, local []byte) error {
	switch {
	case g.HeadRead && g.encoded(local):
		return g.refuse(i, "a second element in Body, as RPC/encoded messages have them: RIV-TA is document/literal")
	case g.HeadRead:
		return g.refuse(i, "a second element in Body")
	case !g.Answer && namesReceiver(space, local):
		return g.refuse(i, string(local)+receiverInBody)
	}
	g.Contract, g.Operation = string(space), string(local)
	g.BodyStart = g.offset + int64(i)
	if g.Answer {
		g.HeadRead = true
		return nil
	}
	chosen, profile := g.LogicalAddress, RIVTABP21
	if chosen == nil {
		chosen, profile = g.To, RIVTABP20
	}
	if chosen != nil {
		g.Receiver, g.Profile = string(chosen.text), profile
	}
	g.HeadRead = true
	return nil
}

// leave judges the end of the innermost element, which is still on the stack; its end tag is g.p[i:end].
func (g *Guard) leave(i, end int) error {
	switch depth := len(g.frames); {
	case depth == DepthChild:
		if g.capturing != nil {
			g.capturing.EndTag = Span{g.offset + int64(i), g.offset + int64(end)}
		}
		g.capturing = nil
		if g.HeadRead {
			g.BodyEnd = g.offset + int64(end)
		}
	case depth == 2 && g.body && !g.HeadRead:
		return g.refuse(i, "a Body without an element")
	case depth == 1 && !g.body:
		return g.refuse(i, "an Envelope without Body")
	case depth == 1:
		g.closed = true
	}
	return nil
}
