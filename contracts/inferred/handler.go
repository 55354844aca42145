package inferred

import (
	"context"
	"errors"
	"net/http"

	"rivgate/contracts"
	wire "rivgate/contracts/inferred/complaintsandfeedback"
	"rivgate/soap"
)

// Handle answers one message in canonical terms. An error becomes what the server makes of it, a *soap.Fault as it is.
type Handle func(ctx context.Context, m *contracts.Message) (contracts.Receipt, error)

// Handler serves both operations of the pack with f, for simulators of the other side: nothing is validated, and sender
// and SOAPAction are not looked at. A message of any other contract is a Client fault.
func (p Pack) Handler(f Handle) soap.Handler { return handler{pair: p.Operations(), answer: f} }

type handler struct {
	pair   [2]soap.Operation
	answer Handle
}

var _ soap.Handler = handler{}

// ServeSOAP reads the message whole, and answers it.
func (h handler) ServeSOAP(ctx context.Context, call *soap.Call) (*soap.Answer, error) {
	req, err := soap.ReadRequest(call.Body, call.ContentType, soap.Limits{})
	if err != nil {
		return nil, err
	}
	if err := req.ReadAll(); err != nil {
		return nil, err
	}
	if err := req.CheckReceiver(); err != nil {
		return nil, err
	}
	respond := h.responder(req)
	if respond == nil {
		return nil, &soap.Fault{Code: soap.CodeClient, String: "Tjänstekontraktet stöds inte"}
	}
	body, err := respond(ctx, req.UTF8())
	if err != nil {
		return nil, err
	}
	return &soap.Answer{Status: http.StatusOK, Header: http.Header{"Content-Type": {soap.ContentType}}, Body: body}, nil
}

// responder is the generated server of the operation that req is for; nil where it is for none.
func (h handler) responder(req *soap.Request) soap.Responder {
	switch req.Contract {
	case h.pair[0].Contract:
		return wire.HandleSendComplaint(func(ctx context.Context, _ string,
			v *wire.SendComplaintType,
		) (*wire.SendComplaintResponseType, error) {
			m, err := readSend(v)
			if err != nil {
				return nil, unreadable(err)
			}
			m.Receiver = req.Receiver
			receipt, err := h.answer(ctx, m)
			if err != nil {
				return nil, err
			}
			return writeSendReceipt(receipt), nil
		})
	case h.pair[1].Contract:
		return wire.HandleReturnComplaint(func(ctx context.Context, _ string,
			v *wire.ReturnComplaintType,
		) (*wire.ReturnComplaintResponseType, error) {
			m, err := readReturn(v)
			if err != nil {
				return nil, unreadable(err)
			}
			m.Receiver = req.Receiver
			receipt, err := h.answer(ctx, m)
			if err != nil {
				return nil, err
			}
			return writeReturnReceipt(receipt), nil
		})
	}
	return nil
}

func unreadable(cause error) error {
	return errors.Join(&soap.Fault{Code: soap.CodeClient, String: "Meddelandet kan inte läsas"}, cause)
}
