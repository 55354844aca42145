package tak_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"rivgate/routing"
	"rivgate/routing/tak"
)

// served is a region with a board and a clinic; without the board where it is gone.
func served(board bool) routing.Catalogue {
	const send = "urn:send"
	c := routing.Catalogue{
		Units: []routing.Unit{
			{HSAID: "SE1-VC", Name: "Linden", Kind: routing.CareUnit, Region: "12"},
			{HSAID: "SE1-PN", Name: "Nämnden", Kind: routing.PatientBoard, Region: "12"},
		},
		Routes: []routing.Row{
			{Contract: send, Receiver: "SE1-VC", Address: "http://127.0.0.1:9/"},
			{Contract: send, Receiver: "SE1-PN", Address: "http://127.0.0.1:9/"},
		},
		Permissions: []routing.Permission{{Contract: send, Sender: "SE1-1177", Receiver: "*"}},
	}
	if !board {
		c.Units, c.Routes = c.Units[:1], c.Routes[:1]
	}
	return c
}

// TestASourceThatTurnsARegionOffIsTold: whoever keeps the record is told which units and why, once each time; the
// catalogue is used all the same, and its status says what is dark as long as it is.
func TestASourceThatTurnsARegionOffIsTold(t *testing.T) {
	t.Parallel()
	core, logs := observer.New(zap.WarnLevel)
	var told [][]routing.TurnedOff
	var failing error
	source := &changing{catalogue: served(true)}
	k := &tak.Keeper{
		Source: source, Rules: routing.Rules{SendContract: "urn:send"}, Log: zap.New(core),
		TurnedOff: func(_ context.Context, off []routing.TurnedOff) error {
			told = append(told, off)
			return failing
		},
	}
	use := func(c routing.Catalogue) {
		t.Helper()
		source.catalogue = c
		if _, err := k.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	use(served(true))
	if len(told) != 0 || len(k.Status().Inactive) != 0 {
		t.Fatalf("at first: %v, %v", told, k.Status().Inactive)
	}
	use(served(false))
	use(served(false))
	if len(told) != 1 || len(told[0]) != 2 {
		t.Fatalf("told %v", told)
	}
	if u := told[0][1]; u.Unit != "SE1-VC" || u.Why.Code != "board-removed" ||
		!slices.Equal(u.Why.Values, []string{"12", "SE1-PN"}) {
		t.Errorf("of the clinic: %+v", u)
	}
	dark := k.Status().Inactive
	if len(dark) != 1 || dark[0].Region != "12" || dark[0].Units != 1 || dark[0].Why.Code != "board-missing" ||
		dark[0].Why.Words(routing.InactiveRegionWords()) != "region 12 has no patient board" {
		t.Errorf("dark: %+v", dark)
	}
	unreachable := served(true)
	unreachable.Routes = unreachable.Routes[:1]
	use(unreachable)
	if dark := k.Status().Inactive; len(dark) != 1 || dark[0].Why.Code != "board-unreachable" {
		t.Errorf("a board without a way: %+v", dark)
	}
	use(served(true))
	if len(k.Status().Inactive) != 0 {
		t.Errorf("it is back: %+v", k.Status().Inactive)
	}
	failing = errors.New("the database is away")
	use(served(false))
	if len(told) != 2 || logs.FilterMessage("noting that units are turned off for citizens").Len() != 1 {
		t.Errorf("told %d times, %v", len(told), logs.All())
	}
}
