package relay

import (
	"cmp"
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
	Proxies []netip.Prefix // plain HTTP is taken from these alone
	// of the proxies, those over which another node of this gateway may call; none: all of them
	Internal          []netip.Prefix
	CertificateHeader string // header in which a proxy forwards the client's certificate; default x-vp-auth-cert
	// ClientCA is asked for each forwarded certificate, so that authorities can change: they must chain to it. Nil, or a
	// nil result: not checked.
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
	Source          netip.Addr // who called the first of the trusted proxies, for the log alone
	Sender          string     // HSA-id of the calling system, known before a byte of the body is read
	Unapproved      bool       // it names an original consumer and may not
	CaseVersion     int64      // a person's action: the version of the case that was seen
	AlreadyAccepted bool       // what it consists of was accepted before: today's limit of size is not for it
	FollowCode      string     // digest of the code by which a reporter without a number follows the new case
	MadeHere        bool       // by a person or the gateway, not received
	DryRun          bool       // it is judged alone: the log has no line of it

	Acquire func() (leave func(), err error) // as soap.Limits has it
}

// sender tells who is calling, from the connection and its headers alone, and leaves in the call's headers only what
// that caller may say. Refused with VP002, VP011 or VP014.
func (r *Relay) sender(call *soap.Call) (arrival, error) {
	a := arrival{Call: *call, Source: r.Trust.Source(call.Peer.Addr(), call.Header)}
	if a.Header == nil {
		a.Header = http.Header{}
	}
	internal, err := r.identify(&a)
	if err != nil {
		return a, err
	}
	r.Trust.removeClaims(a.Header)
	err = r.completeRoutingHeaders(&a, internal)
	removeConnectionHeaders(a.Header)
	return a, err
}

// removeClaims removes the headers in which proxies and nodes of a gateway say who calls. After identify nobody needs
// them, and whoever the call is sent on to must not believe them.
func (t *Trust) removeClaims(h http.Header) {
	for name := range h {
		if saysWhoCalls(name) || name == t.certificateHeader() {
			delete(h, name)
		}
	}
}

// saysWhoCalls tells whether a header is one in which platforms or proxies say who calls, in any of the spellings in
// use: X-Vp-Sender-Id, X-Ssl-Client-Cert, Ssl_Client_S_DN, X-Forwarded-Tls-Client-Cert, X-Client-Certificate,
// X-ARR-ClientCert. Some servers read _ as -, so both count.
func saysWhoCalls(name string) bool {
	name = strings.ReplaceAll(strings.ToLower(name), "_", "-")
	return strings.HasPrefix(name, "x-vp-") || strings.HasPrefix(name, "ssl-") || strings.HasPrefix(name, "x-ssl-") ||
		strings.Contains(name, "client-cert") || strings.Contains(name, "clientcert")
}

// removeConnectionHeaders removes the headers that a connection names as its own (RFC 9110 section 7.6.1). What the
// platform reads is not for a connection to take away.
func removeConnectionHeaders(h http.Header) {
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
	peer := a.Peer.Addr().Unmap()
	if !r.Trust.Trusts(peer) {
		return false, routing.NotTrusted(peer)
	}
	if id := a.Header.Get(soap.HeaderSender); id != "" &&
		slices.Contains(a.Header.Values(soap.HeaderInstance), r.Instance.ID) {
		stranger, believed := r.Trust.internal(peer, a.Header)
		switch {
		case believed && len(a.Header.Values(soap.HeaderSender))+len(a.Header.Values(soap.HeaderInstance)) > 2:
			// somebody added to what a node of ours says
			return false, routing.NoSender("the header stands more than once", strings.ToLower(soap.HeaderSender))
		case believed:
			a.Sender = id
			return true, nil
		case len(a.Header.Values(r.Trust.certificateHeader())) == 0:
			// Our instance id is no secret, for it stands in every routing history: whoever knows it is no node of ours yet.
			return false, routing.NotTrusted(stranger)
		}
	}
	a.Sender, err = r.Trust.forwarded(a.Header, r.Now(), &r.certificates)
	return false, err
}

// completeRoutingHeaders checks and completes the headers that tell where a call has been, and for whom it is made.
// Those of an internal call were checked by the node that took it; only the original consumer is added where it is
// missing.
func (r *Relay) completeRoutingHeaders(a *arrival, internal bool) error {
	if !internal {
		history := strings.Join(a.Header.Values(soap.HeaderRoutingHistory), "#") // a loop in a second one is a loop too
		for part := range strings.SplitSeq(history, "#") {
			if strings.TrimSpace(part) == r.Instance.ID {
				return routing.Loop()
			}
		}
		a.Header.Set(soap.HeaderRoutingHistory, cmp.Or(strings.TrimSpace(history), a.Sender)+"#"+r.Instance.ID)
	}

	rule := r.Trust.OriginalConsumer
	consumer := a.Header.Get(soap.HeaderOriginalConsumer)
	if consumer == "" {
		a.Header.Set(soap.HeaderOriginalConsumer, a.Sender)
		return nil
	}
	a.Header.Set(soap.HeaderOriginalConsumer, consumer) // one, however many there were
	a.Unapproved = !internal && len(rule.AllowedSenders) > 0 &&
		!slices.ContainsFunc(rule.AllowedSenders, func(id string) bool { return routing.SameHSAID(id, a.Sender) })
	return nil
}

// checkOriginalConsumer refuses with VP013 who names an original consumer and may not, or says so in the log where
// that is not enforced. A message that cannot be read is refused for that first, so this is no part of sender.
func (r *Relay) checkOriginalConsumer(a arrival) error {
	if !a.Unapproved {
		return nil
	}
	if r.Trust.OriginalConsumer.Enforce {
		return routing.NotOriginalConsumer()
	}
	r.Log.Warn("sender is not approved to set the original consumer", zap.String("labels.senderid", a.Sender),
		zap.String("trace.id", a.Correlation))
	return nil
}

func (t *Trust) certificateHeader() string {
	if t.CertificateHeader == "" {
		return "X-Vp-Auth-Cert"
	}
	return http.CanonicalHeaderKey(t.CertificateHeader)
}
