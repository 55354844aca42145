package routing_test

import (
	"strings"
	"testing"

	"rivgate/routing"
)

func TestContradictionsDoNotLoad(t *testing.T) {
	inbox := routing.Row{Contract: send, Receiver: clinic, Address: routing.AddressInbox, Until: 20260601, Line: 4}
	other := routing.Row{Contract: send, Receiver: strings.ToLower(clinic), Address: outside, From: 20260501, Line: 9}
	seam20 := other
	seam20.From, seam20.Profile = 20260601, routing.RIVTABP20
	board := routing.Unit{HSAID: "SE2010123456-PN01", Kind: routing.PatientBoard, Region: "01"}
	secondBoard := board
	secondBoard.HSAID = "SE2010123456-PN02"
	nameless, homeless := board, board
	nameless.HSAID, homeless.Region = "", ""
	for _, c := range []struct {
		name      string
		catalogue routing.Catalogue
		want      []string
	}{
		{
			"a unit both inbox and external",
			routing.Catalogue{Routes: []routing.Row{inbox, other}},
			[]string{"line 4", "line 9", send, clinic, "from 2026-05-01 to 2026-06-01", "end one"},
		},
		{
			"a unit both inbox and external on one day, told apart by profile only",
			routing.Catalogue{Routes: []routing.Row{inbox, seam20}},
			[]string{"line 4", "line 9", "on 2026-06-01"},
		},
		{
			"an inbox on the return contract",
			routing.Catalogue{
				Routes: []routing.Row{{Contract: giveBack, Receiver: clinic, Address: routing.AddressInbox, Line: 3}},
			},
			[]string{"line 3", giveBack, clinic, "give the row a URL"},
		},
		{
			"an inbox on a contract without cases",
			routing.Catalogue{Routes: []routing.Row{row(clinic, routing.AddressInbox)}},
			[]string{"number 1", plain, "give the row a URL"},
		},
		{
			"the portal on another contract",
			routing.Catalogue{
				Routes: []routing.Row{{Contract: send, Receiver: clinic, Address: routing.AddressPortal, Line: 3}},
			},
			[]string{"line 3", send, "give the row a URL"},
		},
		{
			"an address in the house that is none",
			routing.Catalogue{Routes: []routing.Row{{Contract: send, Receiver: clinic, Address: "rivgate:Inbox", Line: 3}}},
			[]string{"line 3", "rivgate:Inbox", routing.AddressInbox},
		},
		{
			"a route that ends before it begins",
			routing.Catalogue{
				Routes: []routing.Row{
					{Contract: send, Receiver: clinic, Address: outside, From: 20260602, Until: 20260601, Line: 3},
				},
			},
			[]string{"line 3", "2026-06-02", "2026-06-01", "exchange"},
		},
		{
			"a route without a contract",
			routing.Catalogue{Routes: []routing.Row{{Receiver: clinic, Address: outside, Line: 3}}},
			[]string{"line 3", "no contract"},
		},
		{
			"a route without a receiver",
			routing.Catalogue{Routes: []routing.Row{{Contract: send, Address: outside, Line: 3}}},
			[]string{"line 3", "no receiver"},
		},
		{
			"a permission that ends before it begins",
			routing.Catalogue{
				Permissions: []routing.Permission{
					{Contract: send, Sender: system, Receiver: "*", From: 20260602, Until: 20260601, Line: 7},
				},
			},
			[]string{"permission on line 7", system, "exchange"},
		},
		{
			"a permission without a contract",
			routing.Catalogue{Permissions: []routing.Permission{{Sender: system, Receiver: "*", Line: 7}}},
			[]string{"line 7", "no contract"},
		},
		{
			"a permission without a sender",
			routing.Catalogue{Permissions: []routing.Permission{{Contract: send, Receiver: "*", Line: 7}}},
			[]string{"line 7", "no sender"},
		},
		{
			"a permission without a receiver",
			routing.Catalogue{Permissions: []routing.Permission{{Contract: send, Sender: system, Line: 7}}},
			[]string{"line 7", "no receiver"},
		},
		{
			"two patient boards in a region",
			routing.Catalogue{Units: []routing.Unit{board, secondBoard}},
			[]string{"region 01", board.HSAID, secondBoard.HSAID, "exactly one"},
		},
		{
			"a board without a region", routing.Catalogue{Units: []routing.Unit{homeless}}, []string{board.HSAID, "county code"},
		},
		{
			"a unit twice",
			routing.Catalogue{Units: []routing.Unit{board, {HSAID: "se2010123456-pn01", Kind: routing.CareUnit}}},
			[]string{"twice", "remove one"},
		},
		{"a unit without HSA-id", routing.Catalogue{Units: []routing.Unit{nameless}}, []string{"unit number 1", "no HSA-id"}},
		{
			"cases for what is no care led out of the house",
			routing.Catalogue{
				Units:  []routing.Unit{{HSAID: clinic, Kind: routing.Other}},
				Routes: []routing.Row{{Contract: send, Receiver: strings.ToLower(clinic), Address: outside, Line: 5}},
			},
			[]string{"line 5", clinic, outside, "kind other", routing.AddressInbox},
		},
		{
			"a unit of an unknown kind",
			routing.Catalogue{Units: []routing.Unit{{HSAID: clinic, Kind: "hospital"}}},
			[]string{clinic, "hospital", "care_unit"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			made, err := routing.NewTable(c.catalogue, rules())
			if err == nil || made != nil {
				t.Fatalf("the table loads: %v", err)
			}
			for _, part := range c.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%q does not say %q", err, part)
				}
			}
		})
	}
}

func TestAllProblemsAreTold(t *testing.T) {
	_, err := routing.NewTable(routing.Catalogue{
		Units:       []routing.Unit{{HSAID: clinic, Kind: "hospital"}},
		Routes:      []routing.Row{{Line: 3}, {Contract: send, Receiver: clinic, Address: routing.AddressPortal, Line: 4}},
		Permissions: []routing.Permission{{Line: 7}},
	}, rules())
	for _, part := range []string{"hospital", "line 3", "line 4", "line 7"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%v does not name %q", err, part)
		}
	}
}

func TestFromInboxToExternalOnTheSeam(t *testing.T) {
	made := table(t, routing.Catalogue{Routes: []routing.Row{
		{Contract: send, Receiver: clinic, Address: routing.AddressInbox, Until: 20260601},
		{Contract: send, Receiver: clinic, Address: outside, From: 20260601},
	}}, rules())
	for day, want := range map[string]routing.Via{"2026-05-31": routing.Inbox, "2026-06-01": routing.Queue} {
		route, err := made.Route(routing.Call{Receiver: clinic, Contract: send, Profile: routing.RIVTABP21}, noon(day))
		if err != nil || route.Via != want {
			t.Errorf("on %s %s, %v, want %s", day, route.Via, err, want)
		}
	}
}

func TestTheTableIsItsOwnCopy(t *testing.T) {
	given := routing.Catalogue{
		Units:  []routing.Unit{{HSAID: clinic, Name: "Vårdcentralen Björken", Kind: routing.CareUnit}},
		Routes: []routing.Row{row("SE2010123456-REG", "http://a/")}, Tree: tree(),
	}
	made := table(t, given, rules())
	given.Units[0].Name, given.Routes[0].Address = "changed", "http://changed/"
	clear(given.Tree)
	unit, _ := made.Unit(strings.ToLower(clinic))
	route, err := made.Route(routing.Call{Receiver: clinic, Contract: plain}, noon("2026-06-01"))
	if err != nil || route.Address != "http://a/" || unit.Name != "Vårdcentralen Björken" {
		t.Errorf("the table follows a change of what it was built from: %+v, %+v, %v", route, unit, err)
	}
}

func TestRegions(t *testing.T) {
	made := table(t, routing.Catalogue{Units: []routing.Unit{
		{HSAID: clinic, Kind: routing.CareUnit, Region: "03"},
		{HSAID: "SE2010123456-PN01", Kind: routing.PatientBoard, Region: "01"},
	}}, rules())
	for region, want := range map[string]bool{"01": true, "03": false, "": false} {
		if active, known := made.RegionActive(region, noon("2026-06-01")); active != want || !known {
			t.Errorf("region %q active %t, known %t, want %t and known", region, active, known, want)
		}
	}
	for kind, want := range map[routing.UnitKind]bool{routing.CareUnit: false, routing.Other: true} {
		if active, known := made.UnitActive(routing.Unit{Kind: kind}, noon("2026-06-01")); active != want || !known {
			t.Errorf("a %s without region is active: %t, known: %t", kind, active, known)
		}
	}
	if _, known := table(t, routing.Catalogue{}, rules()).RegionActive("01", noon("2026-06-01")); known {
		t.Error("a region is known where no units are")
	}
	if units := made.Units(); len(units) != 2 || units[0].HSAID != clinic {
		t.Errorf("units are %+v, want both in order", units)
	}
}
