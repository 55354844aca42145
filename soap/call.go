package soap

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"net/netip"
)

// Handler answers SOAP calls. It is called from many goroutines.
type Handler interface {
	// ServeSOAP answers one call. ctx ends when the caller goes away. Exactly one of the results is used: a nil error
	// means that the Answer is sent as it is; an error is sent as the fault that Server.Faulter makes of it, with the
	// status of Server.Status. A panic is answered as an unknown error. Call.Body is of no use after the return.
	ServeSOAP(ctx context.Context, call *Call) (*Answer, error)
}

// Call is one POST below the server's path, before anybody looked into its body.
type Call struct {
	Peer        netip.AddrPort       // the other end of the connection, which may be a proxy
	TLS         *tls.ConnectionState // nil on plain HTTP
	Header      http.Header          // as received, nothing removed; the handler may change it
	Path        string               // below the server's path; begins with /
	URL         string               // that was called, as scheme, host and path; the host is what the caller says
	SOAPAction  string               // without quotes
	ContentType string
	Correlation string // the caller's X-Skltp-Correlation-Id if it is sane, else a new one; the answer has it already
	// Body is bounded in size and pace. Its errors are *Error: TooLarge above Server.MaxMessage, Interrupted when the
	// connection broke or was too slow.
	Body io.Reader
}

// Size is how many bytes the body has, or is said to have; 0 if that is not known.
func (c *Call) Size() int64 {
	if s, ok := c.Body.(interface{ Size() int64 }); ok {
		return s.Size()
	}
	return 0
}

// Answer is what goes back. Body is sent, or Stream where that is set; Stream is read to its end and closed. If it
// breaks, the connection is cut, so that the caller cannot take the answer for a whole one.
type Answer struct {
	Status int         // 0 means 200
	Header http.Header // added to the answer; Content-Type is set if it is not here. Hop-by-hop headers are left out
	Body   []byte
	Stream io.ReadCloser
}

// ErrorStatus is the HTTP status for an error: 413 and 415 for an *Error of Kind TooLarge and Unsupported, 408 for
// Interrupted, and 500 as for every SOAP fault (SOAP 1.1 section 6.2).
func ErrorStatus(err error) int {
	var own *Error
	if errors.As(err, &own) {
		switch own.Kind {
		case TooLarge:
			return http.StatusRequestEntityTooLarge
		case Unsupported:
			return http.StatusUnsupportedMediaType
		case Interrupted:
			return http.StatusRequestTimeout
		}
	}
	return http.StatusInternalServerError
}

// ErrorFault is the fault for an error, where Server.Faulter is not set.
func ErrorFault(err error) *Fault {
	var fault *Fault
	if errors.As(err, &fault) {
		return fault
	}
	var own *Error
	if !errors.As(err, &own) {
		return &Fault{Code: CodeServer, String: "Internt fel"}
	}
	if own.Kind == VersionMismatch {
		return &Fault{Code: CodeVersionMismatch, String: "Endast SOAP 1.1 stöds", Detail: own.Error()}
	}
	if own.Kind == NotUnderstood {
		return &Fault{Code: CodeMustUnderstand, String: "Ett SOAP-huvud med mustUnderstand stöds inte", Detail: own.Error()}
	}
	return &Fault{Code: CodeClient, String: "Anropet är inte ett korrekt SOAP 1.1-meddelande", Detail: own.Error()}
}
