package soap

import (
	"context"
	"fmt"
	"net/http"
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

// Invoke sends request as op and reads the answer as a Response. Errors: of the writing; of caller; ErrFault or a *Error
// where the answer is no response of op.
func Invoke[Response any](ctx context.Context, caller Caller, op Operation, to Endpoint, request any) (*Response, error) {
	envelope, err := Encode(op, to.LogicalAddress, request)
	if err != nil {
		return nil, err
	}
	answer, err := caller.Call(ctx, op, to, envelope)
	if err != nil {
		return nil, fmt.Errorf("calling %s: %w", op.Name, err)
	}
	response := new(Response)
	if err := DecodeResponse(op, answer, response); err != nil {
		return nil, fmt.Errorf("reading the answer of %s: %w", op.Name, err)
	}
	return response, nil
}
