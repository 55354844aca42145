// Package diagnosis says why an exchange with a producer failed: a code with values for what a call, an attempt or a
// connection test met, and its words in English.
//
// It does not know who asked, and what is done about it.
package diagnosis

import (
	"errors"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"rivgate/contracts"
	"rivgate/routing"
	"rivgate/soap"
	"rivgate/store"
)

// The codes of a diagnosis that arise here, beside soap.SendCodes and answer-FACT for each soap.Fact of an answer.
const (
	codeStatus           = "status"
	codeFault            = "fault"
	codeFaultWithoutCode = "fault-without-code"
	codeResult           = "result"
	codeEmpty            = "answer-empty"
	codePage             = "answer-page"
	codeCut              = "answer-cut"
	Stored               = "stored"
	Database             = "database"
	NoKey                = "no-key"
	Lease                = "lease"
	Ours                 = "ours"
)

// MostRead is how much of a receiver's answer is recorded, and so how much of it is read: a receipt is some
// hundred bytes.
const MostRead = 64 << 10

// ErrCut means that an answer is longer than MostRead, and that its result may stand behind the cut.
var ErrCut = errors.New("reading receipt: the kind of error is not in the part of the answer that was read")

// Codes are all codes that an attempt can be stored with. Whoever shows them has words for each.
func Codes() []string {
	codes := append(slices.Clone(soap.SendCodes), codeStatus, codeFault, codeFaultWithoutCode, codeResult, codeEmpty,
		codePage, codeCut,
		Stored, Database, NoKey, Lease, Ours)
	for _, fact := range soap.Facts() {
		codes = append(codes, "answer-"+string(fact))
	}
	return codes
}

// Explain is a diagnosis in English, for log, command line, API and fault. A value stands for its name in braces; ""
// for no diagnosis.
func Explain(d store.Diagnosis) string {
	return FillDiagnosis(diagnosisWords[d.Code], WithMeaning(d, platformWords[routing.Code(d.Values[valueVP])]))
}

// valueVP is the value of a diagnosis that holds the VPnnn of a platform further on.
const valueVP = "vp"

// WithMeaning is d with the words for its VPnnn among its values. Languages differ in them, so that they are not
// stored.
func WithMeaning(d store.Diagnosis, meaning string) store.Diagnosis {
	if meaning == "" {
		return d
	}
	d.Values = maps.Clone(d.Values)
	d.Values["meaning"] = meaning
	return d
}

// platformWords are what the codes of a platform further on mean, in English.
var platformWords = map[routing.Code]string{
	routing.VP001: "the platform sees no RIV-TA profile in the call",
	routing.VP002: "the platform finds no HSA-id in our certificate",
	routing.VP003: "the platform sees no logical address",
	routing.VP004: "the platform has no route for the logical address",
	routing.VP005: "the platform has a route with a profile that it does not support",
	routing.VP006: "the platform has more than one route for the logical address",
	routing.VP007: "the platform gives us no permission to call",
	routing.VP008: "the platform has no catalogue", routing.VP009: "the platform does not reach the receiving system",
	routing.VP010: "the platform has a route without an address",
	routing.VP011: "the platform takes no call without TLS from us",
	routing.VP012: "the platform had an error of its own",
	routing.VP013: "the platform does not let us name an original consumer",
	routing.VP014: "the platform has had the message before: the routes lead in a circle",
	routing.VP015: "the platform takes the message for no proper SOAP 1.1 message",
}

// FillDiagnosis puts the values of d into words. What is in brackets is left out where one of its values is missing.
func FillDiagnosis(words string, d store.Diagnosis) string {
	if words == "" {
		return d.Code
	}
	words = optional.ReplaceAllStringFunc(words, func(part string) string {
		for _, name := range named.FindAllString(part, -1) {
			if d.Values[strings.Trim(name, "{}")] == "" {
				return ""
			}
		}
		return part[1 : len(part)-1]
	})
	return named.ReplaceAllStringFunc(words, func(name string) string { return d.Values[strings.Trim(name, "{}")] })
}

var (
	named    = regexp.MustCompile(`\{[a-z]+\}`)
	optional = regexp.MustCompile(`\[[^\]]*\]`)
)

const answerAt = "[ (line {line}, column {column} of the answer)]"

// diagnosisWords are the codes in English.
var diagnosisWords = map[string]string{
	"address": "the address cannot be called", "broken-off": "the request was broken off by the gateway",
	"canceled":  "the caller gave up",
	"too-large": "the answer is larger than is taken", "disk": "the answer could not be kept: see the gateway's own disk",
	"name-unknown":        "the name in {host} has no address (DNS)",
	"name-timeout":        "no name server answered for {host} in time (DNS)",
	"name-failed":         "the name in {host} could not be looked up (DNS)",
	"connect-refused":     "the connection to {host} was refused: nobody listens there",
	"connect-timeout":     "no connection to {host} within {after}",
	"connect-unreachable": "there is no way to {host} in the network",
	"connect-failed":      "no connection to {host} could be made",
	"connect-forbidden":   "this gateway may not call {host}",
	"tls-timeout":         "the TLS handshake with {host} did not end within {after}",
	"tls-none":            "what listens at {host} does not speak TLS",
	"tls-expired":         "the certificate of {subject} expired on {until}",
	"tls-early":           "the certificate of {subject} is not valid before {from}",
	"tls-authority":       "the certificate[ of {subject}, issued by {issuer},] comes from an unknown authority",
	"tls-name":            "the certificate is not for {host}[, but for {names}]",
	"tls-certificate":     "the certificate[ of {subject}, issued by {issuer},] is not good for this",
	"tls-refused":         "the other side refused TLS: {alert}", "tls-failed": "no TLS with {host} could be agreed on",
	"timeout-connect": "no connection within {after}", "timeout-send": "the request could not be sent within {after}",
	"timeout-wait": "the request was sent, and no answer came within {after}",
	"timeout-read": "the answer began, and was not whole within {after}",
	"reset-send":   "the connection was reset while the request was being sent",
	"reset-wait":   "the connection was reset before an answer came",
	"reset-read":   "the connection was reset in the middle of the answer",
	"closed-send":  "the connection was closed while the request was being sent",
	"closed-wait":  "the connection was closed without an answer",
	"closed-read":  "the connection was closed in the middle of the answer", "no-http": "the answer is not HTTP",

	codeStatus:           "the answer has HTTP status {status} and no SOAP fault",
	codeFault:            "the answer is a SOAP fault with code {code}[, {vp}: {meaning}]",
	codeFaultWithoutCode: "the answer is a SOAP fault without a code that SOAP 1.1 knows[, {vp}: {meaning}]",
	codeResult:           "the receiver's result is {result}[, {kind}][, {sub}]", codeEmpty: "the answer is empty",
	codePage: "the answer is a page of HTML, not SOAP",
	codeCut:  "the answer is longer than the {read} bytes that are read of one, and its result does not stand in them",
	NoKey:    "the route asks for a signature, and the gateway has no key for signing (signature.key)",
	Stored:   "the stored message cannot be read", Database: "the database did not give the message",
	Lease: "the worker lost its lease, and broke off", Ours: "the answer could not be judged: see the log",

	"answer-other-element":     "Body of the answer does not hold {element}" + answerAt,
	"answer-no-element":        "Body of the answer is empty" + answerAt,
	"answer-no-envelope":       "the answer is not a SOAP envelope" + answerAt,
	"answer-other-envelope":    "the answer's envelope is not of SOAP 1.1" + answerAt,
	"answer-two-elements":      "Body of the answer holds more than one element" + answerAt,
	"answer-element-in-text":   "an element stands where the contract has text" + answerAt,
	"answer-text-in-element":   "text stands in {element}" + answerAt,
	"answer-unknown-attribute": "{element} has an attribute that the contract does not know" + answerAt,
	"answer-unknown-element":   "{element} has an element that the contract does not know, or one too many" + answerAt,
	"answer-missing":           "{element} is missing in the answer, or stands in another namespace",
	"answer-unknown-value":     "{element} has a value that the contract does not know",
	"answer-blanks":            "{element} has blanks around its value",
	"answer-ends-early":        "the answer ends too early" + answerAt,
	"answer-not-well-formed":   "the answer is not well-formed XML" + answerAt,
	"answer-end-tag":           "the answer has an end tag that does not fit" + answerAt,
	"answer-doctype":           "the answer has a document type declaration" + answerAt,
	"answer-depth":             "the answer is nested too deep" + answerAt,
	"answer-attribute-twice":   "the answer has an attribute twice" + answerAt,
	"answer-prefix":            "the answer has a prefix that is not declared" + answerAt,
	"answer-name":              "the answer has a name whose prefix is not declared" + answerAt,
	"answer-value":             "the answer has a value that is no {element}" + answerAt,
	"answer-base64":            "the answer has a value that is no base64" + answerAt,
	"answer-parts":             "the answer is in parts that are not XOP (application/xop+xml), or cannot be read",
	"answer-coding":            "the answer's Content-Encoding is none that is taken",
	"answer-gzip":              "the answer says that it is gzip, and cannot be unpacked",
	"answer-charset":           "the answer's charset is none that is taken, or not the one that it declares",
}

// Unsent is why an exchange has no answer.
func Unsent(err error) store.Diagnosis {
	var failed *soap.SendError
	if !errors.As(err, &failed) {
		return store.Diagnosis{Code: Ours}
	}
	return store.Diagnosis(failed.Diagnosis())
}

// Status is what a producer answered with an HTTP status that tells no more.
func Status(status int) store.Diagnosis {
	return store.Diagnosis{Code: codeStatus, Values: map[string]string{"status": strconv.Itoa(status)}}
}

// Unread is why an answer is not what it should be.
func Unread(answer *soap.Reply, err error) store.Diagnosis {
	var bad *soap.Error
	switch {
	case errors.Is(err, ErrCut):
		return store.Diagnosis{Code: codeCut, Values: map[string]string{"read": strconv.Itoa(MostRead)}}
	case errors.As(err, &bad) && (bad.Fact == soap.FactNoEnvelope || bad.Fact == soap.FactEndsEarly) &&
		answer.Kind() == soap.Empty:
		return store.Diagnosis{Code: codeEmpty}
	case errors.As(err, &bad) && bad.Fact != "" && answer.Truncated && bad.Fact != soap.FactCharset &&
		bad.Fact != soap.FactOtherElement:
		return store.Diagnosis{Code: codeCut, Values: map[string]string{"read": strconv.Itoa(MostRead)}}
	case answer.HTML():
		return store.Diagnosis{Code: codePage}
	case errors.As(err, &bad) && bad.Fact != "":
		values := map[string]string{}
		if bad.Element != "" {
			values["element"] = bad.Element
		}
		if bad.Line > 0 {
			values["line"], values["column"] = strconv.Itoa(bad.Line), strconv.Itoa(bad.Column)
		}
		return store.Diagnosis{Code: "answer-" + string(bad.Fact), Values: values}
	case answer.Kind() == soap.Empty:
		return store.Diagnosis{Code: codeEmpty}
	}
	return store.Diagnosis{Code: "answer-" + string(soap.FactNoEnvelope)}
}

// faultCode is a code that may be shown: a name of some length, with few digits, for a producer may write anything
// there.
var faultCode = regexp.MustCompile(`^[A-Za-z][A-Za-z_.-]{0,80}[0-9]{0,4}$`)

// Refused is what a fault says that may be shown: its code, and the VP code in its text.
func Refused(fault *soap.Fault) store.Diagnosis {
	_, local, own := strings.Cut(fault.Code, "}")
	if !own {
		local = fault.Code
	}
	values := map[string]string{}
	if vp := PlatformCode(fault.String); platformWords[routing.Code(vp)] != "" {
		values[valueVP] = vp
	}
	if !faultCode.MatchString(local) {
		return store.Diagnosis{Code: codeFaultWithoutCode, Values: values}
	}
	values["code"] = local
	return store.Diagnosis{Code: codeFault, Values: values}
}

// Answered is what a result with ERROR says that may be shown: its kind and a sub code that is known.
func Answered(result contracts.Result) store.Diagnosis {
	values := map[string]string{"result": contracts.ERROR}
	switch result.ErrorCode {
	case contracts.TechnicalError, contracts.ValidationError, contracts.ApplicationError:
		values["kind"] = result.ErrorCode
	}
	if contracts.KnownSubCode(result.SubCode) {
		values["sub"] = result.SubCode
	}
	return store.Diagnosis{Code: codeResult, Values: values}
}

// PlatformCode is the VPnnn that a platform further on put into its fault string; "" where there is none.
func PlatformCode(text string) string {
	i := strings.Index(text, "VP")
	if i < 0 || len(text) < i+5 {
		return ""
	}
	if _, err := strconv.Atoi(text[i+2 : i+5]); err != nil {
		return ""
	}
	return text[i : i+5]
}
