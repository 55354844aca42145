// Package inferred maps between the canonical case model and the wire form of the pack that Rivgate inferred.
//
// It knows the generated types of that pack. It does not judge a message, and it knows neither cases nor the network;
// Client and Handler serve the simulators and tests that speak the contracts from the other side.
package inferred

import (
	"errors"
	"fmt"

	"rivgate/contracts"
	wire "rivgate/contracts/inferred/complaintsandfeedback"
	"rivgate/soap"
	"rivgate/wsdl"
)

// Pack is the inferred contract pack. It has no state.
type Pack struct{}

var _ contracts.Pack = Pack{}

// The two operations by name.
const (
	sendComplaint   = "SendComplaint"
	returnComplaint = "ReturnComplaint"
)

// Name is the folder of the pack's files below wsdl.
func (Pack) Name() string { return wsdl.Inferred }

// Operations are SendComplaint and ReturnComplaint.
func (Pack) Operations() [2]soap.Operation {
	var pair [2]soap.Operation
	for _, op := range wire.Operations() {
		switch op.Name {
		case sendComplaint:
			pair[0] = op
		case returnComplaint:
			pair[1] = op
		}
	}
	return pair
}

var errNoMessage = errors.New("reading message: neither SendComplaint nor ReturnComplaint")

// Read maps a schema-valid UTF-8 envelope. Additions of a later minor version are not in the canonical model; they stay
// in the envelope.
func (p Pack) Read(envelope []byte) (*contracts.Message, error) {
	contract, receiver, err := soap.ReadHead(envelope)
	if err != nil {
		return nil, fmt.Errorf("reading message: %w", err)
	}
	pair := p.Operations()
	var m *contracts.Message
	switch contract {
	case pair[0].Contract:
		var v wire.SendComplaintType
		if err := soap.Decode(envelope, &v); err != nil {
			return nil, fmt.Errorf("reading message: %w", err)
		}
		m, err = readSend(&v)
	case pair[1].Contract:
		var v wire.ReturnComplaintType
		if err := soap.Decode(envelope, &v); err != nil {
			return nil, fmt.Errorf("reading message: %w", err)
		}
		m, err = readReturn(&v)
	default:
		return nil, errNoMessage
	}
	if err != nil {
		return nil, err
	}
	m.Receiver = receiver
	return m, nil
}

// Write maps m to an envelope addressed to m.Receiver. Equal messages give equal bytes.
func (p Pack) Write(m *contracts.Message) ([]byte, error) {
	pair := p.Operations()
	if m.Update != nil {
		return soap.Encode(pair[1], m.Receiver, writeReturn(m))
	}
	v, err := writeSend(m)
	if err != nil {
		return nil, err
	}
	return soap.Encode(pair[0], m.Receiver, v)
}
