package wire

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"syscall"
	"time"

	"rivgate/routing/reach"
)

// Diagnosis says why something did not end as it should: a code, and the values that its words need. Who shows it has
// the words. It holds nothing of a message's content.
type Diagnosis struct {
	Code   string            `json:"code"`
	Values map[string]string `json:"values,omitempty"`
}

// Phase is how far an exchange came.
type Phase string

// The phases of an exchange.
const (
	PhaseConnect Phase = "connect" // no connection yet, or no TLS over it
	PhaseSend    Phase = "send"    // the request was being sent
	PhaseWait    Phase = "wait"    // the request was sent, and the head of the answer had not come
	PhaseRead    Phase = "read"    // the answer was being read
)

// Codes are the codes of Error.Diagnosis.
var Codes = []string{
	"address", "broken-off", "canceled", "too-large", "disk", "name-unknown", "name-timeout", "name-failed",
	"connect-refused", "connect-timeout", "connect-unreachable", "connect-failed", "connect-forbidden",
	"tls-timeout", "tls-none", "tls-expired", "tls-early", "tls-authority", "tls-name", "tls-certificate", "tls-refused",
	"tls-failed",
	"timeout-connect", "timeout-send", "timeout-wait", "timeout-read", "reset-send", "reset-wait", "reset-read",
	"closed-send", "closed-wait", "closed-read", "no-http",
}

// Diagnosis is why the exchange has no whole answer. Its values are of the connection: host, phase, certificates and
// times.
func (e *Error) Diagnosis() Diagnosis {
	switch e.Kind {
	case KindConnect:
		return e.connecting()
	case KindTLS:
		return e.handshake()
	case KindTimeout:
		return Diagnosis{"timeout-" + string(e.Phase), map[string]string{"after": seconds(e.After)}}
	case KindReset:
		return e.ended()
	case KindInvalid:
		return Diagnosis{Code: "address"}
	case KindBroken:
		return Diagnosis{Code: "broken-off"}
	case KindTooLarge:
		return Diagnosis{Code: "too-large"}
	case KindFailed:
		return Diagnosis{Code: "disk"}
	}
	return Diagnosis{Code: "canceled"}
}

func seconds(d time.Duration) string { return d.Round(time.Millisecond).String() }

// connecting tells the name, the connection and the time apart.
func (e *Error) connecting() Diagnosis {
	values := map[string]string{"host": e.Host}
	var name *net.DNSError
	var network net.Error
	switch {
	case forbidden(e.Cause):
		return Diagnosis{"connect-forbidden", values}
	case errors.As(e.Cause, &name) && name.IsNotFound:
		return Diagnosis{"name-unknown", values}
	case errors.As(e.Cause, &name) && name.IsTimeout:
		return Diagnosis{"name-timeout", values}
	case errors.As(e.Cause, &name):
		return Diagnosis{"name-failed", values}
	case errors.Is(e.Cause, syscall.ECONNREFUSED):
		return Diagnosis{"connect-refused", values}
	case errors.Is(e.Cause, syscall.EHOSTUNREACH) || errors.Is(e.Cause, syscall.ENETUNREACH):
		return Diagnosis{"connect-unreachable", values}
	case e.Timeout || errors.As(e.Cause, &network) && network.Timeout():
		return Diagnosis{"connect-timeout", map[string]string{"host": e.Host, "after": seconds(e.After)}}
	}
	return Diagnosis{"connect-failed", values}
}

// forbidden tells a refusal of Client.Reach. Which of its two it is would say where a name leads.
func forbidden(err error) bool {
	return errors.Is(err, reach.ErrNever) || errors.Is(err, reach.ErrOutside)
}

// handshake tells whose certificate was not taken, and what of it.
func (e *Error) handshake() Diagnosis {
	var invalid x509.CertificateInvalidError
	var authority x509.UnknownAuthorityError
	var name x509.HostnameError
	var record tls.RecordHeaderError
	switch {
	case errors.As(e.Cause, &invalid) && invalid.Reason == x509.Expired:
		c := invalid.Cert
		if time.Now().Before(c.NotBefore) {
			return Diagnosis{
				"tls-early",
				map[string]string{"subject": shownName(c.Subject.String()), "from": c.NotBefore.UTC().Format(time.DateOnly)},
			}
		}
		return Diagnosis{
			"tls-expired",
			map[string]string{"subject": shownName(c.Subject.String()), "until": c.NotAfter.UTC().Format(time.DateOnly)},
		}
	case errors.As(e.Cause, &authority):
		return Diagnosis{"tls-authority", certified(authority.Cert)}
	case errors.As(e.Cause, &name):
		names := slices.Clone(name.Certificate.DNSNames)
		for _, ip := range name.Certificate.IPAddresses {
			names = append(names, ip.String())
		}
		return Diagnosis{"tls-name", map[string]string{"host": name.Host, "names": shownName(strings.Join(names, ", "))}}
	case errors.As(e.Cause, &invalid):
		return Diagnosis{"tls-certificate", certified(invalid.Cert)}
	case errors.As(e.Cause, &record):
		return Diagnosis{"tls-none", map[string]string{"host": e.Host}}
	case e.Timeout:
		return Diagnosis{"tls-timeout", map[string]string{"host": e.Host, "after": seconds(e.After)}}
	}
	if alert := e.alert(); alert != "" {
		return Diagnosis{"tls-refused", map[string]string{"alert": alert}}
	}
	return Diagnosis{"tls-failed", map[string]string{"host": e.Host}}
}

// alert is the alert with which the other side ended TLS, in the words of RFC 8446 section 6; "" if it sent none.
func (e *Error) alert() string {
	var remote *net.OpError
	if errors.As(e.Cause, &remote) && remote.Op == "remote error" {
		return strings.TrimPrefix(remote.Err.Error(), "tls: ")
	}
	return ""
}

func certified(c *x509.Certificate) map[string]string {
	if c == nil {
		return nil
	}
	return map[string]string{"subject": shownName(c.Subject.String()), "issuer": shownName(c.Issuer.String())}
}

// shownName is what a certificate says of itself, short and without control characters.
func shownName(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, s)
	if r := []rune(s); len(r) > 100 {
		s = string(r[:100]) + "…"
	}
	return s
}

// ended tells a reset from a close, and from what is no HTTP.
func (e *Error) ended() Diagnosis {
	var operation *net.OpError
	switch {
	case errors.Is(e.Cause, io.EOF), errors.Is(e.Cause, io.ErrUnexpectedEOF):
		return Diagnosis{Code: "closed-" + string(e.Phase)}
	case errors.Is(e.Cause, syscall.ECONNRESET), errors.Is(e.Cause, syscall.EPIPE), errors.As(e.Cause, &operation):
		return Diagnosis{Code: "reset-" + string(e.Phase)}
	case e.Phase == PhaseWait || e.Phase == PhaseRead:
		return Diagnosis{Code: "no-http"}
	}
	return Diagnosis{Code: "reset-" + string(e.Phase)}
}
