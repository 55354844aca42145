package soap

import (
	"context"
	"io"
	"net/http"
	"strings"
	"time"

	"rivgate/soap/wire"
)

// Client sends SOAP messages and reads what is answered. The zero value is ready for use; a Client is shared and must
// not be copied.
type Client struct {
	wire.Client
	MaxAnswer int64  // bytes of an answer's body; default 15 MiB
	Folder    string // for the parts of an answer that are too large for memory; default the system's for temporary files

	buffers BufferPool
}

// Outgoing is one message to send. Its body is Body, or else Stream.
type Outgoing struct {
	URL string
	// without quotes; not used if Header has a SOAPAction, which is sent as it is, or not at all if it has no value
	SOAPAction  string
	ContentType string      // default "text/xml;charset=UTF-8"
	Header      http.Header // added; hop-by-hop headers, Accept-Encoding and Expect are left out
	Body        []byte
	// if it fails the request is broken off, and never whole. It is not read after Do has returned
	Stream  io.Reader
	Length  int64         // bytes of Stream if known; 0 means not
	Timeout time.Duration // default Client.Timeout
	// bytes of the answer to wait for; the caller reads what is longer from Reply.Rest and closes it. 0 means all
	WaitFor int64
	// bytes of the answer that are wanted: what is longer is not read, and Reply.Truncated says so. 0 means all
	ReadAtMost int64
}

// Do sends out and reads the answer, whatever its status: all of it, or as much as Outgoing.WaitFor says. Every error
// is a *SendError. It tries again as wire.Client does: only if nothing can have been sent.
func (c *Client) Do(ctx context.Context, out *Outgoing) (*Reply, error) {
	response, err := c.Client.Do(ctx, &wire.Request{
		URL: out.URL, Header: out.header(), Body: out.Body, Stream: out.Stream, Length: out.Length, Timeout: out.Timeout,
	})
	if err != nil {
		return nil, err
	}
	reply, failure := c.answer(response, out)
	if failure != nil {
		return nil, failure
	}
	return reply, nil
}

// header is what is sent beside the message.
func (o *Outgoing) header() http.Header {
	header := make(http.Header, len(o.Header)+3)
	for name, values := range o.Header {
		switch name = http.CanonicalHeaderKey(name); {
		case hopByHop(name), name == "Accept-Encoding", name == "Expect", name == "Host":
		default:
			header[name] = values
		}
	}
	header.Set("Content-Type", "text/xml;charset=UTF-8")
	if o.ContentType != "" {
		header.Set("Content-Type", o.ContentType)
	}
	if _, ok := header["Soapaction"]; !ok {
		header.Set("SOAPAction", `"`+strings.ReplaceAll(o.SOAPAction, `"`, "%22")+`"`)
	}
	if _, ok := header["User-Agent"]; !ok {
		header.Set("User-Agent", "Rivgate")
	}
	return header
}

// SendError is an exchange without a whole answer.
type SendError = wire.Error

// SendKind says what went wrong with sending.
type SendKind = wire.Kind

// PhaseConnect is the phase of a SendError before there was a connection.
const PhaseConnect = wire.PhaseConnect

// SendCodes are the codes of SendError.Diagnosis.
var SendCodes = wire.Codes

// The kinds of SendError that callers tell apart.
const (
	SendInvalid  = wire.KindInvalid
	SendConnect  = wire.KindConnect
	SendTLS      = wire.KindTLS
	SendReset    = wire.KindReset
	SendCanceled = wire.KindCanceled
	SendTooLarge = wire.KindTooLarge // the answer is above Client.MaxAnswer
	SendFailed   = wire.KindFailed   // the answer is no envelope, or its status does not fit
	SendBroken   = wire.KindBroken   // Outgoing.Stream failed
)
