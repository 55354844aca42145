package relay_test

import (
	"io"
	"maps"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"rivgate/relay"
	"rivgate/soap"
)

// Fields of the points of a call, as SKLTP's monitors know them (docs/integration.md, "The log").
var (
	fieldsOfAll = []string{
		"event.action", "event.module", "event.kind", "event.category", "event.type", "service.name", "ecs.version",
		"trace.id", "http.request.method",
		"url.full", "source.ip", "labels.route", "labels.senderid", "labels.receiverid", "labels.servicecontract_namespace",
		"labels.wsdl_namespace",
		"labels.rivversion", "labels.originalServiceconsumerHsaid", "labels.actingOnBehalfOfHsaid",
	}
	fieldsOfRoute = []string{
		"url.original", "destination.address", "destination.domain", "destination.port", "labels.routerVagvalTrace",
		"labels.routerBehorighetTrace",
	}
	fieldsOfRequest  = []string{"http.request.body.bytes"}
	fieldsOfResponse = []string{"http.response.status_code", "http.response.body.bytes", "event.duration"}
	fieldsOfError    = []string{
		"http.response.status_code", "error.message", "error.type", "labels.errorCode", "labels.faultDetail",
	}
)

func TestFieldsOfThePoints(t *testing.T) {
	w := newWorld(t)
	call := func(id, to string) map[string]map[string]any {
		w.postWith(http.Header{
			"X-Vp-Sender-Id": {portal}, "X-Vp-Instance-Id": {"dev_env"}, "X-Skltp-Correlation-Id": {id},
			"X-Rivta-Acting-On-Behalf-Of-Hsaid": {"SE2010123456-REG"},
		}, "127.0.0.1", ping(to))
		_, fields := points(w, id)
		return fields
	}
	answered := call("answered", "SE2010123456-LOG")
	w.producer.turn(func(rw http.ResponseWriter) bool {
		rw.WriteHeader(http.StatusNotFound)
		return true
	})
	failed := call("failed", "SE2010123456-LOG")
	for _, c := range []struct {
		point  string
		fields map[string]any
		wanted [][]string
	}{
		{"req-in", answered["req-in"], [][]string{fieldsOfAll, fieldsOfRequest}},
		{"req-out", answered["req-out"], [][]string{fieldsOfAll, fieldsOfRoute, fieldsOfRequest}},
		{"resp-in", answered["resp-in"], [][]string{fieldsOfAll, fieldsOfRoute, fieldsOfResponse}},
		{"resp-out", answered["resp-out"], [][]string{fieldsOfAll, fieldsOfRoute, fieldsOfResponse}},
		{"error", failed["error"], [][]string{fieldsOfAll, fieldsOfRoute, fieldsOfRequest, fieldsOfError}},
		{
			"resp-out of an error", failed["resp-out"],
			[][]string{fieldsOfAll, fieldsOfRoute, fieldsOfResponse, {"labels.errorCode"}},
		},
	} {
		for _, name := range slices.Concat(c.wanted...) {
			if value, ok := c.fields[name]; !ok || value == "" {
				t.Errorf("%s has no %s", c.point, name)
			}
		}
		known := slices.Concat(fieldsOfAll, fieldsOfRoute, fieldsOfRequest, fieldsOfResponse, fieldsOfError, []string{
			"via", "cause",
		})
		for name := range maps.Keys(c.fields) {
			if !slices.Contains(known, name) {
				t.Errorf("%s has %s, which the guide does not list", c.point, name)
			}
		}
	}
}

// What the fields say, where it is not plain from their names.
func TestValuesOfThePoints(t *testing.T) {
	w := newWorld(t)
	envelope := ping("SE2010123456-LOG")
	w.postWith(
		http.Header{"X-Vp-Sender-Id": {portal}, "X-Vp-Instance-Id": {"dev_env"}, "X-Skltp-Correlation-Id": {"call"}},
		"127.0.0.1", envelope,
	)
	_, fields := points(w, "call")
	host, err := netip.ParseAddrPort(strings.TrimPrefix(w.producer.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	size := int64(len(envelope))
	for point, wanted := range map[string]map[string]any{
		"req-in": {
			"event.module": "skltp-messages", "event.kind": "event", "service.name": "rivgate", "labels.route": "vp-http-route",
			"http.request.method":   "POST",
			"labels.wsdl_namespace": "urn:riv:rivgate:test:Any:1:rivtabp21", "labels.rivversion": "rivtabp21",
			"http.request.body.bytes": size,
		},
		"req-out": {
			"destination.address": host.String(), "destination.domain": "127.0.0.1", "destination.port": int64(host.Port()),
			"http.request.body.bytes": size,
			"url.full":                w.server.URL + "/vp", "source.ip": "127.0.0.1",
		},
		"resp-out": {
			"http.response.body.bytes": int64(
				len(
					w.postWith(http.Header{"X-Vp-Sender-Id": {portal}, "X-Vp-Instance-Id": {"dev_env"}}, "127.0.0.1", envelope).body,
				),
			),
		},
	} {
		for name, want := range wanted {
			if got := fields[point][name]; got != want {
				t.Errorf("%s: %s is %v, not %v", point, name, got, want)
			}
		}
	}
}

// An error is at level error, and says in the words of the fault what the caller got.
func TestTheErrorPointSaysWhatTheCallerGot(t *testing.T) {
	w := newWorld(t)
	got := w.postWith(
		http.Header{"X-Vp-Sender-Id": {stranger}, "X-Vp-Instance-Id": {"dev_env"}, "X-Skltp-Correlation-Id": {"call"}},
		"127.0.0.1", ping("SE2010123456-LOG"),
	)
	fault, ok := soap.ReadFault(got.body)
	if !ok {
		t.Fatalf("no fault: %s", got.body)
	}
	points := w.logs.FilterMessage("call refused").All()
	if len(points) != 1 {
		t.Fatalf("%d error points", len(points))
	}
	fields := points[0].ContextMap()
	if points[0].Level != zapcore.ErrorLevel || fields["error.message"] != fault.String ||
		fields["error.type"] != fault.Code ||
		fields["http.response.status_code"] != int64(got.status) {
		t.Errorf("level %s, %v", points[0].Level, fields)
	}
}

// A reader of ECS takes error, event, labels and so on for objects: a field of that name alone beside its fields
// would be refused with the whole line.
func TestNoFieldOfAPointIsBothAValueAndAnObject(t *testing.T) {
	w := newWorld(t)
	w.post(portal, ping("SE2010123456-LOG"))
	w.post(portal, ping("SE2010123456-NOBODY"))
	w.post(portal, []byte("<no/>"))
	if err := w.Store.Close(); err != nil {
		t.Fatal(err)
	}
	w.post(portal, written(t, complaint(systemUnit, "a")))
	for _, entry := range w.logs.All() {
		names := slices.Sorted(maps.Keys(entry.ContextMap()))
		for i, name := range names {
			if slices.ContainsFunc(names[i+1:], func(other string) bool { return strings.HasPrefix(other, name+".") }) {
				t.Errorf("%s has the field %s and fields below it", entry.Message, name)
			}
		}
	}
}

// The points stand on the way of every call: their fields that never change are written out once, and the others cost
// few allocations.
func TestPointsAreCheap(t *testing.T) {
	w := newWorld(t)
	quiet, loud := w.allocations(t, zap.NewNop()), w.allocations(t, zap.New(zapcore.NewCore(
		zapcore.NewJSONEncoder(zapcore.EncoderConfig{MessageKey: "message", EncodeDuration: zapcore.NanosDurationEncoder}),
		zapcore.AddSync(io.Discard), zapcore.InfoLevel)))
	if loud-quiet > 12 {
		t.Errorf("the four points of a call cost %.0f allocations", loud-quiet)
	}
}

// allocations are those of one forwarded call with a log.
func (w *world) allocations(t *testing.T, log *zap.Logger) float64 {
	t.Helper()
	own := newWorld(t)
	own.Log = log
	envelope := ping("SE2010123456-LOG")
	return testing.AllocsPerRun(200, func() {
		if got := own.post(portal, envelope); got.status != http.StatusOK {
			t.Fatalf("status %d", got.status)
		}
	})
}

func TestDestinationOfAnAddress(t *testing.T) {
	for address, want := range map[string]struct {
		address, host string
		port          int
	}{
		"https://avvikelse.example/SendComplaint/1": {"avvikelse.example", "avvikelse.example", 443},
		"http://avvikelse.example:8080?x=http://y":  {"avvikelse.example:8080", "avvikelse.example", 8080},
		"HTTPS://[2001:db8::1]:9443/vp":             {"[2001:db8::1]:9443", "2001:db8::1", 9443},
		"https://[2001:db8::1]/vp":                  {"[2001:db8::1]", "2001:db8::1", 443},
		"https://user:secret@host.example:1/":       {"host.example:1", "host.example", 1},
		"rivgate:inbox":                             {},
		"":                                          {},
	} {
		if hostPort, host, port := relay.Destination(address); hostPort != want.address || host != want.host ||
			port != want.port {
			t.Errorf("%q: %q %q %d", address, hostPort, host, port)
		}
	}
}
