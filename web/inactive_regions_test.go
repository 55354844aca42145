package web_test

import (
	"encoding/json"
	"testing"

	"rivgate/routing"
	"rivgate/web/shell"
)

// TestARegionThatIsDarkIsSeen: on the monitor, in /status, and in the catalogue's history with when, by which source
// and why.
func TestARegionThatIsDarkIsSeen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	status := shell.CatalogueStatus{Loaded: w.clock(), Source: "tak.example"}
	w.CatalogueInUse = func() shell.CatalogueStatus { return status }
	w.serve()
	hasNot(t, w.page("/monitor"), "saknar en patientnämnd")
	status.Inactive = []routing.InactiveRegion{
		{Region: "12", Units: 3, Why: routing.NewFact("board-missing", "12")},
		{Region: "13", Units: 1, Why: routing.NewFact("board-unreachable", "13", board)},
	}
	has(t, w.page("/monitor"), "Regionerna 12, 13 saknar en patientnämnd som kan nås", "4 enheter", `href="/catalogue/history"`)
	var shown struct{ InactiveRegions []routing.InactiveRegion }
	if err := json.Unmarshal(field[json.RawMessage](t, w.get("/status"), "Catalogue"), &shown); err != nil ||
		len(shown.InactiveRegions) != 2 || shown.InactiveRegions[0].Why.Code != "board-missing" {
		t.Errorf("/status: %v %+v", err, shown)
	}
	if err := w.Relay.Store.NoteTurnedOff(t.Context(), "tak.example", []routing.TurnedOff{{
		Unit: clinic, Name: "Vårdcentralen Björken", Kind: routing.CareUnit, Region: "01", Day: routing.DateOf(w.clock()),
		Why: routing.NewFact("board-removed", "01", board),
	}}); err != nil {
		t.Fatal(err)
	}
	has(t, w.page("/catalogue/history"), "tak.example", "Källan stängde av enheter för invånarna",
		"Vårdcentralen Björken "+clinic+", från 2026-03-02: Region 01 förlorar sin patientnämnd")
	events := field[[]struct {
		Verb, By  string
		TurnedOff []routing.TurnedOff
	}](t, w.get("/api/catalogue/history"), "items")
	if len(events) != 1 || events[0].Verb != "turns-off" || len(events[0].TurnedOff) != 1 ||
		events[0].TurnedOff[0].Why.Code != "board-removed" {
		t.Errorf("by the API: %+v", events)
	}
}
