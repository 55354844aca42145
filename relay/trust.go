package relay

import (
	"crypto/x509"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"go.uber.org/zap"

	"rivgate/routing"
	"rivgate/soap"
)

// Trust says whom the line believes about who is calling.
type Trust struct {
	Proxies           []netip.Prefix // plain HTTP is taken from these alone
	CertificateHeader string         // header in which a proxy forwards the client's certificate; default x-vp-auth-cert
	// ClientCA is asked for each forwarded certificate, so that authorities can change: they must chain to it. Nil, or a nil result: not checked.
	ClientCA         func() *x509.CertPool
	OriginalConsumer OriginalConsumer
}

// OriginalConsumer is the rule for the header x-rivta-original-serviceconsumer-hsaid.
type OriginalConsumer struct {
	AllowedSenders []string // who may set it; empty: all
	Enforce        bool     // others get VP013; else a warning in the log
}

// arrival is one message at the head of the line, wherever it came from.
type arrival struct {
	soap.Call
	Source      netip.Addr // who called the first of the trusted proxies, for the log alone
	Sender      string     // HSA-id of the calling system, known before a byte of the body is read
	CaseVersion int64      // a person's action: the version of the case that was seen
	Taken       bool       // what it consists of was accepted before: today's limit of size is not for it
}

// sender tells who is calling, from the connection and its headers alone, and leaves in the call's headers only what
// that caller may say. Refused with VP002, VP011, VP013 or VP014.
func (r *Relay) sender(call *soap.Call) (arrival, error) {
	a := arrival{Call: *call, Source: r.Trust.source(call)}
	if a.Header == nil {
		a.Header = http.Header{}
	}
	internal, err := r.identify(&a)
	if err != nil {
		return a, err
	}
	for _, name := range []string{soap.HeaderSender, soap.HeaderInstance, r.Trust.certificateHeader()} {
		a.Header.Del(name)
	}
	if !internal {
		err = r.journey(&a)
	}
	dropHops(a.Header)
	return a, err
}

// dropHops removes the headers that a connection names as its own (RFC 9110 section 7.6.1). What the platform reads is not for a
// connection to take away.
func dropHops(h http.Header) {
	for _, list := range h.Values("Connection") {
		for name := range strings.SplitSeq(list, ",") {
			name = http.CanonicalHeaderKey(strings.TrimSpace(name))
			if !strings.HasPrefix(name, "X-Rivta-") && name != "Content-Type" {
				h.Del(name)
			}
		}
	}
}

// identify finds the HSA-id of the caller. A call with our own instance id comes from another node of this gateway.
func (r *Relay) identify(a *arrival) (internal bool, err error) {
	if a.TLS != nil {
		if len(a.TLS.PeerCertificates) == 0 {
			return false, routing.NoSender("no client certificate in the TLS handshake", "")
		}
		a.Sender, err = certificateHSAID(a.TLS.PeerCertificates[0], "")
		return false, err
	}
	if peer := a.Peer.Addr().Unmap(); !r.Trust.trusted(peer) {
		return false, routing.NotTrusted(peer)
	}
	if id := a.Header.Get(soap.HeaderSender); id != "" && slices.Contains(a.Header.Values(soap.HeaderInstance), r.Instance.ID) {
		if len(a.Header.Values(soap.HeaderSender))+len(a.Header.Values(soap.HeaderInstance)) > 2 { // somebody added to what a node of ours says
			return false, routing.NoSender("the header stands more than once", strings.ToLower(soap.HeaderSender))
		}
		a.Sender = id
		return true, nil
	}
	a.Sender, err = r.Trust.forwarded(a.Header, r.Now(), &r.certificates)
	return false, err
}

// journey checks and completes the headers that tell where a call has been.
func (r *Relay) journey(a *arrival) error {
	history := strings.Join(a.Header.Values(soap.HeaderRoutingHistory), "#") // a loop in a second one is a loop too
	if slices.Contains(strings.Split(history, "#"), r.Instance.ID) {
		return routing.Loop()
	}
	if history == "" {
		history = a.Sender
	}
	a.Header.Set(soap.HeaderRoutingHistory, history+"#"+r.Instance.ID)

	rule := r.Trust.OriginalConsumer
	consumer := a.Header.Get(soap.HeaderOriginalConsumer)
	if consumer == "" {
		a.Header.Set(soap.HeaderOriginalConsumer, a.Sender)
		return nil
	}
	a.Header.Set(soap.HeaderOriginalConsumer, consumer) // one, however many there were
	allowed := len(rule.AllowedSenders) == 0 ||
		slices.ContainsFunc(rule.AllowedSenders, func(id string) bool { return routing.SameHSAID(id, a.Sender) })
	if allowed {
		return nil
	}
	if rule.Enforce {
		return routing.NotOriginalConsumer()
	}
	r.Log.Warn("sender is not approved to set the original consumer", zap.String("labels.senderid", a.Sender),
		zap.String("trace.id", a.Correlation))
	return nil
}

func (t *Trust) trusted(peer netip.Addr) bool {
	return slices.ContainsFunc(t.Proxies, func(p netip.Prefix) bool { return p.Contains(peer) })
}

// source is the address that a call came from: the peer, or where that is a trusted proxy what X-Forwarded-For says, read from the right for
// as long as it names trusted proxies. What is no address ends the reading, for whoever wrote it is not to be believed further.
func (t *Trust) source(call *soap.Call) netip.Addr {
	source := call.Peer.Addr().Unmap()
	hops := strings.Split(strings.Join(call.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		if !t.trusted(source) {
			break
		}
		before, ok := hopAddress(hop)
		if !ok {
			break
		}
		source = before
	}
	return source
}

// hopAddress reads one hop of X-Forwarded-For: an address, which some proxies write with a port or in brackets.
func hopAddress(hop string) (netip.Addr, bool) {
	hop = strings.TrimSpace(hop)
	if withPort, err := netip.ParseAddrPort(hop); err == nil {
		return withPort.Addr().Unmap(), true
	}
	address, err := netip.ParseAddr(strings.Trim(hop, "[]"))
	return address.Unmap(), err == nil
}

func (t *Trust) certificateHeader() string {
	if t.CertificateHeader == "" {
		return "X-Vp-Auth-Cert"
	}
	return http.CanonicalHeaderKey(t.CertificateHeader)
}
