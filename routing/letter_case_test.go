package routing_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rivgate/routing"
)

// As in VP: a row or a call that differs in letter case alone works.
func TestContractsAreComparedWithoutLetterCase(t *testing.T) {
	const spelled = "urn:riv:Test:OneResponder:1"
	rules := rules()
	rules.ClimbRoutes, rules.ExceptedContracts = false, []string{"URN:RIV:test"}
	made := table(t, routing.Catalogue{
		Routes: []routing.Row{
			{Contract: spelled, Receiver: "SE", Address: "http://one/", Profile: "rivtabp21"},
			{Contract: strings.ToUpper(spelled), Receiver: clinic, Address: "http://two/", Profile: "RivTaBp20"},
		},
		Permissions: []routing.Permission{{Contract: strings.ToLower(spelled), Sender: system, Receiver: "*"}},
	}, rules)
	for _, contract := range []string{
		spelled, strings.ToUpper(spelled), strings.ToLower(spelled), "urn:RIV:test:oneRESPONDER:1",
	} {
		route, err := made.Decide(
			routing.Call{Sender: system, Receiver: clinic, Contract: contract, Profile: routing.RIVTABP20}, noon("2026-06-01"),
		)
		if err != nil || route.Address != "http://two/" || route.Profile != routing.RIVTABP20 {
			t.Errorf("%s: %+v, %v", contract, route, err)
		}
		if route, err = made.Route(routing.Call{Receiver: "SE2010123456-REG", Contract: contract, Profile: routing.RIVTABP21},
			noon("2026-06-01")); err != nil || route.Address != "http://one/" {
			t.Errorf("%s above: %+v, %v", contract, route, err)
		}
		if found, err := made.Addressees(system, contract, noon("2026-06-01")); err != nil || len(found) == 0 {
			t.Errorf("%s: addressees %v, %v", contract, found, err)
		}
		if x := made.Explain(routing.Call{Sender: system, Receiver: clinic, Contract: contract, Profile: routing.RIVTABP20},
			noon("2026-06-01")); x.RouteRow == nil || x.PermissionRow == nil {
			t.Errorf("%s: %+v", contract, x)
		}
	}
	found, err := made.Contracts(system, clinic, noon("2026-06-01"))
	if diff := cmp.Diff([]string{spelled}, found); err != nil || diff != "" {
		t.Error("the registry answers in another spelling than the catalogue's first", err, diff)
	}
	if _, err := made.Route(routing.Call{Receiver: clinic, Contract: strings.Replace(spelled, "s", "ſ", 1)},
		noon("2026-06-01")); err == nil {
		t.Error("a long s is taken for an s")
	}
	notes := routing.TableTexts(made.Notes())
	for _, want := range []string{
		"spells the contract " + strings.ToUpper(spelled) + " in another letter case than " + spelled,
		"contract " + strings.ToLower(spelled),
		"profile rivtabp21 in another letter case than RIVTABP21", "profile RivTaBp20",
	} {
		if strings.Count(notes, want) != 1 {
			t.Errorf("%q is not said once:\n%s", want, notes)
		}
	}
}

func TestOneSpelling(t *testing.T) {
	before := routing.Catalogue{
		Routes: []routing.Row{
			{Contract: "urn:A:1", Receiver: "x"},
			{Contract: "urn:a:1", Receiver: "y", Profile: "rivtabp20"},
			{Contract: "urn:a:1", Receiver: "z", Profile: "RIVTABP30"},
		},
		Permissions: []routing.Permission{
			{Contract: "URN:B:1", Sender: "s", Receiver: "*"}, {Contract: "urn:a:1", Sender: "s", Receiver: "*"},
		},
	}
	after, notes := routing.UnifyLetterCase(before)
	want := routing.Catalogue{
		Routes: []routing.Row{
			{Contract: "urn:A:1", Receiver: "x", Profile: "RIVTABP21"},
			{Contract: "urn:A:1", Receiver: "y", Profile: "RIVTABP20"},
			{Contract: "urn:A:1", Receiver: "z", Profile: "RIVTABP30"},
		},
		Permissions: []routing.Permission{
			{Contract: "URN:B:1", Sender: "s", Receiver: "*"}, {Contract: "urn:A:1", Sender: "s", Receiver: "*"},
		},
	}
	if diff := cmp.Diff(want, after); diff != "" || before.Routes[1].Contract != "urn:a:1" {
		t.Error(diff)
	}
	if len(notes) != 2 {
		t.Errorf("notes %q", notes)
	}
	if _, again := routing.UnifyLetterCase(after); len(again) != 0 {
		t.Errorf("afterwards: %q", again)
	}
}
