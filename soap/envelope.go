package soap

import (
	"slices"
	"unicode/utf8"
)

// depthChild is the depth of the children of Header and Body. Above it SOAP 1.1 allows elements only.
const depthChild = 3

// namespaceRegistry2 is the newer namespace of LogicalAddress, which the registry contracts of version 2 use.
const namespaceRegistry2 = "urn:riv:infrastructure:itintegration:registry:2"

// envelope is what the guard knows of the SOAP message so far.
type envelope struct {
	header, body bool // seen
	closed       bool // the root has ended
	headRead     bool // the first child of Body has begun

	others             int       // children of Header that name no receiver
	logical, to        *captured // LogicalAddress and wsa:To; nil while not seen
	capturing          *captured // that of them which is open
	receiver, profile  string
	stray              bool // a header is called as one that names a receiver, and is in another namespace
	contract, opName   string
	bodyStart, bodyEnd int64 // the first child of Body
}

// captured is the text of a header that names a receiver.
type captured struct {
	text           []byte
	carriageReturn bool // the last literal character was one
	startTag       extent
	endTag         extent // the same as startTag for an empty element
	attributes     int64  // where the name in the start tag ends
}

// extent is a piece of the message in its UTF-8 form.
type extent struct{ begin, end int64 }

// capture adds literal text, with line ends as XML reads them.
func (g *guard) capture(text []byte) {
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

func (g *guard) captureRune(r rune) {
	g.capturing.text = utf8.AppendRune(g.capturing.text, r)
	g.capturing.carriageReturn = false
}

// enter judges the element that begins at i and is already on the stack.
func (g *guard) enter(i int, space, local []byte) error {
	switch depth := len(g.frames); {
	case depth == 1:
		return g.enterEnvelope(i, space, local)
	case depth == 2:
		return g.enterSection(i, space, local)
	case depth == depthChild && g.body:
		return g.enterBody(i, space, local)
	case depth == depthChild:
		return g.enterHeader(i, space, local)
	case g.capturing != nil:
		return g.refuse(i, "an element inside the receiver's header")
	}
	return nil
}

func (g *guard) enterEnvelope(i int, space, local []byte) error {
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

func (g *guard) enterSection(i int, space, local []byte) error {
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

// enterHeader looks for the two headers that name a receiver. All others pass: what their mustUnderstand asks of us is for Obey to see.
func (g *guard) enterHeader(i int, space, local []byte) error {
	var slot **captured
	switch {
	case !namesReceiver(space, local):
	case string(local) == "To":
		slot = &g.to
	default:
		slot = &g.logical
	}
	if slot == nil {
		g.others++
		g.stray = g.stray || string(local) == "LogicalAddress" || string(local) == "To"
		return nil
	}
	if *slot != nil {
		return g.refuse(i, "the receiver's header stands twice")
	}
	*slot = &captured{}
	g.capturing = *slot
	return nil
}

// receiverInBody says why stacks do that, too: they take the first part of the WSDL's message for the body, or all of its parts.
const receiverInBody = " stands in Body, where the contract's element belongs: the sender's stack put a part of the WSDL's " +
	"message there that the binding has in soap:header; it must send that part in Header, and only the part \"parameters\" in Body"

// namesReceiver tells the elements that name a receiver.
func namesReceiver(space, local []byte) bool {
	switch string(local) {
	case "LogicalAddress":
		return string(space) == NamespaceRegistry || string(space) == namespaceRegistry2
	case "To":
		return string(space) == NamespaceAddressing
	}
	return false
}

// encoded tells an element beside the first one in Body that SOAP's encoding (SOAP 1.1 section 5) put there: others refer to it by its id.
func (g *guard) encoded(local []byte) bool {
	return string(local) == "multiRef" || slices.ContainsFunc(g.attributes, func(a attribute) bool { return string(a.name.raw(g.p)) == "id" })
}

func (g *guard) enterBody(i int, space, local []byte) error {
	switch {
	case g.headRead && g.encoded(local):
		return g.refuse(i, "a second element in Body, as RPC/encoded messages have them: RIV-TA is document/literal")
	case g.headRead:
		return g.refuse(i, "a second element in Body")
	case !g.reply && namesReceiver(space, local):
		return g.refuse(i, string(local)+receiverInBody)
	}
	g.contract, g.opName = string(space), string(local)
	g.bodyStart = g.offset + int64(i)
	if g.reply {
		g.headRead = true
		return nil
	}
	chosen, profile := g.logical, RIVTABP21
	if chosen == nil {
		chosen, profile = g.to, RIVTABP20
	}
	if chosen != nil {
		g.receiver, g.profile = string(chosen.text), profile
	}
	g.headRead = true
	return nil
}

// leave judges the end of the innermost element, which is still on the stack; its end tag is g.p[i:end].
func (g *guard) leave(i, end int) error {
	switch depth := len(g.frames); {
	case depth == depthChild:
		if g.capturing != nil {
			g.capturing.endTag = extent{g.offset + int64(i), g.offset + int64(end)}
		}
		g.capturing = nil
		if g.headRead {
			g.bodyEnd = g.offset + int64(end)
		}
	case depth == 2 && g.body && !g.headRead:
		return g.refuse(i, "a Body without an element")
	case depth == 1 && !g.body:
		return g.refuse(i, "an Envelope without Body")
	case depth == 1:
		g.closed = true
	}
	return nil
}
