package probe

import (
	"maps"

	"rivgate/routing"
)

// Facts of a connection test are named by these two, so that a test finds every code in the sources.
func found(code string, values ...string) routing.Fact { return routing.NewFact(code, values...) }

func todo(code string, values ...string) routing.Fact { return routing.NewFact(code, values...) }

// Results are the codes of Step.Found, and ProbeRemedies those of Step.ToDo, each with its words in English.
func Results() map[string]string { return maps.Clone(results) }

// Remedies are the codes of Step.ToDo with their words in English.
func Remedies() map[string]string { return maps.Clone(remedies) }

var results = map[string]string{
	"stays-here":      "{1} stays in this gateway: there is nothing to connect to",
	"no-url":          "the address is no URL",
	"url":             "{1}, host {2}, port {3}",
	"addresses":       "{1}",
	"connected":       "connected to {1}",
	"ping-unwritten":  "the ping could not be written",
	"ping-late":       "no answer within 10 seconds",
	"ping-cut":        "the connection ended without an answer",
	"ping-fault":      "it answers with a SOAP fault: the way is open, but the ping is not served at this address",
	"ping-status":     "it answers with HTTP status {1}",
	"ping-no-soap":    "the answer is no SOAP message",
	"ping-answered":   "it answers, version {1}",
	"ping-other":      "it answers with a SOAP message that is no answer to a ping",
	"tls-none":        "none: the address is plain http",
	"tls-gone":        "the connection was not made a second time",
	"tls-chain":       "{1}, certificate of {2}, issued by {3}",
	"tls-host":        "the certificate is for {1}",
	"ended":           "it ended on {1}",
	"valid":           "valid until {1}, {2} days",
	"valid-not-named": "valid until {1}, {2} days, but the system does not name its issuer among those it believes",
	"valid-not-asked": "valid until {1}, {2} days; the system asks for none",
	"own-none":        "the system asks for none, and we have none",
	"own-missing":     "the system asks for a certificate, and we have none",
	"own-unreadable":  "it cannot be read",
}

var remedies = map[string]string{
	"address":   "correct the address of the route",
	"host-name": "correct the host name in the address, or see to the name service of this machine",
	"firewall":  "ask for an opening in the firewalls between here and there, or correct host and port",
	"allowed": "correct the address, or have the gateway's administrator put the host or its network into " +
		"producer.allowed; what is link-local, multicast or a metadata service is never called",
	"running":     "see that the system is running, or correct host and port",
	"slow-system": "see what keeps the system from answering",
	"owners-log":  "if it happens after TLS, the system may not accept our certificate: ask its owner for the log",
	"nothing":     "nothing has to be done; a system that serves ping can be tested further",
	"status": "401 and 403: the system must let our certificate in; 404: correct the path of the address; " +
		"5xx: see the system's log",
	"other-service":    "correct the address: something else listens there",
	"ask-owner":        "ask the system's owner what listens there",
	"use-https":        "use https for all that leaves the house",
	"again":            "try again",
	"tls-versions":     "see that both sides allow TLS 1.2 or 1.3, and that the system accepts our certificate",
	"authority":        "put the issuer's authority into producer.tls.ca, or have the system send its whole chain",
	"certificate-name": "use a name of the certificate in the address, or have the certificate issued for this one",
	"clocks":           "see to the clocks of both machines",
	"renew-theirs":     "have the system's owner renew its certificate",
	"set-certificate":  "set producer.tls.certificate and producer.tls.key",
	"set-pem":          "set producer.tls.certificate to a PEM certificate",
	"renew-ours":       "renew producer.tls.certificate",
	"trust-issuer":     "have the system's owner trust {1}, or use a certificate from an authority that it names",
}
