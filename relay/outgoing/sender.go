// Package outgoing sends envelopes to producers: with the headers that they may see, the receiver as their profile
// names it, and the time that their contract has.
//
// It does not know why an envelope is sent, and judges no answer.
package outgoing

import (
	"cmp"
	"context"
	"io"
	"net/http"
	"strings"
	"time"

	"rivgate/routing"
	"rivgate/soap"
)

// Instance is the identity of this gateway.
type Instance struct {
	ID    string // for x-vp-instance-id and the routing history
	Name  string // inside fault strings
	HSAID string // the gateway's own HSA-id: sender of the replies that people write here
}

// Sender sends envelopes to producers: the line's forwarding and the worker both use it.
type Sender struct {
	Client      *soap.Client
	Instance    Instance
	Timeouts    map[string]time.Duration // contract namespace → time for the producer's answer; else the client's
	Correlation bool                     // the correlation id goes to https producers too
	// Published tells whether the catalogue in use calls a host. Where it is set, a connection is only tested to such
	// a host; nil: wherever the client may call. What was accepted goes to the address that was fixed then.
	Published func(host string) bool
}

// MayTest tells whether the way to a host may be tested, before its name is looked up. An address that a test may not
// touch is answered alike, whatever is there.
func (s *Sender) MayTest(host string) bool {
	return s.Client.Reach.JudgeHost(host) == nil && (s.Published == nil || s.Published(host))
}

// Call is one envelope on its way to a producer.
type Call struct {
	Route       routing.Route
	Call        routing.Call
	SOAPAction  string // where Header has none: of a message that was written here; without quotes
	Correlation string
	Header      http.Header   // what the caller sent and may be passed on
	Body        []byte        // the envelope as UTF-8, or
	Stream      io.Reader     // the same, guarded as it passes
	Length      int64         // bytes of Stream; 0 if that is not known
	WaitFor     int64         // bytes of the answer to wait for; 0: all of it
	ReadAtMost  int64         // bytes of the answer that are wanted, the rest is not read; 0: all of it
	Extra       time.Duration // beyond the usual time for the producer's answer: a large message takes its time on the way
}

// Send sends p to its route's address and returns what came back, whatever it is. The error is *soap.SendError; Sent
// in it says whether the producer may have got the message.
func (s *Sender) Send(ctx context.Context, p Call) (*soap.Reply, error) {
	timeout := cmp.Or(s.timeout(p.Call.Contract), s.Client.Timeout)
	if timeout > 0 {
		timeout += p.Extra
	}
	return s.Client.Do(ctx, &soap.Outgoing{
		URL: p.Route.Address, SOAPAction: p.SOAPAction, ContentType: "text/xml;charset=UTF-8",
		Header: s.Headers(p), Body: p.Body, Stream: p.Stream, Length: p.Length, WaitFor: p.WaitFor, ReadAtMost: p.ReadAtMost,
		Timeout: timeout,
	})
}

// timeout is the time that is configured for a contract; 0 where none is.
func (s *Sender) timeout(contract string) time.Duration {
	if d, ok := s.Timeouts[contract]; ok {
		return d
	}
	for name, d := range s.Timeouts {
		if routing.SameContract(name, contract) {
			return d
		}
	}
	return 0
}

// isDropped tells headers of a caller that say something about its own connection, or that only we may set.
func isDropped(name string) bool {
	switch name {
	case "Accept-Encoding", "Authorization", "Client-Cert", "Client-Cert-Chain", "Connection", "Content-Encoding",
		"Content-Length", "Content-Type", "Cookie", "Expect", "Forwarded", "Host", "Keep-Alive", "Mime-Version",
		"Ssl-Client-Cert", "X-Amzn-Mtls-Clientcert", "X-Arr-Clientcert", "X-Client-Cert",
		"Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection", "Te", "Trailer", "Transfer-Encoding", "Upgrade",
		"Via",
		soap.HeaderSender, soap.HeaderInstance, soap.HeaderCorrelation, soap.HeaderProducerTime:
		return true
	}
	return strings.HasPrefix(name, "X-") &&
		(strings.HasPrefix(name, "X-Forwarded-") || strings.HasPrefix(name, "X-Vp-") || strings.HasPrefix(name, "X-Ssl-"))
}

// Headers is what a producer gets beside the envelope: to an http producer the sender and our instance, so that a node
// of ours believes it; never to an https producer, which sees our certificate.
func (s *Sender) Headers(p Call) http.Header {
	h := make(http.Header, len(p.Header)+3)
	for name, values := range p.Header {
		if !isDropped(name) {
			h[name] = values
		}
	}
	if _, ok := h["Soapaction"]; !ok && p.SOAPAction == "" {
		h["Soapaction"] = nil // none came, and none is invented
	}
	https := strings.HasPrefix(strings.ToLower(p.Route.Address), "https:")
	if !https {
		h.Set(soap.HeaderSender, p.Call.Sender)
		h.Set(soap.HeaderInstance, s.Instance.ID)
	}
	if !https || s.Correlation {
		h.Set(soap.HeaderCorrelation, p.Correlation)
	}
	return h
}
