package relay

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"rivgate/contracts"
	"rivgate/contracts/identity"
	"rivgate/relay/outgoing"
	"rivgate/routing"
	"rivgate/soap"
)

// The points of a call that are logged, as event.action:
//
//	caller ── req-in ──► gateway ── req-out ──► producer
//	caller ◄─ resp-out ─ gateway ◄─ resp-in ─── producer       error: before resp-out, where something went wrong
//
// The field names are those of ECS, with the labels that SKLTP's monitors know; docs/integration.md lists them. A
// field without a value is left out. No point shows anything of a message but who sent it, to whom, by which
// contract, and how long it is.
const (
	pointReqIn   = "req-in"
	pointReqOut  = "req-out"
	pointRespIn  = "resp-in"
	pointRespOut = "resp-out"
	pointError   = "error"
)

// ecsVersion is the version of the Elastic Common Schema that the names are of.
const ecsVersion = "8.17.0"

// The ways into the line, as labels.route. The first two are VP's names.
const (
	entryHTTP  = "vp-http-route"
	entryHTTPS = "vp-https-route"
	entryDesk  = "vp-desk-route"  // a person wrote it here
	entryQueue = "vp-queue-route" // it was accepted before, and is delivered now
)

// pointLogs are a log for each point. What a point says of itself is written out once, not at each call.
type pointLogs struct {
	once                                   sync.Once
	reqIn, reqOut, respIn, respOut, failed *zap.Logger
}

// open opens the logs over log, at the first call.
func (p *pointLogs) open(log *zap.Logger) *pointLogs {
	p.once.Do(func() {
		point := func(action, kind string) *zap.Logger {
			return log.With(zap.String("event.action", action), zap.String("event.module", "skltp-messages"),
				zap.String("event.kind", "event"),
				zap.Strings("event.category", []string{"web"}), zap.Strings("event.type", []string{"access", kind}),
				zap.String("service.name", "rivgate"), zap.String("ecs.version", ecsVersion))
		}
		p.reqIn, p.reqOut = point(pointReqIn, "start"), point(pointReqOut, "start")
		p.respIn, p.respOut, p.failed = point(pointRespIn, "end"), point(pointRespOut, "end"), point(pointError, "error")
	})
	return p
}

// entry is where a call came in, as its points say it.
type entry struct {
	route  string // labels.route
	source string // the caller's address; "" where a person wrote the message here, or it comes from the queue
	url    string // that was called
}

func (a *arrival) entry() entry {
	switch {
	case !a.Source.IsValid():
		return entry{route: entryDesk}
	case a.TLS != nil:
		return entry{entryHTTPS, a.Source.String(), a.URL}
	}
	return entry{entryHTTP, a.Source.String(), a.URL}
}

// maxLoggedText bounds what a caller wrote and a log shows; an HSA-id has up to 255 characters.
const maxLoggedText = 255

// callerText is a field with what a caller may have written.
func callerText(name, value string) zap.Field {
	if len(value) > maxLoggedText {
		value = strings.ToValidUTF8(value[:maxLoggedText], "") + "…"
	}
	return zap.String(name, value)
}

// write writes a point with the fields that fill appends. Their room is used again for another point.
func (r *Relay) write(point *zapcore.CheckedEntry, fill func([]zap.Field) []zap.Field) {
	room, ok := r.fields.Get().(*[]zap.Field)
	if !ok {
		room = new(make([]zap.Field, 0, 32))
	}
	*room = fill((*room)[:0])
	kept := slices.DeleteFunc(*room, func(f zap.Field) bool { return f.Type == zapcore.StringType && f.String == "" })
	point.Write(kept...)
	clear(*room)
	r.fields.Put(room)
}

// commonFields are the fields that every point has.
func commonFields(fields []zap.Field, correlation string, call routing.Call, header http.Header,
	from entry,
) []zap.Field {
	contract := identity.Hide(routing.Shorten(call.Contract))
	profile := profileLabel(call.Profile)
	fields = append(fields,
		zap.String("trace.id", correlation),
		zap.String("labels.route", from.route),
		zap.String("labels.senderid", call.Sender),
		callerText("labels.receiverid", identity.Hide(routing.Shorten(call.Receiver))),
		callerText("labels.servicecontract_namespace", contract),
		callerText("labels.wsdl_namespace", wsdlNamespace(contract, profile)),
		zap.String("labels.rivversion", profile),
		callerText("labels.originalServiceconsumerHsaid", header.Get(soap.HeaderOriginalConsumer)),
		callerText("labels.actingOnBehalfOfHsaid", header.Get(soap.HeaderActingOnBehalfOf)),
		zap.String("source.ip", from.source),
		callerText("url.full", from.url),
	)
	if from.url != "" || from.route == entryQueue {
		fields = append(fields, zap.String("http.request.method", http.MethodPost)) // the line takes no other
	}
	return fields
}

// profileLabel is a profile as VP's log writes it.
func profileLabel(profile string) string {
	switch profile {
	case routing.RIVTABP20:
		return "rivtabp20"
	case routing.RIVTABP21:
		return "rivtabp21"
	}
	return strings.ToLower(profile)
}

// wsdlNamespace is the target namespace of a contract's WSDL, by RIV-TA's rule: urn:riv:domain:InteractionResponder:1
// → urn:riv:domain:Interaction:1:rivtabp21.
func wsdlNamespace(contract, profile string) string {
	before, after, ok := strings.Cut(contract, "Responder")
	if !ok || profile == "" {
		return ""
	}
	return before + after + ":" + profile
}

// callerFields adds who calls to the fields of a point.
func callerFields(fields []zap.Field, o *outcome, a *arrival) []zap.Field {
	call := o.Call
	call.Sender = a.Sender
	return commonFields(fields, a.Correlation, call, a.Header, a.entry())
}

// traces are the fields that tell the route, and how it was found.
func traces(fields []zap.Field, route routing.Route) []zap.Field {
	fields = append(fields, zap.String("url.original", route.Address),
		callerText("labels.routerVagvalTrace", identity.Hide(route.Trace.Route)),
		callerText("labels.routerBehorighetTrace", identity.Hide(route.Trace.Permission)))
	address, host, port := destination(route.Address)
	if port == 0 {
		return fields // an address of ours, as rivgate:inbox, or none yet
	}
	return append(fields, zap.String("destination.address", address), zap.String("destination.domain", host),
		zap.Int("destination.port", port))
}

// destination is the host with its port as they stand in a URL, and each of them alone; port is 0 where it is no URL
// of a producer.
func destination(address string) (hostPort, host string, port int) {
	scheme, rest, _ := strings.Cut(address, "://")
	switch {
	case strings.EqualFold(scheme, "http"):
		port = 80
	case strings.EqualFold(scheme, "https"):
		port = 443
	default:
		return "", "", 0
	}
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		rest = rest[:end]
	}
	hostPort = rest[strings.LastIndexByte(rest, '@')+1:]
	host = hostPort
	if colon := strings.LastIndexByte(hostPort, ':'); colon > strings.LastIndexByte(hostPort, ']') {
		host = hostPort[:colon]
		if given, err := strconv.ParseUint(hostPort[colon+1:], 10, 16); err == nil && given > 0 {
			port = int(given)
		}
	}
	return hostPort, strings.Trim(host, "[]"), port
}

// size is a field with a length in bytes, where that is known.
func size(name string, bytes int64) zap.Field {
	if bytes <= 0 {
		return zap.Skip()
	}
	return zap.Int64(name, bytes)
}

func (r *Relay) reqIn(o outcome, a arrival) {
	r.logLetterCase(o.Call.Contract)
	if point := r.points.open(r.Log).reqIn.Check(zap.InfoLevel, "request received"); point != nil {
		r.write(point, func(fields []zap.Field) []zap.Field {
			return append(callerFields(fields, &o, &a), size("http.request.body.bytes", a.Size()))
		})
	}
}

// send is Sender.Send between its two points of the log; from is where the call came in.
func (r *Relay) send(ctx context.Context, p outgoing.Call, from entry) (*soap.Reply, time.Duration, error) {
	points := r.points.open(r.Log)
	if point := points.reqOut.Check(zap.InfoLevel, "request sent"); point != nil {
		r.write(point, func(fields []zap.Field) []zap.Field {
			return append(traces(commonFields(fields, p.Correlation, p.Call, p.Header, from), p.Route),
				size("http.request.body.bytes", max(int64(len(p.Body)), p.Length)))
		})
	}
	started := time.Now()
	reply, err := r.Sender.Send(ctx, p)
	took := time.Since(started)
	r.Metrics.producer(r.label(p.Call.Contract), err == nil, took)
	if err != nil {
		return nil, took, err
	}
	if point := points.respIn.Check(zap.InfoLevel, "response received"); point != nil {
		r.write(point, func(fields []zap.Field) []zap.Field {
			return append(traces(commonFields(fields, p.Correlation, p.Call, p.Header, from), p.Route),
				zap.Int("http.response.status_code", reply.Status),
				size("http.response.body.bytes", replySize(reply)), zap.Int64("event.duration", took.Nanoseconds()))
		})
	}
	return reply, took, nil
}

// replySize is how many bytes a producer's answer has, or is said to have; 0 if that is not known.
func replySize(reply *soap.Reply) int64 {
	if reply.Rest == nil && !reply.Truncated {
		return int64(len(reply.Body))
	}
	n, err := strconv.ParseInt(reply.Header.Get("Content-Length"), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// respOut is the last point of a call, and before it the error, if there was one. It also counts the call. answer is
// what the caller gets; nil where the server makes a fault of err.
func (r *Relay) respOut(o outcome, a arrival, answer *soap.Answer, err error, took time.Duration) {
	var sent responseSent
	if err != nil {
		sent = r.errorPoint(&o, a, answer, err)
	} else {
		sent.status, sent.bytes = o.status(), answerSize(answer)
	}
	r.Metrics.request(r.label(o.Call.Contract), o.word(err), sent.code)
	r.Refusals.note(r.label(o.Call.Contract), sent.code, a.Sender, a.Correlation, r.Now())
	point := r.points.open(r.Log).respOut.Check(zap.InfoLevel, "response sent")
	if point == nil {
		return
	}
	r.write(point, func(fields []zap.Field) []zap.Field {
		fields = append(traces(callerFields(fields, &o, &a), o.Route), zap.Int("http.response.status_code", sent.status),
			size("http.response.body.bytes", sent.bytes), zap.Int64("event.duration", took.Nanoseconds()),
			zap.String("via", string(o.Route.Via)),
			zap.String("labels.errorCode", sent.code))
		if id := o.Accepted.MessageID; id != "" {
			fields = append(fields, zap.String("message.id", id), zap.Bool("repeat", o.Accepted.Repeat))
		}
		return fields
	})
}

// responseSent is what the caller gets, as the points say it.
type responseSent struct {
	status int
	bytes  int64  // 0: it is streamed
	code   string // labels.errorCode
}

// answerSize is how many bytes an answer has; 0 where it is streamed, or there is none.
func answerSize(answer *soap.Answer) int64 {
	if answer == nil || answer.Stream != nil {
		return 0
	}
	return int64(len(answer.Body))
}

// errorPoint logs what went wrong, and says what the caller gets. It puts into o how far the decision came.
func (r *Relay) errorPoint(o *outcome, a arrival, answer *soap.Answer, err error) (sent responseSent) {
	level, message := zap.ErrorLevel, "call failed"
	var kind, reason, detail string
	var cause zap.Field
	if refused := o.refused(err); refused != nil {
		level, message = zap.InfoLevel, "call refused by the contract" // a result, as any other
		kind, reason = refused.Code, refused.Message
		sent = responseSent{http.StatusOK, answerSize(answer), refused.SubCode}
		cause = zap.String("path", refused.Path)
	} else {
		fault := r.Fault(err)
		kind, reason, detail = fault.Code, fault.String, fault.Detail
		sent = responseSent{soap.ErrorStatus(err), int64(len(fault.Envelope())), string(routing.VP012)}
		if answer != nil { // we are too busy
			sent.status = answer.Status
		}
		cause = zap.NamedError("cause", err)
		var platform *routing.Error
		if errors.As(err, &platform) {
			message, sent.code, cause = "call refused", string(platform.Code), zap.NamedError("cause", platform.Cause)
			if platform.Trace.Route != "" {
				o.Route.Trace = platform.Trace
			}
		}
	}
	if point := r.points.open(r.Log).failed.Check(level, message); point != nil {
		r.write(point, func(fields []zap.Field) []zap.Field {
			return append(traces(callerFields(fields, o, &a), o.Route), size("http.request.body.bytes", a.Size()),
				zap.Int("http.response.status_code", sent.status), zap.String("error.type", kind),
				zap.String("error.message", reason),
				zap.String("labels.errorCode", sent.code), zap.String("labels.faultDetail", detail), cause)
		})
	}
	return sent
}

// refused is what the contract refused, if that is what err says: a refusal of the platform's may have one as its
// cause.
func (o *outcome) refused(err error) *contracts.Error {
	var platform *routing.Error
	var refused *contracts.Error
	if o.Contract == nil || errors.As(err, &platform) || !errors.As(err, &refused) {
		return nil
	}
	return refused
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
	switch {
	case o.refused(err) != nil:
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
