package relay

import (
	"errors"
	"net/http"

	"rivgate/contracts"
	"rivgate/contracts/identity"
	"rivgate/routing"
	"rivgate/soap"
	"rivgate/store"
)

// outlet writes an error to the outlet that its type names, never to the other: *contracts.Error → a result in the
// contract's own response element, anything else → a SOAP fault.
func (r *Relay) outlet(o outcome, a arrival, err error) (*soap.Answer, error) {
	if err == nil {
		return o.Answer, nil
	}
	if refused := o.refused(err); refused != nil {
		refused = refused.In(o.Contract.Request.Local)
		body, writing := o.Contract.WriteReceipt(contracts.Receipt{Result: refused.Result(a.Correlation)})
		if writing == nil {
			return response(body), nil
		}
		err = errors.Join(writing, err)
	}
	if errors.Is(err, store.ErrBusy) {
		busy := response(r.Fault(err).Envelope())
		busy.Status = http.StatusServiceUnavailable
		busy.Header.Set("Retry-After", retryAfterSeconds)
		return busy, nil
	}
	return nil, err
}

// retryAfterSeconds is after how many seconds a caller may come back that was one too many.
const retryAfterSeconds = "5"

// Fault is the SOAP fault of an error that left the line: the one place where a *routing.Error becomes a fault. What is
// not a *routing.Error is our own failure: VP012 with nothing inside.
func (r *Relay) Fault(err error) *soap.Fault {
	var refused *routing.Error
	if !errors.As(err, &refused) {
		refused = routing.Internal(err)
		var bad *soap.Error
		if errors.As(err, &bad) {
			errors.As(readRefusal(err), &refused)
		}
	}
	code, text, detail := refused.Fault(r.Instance.Name)
	var bad *soap.Error
	if errors.As(err, &bad) {
		switch bad.Kind {
		case soap.VersionMismatch:
			code = soap.CodeVersionMismatch
		case soap.NotUnderstood:
			code = soap.CodeMustUnderstand
		}
	}
	// a caller's own words may stand in both
	return &soap.Fault{Code: code, String: identity.Hide(text), Detail: identity.Hide(detail)}
}

// answer is the receipt of an accepted message, in its contract's own response element. It is made of what the store
// keeps alone, so a repeat gets the same bytes. A contract without a known receipt is answered 202 without a body.
func (r *Relay) answer(o outcome) (*soap.Answer, error) {
	if o.Contract == nil || !o.Contract.Complaints {
		return &soap.Answer{Status: http.StatusAccepted}, nil
	}
	got := o.Accepted.Receipt
	receipt := contracts.Receipt{Result: contracts.Accepted(got.LogID)}
	switch {
	case got.OutOfOrder:
		receipt.Result = contracts.OutOfOrder(got.LogID)
	case o.Kind == store.EventNewCase && got.Case == (store.Ref{}):
		receipt.Result = contracts.Result{
			Code: contracts.INFO, LogID: got.LogID,
			Message: "Ärendet är mottaget och skickas till 1177. Ärendets id kommer när 1177 har svarat.",
		}
	case o.Kind == store.EventNewCase:
		receipt.CaseID = &contracts.II{Root: got.Case.Root, Extension: got.Case.Extension}
	}
	if o.Contract.Send() {
		receipt.ReceivedTime = contracts.NewStamp(got.Received)
		if o.Route.Via == routing.Inbox {
			receipt.ExternalCaseID = &contracts.II{Root: r.Instance.HSAID, Extension: got.CaseID}
		}
	}
	body, err := o.Contract.WriteReceipt(receipt)
	return response(body), err
}

// response is a SOAP response that is ours.
func response(body []byte) *soap.Answer {
	return &soap.Answer{Status: http.StatusOK, Header: http.Header{"Content-Type": {soap.ContentType}}, Body: body}
}
