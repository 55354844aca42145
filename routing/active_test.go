package routing_test

import (
	"slices"
	"testing"
	"time"

	"rivgate/routing"
)

// The units of one region, and who calls.
const (
	activeBoard = "SE2010123456-PN01"
	activeSend  = "urn:send"
	activeFrom  = "SE0000000001-1177"
	activeOwn   = "SE0000000001-RIVGATE"
)

func activeRules() routing.Rules {
	return routing.Rules{
		ClimbRoutes: true, ClimbPermissions: true, SendContract: activeSend, Own: activeOwn,
		Durable: func(contract string) bool { return contract == activeSend },
	}
}

// activeCatalogue is one region, with the rows that its board has.
func activeCatalogue(routes []routing.Row, permissions ...routing.Permission) routing.Catalogue {
	return routing.Catalogue{
		Units: []routing.Unit{
			{HSAID: clinic, Name: "Björken", Kind: routing.CareUnit, Region: "01"},
			{HSAID: activeBoard, Name: "Nämnden", Kind: routing.PatientBoard, Region: "01"},
		},
		Routes: append([]routing.Row{
			{Contract: activeSend, Receiver: clinic, Address: routing.AddressInbox},
			{Contract: "urn:other", Receiver: clinic, Address: "http://x/"},
		}, routes...),
		Permissions: append([]routing.Permission{
			{Contract: activeSend, Sender: activeFrom, Receiver: clinic},
			{Contract: "urn:other", Sender: activeFrom, Receiver: "*"},
		}, permissions...),
	}
}

func TestARegionIsActiveWhileItsBoardIsReachable(t *testing.T) {
	way := func(address, profile string, from, until routing.Date) []routing.Row {
		return []routing.Row{{
			Contract: activeSend, Receiver: activeBoard, Address: address, Profile: profile, From: from, Until: until,
		}}
	}
	may := routing.Permission{Contract: activeSend, Sender: activeFrom, Receiver: activeBoard}
	own := routing.Permission{Contract: activeSend, Sender: activeOwn, Receiver: "*"}
	ended, other := may, may
	ended.Until, other.Contract = 20260531, "urn:other"
	const there = "https://there.example/"
	for _, c := range []struct {
		sentence    string
		routes      []routing.Row
		permissions []routing.Permission
		want        bool
	}{
		{"the inbox here", way(routing.AddressInbox, "", 0, 0), []routing.Permission{may}, true},
		{"a system", way(there, "", 0, 0), []routing.Permission{may}, true},
		{"a system in the older profile", way(there, "RIVTABP20", 0, 0), []routing.Permission{may}, true},
		{"no route", nil, []routing.Permission{may}, false},
		{"a route without an address", way("", "", 0, 0), []routing.Permission{may}, false},
		{"an address that is none", way("nowhere", "", 0, 0), []routing.Permission{may}, false},
		{"a profile that nobody speaks", way(there, "RIVTABP99", 0, 0), []routing.Permission{may}, false},
		{
			"two routes on one day",
			append(way(there, "", 0, 0), way("https://b.example/", "", 0, 0)...),
			[]routing.Permission{may},
			false,
		},
		{"a route that begins tomorrow", way(there, "", 20260602, 0), []routing.Permission{may}, false},
		{"a route that ended yesterday", way(there, "", 0, 20260531), []routing.Permission{may}, false},
		{"its last day", way(there, "", 0, 20260601), []routing.Permission{may}, true},
		{"nobody may call it", way(routing.AddressInbox, "", 0, 0), nil, false},
		{"only this gateway may call it", way(routing.AddressInbox, "", 0, 0), []routing.Permission{own}, false},
		{"a permission that has ended", way(routing.AddressInbox, "", 0, 0), []routing.Permission{ended}, false},
		{"a permission for another contract", way(routing.AddressInbox, "", 0, 0), []routing.Permission{other}, false},
		{
			"a default route and a default permission",
			[]routing.Row{{Contract: activeSend, Receiver: "*", Address: there}},
			[]routing.Permission{{Contract: activeSend, Sender: "SE9-ANYBODY", Receiver: "*"}},
			true,
		},
	} {
		made := table(t, activeCatalogue(c.routes, c.permissions...), activeRules())
		now := noon("2026-06-01")
		if active, known := made.RegionActive("01", now); active != c.want || !known {
			t.Errorf("%s: active %t, known %t", c.sentence, active, known)
		}
		if got := made.Reachable(activeBoard, now); got != c.want {
			t.Errorf("%s: reachable %t", c.sentence, got)
		}
		found, err := made.Addressees(activeFrom, activeSend, now)
		named := slices.ContainsFunc(found, func(a routing.Addressee) bool { return a.Receiver == clinic })
		if err != nil || named != c.want {
			t.Errorf("%s: the registry names %v %v", c.sentence, found, err)
		}
		contracts, err := made.Contracts(activeFrom, clinic, now)
		want := []string{"urn:other"}
		if c.want {
			want = []string{"urn:other", activeSend}
		}
		if err != nil || len(contracts) != len(want) {
			t.Errorf("%s: the unit supports %v %v, not %v", c.sentence, contracts, err, want)
		}
	}
}

// TestActivityFollowsTheDay: a table that was asked about one day answers rightly about another.
func TestActivityFollowsTheDay(t *testing.T) {
	made := table(t, activeCatalogue([]routing.Row{
		{Contract: activeSend, Receiver: activeBoard, Address: routing.AddressInbox, From: 20260602, Until: 20260603},
	}, routing.Permission{Contract: activeSend, Sender: activeFrom, Receiver: "*"}), activeRules())
	for day, want := range map[string]bool{
		"2026-06-01": false, "2026-06-02": true, "2026-06-03": true, "2026-06-04": false,
	} {
		for range 2 {
			if active, _ := made.RegionActive("01", noon(day)); active != want {
				t.Errorf("on %s active %t", day, active)
			}
		}
	}
	if made.Reachable(activeBoard, time.Date(2026, 6, 3, 21, 59, 59, 0, time.UTC)) != true {
		t.Error("the last day ends before its Swedish midnight")
	}
}
