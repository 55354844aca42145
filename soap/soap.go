// Package soap is SOAP 1.1 over HTTP with the RIV-TA headers: the strict token guard, the reader that keeps an
// envelope byte for byte, faults, the server and the client.
//
// It does not know any contract, any catalogue or any VP code: it says what is wrong with a message, and the
// caller decides what that is called.
package soap

import "encoding/xml"

// Header names that every RIV-TA platform knows.
const (
	HeaderCorrelation      = "X-Skltp-Correlation-Id"
	HeaderProducerTime     = "X-Skltp-Prt"
	HeaderSender           = "X-Vp-Sender-Id"
	HeaderInstance         = "X-Vp-Instance-Id"
	HeaderOriginalConsumer = "X-Rivta-Original-Serviceconsumer-Hsaid"
	HeaderActingOnBehalfOf = "X-Rivta-Acting-On-Behalf-Of-Hsaid"
	HeaderRoutingHistory   = "X-Rivta-Routing-History"
)

// ContentType is the media type of every SOAP 1.1 message that Rivgate writes to a caller.
const ContentType = "text/xml; charset=UTF-8"

// Operation is one row of a generated operation table: one operation of one WSDL.
type Operation struct {
	Name       string     // local name of the operation, SendComplaint
	Contract   string     // responder namespace, the namespace of Request
	SOAPAction string     // as in the binding
	Profile    string     // RIVTABP20 or RIVTABP21
	Request    xml.Name   // root element of the request body
	Response   xml.Name   // root element of the response body
	Headers    []xml.Name // elements bound to soap:header in the request
	WSDL       string     // path of the WSDL below its pack, with forward slashes
}
