package relay_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"rivgate/contracts"
	"rivgate/soap"
	"rivgate/store"
)

// Platform 2 and 3: what a call says about its journey reaches the producer, also where the message waits in the
// queue meanwhile and the gateway is started again.
func TestQueuedMessageTellsItsJourney(t *testing.T) {
	certified := func(w *world) http.Header {
		return http.Header{"X-Vp-Auth-Cert": {certificate(t, w.clock().Add(-time.Hour), w.clock().Add(time.Hour), portal)}}
	}
	internal := func(*world) http.Header {
		return http.Header{"X-Vp-Sender-Id": {portal}, "X-Vp-Instance-Id": {"dev_env"}}
	}
	for _, c := range []struct {
		sentence string
		from     func(*world) http.Header
		sent     http.Header
		got      map[string]string // a name that begins with "!" must not be there
	}{
		{"a call that says nothing comes from its sender", certified, nil, map[string]string{
			soap.HeaderOriginalConsumer: portal, soap.HeaderRoutingHistory: portal + "#dev_env",
			"!" + soap.HeaderActingOnBehalfOf: "",
		}},
		{"what a platform before us says goes on", certified, http.Header{
			soap.HeaderOriginalConsumer: {stranger}, soap.HeaderActingOnBehalfOf: {"SE2010123456-REG"},
			soap.HeaderRoutingHistory: {"SE2010123456-A#first_env"},
			"X-Rivta-Something-New":   {"one", "two"}, "X-Vp-Anything": {"x"}, "X-Forwarded-For": {"10.0.0.1"},
			"Authorization": {"Bearer x"}, "Cookie": {"a=b"},
		}, map[string]string{
			soap.HeaderOriginalConsumer: stranger, soap.HeaderActingOnBehalfOf: "SE2010123456-REG",
			soap.HeaderRoutingHistory: "SE2010123456-A#first_env#dev_env",
			"X-Rivta-Something-New":   "one|two", "!X-Vp-Anything": "", "!X-Vp-Auth-Cert": "", "!X-Forwarded-For": "",
			"!Authorization": "", "!Cookie": "",
		}},
		{"a call of another of our nodes goes on as it is", internal, http.Header{
			soap.HeaderOriginalConsumer: {stranger}, soap.HeaderRoutingHistory: {"SE2010123456-A#dev_env"},
		}, map[string]string{soap.HeaderOriginalConsumer: stranger, soap.HeaderRoutingHistory: "SE2010123456-A#dev_env"}},
		{
			"bytes that are no text do not stop a message", certified,
			http.Header{soap.HeaderActingOnBehalfOf: {"\xe5"}},
			map[string]string{soap.HeaderActingOnBehalfOf: "?"},
		},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			w := newWorld(t)
			header := c.from(w)
			for name, values := range c.sent {
				header[name] = values
			}
			if got := w.postWith(header, "127.0.0.1",
				written(t, complaint(systemUnit, "a"))); !strings.Contains(string(got.body), "resultCode>OK<") {
				t.Fatalf("status %d: %s", got.status, got.body)
			}
			w.restart()
			w.work()
			w.wants("a", store.DeliveryDelivered, "ok", 1)
			seen := w.producer.header()
			for name, want := range c.got {
				name, absent := strings.CutPrefix(name, "!")
				if got := strings.Join(seen.Values(name), "|"); got != want || absent && seen.Values(name) != nil {
					t.Errorf("%s is %q, not %q", name, got, want)
				}
			}
		})
	}
}

// A message that people write here begins its journey here.
func TestReplyOfAPersonTellsItsJourney(t *testing.T) {
	w := newWorld(t)
	w.accepted(portal, complaint(systemUnit, "a"))
	question := returns(contracts.Question, systemUnit, "a", 1)
	w.accepted(system, question)
	m := &contracts.Message{Answer: answerTo(question.ID, systemUnit, "a", 2).Answer, CaseID: question.CaseID}
	if _, err := w.Submit(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	w.restart()
	w.work()
	for name, want := range map[string]string{
		soap.HeaderOriginalConsumer: portal, soap.HeaderRoutingHistory: portal + "#dev_env",
	} {
		if got := w.producer.header().Get(name); got != want {
			t.Errorf("%s is %q, not %q", name, got, want)
		}
	}
}

// restart opens the store again, as a gateway that was started again does.
func (w *world) restart() {
	w.t.Helper()
	if err := w.Store.Close(); err != nil {
		w.t.Fatal(err)
	}
	st, err := store.Open(w.t.Context(), "sqlite:"+w.database, store.Options{Now: w.clock, NewID: w.newID})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = st.Close() })
	w.Relay.Store = st
}
