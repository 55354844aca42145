package web_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"rivgate/routing"
	"rivgate/store"
)

// In a region's gateway the answers go to 1177 over the wire: the case page says where each of them is.
func TestWhereAnAnswerIs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.submit(clinic, "Tolvan Test", "Text")
	region := newTable(t, w.Relay.Contracts, routing.Row{
		Contract: w.Relay.Contracts.Return().Contract, Receiver: portal, Address: "http://127.0.0.1:9/1177",
	})
	w.Relay.Table = func() *routing.Table { return region }
	w.act(id, "reply", url.Values{"text": {"Vi läser."}})
	page := w.page("/inbox/" + id)
	has(t, page, "Väntar på leverans")
	hasNot(t, page, "Se det som anmälaren ser", "Skicka ärende")

	try := func(a store.Attempt) {
		t.Helper()
		got, err := w.Relay.Store.Claim(t.Context(), "w1", time.Minute, 10, 10, nil)
		if err != nil || len(got) != 1 {
			t.Fatalf("claimed %d: %v", len(got), err)
		}
		if err := w.Relay.Store.Finish(t.Context(), got[0], a); err != nil {
			t.Fatal(err)
		}
	}
	try(store.Attempt{
		Outcome: store.OutcomeUnknown, Class: "timeout", Duration: 29 * time.Second, Again: w.clock().Add(time.Minute),
	})
	has(t, w.page("/inbox/"+id), "Osäkert utfall: skickas igen")
	has(t, w.page("/monitor"), "osäkert utfall", "inget svar i tid")
	w.pass(time.Hour)
	try(store.Attempt{Outcome: store.OutcomeRefused, Class: "fault-client", Code: "VP007"})
	has(t, w.page("/inbox/"+id), "Parkerad: leveransen kräver åtgärd")
	delivery := between(t, w.page("/monitor?state=parked"), "/monitor/deliveries/", `"`)
	has(t, w.page("/monitor/deliveries/"+delivery), "Osäkert utfall, skickas om", "29,0 s", "Avvisat", "VP007",
		"mottagaren avvisade anropet", "http://127.0.0.1:9/1177")
	w.as("olle")
	has(t, w.page("/"), `class="worry"`)
	w.as("")
	if r := w.json("/api/deliveries/retry", `{"filter":{"state":"parked"},"reason":"rättat"}`); field[int](t, r,
		"count") != 1 {
		t.Fatalf("retry: %d %s", r.status, r.body)
	}
	w.pass(time.Minute)
	try(store.Attempt{Outcome: store.OutcomeDelivered})
	has(t, w.page("/inbox/"+id), "Svaret nådde 1177 kl. 11:43")

	for _, path := range []string{"/submit", "/mailbox/" + id} {
		if r := w.get(path); r.status != http.StatusConflict {
			t.Errorf("%s away from 1177: %d", path, r.status)
		}
	}
	if r := w.json("/api/cases", complaint(clinic, "Tolvan Test", "Text")); r.status != http.StatusConflict {
		t.Errorf("submitting away from 1177: %d %s", r.status, r.body)
	}
}
