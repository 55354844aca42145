package web_test

import (
	"testing"

	"rivgate/store"
)

func TestReplayIsCountedAndOnRecord(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.submit(hospital, "Tolvan Test", "Text")
	lane, err := w.Relay.Store.Claim(t.Context(), "worker", 30e9, 1, 1, nil)
	if err != nil || len(lane) != 1 {
		t.Fatal(lane, err)
	}
	if err := w.Relay.Store.Finish(t.Context(), lane[0], store.Attempt{Outcome: store.OutcomeDelivered}); err != nil {
		t.Fatal(err)
	}
	window := `"filter":{"receiver":"` + hospital +
		`","since":"2000-01-01T00:00:00Z","until":"2100-01-01T00:00:00Z"},"reason":"återläst"`
	if r := w.json("/api/deliveries/replay", `{"dryRun":true,`+window+`}`); field[int](t, r, "count") != 1 {
		t.Errorf("counting: %d %s", r.status, r.body)
	}
	if n := len(field[[]store.Audit](t, w.get("/api/audit"), "items")); n != 0 {
		t.Errorf("counting is %d orders", n)
	}
	if r := w.json("/api/deliveries/replay", `{`+window+`}`); field[int](t, r, "count") != 1 {
		t.Errorf("replay: %d %s", r.status, r.body)
	}
	if got := field[[]store.DeliveryRow](t, w.get("/api/deliveries?until=2100-01-01T00:00:00Z"), "items"); len(got) != 1 ||
		got[0].State != store.DeliveryDue {
		t.Errorf("after it: %+v", got)
	}
	if got := field[[]store.Audit](t, w.get("/api/audit"), "items"); len(got) != 1 || got[0].Verb != "replay" ||
		got[0].Count != 1 || got[0].Reason != "återläst" {
		t.Errorf("the record: %+v", got)
	}
	if r := w.json("/api/deliveries/release", `{"all":true,"reason":"prova"}`); field[int](t, r, "count") != 0 {
		t.Errorf("release: %d %s", r.status, r.body)
	}
}
