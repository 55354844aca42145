package soap

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"strings"

	"rivgate/soap/guard"
)

// Reply is what a producer answered, whatever it is: unpacked where it was compressed, and the envelope where it came
// in parts.
type Reply struct {
	Status int
	Header http.Header
	Body   []byte        // as received; the start of it where there is a Rest, or where it is Cut
	Rest   io.ReadCloser // what follows on Body, to be read and closed; nil where Body is all. Only with Outgoing.WaitFor
	// BodyFree says that nobody reads Outgoing.Body any more. With a Rest, that is not known.
	BodyFree bool

	Truncated bool // the answer is longer than Outgoing.ReadAtMost, and was not read to its end

	unreadable *Error      // why it could not be unpacked; nil where it could
	buffers    *BufferPool // of who read it; nil if that is nobody
}

// ReplyKind says what the body of a Reply is.
type ReplyKind int

// The kinds of Reply. A NotSOAP or Empty one is an error of the producer, as is any status but 200 and 500; Response
// and FaultReply are passed on as they are.
const (
	Response   ReplyKind = iota // a SOAP 1.1 envelope
	FaultReply                  // a SOAP 1.1 envelope with a Fault in Body
	Empty                       // nothing, or blanks
	NotSOAP                     // anything else
)

// Kind looks at the body up to the first element in Body. It is lenient, for others wrote it.
func (r *Reply) Kind() ReplyKind {
	if r.unreadable != nil {
		return NotSOAP
	}
	if len(bytes.TrimSpace(r.Body)) == 0 {
		return Empty
	}
	text, err := r.UTF8()
	if err != nil {
		return NotSOAP
	}
	if kind, ok := r.buffers.guardedKind(text); ok {
		return kind
	}
	return lenientKind(text)
}

// guardedKind is the kind of an envelope whose start passes the guard, as nearly all do: it is found without reading
// further than that. What does not pass may be an envelope all the same.
func (r *BufferPool) guardedKind(text []byte) (kind ReplyKind, ok bool) {
	g := r.guardPool().Get(guard.Limits{})
	defer r.guardPool().Put(g)
	g.StopAtBody, g.Answer = true, true
	if _, err := g.Feed(text[:min(len(text), firstRead)], false); err != nil || !g.HeadRead {
		return NotSOAP, false
	}
	if g.Contract == NamespaceEnvelope && g.Operation == "Fault" {
		return FaultReply, true
	}
	return Response, true
}

func lenientKind(text []byte) ReplyKind {
	d := lenient(text)
	if !enterElement(d, "Envelope") || !enterElement(d, "Body") {
		return NotSOAP
	}
	for {
		token, err := d.Token()
		if err != nil {
			return NotSOAP
		}
		switch t := token.(type) {
		case xml.EndElement:
			return Response
		case xml.StartElement:
			if t.Name == (xml.Name{Space: NamespaceEnvelope, Local: "Fault"}) {
				return FaultReply
			}
			return Response
		}
	}
}

// Fault is the fault in the body; false if it is not a FaultReply.
func (r *Reply) Fault() (*Fault, bool) {
	text, err := r.UTF8()
	if err != nil {
		return nil, false
	}
	return ReadFault(text)
}

// UTF8 is the body as UTF-8 without byte order mark, read in the charset that it says of itself as in a request. It
// shares Body where nothing is to be converted. The error is an *Error of Kind Malformed.
func (r *Reply) UTF8() ([]byte, error) {
	if r.unreadable != nil {
		return nil, r.unreadable
	}
	q := &Request{received: r.Body}
	err := q.begin(r.Header.Get("Content-Type"))
	if err == nil {
		err = q.convert(len(r.Body), !r.Truncated)
	}
	var own *Error
	if errors.As(err, &own) {
		own.Fact = guard.FactCharset
	}
	return q.utf8, err
}

// HTML tells whether the body is a page, as proxies and servers answer where no SOAP service is.
func (r *Reply) HTML() bool {
	start := strings.ToLower(string(bytes.TrimSpace(r.Body[:min(len(r.Body), 512)])))
	return strings.HasPrefix(start, "<html") || strings.HasPrefix(start, "<!doctype html")
}

// lenient reads UTF-8, whatever its declaration says.
func lenient(text []byte) *xml.Decoder {
	d := xml.NewDecoder(bytes.NewReader(text))
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	return d
}
