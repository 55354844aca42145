package relay_test

import (
	"encoding/base64"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap/zaptest/observer"

	"rivgate/relay"
	"rivgate/soap"
)

// points are what the log says of one call, by event.action.
func points(w *world, correlation string) (order []string, fields map[string]map[string]any) {
	fields = map[string]map[string]any{}
	for _, entry := range w.logs.Filter(func(e observer.LoggedEntry) bool {
		return e.ContextMap()["trace.id"] == correlation
	}).All() {
		action, _ := entry.ContextMap()["event.action"].(string)
		order = append(order, action)
		fields[action] = entry.ContextMap()
	}
	return order, fields
}

func TestFourPointsOfACall(t *testing.T) {
	w := newWorld(t)
	der := certificateDER(t, w.clock().Add(-time.Hour), w.clock().Add(time.Hour), portal)
	header := http.Header{
		"X-Vp-Auth-Cert": {base64.StdEncoding.EncodeToString(der)}, "X-Skltp-Correlation-Id": {"call-1"},
		"X-Forwarded-For":                        {"203.0.113.9, 198.51.100.7, 127.0.0.1"},
		"X-Rivta-Original-Serviceconsumer-Hsaid": {stranger}, "X-Rivta-Acting-On-Behalf-Of-Hsaid": {"SE2010123456-REG"},
	}
	if got := w.postWith(header, "127.0.0.1", ping("SE2010123456-LOG")); got.status != http.StatusOK {
		t.Fatalf("status %d: %s", got.status, got.body)
	}
	order, fields := points(w, "call-1")
	if want := []string{"req-in", "req-out", "resp-in", "resp-out"}; !slices.Equal(order, want) {
		t.Fatalf("points %v", order)
	}
	everywhere := map[string]any{
		"labels.senderid": portal, "labels.receiverid": "SE2010123456-LOG",
		"labels.servicecontract_namespace": "urn:riv:rivgate:test:AnyResponder:1",
		"labels.rivversion":                "rivtabp21", "labels.originalServiceconsumerHsaid": stranger,
		"labels.actingOnBehalfOfHsaid": "SE2010123456-REG",
	}
	caller := map[string]any{"source.ip": "198.51.100.7", "url.full": w.server.URL + "/vp"}
	chosen := map[string]any{
		"url.original": w.producer.URL + "/echo", "labels.routerVagvalTrace": "SE2010123456-LOG,(parent),SE,(default),*",
		"labels.routerBehorighetTrace": "SE2010123456-LOG,(default),*",
	}
	answered := map[string]any{"http.response.status_code": int64(200)}
	for point, wanted := range map[string][]map[string]any{
		"req-in": {everywhere, caller}, "req-out": {everywhere, chosen}, "resp-in": {everywhere, chosen, answered},
		"resp-out": {everywhere, caller, chosen, answered},
	} {
		for _, group := range wanted {
			for name, want := range group {
				if got := fields[point][name]; got != want {
					t.Errorf("%s: %s is %v, not %v", point, name, got, want)
				}
			}
		}
	}
	for _, point := range []string{"resp-in", "resp-out"} {
		if _, ok := fields[point]["event.duration"].(int64); !ok {
			t.Errorf("%s has no duration", point)
		}
	}
}

func TestErrorPointOfACall(t *testing.T) {
	w := newWorld(t)
	for id, c := range map[string]struct{ sentence, to, code, trace string }{
		"call-1": {"no permission", "SE2010123456-LOG", "VP007", "SE2010123456-LOG,(parent),SE,(default),*"},
		"call-2": {"no route", "SE2010123456-LOG ", "VP004", "SE2010123456-LOG "},
		"call-3": {"a long receiver is cut off", strings.Repeat("å", 1000), "VP007", ""},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			w.postWith(
				http.Header{"X-Vp-Sender-Id": {stranger}, "X-Vp-Instance-Id": {"dev_env"}, "X-Skltp-Correlation-Id": {id}},
				"127.0.0.1", ping(c.to),
			)
			order, fields := points(w, id)
			if want := []string{"req-in", "error", "resp-out"}; !slices.Equal(order, want) {
				t.Fatalf("points %v", order)
			}
			e := fields["error"]
			if e["labels.errorCode"] != c.code || c.trace != "" && e["labels.routerVagvalTrace"] != c.trace {
				t.Errorf("error %v", e)
			}
			if to, _ := e["labels.receiverid"].(string); len(to) > 300 {
				t.Errorf("a receiver of %d bytes", len(to))
			}
			if fields["resp-out"]["http.response.status_code"] != int64(500) {
				t.Errorf("resp-out %v", fields["resp-out"])
			}
		})
	}
}

// Read from the right, over trusted hops alone: what stands further left, anybody may have written.
func TestSourceBehindProxies(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct{ sentence, from, forwarded, want string }{
		{"nothing forwarded", "127.0.0.1", "", "127.0.0.1"},
		{"one hop", "127.0.0.1", "203.0.113.9", "203.0.113.9"},
		{"a forged one left of it", "127.0.0.1", "10.9.9.9, 203.0.113.9", "203.0.113.9"},
		{"over a second trusted hop", "127.0.0.1", "203.0.113.9, 127.0.0.1", "203.0.113.9"},
		{"with a port", "127.0.0.1", "203.0.113.9:4711", "203.0.113.9"},
		{"IPv6 in brackets with a port", "127.0.0.1", "[2001:db8::1]:4711", "2001:db8::1"},
		{"IPv6", "127.0.0.1", "2001:db8::1", "2001:db8::1"},
		{"no address", "127.0.0.1", "203.0.113.9, unknown", "127.0.0.1"},
		{"from an untrusted peer", "127.0.0.2", "203.0.113.9", "127.0.0.2"},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			header := http.Header{
				"X-Vp-Sender-Id": {portal}, "X-Vp-Instance-Id": {"dev_env"},
				"X-Skltp-Correlation-Id": {strings.ReplaceAll(c.sentence, " ", "-")},
			}
			if c.forwarded != "" {
				header["X-Forwarded-For"] = []string{c.forwarded}
			}
			w.postWith(header, c.from, ping("SE2010123456-LOG"))
			_, fields := points(w, strings.ReplaceAll(c.sentence, " ", "-"))
			if got := fields["resp-out"]["source.ip"]; got != c.want {
				t.Errorf("source.ip %v, not %s", got, c.want)
			}
		})
	}
}

func TestMetrics(t *testing.T) {
	w := newWorld(t)
	registry := prometheus.NewRegistry()
	w.Metrics = relay.NewMetrics(registry)
	w.post(portal, ping("SE2010123456-X"))
	w.post(stranger, ping("SE2010123456-X"))
	unknown := strings.ReplaceAll(string(ping("SE2010123456-X")), "AnyResponder", "NobodyKnowsResponder")
	w.post(portal, []byte(unknown))
	w.post(portal, []byte(strings.ReplaceAll(unknown, "NobodyKnows", "Nor-this")))
	w.post(portal, []byte("<no/>"))
	m := complaint(systemUnit, "a")
	w.accepted(portal, m)
	w.accepted(portal, m)
	w.producer.turn(func(rw http.ResponseWriter) bool {
		fault(rw, http.StatusInternalServerError, soap.CodeServer)
		return true
	})
	w.post(portal, ping("SE2010123456-X"))
	w.work()
	got := map[string]float64{}
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		for _, metric := range family.GetMetric() {
			var labels []string
			for _, pair := range metric.GetLabel() {
				labels = append(labels,
					pair.GetValue()[strings.LastIndexByte(strings.TrimSuffix(pair.GetValue(), "Responder:1"), ':')+1:])
			}
			got[family.GetName()+" "+strings.Join(labels, " ")] = metric.GetCounter().GetValue() +
				float64(metric.GetHistogram().GetSampleCount())
		}
	}
	for name, want := range map[string]float64{
		"rivgate_requests_total  AnyResponder:1 forwarded": 1, "rivgate_requests_total  AnyResponder:1 producer-fault": 1,
		"rivgate_requests_total VP007 AnyResponder:1 fault": 1, "rivgate_requests_total VP004 other fault": 2,
		"rivgate_requests_total VP015 other fault":                           1,
		"rivgate_requests_total  SendComplaintResponder:1 accepted":          1,
		"rivgate_requests_total  SendComplaintResponder:1 repeat":            1,
		"rivgate_producer_seconds yes AnyResponder:1":                        2,
		"rivgate_producer_seconds yes SendComplaintResponder:1":              1,
		"rivgate_delivery_attempts_total SendComplaintResponder:1 technical": 1,
	} {
		if got[name] != want {
			t.Errorf("%s is %v, not %v", name, got[name], want)
		}
		delete(got, name)
	}
	if len(got) > 0 {
		t.Errorf("more metrics: %v", slices.Sorted(maps.Keys(got)))
	}
}

// What is queued keeps its correlation id on its way to the handling system, in the log and in the header.
func TestPointsOfAQueuedMessage(t *testing.T) {
	w := newWorld(t)
	envelope := written(t, complaint(systemUnit, "a"))
	header := http.Header{
		"X-Vp-Sender-Id": {portal}, "X-Vp-Instance-Id": {"dev_env"}, "X-Skltp-Correlation-Id": {"queued-1"},
	}
	if got := w.postWith(header, "127.0.0.1", envelope); got.status != http.StatusOK {
		t.Fatalf("status %d: %s", got.status, got.body)
	}
	w.work()
	order, fields := points(w, "queued-1")
	if want := []string{"req-in", "resp-out", "req-out", "resp-in", "delivery"}; !slices.Equal(order, want) {
		t.Errorf("points %v", order)
	}
	if fields["resp-in"]["http.response.status_code"] != int64(200) ||
		fields["req-out"]["labels.receiverid"] != systemUnit {
		t.Errorf("%v", fields)
	}
	if id := w.producer.header().Get("X-Skltp-Correlation-Id"); id != "queued-1" {
		t.Errorf("the handling system is told %q", id)
	}
	discreet(t, w)
}
