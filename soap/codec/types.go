package codec

import (
	"encoding/hex"
	"encoding/xml"
	"strconv"
)

// The types that follow keep a value as it was written, because no Go type holds all values of theirs. White space
// around a value is not part of it.

// Decimal is a value of xs:decimal, of any length.
type Decimal string

// Integer is a value of xs:integer and of the unbounded types below it, such as xs:positiveInteger.
type Integer string

// Double is a value of xs:float and xs:double.
type Double string

// DateTime is a value of xs:dateTime, with or without zone.
type DateTime string

// Date is a value of xs:date, xs:gYear, xs:gYearMonth, xs:gMonth, xs:gMonthDay and xs:gDay.
type Date string

// Time is a value of xs:time.
type Time string

// Duration is a value of xs:duration.
type Duration string

// HexBinary is a value of xs:hexBinary, its letters as they were written.
type HexBinary string

// asWritten is one of the types above.
type asWritten interface{ written() *string }

func (v *Decimal) written() *string   { return (*string)(v) }
func (v *Integer) written() *string   { return (*string)(v) }
func (v *Double) written() *string    { return (*string)(v) }
func (v *DateTime) written() *string  { return (*string)(v) }
func (v *Date) written() *string      { return (*string)(v) }
func (v *Time) written() *string      { return (*string)(v) }
func (v *Duration) written() *string  { return (*string)(v) }
func (v *HexBinary) written() *string { return (*string)(v) }

// Int64 is the value of v; the error is that of strconv where i is no integer or too large.
func (v Integer) Int64() (int64, error) { return strconv.ParseInt(string(v), 10, 64) }

// Bytes is the value of v; the error is that of encoding/hex.
func (v HexBinary) Bytes() ([]byte, error) { return hex.DecodeString(string(v)) }

// Base64Binary is the value of xs:base64Binary: the bytes, not their encoding. It is written without line breaks.
type Base64Binary []byte

// QName is the value of xs:QName, resolved.
type QName struct{ Space, Local string }

// Enumeration is a type whose values are texts. contractgen writes the method.
type Enumeration interface {
	// XMLText is the value, to be read or set.
	XMLText() *string
}

// Nillable is an element that may be sent as xsi:nil="true". Value is the zero value then.
type Nillable[T any] struct {
	Nil   bool
	Value T
}

// nillable is a Nillable of whatever type.
type nillable interface {
	nilFlag() *bool
	value() any
}

func (n *Nillable[T]) nilFlag() *bool { return &n.Nil }
func (n *Nillable[T]) value() any     { return &n.Value }

// Any is one element that a wildcard (xs:any) of a contract let in: a tree with resolved names, without comments. It
// is how additions of a later minor version survive reading and writing (RIV-TA: a receiver of 1.0 must take 1.1).
type Any struct {
	Name xml.Name
	Content
}

// Content is the value of an element of xs:anyType or of mixed content, and of what is below a wildcard.
type Content struct {
	Attr     []xml.Attr // resolved names, no namespace declarations
	Bindings []Binding  // prefixes that Attr or the text directly below seem to use in a value, as xsi:type="p:T" does
	Children []Node
}

// Binding is a namespace declaration that a value needs. Prefix is empty for the default namespace.
type Binding struct{ Prefix, Space string }

// Node is text, or an element where Element is not nil.
type Node struct {
	Text    string
	Element *Any
}
