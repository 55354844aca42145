package inferred

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"rivgate/contracts"
	wire "rivgate/contracts/inferred/complaintsandfeedback"
	"rivgate/soap"
)

// Client sends messages in canonical terms, for simulators of the other side. It tries once: who repeats a message, and
// when, is the caller's to say.
type Client struct {
	SOAP *soap.Client // carries connections, keys and time-outs
}

// Do sends m to url as the operation that m is for, addressed to m.Receiver, with header beside those that every call
// has. A *soap.Fault is returned as it came, whatever the HTTP status; any other error is a *soap.SendError about the
// way there, or about an answer that is no response.
func (c Client) Do(ctx context.Context, url string, header http.Header,
	m *contracts.Message,
) (contracts.Receipt, error) {
	client := wire.Client{Caller: caller{c.SOAP}}
	to := soap.Endpoint{URL: url, LogicalAddress: m.Receiver, Header: header}
	if m.Update != nil {
		v, err := client.ReturnComplaint(ctx, to, writeReturn(m))
		if err != nil {
			return contracts.Receipt{}, bare(err)
		}
		return readReturnReceipt(v), nil
	}
	request, err := writeSend(m)
	if err != nil {
		return contracts.Receipt{}, err
	}
	v, err := client.SendComplaint(ctx, to, request)
	if err != nil {
		return contracts.Receipt{}, bare(err)
	}
	return readSendReceipt(v), nil
}

// caller lets the generated client send through a soap.Client.
type caller struct{ client *soap.Client }

var _ soap.Caller = caller{}

// Call sends once and gives the envelope that came back as UTF-8.
func (c caller) Call(ctx context.Context, op soap.Operation, to soap.Endpoint, envelope []byte) ([]byte, error) {
	reply, err := c.client.Do(ctx, &soap.Outgoing{
		URL: to.URL, SOAPAction: op.SOAPAction, Header: to.Header, Body: envelope,
	})
	if err != nil {
		return nil, err
	}
	switch reply.Kind() {
	case soap.Response, soap.FaultReply:
		return reply.UTF8()
	}
	return nil, fmt.Errorf("reading the answer: HTTP status %d without a SOAP envelope", reply.Status)
}

// bare is the fault in err without what is wrapped around it.
func bare(err error) error {
	var fault *soap.Fault
	if errors.As(err, &fault) {
		return fault
	}
	return err
}
