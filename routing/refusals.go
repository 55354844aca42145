package routing

import (
	"net/netip"
	"strconv"
	"strings"
	"unicode"
)

// One constructor for each code, with the detailString that clients and monitors of RIV-TA platforms look for.

// NoSender is VP002: what was wrong with the client certificate, and in which header it came; "" for one of the
// connection itself.
func NoSender(what, header string) *Error {
	if header != "" {
		what += " HTTP header: " + header
	}
	return &Error{Code: VP002, Detail: what}
}

// NoReceiver is VP003: no logical address, or a blank one. why says what stands where it should; it must hold nothing
// of the message's content.
func NoReceiver(why string) *Error {
	return &Error{Code: VP003, Detail: "No receiverId (logical address) found in message header. " + why}
}

// NoRoute is VP004: no row for the contract and the receiver. White space in the receiver is pointed out.
func NoRoute(contract, receiver string) *Error {
	detail := "No receiverId (logical address) found for " + what(contract, receiver)
	if strings.ContainsFunc(receiver, unicode.IsSpace) {
		detail += ". Whitespace detected in incoming request!"
	}
	return &Error{Code: VP004, Detail: detail}
}

// UnsupportedProfile is VP005: the row has a profile that is neither RIVTABP20 nor RIVTABP21.
func UnsupportedProfile(contract, receiver string) *Error {
	return &Error{
		Code:   VP005,
		Detail: "No receiverId (logical address) with matching Riv-version found for " + what(contract, receiver),
	}
}

// SeveralRoutes is VP006: more than one row counts.
func SeveralRoutes(contract, receiver string) *Error {
	return &Error{
		Code:   VP006,
		Detail: "More than one receiverId (logical address) with matching Riv-version found for " + what(contract, receiver),
	}
}

// NoPermission is VP007: the sender may not call the contract at the receiver.
func NoPermission(contract, receiver, sender string) *Error {
	return &Error{
		Code: VP007, Detail: "Authorization missing for " + what(contract, receiver) + ", senderId: " + Shorten(sender),
	}
}

// NoCatalogue is VP008: there is no table to decide with.
func NoCatalogue() *Error {
	return &Error{
		Code: VP008, Detail: "No contact with TAK at startup, and no local cache to fallback on, not possible to route call",
	}
}

// ProducerFailed is VP009: no connection to the address, no TLS with it, or no proper answer. The reason is in words,
// without content.
func ProducerFailed(address, reason string) *Error {
	return &Error{Code: VP009, Detail: atProducer(address) + sentence(reason)}
}

// ProducerStatus is VP009: the producer answered with an HTTP status that carries no SOAP.
func ProducerStatus(address string, status int, reason string) *Error {
	return &Error{
		Code:   VP009,
		Detail: atProducer(address) + sentence(reason) + "\nVP_PRODUCER_EXCEPTION_HTTP_STATUS=" + strconv.Itoa(status),
	}
}

// ProducerTimeout is VP009: the producer did not answer in time.
func ProducerTimeout(address, reason string) *Error {
	return &Error{
		Code: VP009, Detail: atProducer(address) + "Timeout when waiting on response from producer. " + sentence(reason),
	}
}

// atProducer begins every detail of VP009: monitors look for it.
func atProducer(address string) string {
	return "Error connecting to service producer at address " + address + ". "
}

func sentence(reason string) string {
	if reason == "" {
		return ""
	}
	return strings.ToUpper(reason[:1]) + reason[1:] + "."
}

// NoAddress is VP010: the row that decides has no address.
func NoAddress(contract, receiver string) *Error {
	return &Error{
		Code: VP010, Detail: "Physical Address field is empty in Service Producer for " + what(contract, receiver),
	}
}

// NotTrusted is VP011: plain HTTP from a peer that is not a trusted proxy.
func NotTrusted(peer netip.Addr) *Error {
	return &Error{
		Code: VP011, Detail: "Caller was not on the white list of accepted IP-addresses. IP-address: " + peer.String(),
	}
}

// Internal is VP012: we failed ourselves. The cause is for the log; the caller is told nothing of it.
func Internal(cause error) *Error { return &Error{Code: VP012, Cause: cause} }

// NotOriginalConsumer is VP013: the sender may not say for whom it calls.
func NotOriginalConsumer() *Error {
	return &Error{Code: VP013, Detail: "Sender is not approved to set header x-rivta-original-serviceconsumer-hsaid."}
}

// Loop is VP014: the message has been here before.
func Loop() *Error { return &Error{Code: VP014} }

// NotSOAP is VP015: the request is not a proper SOAP 1.1 message. The reason must hold nothing of its content.
func NotSOAP(reason string) *Error { return &Error{Code: VP015, Detail: reason} }

// NotSigned is VP015 with a fault code of WS-Security: the message must be signed, and its signature is missing or not
// accepted. The caller is told no more; why stands in the cause.
func NotSigned(fault, detail string) *Error {
	return &Error{Code: VP015, Detail: detail, SOAP: fault, Text: "Anropets signatur saknas eller godtas inte."}
}

func what(contract, receiver string) string {
	return "serviceNamespace: " + Shorten(contract) + ", receiverId: " + Shorten(receiver)
}
