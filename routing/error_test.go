package routing_test

import (
	"errors"
	"net/netip"
	"strings"
	"testing"

	"rivgate/routing"
)

func TestFaults(t *testing.T) {
	for _, c := range []struct {
		refusal            *routing.Error
		side, code, detail string
	}{
		{
			routing.NoSender("No certificate was given.", "x-vp-auth-cert"), "Client", "VP002",
			"No certificate was given. HTTP header: x-vp-auth-cert",
		},
		{routing.NoSender("No certificate was given.", ""), "Client", "VP002", "No certificate was given."},
		{routing.NoReceiver(""), "Client", "VP003", "No receiverId (logical address) found in message header. "},
		{
			routing.NoRoute("c", "r"), "Client", "VP004",
			"No receiverId (logical address) found for serviceNamespace: c, receiverId: r",
		},
		{
			routing.UnsupportedProfile("c", "r"), "Client", "VP005",
			"No receiverId (logical address) with matching Riv-version found for serviceNamespace: c, receiverId: r",
		},
		{
			routing.SeveralRoutes("c", "r"), "Server", "VP006",
			"More than one receiverId (logical address) with matching Riv-version found for serviceNamespace: c, receiverId: r",
		},
		{
			routing.NoPermission("c", "r", "s"), "Server", "VP007",
			"Authorization missing for serviceNamespace: c, receiverId: r, senderId: s",
		},
		{
			routing.NoCatalogue(), "Server", "VP008",
			"No contact with TAK at startup, and no local cache to fallback on, not possible to route call",
		},
		{
			routing.ProducerFailed("http://a/", "nobody listens there"), "Server", "VP009",
			"Error connecting to service producer at address http://a/. Nobody listens there.",
		},
		{
			routing.ProducerFailed("http://a/", ""), "Server", "VP009",
			"Error connecting to service producer at address http://a/. ",
		},
		{
			routing.ProducerStatus("http://a/", 404, "no SOAP"), "Server", "VP009",
			"Error connecting to service producer at address http://a/. No SOAP.\nVP_PRODUCER_EXCEPTION_HTTP_STATUS=404",
		},
		{
			routing.ProducerTimeout("http://a/", "no answer within 29s"), "Server", "VP009",
			"Error connecting to service producer at address http://a/. Timeout when waiting on response from producer. No " +
				"answer within 29s.",
		},
		{
			routing.NoAddress("c", "r"), "Server", "VP010",
			"Physical Address field is empty in Service Producer for serviceNamespace: c, receiverId: r",
		},
		{
			routing.NotTrusted(netip.MustParseAddr("192.0.2.7")), "Client", "VP011",
			"Caller was not on the white list of accepted IP-addresses. IP-address: 192.0.2.7",
		},
		{routing.Internal(errors.New("disk full")), "Server", "VP012", ""},
		{&routing.Error{Code: routing.VP012, Detail: "disk full"}, "Server", "VP012", ""},
		{
			routing.NotOriginalConsumer(), "Client", "VP013",
			"Sender is not approved to set header x-rivta-original-serviceconsumer-hsaid.",
		},
		{routing.Loop(), "Server", "VP014", ""},
		{routing.NotSOAP("two Body elements"), "Client", "VP015", "two Body elements"},
	} {
		t.Run(c.code, func(t *testing.T) {
			side, text, detail := c.refusal.Because(errors.New("dial tcp 10.0.0.1: refused")).Fault("NTjP Develop")
			if side != c.side || detail != c.detail {
				t.Errorf("fault %s with %q, want %s with %q", side, detail, c.side, c.detail)
			}
			if want := c.code + " [NTjP Develop] " + c.refusal.Code.Text(); text != want || strings.HasSuffix(text, "] ") {
				t.Errorf("faultstring %q, want %q with a text", text, want)
			}
			if strings.Contains(text+detail, "dial") || strings.Contains(text+detail, "disk") {
				t.Errorf("the cause leaves the house: %q %q", text, detail)
			}
		})
	}
}

func TestEveryCodeHasItsOwnText(t *testing.T) {
	texts := map[string]routing.Code{}
	for _, code := range []routing.Code{
		routing.VP001, routing.VP002, routing.VP003, routing.VP004, routing.VP005, routing.VP006, routing.VP007,
		routing.VP008,
		routing.VP009, routing.VP010, routing.VP011, routing.VP012, routing.VP013, routing.VP014, routing.VP015,
	} {
		if former, twice := texts[code.Text()]; twice || code.Text() == "" {
			t.Errorf("%s says %q as %s does", code, code.Text(), former)
		}
		texts[code.Text()] = code
	}
}

func TestCausesAreForTheLog(t *testing.T) {
	cause := errors.New("disk full")
	first := routing.NoReceiver("")
	if with := first.Because(cause); !errors.Is(with, cause) || errors.Is(first, cause) {
		t.Error("the cause is not kept, or changes what it was added to")
	}
}
