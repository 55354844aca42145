package routing_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"rivgate/routing"
)

const (
	send     = "urn:riv-application:supportprocess:logistics:complaintsandfeedback:SendComplaintResponder:1"
	giveBack = "urn:riv-application:supportprocess:logistics:complaintsandfeedback:ReturnComplaintResponder:1"
	plain    = "urn:riv:clinicalprocess:activity:request:ProcessRequestResponder:1"
	portal   = "SE0000000001-1177"
	clinic   = "SE2010123456-VC01"
	system   = "SE2010123456-AVV"
	outside  = "https://avvikelse.example/SendComplaint/1/rivtabp21"
)

// rules are those of a gateway with its default configuration.
func rules() routing.Rules {
	return routing.Rules{
		Delimiter: "#", ClimbRoutes: true, ClimbPermissions: true,
		Durable:        func(contract string) bool { return contract == send || contract == giveBack },
		ReturnContract: giveBack, PortalAddress: portal,
	}
}

func table(t *testing.T, c routing.Catalogue, r routing.Rules) *routing.Table {
	t.Helper()
	made, err := routing.NewTable(c, r)
	if err != nil {
		t.Fatalf("building the table: %v", err)
	}
	return made
}

func noon(text string) time.Time {
	moment, err := time.ParseInLocation(time.DateOnly+" 15:04", text+" 12:00", routing.Stockholm())
	if err != nil {
		panic(err)
	}
	return moment
}

func refusal(t *testing.T, err error) *routing.Error {
	t.Helper()
	var refused *routing.Error
	if !errors.As(err, &refused) {
		t.Fatalf("error is %v, want a *routing.Error", err)
	}
	return refused
}

func TestWay(t *testing.T) {
	made := table(t, routing.Catalogue{
		Routes: []routing.Row{
			{Contract: send, Receiver: clinic, Address: routing.AddressInbox},
			{Contract: send, Receiver: "SE2010123456-SJ01", Address: outside, Component: system},
			{Contract: plain, Receiver: "*", Address: "http://producer.example/"},
		},
		Permissions: []routing.Permission{
			{Contract: send, Sender: portal, Receiver: "*"},
			{Contract: plain, Sender: system, Receiver: "*"},
			{Contract: giveBack, Sender: system, Receiver: portal},
		},
	}, rules())
	for _, c := range []struct {
		name, contract, sender, receiver string
		via                              routing.Via
		address                          string
	}{
		{"an inbox unit's case goes to the inbox", send, portal, clinic, routing.Inbox, routing.AddressInbox},
		{
			"case of letters does not matter", send, strings.ToLower(portal), strings.ToLower(clinic), routing.Inbox,
			routing.AddressInbox,
		},
		{"a durable contract to a URL is queued", send, portal, "SE2010123456-SJ01", routing.Queue, outside},
		{"any other contract is forwarded", plain, system, "SE2010123456-X", routing.Forward, "http://producer.example/"},
		{"a return to the portal needs no row", giveBack, system, portal, routing.Portal, routing.AddressPortal},
	} {
		t.Run(c.name, func(t *testing.T) {
			route, err := made.Decide(
				routing.Call{Sender: c.sender, Receiver: c.receiver, Contract: c.contract, Profile: routing.RIVTABP21},
				noon("2026-06-01"),
			)
			if err != nil {
				t.Fatal(err)
			}
			if route.Via != c.via || route.Address != c.address || route.Profile != routing.RIVTABP21 {
				t.Errorf("route is %+v, want %s to %s", route, c.via, c.address)
			}
		})
	}
	_, err := made.Decide(routing.Call{Sender: clinic, Receiver: portal, Contract: giveBack}, noon("2026-06-01"))
	if refused := refusal(t, err); refused.Code != routing.VP007 {
		t.Errorf("a return without permission: %v, want VP007", err)
	}
}
