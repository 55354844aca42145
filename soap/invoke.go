package soap

import (
	"context"
	"fmt"
	"net/http"

	"rivgate/soap/codec"
)

// Endpoint is where a typed client sends to.
type Endpoint struct {
	URL            string
	LogicalAddress string      // HSA-id of the addressed unit
	Header         http.Header // beside those that every call has; nil for none
}

// Caller sends the request envelope of op to an endpoint and returns the envelope of the answer, fault or response.
// The error is about the way there and back: then there is no answer.
type Caller interface {
	Call(ctx context.Context, op Operation, to Endpoint, envelope []byte) ([]byte, error)
}

// Invoke sends request as op and reads the answer as a Response. Errors: of the writing; of caller; *Fault where the
// answer is one; *Error where it is no response of op.
func Invoke[Response any, P codec.Pointer[Response]](
	ctx context.Context, caller Caller, op Operation, to Endpoint, request codec.Value,
) (*Response, error) {
	envelope, err := Encode(op, to.LogicalAddress, request)
	if err != nil {
		return nil, err
	}
	answer, err := caller.Call(ctx, op, to, envelope)
	if err != nil {
		return nil, fmt.Errorf("calling %s: %w", op.Name, err)
	}
	response := new(Response)
	if err := DecodeResponse(op, answer, P(response)); err != nil {
		return nil, fmt.Errorf("reading the answer of %s: %w", op.Name, err)
	}
	return response, nil
}

var _ Caller = (*Client)(nil)

// Call sends once and is the envelope of the answer as UTF-8. Errors are those of Do, and *AnswerError.
func (c *Client) Call(ctx context.Context, op Operation, to Endpoint, envelope []byte) ([]byte, error) {
	reply, err := c.Do(ctx, &Outgoing{URL: to.URL, SOAPAction: op.SOAPAction, Header: to.Header, Body: envelope})
	if err != nil {
		return nil, err
	}
	switch kind := reply.Kind(); {
	case kind == Response && reply.Status == http.StatusOK,
		kind == FaultReply && (reply.Status == http.StatusOK || reply.Status == http.StatusInternalServerError):
		return reply.UTF8()
	}
	return nil, &AnswerError{Status: reply.Status}
}

// AnswerError is an answer that SOAP 1.1 does not allow: no envelope, or a status that does not fit it.
type AnswerError struct{ Status int }

func (e *AnswerError) Error() string {
	return fmt.Sprintf("HTTP status %d without a SOAP envelope that fits it", e.Status)
}

// Responder answers the envelope of a request, which is UTF-8, with that of a response.
type Responder func(ctx context.Context, envelope []byte) ([]byte, error)

var _ Handler = Responder(nil)

// ServeSOAP reads the request whole and answers it; its errors are those of ReadRequest and of r.
func (r Responder) ServeSOAP(ctx context.Context, call *Call) (*Answer, error) {
	req, err := ReadRequest(call.Body, call.ContentType, Limits{})
	if err != nil {
		return nil, err
	}
	if err := req.ReadAll(); err != nil {
		return nil, err
	}
	body, err := r(ctx, req.UTF8())
	if err != nil {
		return nil, err
	}
	return &Answer{Body: body}, nil
}

// Handle makes a Responder for op of f, which gets the logical address, blanks kept, and the decoded request. Errors of
// f are passed on as they are; a request that is none of op is *Error of kind Malformed.
func Handle[Request, Response any, In codec.Pointer[Request], Out codec.Pointer[Response]](op Operation,
	f func(ctx context.Context, to string, request *Request) (*Response, error),
) Responder {
	return func(ctx context.Context, envelope []byte) ([]byte, error) {
		request := new(Request)
		to, err := DecodeRequest(op, envelope, In(request))
		if err != nil {
			return nil, err
		}
		response, err := f(ctx, to, request)
		if err != nil {
			return nil, err
		}
		if response == nil {
			return nil, fmt.Errorf("writing %s: no value", op.Response.Local)
		}
		return EncodeResponse(op, Out(response))
	}
}
