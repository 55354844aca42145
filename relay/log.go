package relay

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"rivgate/contracts"
	"rivgate/contracts/identity"
	"rivgate/routing"
	"rivgate/soap"
)

// The points of a call that are logged, as event.action. The field names are those of ECS, as the platform's monitors know them.
// No point shows anything of a message but who sent it, to whom, and by which contract.
const (
	pointReqIn   = "req-in"
	pointReqOut  = "req-out"
	pointRespIn  = "resp-in"
	pointRespOut = "resp-out"
	pointError   = "error"
)

// longestLogged bounds what a caller wrote and a log shows; an HSA-id has up to 255 characters.
const longestLogged = 255

// text is a field with what a caller may have written.
func text(name, value string) zap.Field {
	if len(value) > longestLogged {
		value = strings.ToValidUTF8(value[:longestLogged], "") + "…"
	}
	return zap.String(name, value)
}

// write writes a point with the fields that fill appends. Their room is used again for another point.
func (r *Relay) write(point *zapcore.CheckedEntry, fill func([]zap.Field) []zap.Field) {
	room, ok := r.fields.Get().(*[]zap.Field)
	if !ok {
		room = new(make([]zap.Field, 0, 24))
	}
	*room = fill((*room)[:0])
	point.Write(*room...)
	clear(*room)
	r.fields.Put(room)
}

// whom are the fields that every point has.
func whom(fields []zap.Field, action, correlation string, call routing.Call, header http.Header) []zap.Field {
	return append(fields,
		zap.String("event.action", action),
		zap.String("trace.id", correlation),
		zap.String("labels.senderid", call.Sender),
		text("labels.receiverid", identity.Hide(routing.Echo(call.Receiver))),
		text("labels.servicecontract_namespace", identity.Hide(routing.Echo(call.Contract))),
		zap.String("labels.rivversion", call.Profile),
		text("labels.originalServiceconsumerHsaid", header.Get(soap.HeaderOriginalConsumer)),
		text("labels.actingOnBehalfOfHsaid", header.Get(soap.HeaderActingOnBehalfOf)),
	)
}

// whence are the fields of the points where the caller is.
func whence(fields []zap.Field, action string, o *outcome, a *arrival) []zap.Field {
	call := o.Call
	call.Sender = a.Sender
	fields = whom(fields, action, a.Correlation, call, a.Header)
	if a.Source.IsValid() {
		fields = append(fields, zap.String("source.ip", a.Source.String()), text("url.full", a.URL))
	}
	return fields
}

// traces are the fields that tell how the route was found.
func traces(fields []zap.Field, route routing.Route) []zap.Field {
	return append(fields, zap.String("url.original", route.Address), text("labels.routerVagvalTrace", identity.Hide(route.Trace.Route)),
		text("labels.routerBehorighetTrace", identity.Hide(route.Trace.Permission)))
}

func (r *Relay) reqIn(o outcome, a arrival) {
	r.compareSpelling(o.Call.Contract)
	if point := r.Log.Check(zap.InfoLevel, "request received"); point != nil {
		r.write(point, func(fields []zap.Field) []zap.Field { return whence(fields, pointReqIn, &o, &a) })
	}
}

// send is Sender.Send between its two points of the log.
func (r *Relay) send(ctx context.Context, p parcel) (*soap.Reply, time.Duration, error) {
	if point := r.Log.Check(zap.InfoLevel, "request sent"); point != nil {
		r.write(point, func(fields []zap.Field) []zap.Field {
			return traces(whom(fields, pointReqOut, p.Correlation, p.Call, p.Header), p.Route)
		})
	}
	started := time.Now()
	reply, err := r.Sender.Send(ctx, p)
	took := time.Since(started)
	r.Metrics.producer(r.label(p.Call.Contract), err == nil, took)
	if err != nil {
		return nil, took, err
	}
	if point := r.Log.Check(zap.InfoLevel, "response received"); point != nil {
		r.write(point, func(fields []zap.Field) []zap.Field {
			return append(traces(whom(fields, pointRespIn, p.Correlation, p.Call, p.Header), p.Route),
				zap.Int("http.response.status_code", reply.Status), zap.Int64("event.duration", took.Nanoseconds()))
		})
	}
	return reply, took, nil
}

// respOut is the last point of a call, and before it the error, if there was one. It also counts the call.
func (r *Relay) respOut(o outcome, a arrival, err error, took time.Duration) {
	status, code := r.errorPoint(&o, a, err)
	r.Metrics.request(r.label(o.Call.Contract), o.word(err), code)
	r.Refusals.note(r.label(o.Call.Contract), code, a.Sender, a.Correlation, r.Now())
	point := r.Log.Check(zap.InfoLevel, "response sent")
	if point == nil {
		return
	}
	r.write(point, func(fields []zap.Field) []zap.Field {
		fields = append(traces(whence(fields, pointRespOut, &o, &a), o.Route), zap.Int("http.response.status_code", status),
			zap.Int64("event.duration", took.Nanoseconds()), zap.String("via", string(o.Route.Via)))
		if id := o.Accepted.MessageID; id != "" {
			fields = append(fields, zap.String("message.id", id), zap.Bool("repeat", o.Accepted.Repeat))
		}
		if code != "" {
			fields = append(fields, zap.String("labels.errorCode", code))
		}
		return fields
	})
}

// errorPoint logs what went wrong, and says which status the caller gets and which code. It puts into o how far the decision came.
func (r *Relay) errorPoint(o *outcome, a arrival, err error) (status int, code string) {
	var platform *routing.Error
	var contract *contracts.Error
	level, message := zapcore.WarnLevel, "call refused"
	var cause []zap.Field
	switch {
	case err == nil:
		return o.status(), ""
	case errors.As(err, &contract) && o.Contract != nil:
		level, message = zap.InfoLevel, "call refused by the contract"
		status, code = http.StatusOK, contract.SubCode
		cause = []zap.Field{zap.String("path", contract.Path)}
	case errors.As(err, &platform):
		status, code = soap.ErrorStatus(err), string(platform.Code)
		if platform.Trace.Route != "" {
			o.Route.Trace = platform.Trace
		}
		cause = []zap.Field{zap.NamedError("cause", platform.Cause)}
	default:
		level, message = zap.ErrorLevel, "call failed"
		status, code = soap.ErrorStatus(err), string(routing.VP012)
		cause = []zap.Field{zap.Error(err)}
	}
	if point := r.Log.Check(level, message); point != nil {
		r.write(point, func(fields []zap.Field) []zap.Field {
			return append(append(traces(whence(fields, pointError, o, &a), o.Route), zap.String("labels.errorCode", code)), cause...)
		})
	}
	return status, code
}

// status is that of an answer, as the server sends it.
func (o *outcome) status() int {
	if o.Answer == nil || o.Answer.Status == 0 {
		return http.StatusOK
	}
	return o.Answer.Status
}

// word is the outcome as metrics name it.
func (o *outcome) word(err error) string {
	var contract *contracts.Error
	switch {
	case errors.As(err, &contract) && o.Contract != nil:
		return outcomeRefused
	case err != nil:
		return outcomeFault
	case o.Accepted.Repeat:
		return outcomeRepeat
	case o.Accepted.MessageID != "":
		return outcomeAccepted
	case o.Route.Via == routing.Forward && o.ProducerFault:
		return outcomeProducerFault
	case o.Route.Via == routing.Forward:
		return outcomeForwarded
	}
	return outcomeServed
}
