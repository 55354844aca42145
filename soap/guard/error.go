package guard

import (
	"encoding/xml"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Kind says what is wrong with a message that is refused before anybody looked at its contract.
type Kind int

// The kinds of Error. Each says which platform answer it deserves; the VP code itself is chosen by the caller.
const (
	Malformed       Kind = iota // not a proper SOAP 1.1 message, or not in a charset that is taken: Client fault
	NoReceiver                  // no LogicalAddress and no To, or a blank one: Client fault
	VersionMismatch             // a SOAP 1.2 envelope: VersionMismatch fault
	TooLarge                    // above Limits.Message: HTTP 413
	Unsupported                 // Content-Encoding or multipart: HTTP 415
	NotUnderstood               // a header block must be understood, and is not: MustUnderstand fault
	Interrupted                 // the caller's connection broke or was too slow: no answer can reach it
)

// Error is a refusal by the guard or the reader. Reason never holds content of the message: it may name elements of
// the SOAP envelope and positions, never text, and no name that the sender chose.
type Error struct {
	Kind    Kind
	Reason  string
	Name    xml.Name // of what is NotUnderstood, as the sender wrote it: not for a log
	Fact    Fact     // of what Decode refuses; "" elsewhere
	Element string   // that the fact is about, by the contract's or our own name for it; "" where the fact needs none
	Line    int      // 1-based, in the UTF-8 form of the message; 0 when unknown
	Column  int      // 1-based, in bytes
	Cause   error
}

func (e *Error) Error() string {
	if e.Line > 0 {
		return fmt.Sprintf("%s (line %d, column %d)", e.Reason, e.Line, e.Column)
	}
	return e.Reason
}

func (e *Error) Unwrap() error { return e.Cause }

// Fact is what Decode, or the unpacking of an answer, found wrong.
type Fact string

// The facts.
const (
	FactOtherElement     Fact = "other-element" // Body holds another element than Element
	FactNoElement        Fact = "no-element"
	FactNoEnvelope       Fact = "no-envelope"
	FactOtherEnvelope    Fact = "other-envelope" // an Envelope of another version of SOAP
	FactTwoElements      Fact = "two-elements"
	FactElementInText    Fact = "element-in-text"
	FactTextInElement    Fact = "text-in-element"
	FactUnknownAttribute Fact = "unknown-attribute" // in Element
	FactUnknownElement   Fact = "unknown-element"   // in Element
	FactMissing          Fact = "missing"           // Element is, or is in another namespace
	FactUnknownValue     Fact = "unknown-value"     // of Element
	FactBlanks           Fact = "blanks"            // around the value of Element
	FactEndsEarly        Fact = "ends-early"
	FactNotWellFormed    Fact = "not-well-formed"
	FactEndTag           Fact = "end-tag"
	FactDoctype          Fact = "doctype"
	FactDepth            Fact = "depth"
	FactAttributeTwice   Fact = "attribute-twice"
	FactPrefix           Fact = "prefix"
	FactName             Fact = "name"
	FactValue            Fact = "value" // that is no Element, the kind of value
	FactBase64           Fact = "base64"
	FactParts            Fact = "parts" // that are not XOP, or cannot be read
	FactCoding           Fact = "coding"
	FactGzip             Fact = "gzip"
	FactCharset          Fact = "charset"
)

// factReasons are the facts in words; ELEMENT stands for Error.Element.
var factReasons = map[Fact]string{
	FactOtherElement: "Body does not hold ELEMENT", FactNoElement: "no element in Body",
	FactNoEnvelope:    "not a SOAP 1.1 envelope",
	FactOtherEnvelope: "the envelope is not of SOAP 1.1", FactTwoElements: "more than one element in Body",
	FactElementInText: "an element where the contract has text", FactTextInElement: "text in ELEMENT",
	FactUnknownAttribute: "an attribute that the contract does not know in ELEMENT",
	FactUnknownElement:   "an element that the contract does not know, or once too often, in ELEMENT",
	FactMissing:          "ELEMENT is missing, or stands in another namespace",
	FactUnknownValue:     "ELEMENT has a value that the contract does not know",
	FactBlanks:           "ELEMENT has blanks around its value", FactEndsEarly: "the document ends too early",
	FactNotWellFormed: "not well-formed",
	FactEndTag:        "an end tag that does not fit", FactDoctype: "a document type declaration",
	FactDepth:          "nested too deep",
	FactAttributeTwice: "an attribute twice", FactPrefix: "an undeclared prefix",
	FactName:  "a name whose prefix is not declared",
	FactValue: "a value that is no ELEMENT", FactBase64: "a value that is no base64",
	FactParts:  "the answer is in parts that are not XOP (application/xop+xml)",
	FactCoding: "the answer's Content-Encoding is none that is taken",
	FactGzip:   "the answer says that it is gzip, and cannot be unpacked",
}

// NewFactError is the Error of a fact.
func NewFactError(fact Fact, element string) *Error {
	return &Error{
		Kind: Malformed, Fact: fact, Element: element, Reason: strings.ReplaceAll(factReasons[fact], "ELEMENT", element),
	}
}

// Facts are all of them, in no order.
func Facts() []Fact {
	return append(slices.Collect(maps.Keys(factReasons)), FactCharset)
}
