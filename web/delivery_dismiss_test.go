package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"rivgate/routing"
	"rivgate/store"
)

// strands makes a message of a handling system that was held because of a gap, and refused when its turn came: a reply
// behind the close that came late.
func (w *world) strands(id string) (message string) {
	w.t.Helper()
	c := w.theCase(id)
	for _, e := range []store.Event{
		{Kind: store.EventPartialReply, Sequence: 2, HasText: true},
		{
			Kind: store.EventClose, Sequence: 1, HasText: true,
			Classification: &store.Classification{MainProblems: []string{"3"}, Area: "1"},
		},
	} {
		key := fmt.Sprintf("stranded-%s-%d", id, e.Sequence)
		e.MessageID, e.Case, e.Unit, e.AtPortal, e.Content = key, c.Ref, hospital, true, []byte(`{}`)
		m := &store.Message{
			Key:  store.Key{Sender: system, Contract: "urn:return", MessageID: key},
			Call: routing.Call{Sender: system, Receiver: portal, Contract: "urn:return"},
			ID:   w.Relay.NewID(), Route: routing.Route{Via: routing.Portal, Address: routing.AddressPortal, Receiver: portal},
			Envelope: []byte("<envelope/>"), Received: w.clock(), Event: &e,
		}
		if _, err := w.Relay.Store.Accept(w.t.Context(), m); err != nil {
			w.t.Fatal(err)
		}
		if e.Kind == store.EventPartialReply {
			message = m.ID
		}
	}
	return message
}

// TestWhatIsStuckIsDismissed: an operator sees what got stuck, counts it without changing anything, and ends one
// message and then the others, with a reason.
func TestWhatIsStuckIsDismissed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ids := []string{
		w.submit(hospital, "Tolvan Test", "Text"), w.submit(hospital, "Tora Test", "Text"),
		w.submit(hospital, "Ada Test", "Text"),
	}
	var stuck []string
	for _, id := range ids {
		stuck = append(stuck, w.strands(id))
	}
	why := url.Values{"reason": {"systemet är underrättat"}}
	w.as("olle")
	has(t, w.page("/monitor/deliveries"), `href="/monitor/order?verb=dismiss"`)
	has(t, w.page("/faults"), "Meddelanden som fastnat", "3 meddelanden", "/monitor/order?verb=dismiss&amp;id="+stuck[0])
	has(t, w.page("/monitor/order?verb=dismiss&id="+stuck[0]), "1 meddelande som fastnat", "provräkning", "Har fastnat",
		stuck[0])
	has(t, w.page("/monitor/order?verb=release"), "Det finns ingenting att göra det med just nu.")
	if r := w.post("/monitor/order", url.Values{
		"verb": {"dismiss"}, "id": {stuck[0]}, "count": {"1"},
	}); r.status != http.StatusUnprocessableEntity {
		t.Errorf("without a reason: %d", r.status)
	}
	w.stuck(3)

	has(t, w.order("verb=dismiss&id="+stuck[0], why), "1 meddelande som fastnat avslutades.", "2 meddelanden")
	w.stuck(2)
	if r := w.post("/monitor/order", url.Values{
		"verb": {"dismiss"}, "count": {"2"}, "reason": {"x"},
	}); r.status != http.StatusUnprocessableEntity {
		t.Errorf("everything without saying so: %d", r.status)
	}
	if r := w.post("/monitor/order", url.Values{
		"verb": {"dismiss"}, "count": {"1"}, "reason": {"x"}, "all": {"yes"},
	}); r.status != http.StatusConflict {
		t.Errorf("more than the person saw: %d", r.status)
	}
	w.stuck(2)
	why.Set("all", "yes")
	has(t, w.order("verb=dismiss", why), "2 meddelanden som fastnat avslutades.")
	w.stuck(0)
	hasNot(t, w.page("/faults"), "Meddelanden som fastnat")
	has(t, w.page("/monitor"), "Avslutat det som fastnat")
	audits, err := w.Relay.Store.Audits(t.Context(), w.clock().AddDate(0, 0, -1), 10)
	if err != nil || len(audits) != 2 || audits[0].Verb != string(store.VerbDismiss) || audits[0].Count != 2 ||
		audits[0].Reason != "systemet är underrättat" {
		t.Errorf("orders on record: %+v, %v", audits, err)
	}
	w.as("iris") // sees deliveries, and moves none
	if r := w.get("/monitor/order?verb=dismiss"); r.status == http.StatusOK {
		t.Errorf("an integrator may dismiss: %d", r.status)
	}
}

// stuck expects so many stranded messages.
func (w *world) stuck(want int) {
	w.t.Helper()
	all, err := w.Relay.Store.Strandeds(w.t.Context(), 10)
	if err != nil || len(all) != want {
		w.t.Fatalf("%d messages are stuck, want %d: %v", len(all), want, err)
	}
}
