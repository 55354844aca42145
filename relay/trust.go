package relay

import (
	"crypto/x509"
	"net/netip"
)

// Trust says whom the line believes about who is calling.
type Trust struct {
	Proxies           []netip.Prefix // plain HTTP is taken from these alone
	CertificateHeader string         // header in which a proxy forwards the client's certificate
	ClientCA          *x509.CertPool // forwarded certificates must chain to it; nil: not checked
	OriginalConsumer  OriginalConsumer
}

// OriginalConsumer is the rule for the header x-rivta-original-serviceconsumer-hsaid.
type OriginalConsumer struct {
	AllowedSenders []string // who may set it; empty: all
	Enforce        bool     // others get VP013; else a warning in the log
}
