package relay

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"rivgate/relay/diagnosis"
	"rivgate/relay/outgoing"
	"rivgate/routing"
	"rivgate/soap"
)

// waitForAnswer is how much of a producer's answer is read before it is judged; what is longer is streamed to the
// caller.
const waitForAnswer = 1 << 20

// forward sends a call on now and gives back the producer's answer: a response or a fault verbatim, anything else is
// VP009.
func (r *Relay) forward(ctx context.Context, a arrival, req *soap.Request, o *outcome) (*soap.Answer, error) {
	p := outgoing.Call{
		Route: o.Route, Call: o.Call, Correlation: a.Correlation, Header: a.Header, WaitFor: waitForAnswer,
	}
	if err := r.setMessage(&p, req, o.Contract); err != nil {
		return nil, readRefusal(err)
	}
	reply, took, err := r.send(ctx, p, a.entry())
	if err != nil {
		return nil, sendRefusal(err, o.Route.Address)
	}
	kind := reply.Kind()
	o.ProducerFault = kind == soap.FaultReply
	switch {
	case reply.Status != http.StatusOK && !(kind == soap.FaultReply && reply.Status == http.StatusInternalServerError):
		reply.Close()
		return nil, routing.ProducerStatus(o.Route.Address, reply.Status, diagnosis.Explain(diagnosis.Status(reply.Status)))
	case kind == soap.Empty || kind == soap.NotSOAP:
		reply.Close()
		_, err := reply.UTF8()
		return nil, routing.ProducerFailed(o.Route.Address, diagnosis.Explain(diagnosis.Unread(reply, err))).Because(err)
	}
	answer, err := reply.In(req.Charset)
	if err != nil {
		return nil, routing.ProducerFailed(o.Route.Address, diagnosis.Explain(diagnosis.Unread(reply, err))).Because(err)
	}
	removeConnectionHeaders(answer.Header)
	for _, name := range []string{
		"Soapaction", "Content-Encoding", soap.HeaderCorrelation, soap.HeaderSender, soap.HeaderInstance,
	} {
		answer.Header.Del(name)
	}
	answer.Header.Set(soap.HeaderProducerTime, strconv.FormatInt(took.Milliseconds(), 10))
	// nothing of the message is kept but what the log says
	if reply.BodyFree && (o.Contract == nil || !o.Contract.Complaints) {
		req.Release()
	}
	return answer, nil
}

// sendRefusal is VP009 for a producer that gave no answer; what the guard found in a message that was streamed is
// VP015.
func sendRefusal(err error, address string) error {
	var bad *soap.Error
	if errors.As(err, &bad) {
		return readRefusal(bad)
	}
	var failed *soap.SendError
	reason := diagnosis.Explain(diagnosis.Unsent(err))
	if errors.As(err, &failed) && failed.Timeout && failed.Sent {
		return routing.ProducerTimeout(address, reason).Because(err)
	}
	return routing.ProducerFailed(address, reason).Because(err)
}
