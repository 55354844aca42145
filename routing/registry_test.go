package routing_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rivgate/routing"
)

func TestRegistry(t *testing.T) {
	const a, b, ret = "urn:a", "urn:b", "urn:return"
	table, err := routing.NewTable(routing.Catalogue{
		Units: []routing.Unit{{HSAID: "SE1-UNIT", Name: "unit", Kind: routing.CareUnit, Region: "01"}},
		Routes: []routing.Row{
			{Contract: a, Receiver: "SE1-Named", Address: "http://x/"},
			{Contract: a, Receiver: "SE1-GONE", Address: "http://x/", Until: 20260301},
			{Contract: a, Receiver: "SE1-TOP", Address: "http://x/"},
			{Contract: a, Receiver: "SE1-NOADDRESS"},
			{Contract: a, Receiver: "SE1-TWICE", Address: "http://x/"},
			{Contract: a, Receiver: "SE1-TWICE", Address: "http://y/"},
			{Contract: a, Receiver: "SE1-BOTH", Address: "http://x/", Profile: routing.RIVTABP20},
			{Contract: a, Receiver: "SE1-BOTH", Address: "http://x/", Profile: routing.RIVTABP21},
			{Contract: b, Receiver: "*", Address: "http://x/"},
		},
		Permissions: []routing.Permission{
			{Contract: a, Sender: "ALL", Receiver: "*"},
			{Contract: a, Sender: "ONE", Receiver: "SE1-NAMED"},
			{Contract: a, Sender: "TREE", Receiver: "SE1-TOP"},
			{Contract: a, Sender: "LATE", Receiver: "*", From: 20260303},
			{Contract: b, Sender: "ALL", Receiver: "SE2-X"},
			{Contract: b, Sender: "STAR", Receiver: "*"},
			{Contract: ret, Sender: "ALL", Receiver: "SE0-PORTAL"},
			{Contract: "urn:noroute", Sender: "ALL", Receiver: "*"},
		},
		Tree: routing.Tree{"SE1-UNIT": "SE1-TOP", "SE1-TOP": "SE"},
	}, routing.Rules{ClimbRoutes: true, ClimbPermissions: true, ReturnContract: ret, PortalAddress: "SE0-PORTAL"})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		sentence, sender, contract string
		want                       []string
	}{
		{
			"* is expanded to the receivers that have a route today, units over the tree among them", "ALL", a,
			[]string{"SE1-BOTH", "SE1-Named", "SE1-TOP", "SE1-UNIT"},
		},
		{"sender without regard to case", "one", a, []string{"SE1-Named"}},
		{"a permission over the tree", "TREE", a, []string{"SE1-TOP", "SE1-UNIT"}},
		{"not yet permitted", "LATE", a, nil},
		{"a default route counts for whom the permission names", "ALL", b, []string{"SE2-X"}},
		{"a default route and a default permission: the units that are known", "STAR", b, []string{"SE1-UNIT"}},
		{"the portal without a row of its own", "ALL", ret, []string{"SE0-PORTAL"}},
		{"a contract without routes", "ALL", "urn:noroute", nil},
		{"an unknown contract", "ALL", "urn:unknown", nil},
		{"an unknown sender", "NOBODY", a, nil},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			found, err := table.Addressees(c.sender, c.contract, now)
			var got []string
			for _, a := range found {
				got = append(got, a.Receiver)
			}
			if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
				t.Error(err, diff)
			}
		})
	}
	for _, c := range []struct {
		sentence, sender, receiver string
		want                       []string
	}{
		{"anybody", "", "se1-named", []string{a, b}},
		{"one sender", "ONE", "SE1-NAMED", []string{a}},
		{"a sender with * on one and nothing on the other", "ALL", "SE1-NAMED", []string{a}},
		{"over tree and default", "", "SE1-UNIT", []string{a, b}},
		{"the portal", "ALL", "SE0-PORTAL", []string{ret}},
		{"an unknown receiver, by the default", "", "SE9", []string{b}},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			got, err := table.Contracts(c.sender, c.receiver, now)
			if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
				t.Error(err, diff)
			}
		})
	}
	if spelled, known := table.NameInCatalogue(a); spelled != a || !known {
		t.Error("Spelling")
	}
	if _, known := table.NameInCatalogue("urn:unknown"); known {
		t.Error("Spelling of what is not there")
	}
	var missing *routing.Table
	var refused *routing.Error
	if _, err := missing.Addressees("ALL", a, now); !errors.As(err, &refused) || refused.Code != routing.VP008 {
		t.Error(err)
	}
	if _, err := missing.Contracts("ALL", "x", now); !errors.As(err, &refused) || refused.Code != routing.VP008 {
		t.Error(err)
	}
}
