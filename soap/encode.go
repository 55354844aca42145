package soap

import (
	"encoding/xml"
	"errors"

	"rivgate/soap/codec"
)

// Encode writes the request envelope of op: the headers of op with logicalAddress as their text, and v as op.Request.
// The error is that of codec.WriteEnvelope.
func Encode(op Operation, logicalAddress string, v codec.Value) ([]byte, error) {
	return codec.WriteEnvelope(op.Headers, logicalAddress, op.Request, v)
}

// EncodeResponse writes the response envelope of op with v as op.Response. It has no header (RIV-TA BP 2.1).
func EncodeResponse(op Operation, v codec.Value) ([]byte, error) {
	return codec.WriteEnvelope(nil, "", op.Response, v)
}

// Decode reads the first element in the Body of envelope into v, whatever that element is called. Errors are *Fault
// where the envelope holds a fault, else those of codec.ReadEnvelope.
func Decode(envelope []byte, v codec.Value) error {
	_, err := decode(envelope, xml.Name{}, v)
	return err
}

// DecodeRequest is Decode for a request of op: its element must be op.Request.
// to is the text of the header that names the receiver, blanks kept; "" where op has none or the request lacks it.
func DecodeRequest(op Operation, envelope []byte, v codec.Value) (to string, err error) {
	headers, err := decode(envelope, op.Request, v)
	if len(op.Headers) > 0 {
		to = headers[op.Headers[0]]
	}
	return to, err
}

// DecodeResponse is Decode for a response of op: its element must be op.Response.
func DecodeResponse(op Operation, envelope []byte, v codec.Value) error {
	_, err := decode(envelope, op.Response, v)
	return err
}

func decode(envelope []byte, root xml.Name, v codec.Value) (headers map[xml.Name]string, err error) {
	headers, err = codec.ReadEnvelope(envelope, root, v)
	if !errors.Is(err, codec.ErrFault) {
		return headers, err
	}
	if fault, ok := ReadFault(envelope); ok {
		return nil, fault
	}
	return nil, &Fault{Code: CodeServer}
}
