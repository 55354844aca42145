package catalogue

import (
	"testing"

	"rivgate/routing"
)

// TestAUnitTakesItsRowsAlong: with another HSA-id go the routes and permissions that count today or later; what has
// ended stays as it was, and what is another unit's.
func TestAUnitTakesItsRowsAlong(t *testing.T) {
	t.Parallel()
	today, err := routing.ParseDate("2026-03-02")
	if err != nil {
		t.Fatal(err)
	}
	route := func(id, to string, until routing.Date) Row {
		return Row{
			ID: id, Kind: KindRoute, Contract: "urn:send", Receiver: to, Address: routing.AddressInbox, Until: until,
		}
	}
	rows := []Row{
		{ID: "unit", Kind: KindUnit, HSAID: "SE1-PN1", Name: "Nämnden", UnitKind: routing.PatientBoard, Region: "01"},
		{ID: "contract", Kind: KindContract, Contract: "urn:send"},
		{ID: "sender", Kind: KindComponent, HSAID: "SE1-1177"},
		route("now", "se1-pn1", 0), route("ended", "SE1-PN1", today.Before()), route("other", "SE1-VC1", 0),
		{ID: "may", Kind: KindPermission, Contract: "urn:send", Sender: "SE1-1177", Receiver: "SE1-PN1"},
		{ID: "all", Kind: KindPermission, Contract: "urn:send", Sender: "SE1-1177", Receiver: "*"},
	}
	changed := rows[0]
	changed.HSAID = "SE1-PN2"
	after, err := Apply(rows, []Edit{{Action: EditChange, Row: changed}}, func() string { return "new" }, today)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"now": "SE1-PN2", "ended": "SE1-PN1", "other": "SE1-VC1", "may": "SE1-PN2", "all": "*"}
	for _, e := range after {
		if to, asked := want[e.ID]; asked && e.Receiver != to {
			t.Errorf("%s leads to %s, want %s", e.ID, e.Receiver, to)
		}
	}
	if len(after) != len(rows) || after[0].HSAID != "SE1-PN2" {
		t.Errorf("after: %+v", after)
	}
	if _, err := Apply(rows, []Edit{{Action: EditRemove, Row: rows[0]}}, nil, today); err == nil {
		t.Error("a unit with rows is removed")
	}
}
